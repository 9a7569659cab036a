//! What fuzz targets do with their input: one function each, which panics when a promise is broken.

use std::sync::OnceLock;

use profile_format::{Envelope, JudgeSeal, ProfileKey, Seal, Sealed, Statement, Timestamp, Verdict};

use crate::seal::Sshsig;
use crate::trust::{AllowedSigners, Revoked, Signers};

/// No text makes a file of trusted signers panic, and none of them is trusted by a seal that nobody made.
pub fn allowed_signers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let local = |moment: crate::Moment| Some(moment.in_utc());
    let Ok(allowed) = AllowedSigners::parse(text, "fuzz", &local) else { return };
    let judge = Signers { allowed, revoked: Revoked::default(), now: Timestamp(1_795_167_000) };
    let verdict = judge.judge(statement(), &Seal(Vec::new()));
    assert!(!matches!(verdict, Verdict::Valid(_)), "an empty seal is no seal");
}

/// A signature that is read is written again as the same bytes, and its armor leads back to it.
pub fn sshsig(data: &[u8]) {
    let seal = Seal(data.to_vec());
    let verdict = Signers::default().judge(statement(), &seal);
    assert!(!matches!(verdict, Verdict::Valid(_)), "nobody signed the statement");
    let Ok(signature) = Sshsig::parse(data) else { return };
    assert!(signature.encode() == data, "it is read and written as something else");
    let again = crate::dearmor(&crate::armor(&seal)).map(|seal| seal.0);
    assert!(again.is_ok_and(|again| again == data), "its armor leads elsewhere");
}

/// No bytes make a list of revoked keys panic.
pub fn revoked(data: &[u8]) {
    drop(Revoked::parse(data, "fuzz"));
}

/// No bytes make the header of an envelope panic, nor a file of keys or of recipients.
pub fn envelope(data: &[u8]) {
    drop(crate::describe(&Envelope(data.to_vec())));
    drop(crate::Identity::parse(data, "fuzz"));
    if let Ok(text) = std::str::from_utf8(data) {
        drop(crate::Recipient::parse_file(text, "fuzz"));
        drop(crate::parse_public_key(text));
        drop(crate::dearmor(text));
    }
}

/// The statement of some body; statements are made by files alone.
fn statement() -> &'static Statement {
    static STATEMENT: OnceLock<Statement> = OnceLock::new();
    STATEMENT.get_or_init(make_statement)
}

#[expect(clippy::expect_used, reason = "an empty plain profile is always written and read")]
fn make_statement() -> Statement {
    use profile_format::{Apps, CaptureMethod, Device, Document, Facts, ProfileId, Tool, User};
    let facts = Facts {
        id: ProfileId([7; 16]),
        created: Timestamp(1_795_167_000),
        tool: Tool { name: "fuzz".to_owned(), version: "0".to_owned() },
        catalogue: String::new(),
        method: CaptureMethod::AUTHORED,
        parents: Vec::new(),
    };
    let (device, user, apps) = (Device::default(), User::default(), Apps::default());
    let document = Document { facts, device, user, sections: Vec::new(), apps, notes: Vec::new(), undo: None };
    let mut file = std::io::Cursor::new(Vec::new());
    let contents = std::collections::BTreeMap::new();
    let body = profile_format::seal(&mut file, &document, &contents, ProfileKey::plain(), None);
    body.expect("it is sealed").finish(&mut file, Vec::new(), Vec::new()).expect("it is finished");
    Sealed::parse(file.into_inner()).expect("it is parsed").statement()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn seeds_keep_every_promise() {
        type Target = (&'static str, fn(&[u8]));
        let targets: [Target; 4] = [
            ("allowed_signers", super::allowed_signers),
            ("sshsig", super::sshsig),
            ("revoked", super::revoked),
            ("envelope", super::envelope),
        ];
        for (name, target) in targets {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
            let seeds: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            assert!(seeds.len() >= 3, "{} has lost its seeds", folder.display());
            seeds.iter().for_each(|seed| target(&fs::read(seed).unwrap()));
        }
    }
}
