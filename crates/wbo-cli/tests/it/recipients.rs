//! `wbo recipients`.

use insta::assert_snapshot;

use crate::folder::Folder;

#[test]
fn envelopes_come_and_go_and_the_body_stays() {
    let folder = Folder::with_profile();
    folder.key("desk");
    folder.write("passphrase", "correct horse\n");
    let body = body(&folder, "alice.wbo");
    assert_snapshot!(folder.transcript(
        "
        recipients alice.wbo
        recipients alice.wbo --add -R desk.pub -i alice.key
        recipients alice.wbo --add --new-passphrase-file passphrase -i desk.key --json
        recipients alice.wbo --remove 1 -i desk.key
        inspect alice.wbo --section start -i alice.key
        verify alice.wbo -i desk.key --signers signers
        recipients alice.wbo --remove 1 --add -R alice.pub -i desk.key --out new.wbo
        verify new.wbo -i alice.key --signers signers
        verify alice.wbo -i desk.key --signers signers
        "
    ));
    assert!(body == self::body(&folder, "alice.wbo") && body == self::body(&folder, "new.wbo"));
}

/// The file without its tail, whose length stands at its end.
fn body(folder: &Folder, name: &str) -> Vec<u8> {
    let mut bytes = folder.read(name);
    let length_at = bytes.len() - 108;
    let tail = u32::from_le_bytes(bytes[length_at..length_at + 4].try_into().unwrap()) as usize;
    bytes.truncate(bytes.len() - tail);
    bytes
}

#[test]
fn what_would_lock_everybody_out_is_refused() {
    let folder = Folder::with_profile();
    folder.key("mallory");
    folder.write("there.wbo", "something else");
    folder.wbo("pack small.json --out plain.wbo --plain").ends(0);
    folder.changed("alice.wbo", "flipped.wbo", |bytes| bytes[200] ^= 1);
    assert_snapshot!(folder.transcript(
        "
        recipients missing.wbo
        recipients small.json
        recipients alice.wbo -R mallory.pub -i alice.key
        recipients alice.wbo --add -i alice.key
        recipients alice.wbo --add -R mallory.pub
        recipients alice.wbo --add -R mallory.pub -i mallory.key
        recipients alice.wbo --add -R missing.pub -i alice.key
        recipients alice.wbo --remove 1 -i alice.key
        recipients alice.wbo --remove 0 -i alice.key
        recipients alice.wbo --remove 2 -i alice.key
        recipients alice.wbo --remove all -i alice.key
        recipients alice.wbo --add -R mallory.pub -i alice.key --out there.wbo
        recipients plain.wbo --add -R mallory.pub
        recipients flipped.wbo --add -R mallory.pub -i alice.key
        recipients alice.wbo --rotate -i alice.key --signers signers
        recipients alice.wbo --rotate -R alice.pub -i alice.key
        recipients alice.wbo --rotate -R alice.pub -i mallory.key --signers signers
        recipients alice.wbo --rotate -R alice.pub -i alice.key --signers signers --sign missing
        recipients alice.wbo --rotate -R alice.pub -i alice.key --signers signers --out there.wbo
        recipients flipped.wbo --rotate -R alice.pub -i alice.key --signers signers
        recipients alice.wbo --rotate --add -R alice.pub -i alice.key --signers signers
        recipients alice.wbo --sign bench -i alice.key
        "
    ));
}

#[test]
fn a_profile_has_at_most_four_envelopes() {
    let folder = Folder::with_profile();
    for number in 2..=4 {
        folder.key(&format!("key-{number}"));
        folder.wbo(&format!("recipients alice.wbo --add -R key-{number}.pub -i alice.key")).ends(0);
    }
    folder.wbo("recipients alice.wbo --add -R key-2.pub -i alice.key").ends(2);
    folder.wbo("verify alice.wbo -i key-4.key --signers signers").ends(0);
}

#[test]
fn a_new_key_keeps_the_content_and_remembers_the_seals() {
    let folder = Folder::with_profile();
    folder.key("desk");
    let old = folder.wbo("inspect alice.wbo -i alice.key --reveal --json").ends(0).json();
    assert_snapshot!(folder.transcript(
        "
        recipients alice.wbo --rotate -R desk.pub -i alice.key --signers signers --out unsigned.wbo
        verify unsigned.wbo -i desk.key --signers signers
        verify unsigned.wbo -i alice.key
        recipients alice.wbo --rotate -R desk.pub -i alice.key --signers signers --sign bench
        verify alice.wbo -i desk.key --signers signers
        inspect alice.wbo -i alice.key
        inspect alice.wbo -i desk.key --signers signers
        "
    ));
    let new = folder.wbo("inspect alice.wbo -i desk.key --signers signers --reveal --json").ends(0).json();
    assert_eq!(old["document"], new["document"]);
    assert_ne!(old["file"]["body_id"], new["file"]["body_id"]);
    assert_eq!(new["opened"]["earlier"][0]["seals"][0]["standing"], "trusted");
}

#[cfg(unix)]
#[test]
fn a_changed_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with_profile();
    folder.key("desk");
    let permissions = || std::fs::metadata(folder.path("alice.wbo")).unwrap().permissions();
    for (mode, line) in [
        (0o640, "recipients alice.wbo --add -R desk.pub -i alice.key"),
        (0o604, "recipients alice.wbo --rotate -R alice.pub -i alice.key --signers signers --sign bench"),
        (0o644, "sign alice.wbo --key bench -i alice.key"),
    ] {
        std::fs::set_permissions(folder.path("alice.wbo"), std::fs::Permissions::from_mode(mode)).unwrap();
        folder.wbo(line).ends(0);
        assert_eq!(permissions().mode() & 0o777, mode, "{line}");
    }
}

#[test]
fn a_place_for_a_change_needs_a_change() {
    let folder = Folder::with_profile();
    let run = folder.wbo("recipients alice.wbo --out b.wbo").ends(2);
    assert!(run.stderr.contains("no change is named"), "{run:?}");
}
