//! `wbo sign`.

use insta::assert_snapshot;

use crate::folder::Folder;
#[cfg(unix)]
use crate::run::Input;
#[cfg(unix)]
use crate::tools::Agent;
use crate::tools::{LOCK, ssh_key};

/// With `lead` besides, a second signer, whom the file `signers` trusts to endorse.
fn with_lead() -> Folder {
    let folder = Folder::with_profile();
    let lead = folder.signer("lead");
    let line = format!("lead@example.org namespaces=\"wbo-endorse\" {lead}");
    folder.write("signers", folder.text("signers") + &line);
    folder
}

#[test]
fn an_endorsement_joins_the_seals_that_are_there() {
    let folder = with_lead();
    assert_snapshot!(folder.transcript(
        "
        sign alice.wbo --key lead -i alice.key
        verify alice.wbo --signers signers
        sign alice.wbo --key bench --blind --out copy.wbo --json
        verify copy.wbo --signers signers
        "
    ));
}

#[test]
fn signing_again_changes_nothing() {
    let folder = with_lead();
    folder.wbo("sign alice.wbo --key lead -i alice.key").ends(0);
    let once = folder.read("alice.wbo");
    folder.wbo("sign alice.wbo --key lead -i alice.key").ends(0);
    assert!(once == folder.read("alice.wbo"));
}

#[test]
fn an_author_who_is_named_signs_later() {
    let folder = with_lead();
    folder.wbo("pack small.json --out named.wbo -R alice.pub --author bench.pub").ends(0);
    assert_snapshot!(folder.transcript(
        "
        inspect named.wbo -i alice.key
        verify named.wbo
        verify named.wbo -i alice.key
        extract named.wbo --out x -i alice.key --accept-unsigned test
        sign named.wbo --key lead --role author -i alice.key
        sign named.wbo --key lead -i alice.key
        sign named.wbo --key bench --role author -i alice.key
        verify named.wbo -i alice.key --signers signers
        "
    ));
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let folder = with_lead();
    folder.key("mallory");
    ssh_key(&folder, "locked", &["-t", "ed25519"], true);
    ssh_key(&folder, "rsa", &["-t", "rsa", "-b", "2048"], false);
    folder.write("wrong", "incorrect horse\n");
    folder.write("there.wbo", "something else");
    folder.wbo("pack small.json --out nobodys.wbo --plain").ends(0);
    folder.changed("alice.wbo", "flipped.wbo", |bytes| bytes[200] ^= 1);
    assert_snapshot!(folder.transcript(
        "
        sign missing.wbo --key lead --blind
        sign small.json --key lead --blind
        sign alice.wbo --key missing --blind
        sign alice.wbo --key alice.key --blind
        sign alice.wbo --key rsa --blind
        sign alice.wbo --key lead.pub --blind
        sign alice.wbo --key locked --blind
        sign alice.wbo --key locked --blind --key-passphrase-file wrong
        sign alice.wbo --key lead
        sign alice.wbo --key lead -i mallory.key
        sign alice.wbo --key lead --role author -i alice.key
        sign nobodys.wbo --key lead --role author
        sign alice.wbo --key lead --role witness
        sign alice.wbo --key lead --blind --out there.wbo
        sign flipped.wbo --key lead -i alice.key
        sign flipped.wbo --key lead --blind
        "
    ));
}

#[test]
fn a_locked_key_signs_when_it_is_unlocked() {
    let folder = Folder::with_profile();
    ssh_key(&folder, "locked", &["-t", "ed25519"], true);
    folder.write("lock", LOCK);
    folder.wbo("sign alice.wbo --key locked -i alice.key --key-passphrase-file lock").ends(0);
    folder.wbo("pack small.json --out b.wbo -R alice.pub --sign locked --key-passphrase-file lock").ends(0);
    folder.write("signers", format!("t@example.org namespaces=\"wbo-*\" {}", folder.text("locked.pub")));
    folder.wbo("verify b.wbo -i alice.key --signers signers").ends(0);
}

#[cfg(unix)]
#[test]
fn an_agent_signs_for_a_key_that_is_not_in_a_file() {
    let folder = with_lead();
    let agent = Agent::holding(&folder, "lead");
    std::fs::remove_file(folder.path("lead")).unwrap();
    let socket = agent.socket.clone();
    let input = Input { environment: &[("SSH_AUTH_SOCK", &socket)], ..Input::default() };
    let wbo = |line: &str| folder.wbo_with(&line.split(' ').collect::<Vec<_>>(), input);
    wbo("sign alice.wbo --key lead.pub -i alice.key").ends(0);
    wbo("pack small.json --out leads.wbo -R alice.pub --sign lead.pub").ends(0);
    let seals = wbo("verify alice.wbo --signers signers --json").ends(0).json()["files"][0]["seals"].clone();
    assert_eq!(seals[1]["principal"], "lead@example.org", "{seals:#}");
    // The agent has no such key, and then is no more.
    wbo("sign alice.wbo --key bench.pub -i alice.key").ends(4);
    drop(agent);
    wbo("sign alice.wbo --key lead.pub -i alice.key").ends(4);
}

#[test]
fn nobody_becomes_the_author_by_signing_as_one() {
    let folder = Folder::with_document();
    let bench = folder.signer("bench");
    folder.write("signers", format!("bench@example.org namespaces=\"wbo-*\" {bench}"));
    folder.wbo("pack small.json --out a.wbo --plain").ends(0);
    folder.wbo("sign a.wbo --key bench --role author --blind").ends(0);
    for line in ["inspect a.wbo --signers signers --json", "verify a.wbo --signers signers --json"] {
        let report = folder.wbo(line).ends(0).json();
        let seals = report.pointer("/file/seals").or_else(|| report.pointer("/files/0/seals")).unwrap();
        assert_eq!(seals[0]["role"], "endorser", "{line}");
    }
}

#[test]
fn named_signers_must_have_signed_before_another_does() {
    let folder = with_lead();
    let stranger = folder.signer("stranger");
    folder.write("strangers", format!("x@example.org namespaces=\"wbo-*\" {stranger}"));
    folder.wbo("sign alice.wbo --key lead -i alice.key --signers strangers").ends(15);
    folder.wbo("sign alice.wbo --key lead -i alice.key --signers signers").ends(0);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_leads_to_is_signed() {
    let folder = Folder::with_profile();
    std::os::unix::fs::symlink("alice.wbo", folder.path("link.wbo")).unwrap();
    folder.wbo("sign link.wbo --key bench --blind").ends(0);
    assert!(std::fs::symlink_metadata(folder.path("link.wbo")).unwrap().is_symlink());
    let report = folder.wbo("inspect alice.wbo --json").ends(0).json();
    assert_eq!(report["file"]["seals"].as_array().unwrap().len(), 2);
}
