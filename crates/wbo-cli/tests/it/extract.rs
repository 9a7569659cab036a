//! `wbo extract`.

use insta::assert_snapshot;

use crate::folder::{Folder, fixture};
use crate::schema;

#[test]
fn what_needs_no_key_comes_without_one() {
    let folder = Folder::with_profile();
    folder.wbo("sign alice.wbo --key bench --blind").ends(0);
    assert_snapshot!(folder.transcript("extract alice.wbo --out x --tail-only"));
    assert_eq!(
        names(&folder, "x"),
        ["tail", "tail/envelope-1.age", "tail/seal-1-author.sig", "tail/seal-2-endorser.sig", "tail/statement",]
    );
}

/// The paths below a folder, in order.
fn names(folder: &Folder, name: &str) -> Vec<String> {
    let listing = folder.listing();
    let below =
        listing.keys().filter_map(|path| path.strip_prefix(name).ok()).filter(|path| path.file_name().is_some());
    below.map(|path| path.to_str().unwrap().replace('\\', "/")).collect()
}

#[test]
fn an_extracted_document_packs_to_the_same_bytes() {
    for document in ["small.json", "full.json", "authored.json"] {
        let folder = Folder::new();
        let path = fixture("documents").join(document);
        folder.wbo(&format!("pack {} --out first.wbo --plain", path.display())).ends(0);
        folder.wbo("extract first.wbo --out x --accept-unsigned test").ends(0);
        folder.wbo("pack x/document.json --out second.wbo --plain").ends(0);
        assert!(folder.read("first.wbo") == folder.read("second.wbo"), "{document}");
        schema::check(&folder.json("x/document.json"));
    }
}

#[test]
fn a_trusted_profile_comes_out_whole() {
    let folder = Folder::with_profile();
    folder.wbo("pack small.json --out plain.wbo --plain").ends(0);
    assert_snapshot!(folder.transcript("extract alice.wbo --out x -i alice.key --signers signers --json"));
    assert_eq!(names(&folder, "x/contents").len(), 1);
    folder.wbo("pack x/document.json --out again.wbo --plain").ends(0);
    assert!(folder.read("plain.wbo") == folder.read("again.wbo"));
    // Salvaging what is whole gives the same.
    folder.wbo("extract alice.wbo --out y -i alice.key --signers signers --salvage").ends(0);
    assert_eq!(names(&folder, "x"), names(&folder, "y"));
    assert!(folder.read("x/document.json") == folder.read("y/document.json"));
}

#[test]
fn salvage_gets_out_what_is_whole() {
    let folder = Folder::with_profile();
    folder.changed("alice.wbo", "flipped.wbo", |bytes| bytes[200] ^= 1);
    folder.wbo("extract flipped.wbo --out x -i alice.key --signers signers").ends(13);
    assert_snapshot!(folder.transcript("extract flipped.wbo --out x -i alice.key --signers signers --salvage"));
    let incomplete = folder.json("x/incomplete.json");
    schema::check(&incomplete);
    let sections = incomplete["salvaged"]["sections"].as_object().unwrap();
    assert_eq!(sections.keys().collect::<Vec<_>>(), ["explorer", "start"]);
    assert_eq!(incomplete["settings_lost"], 1);
    assert!(!folder.path("x/document.json").exists(), "a part of a document is none");
    folder.wbo("pack x/incomplete.json --out y.wbo --plain").ends(2);
}

/// Damage in each place of a file in turn: salvage says that something is lost, or the tail alone was hit.
#[test]
fn salvage_never_takes_a_part_for_the_whole() {
    let folder = Folder::with_document();
    folder.wbo("pack small.json --out whole.wbo --plain").ends(0);
    let length = folder.read("whole.wbo").len();
    let (mut partly, mut refused) = (0, 0);
    for place in (0..length).step_by(length / 40) {
        folder.changed("whole.wbo", "flipped.wbo", |bytes| bytes[place] ^= 1);
        let out = format!("x-{place}");
        let run = folder.wbo(&format!("extract flipped.wbo --out {out} --salvage --accept-unsigned test --json"));
        match run.code {
            0 => assert!(folder.path(&out).join("document.json").exists(), "{place}: {run:?}"),
            3 => {
                schema::check(&folder.json(format!("{out}/incomplete.json")));
                partly += 1;
            }
            _ => refused += 1,
        }
    }
    assert!(partly > 0 && refused > 0, "{partly} in part, {refused} refused");
}

#[test]
fn what_cannot_be_extracted_leaves_nothing() {
    let folder = Folder::with_profile();
    folder.key("mallory");
    let stranger = folder.signer("stranger");
    folder.write("strangers", format!("s@example.org namespaces=\"wbo-profile\" {stranger}"));
    folder.changed("alice.wbo", "flipped.wbo", |bytes| bytes[200] ^= 1);
    folder.changed("alice.wbo", "cut.wbo", |bytes| bytes.truncate(60_000));
    std::fs::create_dir(folder.path("there")).unwrap();
    assert_snapshot!(folder.transcript(
        "
        extract alice.wbo --out there -i alice.key --signers signers
        extract alice.wbo --out small.json -i alice.key --signers signers
        extract alice.wbo --out missing/x -i alice.key --signers signers
        extract missing.wbo --out x -i alice.key --signers signers
        extract alice.wbo --out x
        extract alice.wbo --out x --signers signers
        extract alice.wbo --out x -i mallory.key --signers signers
        extract alice.wbo --out x -i alice.key
        extract alice.wbo --out x -i alice.key --signers strangers
        extract alice.wbo --out x -i alice.key --signers signers --revoked bench.pub
        extract flipped.wbo --out x -i alice.key --signers signers
        extract flipped.wbo --out x -i mallory.key --signers signers --salvage
        extract cut.wbo --out x -i alice.key --signers signers
        extract cut.wbo --out x --tail-only
        extract small.json --out x --tail-only
        extract alice.wbo --out x --tail-only --salvage
        "
    ));
}

#[test]
fn whichever_section_is_damaged_the_others_are_salvaged() {
    let folder = Folder::new();
    folder.wbo(&format!("pack {} --out full.wbo --plain", fixture("documents").join("full.json").display())).ends(0);
    let report = folder.wbo("inspect full.wbo --json").ends(0).json();
    let mut offset = 106;
    for (number, section) in report["opened"]["sections"].as_array().unwrap().iter().enumerate() {
        let stored = usize::try_from(section["stored"].as_u64().unwrap()).unwrap();
        folder.changed("full.wbo", "damaged.wbo", |bytes| bytes[offset + stored - 1] ^= 1);
        let line = format!("extract damaged.wbo --out x{number} --salvage --accept-unsigned test --json");
        let run = folder.wbo(&line).ends(3).json();
        let lost = run["lost"][0].as_str().unwrap();
        assert!(lost.contains(&format!("section {}", section["section"].as_str().unwrap())), "{lost}");
        offset += stored;
    }
}
