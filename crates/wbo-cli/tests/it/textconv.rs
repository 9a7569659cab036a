//! `wbo textconv`.

use insta::assert_snapshot;
use serde_json::json;

use crate::folder::Folder;

#[test]
fn a_profile_is_text_of_one_item_a_line() {
    let folder = Folder::with_document();
    let mut document = folder.json("small.json");
    document["sections"]["network"] = json!([{"id": "network.example", "flags": ["personal"], "items": [{"value": "Host", "type": "REG_SZ", "data": "secret"}]}]);
    folder.write("small.json", document.to_string());
    folder.wbo("pack small.json --out small.wbo --plain").ends(0);
    let run = folder.wbo("textconv small.wbo").ends(0);
    for personal in ["secret", "alice", "PC-EXAMPLE", "S-1-5"] {
        assert!(!run.stdout.contains(personal), "{run:?}");
        assert!(folder.wbo("textconv small.wbo --reveal").ends(0).stdout.contains(personal));
    }
    assert_snapshot!(folder.transcript("textconv small.wbo"));
}

#[test]
fn what_does_not_open_is_shown_all_the_same() {
    let folder = Folder::with_profile();
    folder.key("mallory");
    folder.changed("alice.wbo", "damaged.wbo", |bytes| bytes[200] ^= 1);
    folder.write("other.wbo", "text");
    folder.write("empty.wbo", "");
    assert_snapshot!(folder.transcript(
        "
        textconv alice.wbo
        textconv alice.wbo -i mallory.key
        textconv damaged.wbo -i alice.key
        textconv other.wbo
        textconv empty.wbo
        "
    ));
    folder.wbo("textconv missing.wbo").ends(17);
    assert!(folder.wbo("textconv alice.wbo -i alice.key").ends(0).stdout.contains("taskbar"));
}
