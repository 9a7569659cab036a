//! What is sealed opens again as it was, and a reader reads no more than it must.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::cast_possible_truncation, reason = "the samples are small")]

mod samples;

use std::io::{self, Cursor};
use std::sync::Mutex;

use profile_format::*;
use samples::*;

#[test]
fn everything_that_is_sealed_opens_again() {
    let (document, contents) = rich();
    for key in [ProfileKey::generate().unwrap(), ProfileKey::plain()] {
        let opening_key = key.opening_key();
        let opened = open(sealed_file(&document, &contents, key, None, &[]), &opening_key).unwrap();
        assert_eq!(opened.document().unwrap(), document);
        assert_eq!(contents_of(&opened), contents);
        for (id, bytes) in &contents {
            let mut read = Vec::new();
            opened.read_content(id, &mut read).unwrap();
            assert_eq!(&read, bytes);
        }
        assert!(opened.verify().iter().all(|verdict| verdict.result.is_ok()));
        opened.sealed().check_body().unwrap();
    }
}

#[test]
fn an_empty_document_is_a_profile_too() {
    let key = ProfileKey::generate().unwrap();
    let opening_key = key.opening_key();
    let opened = open(sealed_file(&empty_document(), &ContentMap::new(), key, None, &[]), &opening_key).unwrap();
    assert_eq!(opened.document().unwrap(), empty_document());
    assert_eq!(opened.sections().count(), 0);
}

#[test]
fn the_same_document_gives_the_same_plain_file() {
    let (document, contents) = rich();
    let file = || sealed_file(&document, &contents, ProfileKey::plain(), None, &[]);
    assert!(file() == file());
}

#[test]
fn sizes_of_small_documents_do_not_show() {
    let length = |document: &Document| {
        sealed_file(document, &ContentMap::new(), ProfileKey::generate().unwrap(), None, &[]).len()
    };
    assert_eq!(length(&empty_document()), length(&small()));
}

#[test]
fn tails_change_without_the_body() {
    let key = ProfileKey::generate().unwrap();
    let opening_key = key.opening_key();
    let file = sealed_file(&small(), &ContentMap::new(), key, None, &[b"eT"]);
    let sealed = Sealed::parse(file.as_slice()).unwrap();
    let (body_id, statement) = (sealed.body_id(), sealed.statement());
    let envelopes = vec![Envelope(b"another".to_vec()), Envelope(b"third".to_vec())];
    let seals = vec![letter_seal(b"eT", &statement), letter_seal(b"eU", &statement)];
    let tail = sealed.tail_with(envelopes.clone(), seals.clone()).unwrap();
    let body = &file[..sealed.body_length() as usize];
    let opened = open([body, &tail].concat(), &opening_key).unwrap();
    assert_eq!((opened.sealed().body_id(), opened.sealed().statement()), (body_id, statement));
    assert_eq!((opened.sealed().envelopes(), opened.sealed().seals()), (&envelopes[..], &seals[..]));
    assert!(sealed.tail_with(vec![], vec![]).is_err(), "an encrypted body without an envelope opens for nobody");
    assert!(sealed.tail_with(vec![Envelope(vec![]); limits::MAX_ENVELOPES + 1], vec![]).is_err());
}

#[test]
fn rekeying_keeps_the_content_and_remembers_the_seals() {
    let (document, contents) = rich();
    let key = ProfileKey::generate().unwrap();
    let old_key = key.opening_key();
    let author = SignerKey(b"T".to_vec());
    let file = sealed_file(&document, &contents, key, Some(&author), &[b"aT"]);
    let old = open(file, &old_key).unwrap();

    let key = ProfileKey::generate().unwrap();
    let new_key = key.opening_key();
    let mut file = Cursor::new(Vec::new());
    let body = old.rekey(&mut file, key, None).unwrap();
    body.finish(&mut file, vec![Envelope(b"new".to_vec())], vec![]).unwrap();

    let file = file.into_inner();
    assert!(matches!(open(file.clone(), &old_key), Err(ReadError::WrongKey)));
    let new = open(file, &new_key).unwrap();
    assert_eq!(new.document().unwrap(), document);
    assert_eq!(contents_of(&new), contents);
    assert_eq!(new.author(), None);
    assert_ne!(new.sealed().body_id(), old.sealed().body_id());
    let [earlier] = new.earlier().try_into().unwrap();
    assert_eq!((earlier.statement, earlier.seals), (old.sealed().statement(), old.sealed().seals().to_vec()));
}

/// Notes every byte range that is read.
struct Watched {
    bytes: Vec<u8>,
    reads: Mutex<Vec<(u64, usize)>>,
}

impl ReadAt for Watched {
    fn length(&self) -> io::Result<u64> {
        self.bytes.length()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.reads.lock().unwrap().push((offset, buffer.len()));
        self.bytes.read_exact_at(buffer, offset)
    }
}

#[test]
fn one_section_costs_core_tail_manifest_and_itself() {
    let (document, contents) = rich();
    let key = ProfileKey::generate().unwrap();
    let opening_key = key.opening_key();
    let bytes = sealed_file(&document, &contents, key, None, &[]);
    let length = bytes.len();
    let watched = Watched { bytes, reads: Mutex::default() };
    let sealed = Sealed::parse(&watched).unwrap();
    let trust = sealed.judge(&LetterJudge).accept_unsigned("a test").unwrap();
    let opened = sealed.open(&opening_key, trust).unwrap();
    opened.settings(Category::START).unwrap().unwrap();
    let read: usize = watched.reads.lock().unwrap().iter().map(|(_, length)| length).sum();
    let start = opened.sections().find(|section| section.id == SectionId::settings(Category::START)).unwrap();
    let manifest_and_ends = 8192;
    assert!(length > 90_000 && read < manifest_and_ends + start.stored as usize, "{read} of {length} bytes were read");
}

#[test]
fn contents_must_be_what_the_document_names() {
    let (document, contents) = rich();
    let last = contents.iter().find(|(_, bytes)| bytes.as_slice() == b"last").map(|(id, _)| *id).unwrap();
    let wrong: [(&str, Option<&[u8]>); 4] =
        [("other bytes", Some(b"lost")), ("too short", Some(b"las")), ("too long", Some(b"last!")), ("none", None)];
    for (what, bytes) in wrong {
        let mut contents = contents.clone();
        match bytes {
            Some(bytes) => drop(contents.insert(last, bytes.to_vec())),
            None => drop(contents.remove(&last)),
        }
        let result = seal(&mut Cursor::new(Vec::new()), &document, &contents, ProfileKey::plain(), None);
        let error = result.map(drop).unwrap_err();
        let names_it =
            matches!(error, SealError::ContentDiffers { id, .. } | SealError::Content { id, .. } if id == last);
        assert!(names_it, "{what}: {error}");
    }
}

/// The record of an apply: settings and undo steps, with contents of both and one that both name.
fn record() -> (Document, ContentMap) {
    let (mut document, mut contents) = rich();
    let replaced = b"what was there".to_vec();
    let mut undo = undo(&replaced, b"what the apply wrote");
    undo.steps.push(step(&["a.file"], stored(&["E:", "shared"], Some(state(b"small")), None, None)));
    document.undo = Some(undo);
    contents.insert(state(&replaced).content.id, replaced);
    (document, contents)
}

fn state(bytes: &[u8]) -> FileState {
    let Item::File { state: Some(state), .. } = file("", bytes) else { panic!("a file") };
    state
}

#[test]
fn records_of_an_apply_open_as_they_were_and_say_so_without_a_key() {
    let (document, contents) = record();
    for key in [ProfileKey::generate().unwrap(), ProfileKey::plain()] {
        let opening_key = key.opening_key();
        let opened = open(sealed_file(&document, &contents, key, None, &[]), &opening_key).unwrap();
        assert_eq!(opened.sealed().features(), Features { must_know: Features::UNDO, may_ignore: 0 });
        assert_eq!(opened.undo().unwrap(), document.undo);
        assert_eq!(opened.document().unwrap(), document);
        assert_eq!(contents_of(&opened), contents);
        assert!(opened.verify().iter().all(|verdict| verdict.result.is_ok()));
        let last = opened.sections().last().unwrap();
        assert_eq!((last.id, last.entries), (SectionId::UNDO, 11));
        let incomplete = opened.salvage();
        assert_eq!((incomplete.undo, incomplete.damage), (document.undo.clone(), vec![]));

        let mut rekeyed = Cursor::new(Vec::new());
        let body = opened.rekey(&mut rekeyed, ProfileKey::plain(), None).unwrap();
        body.finish(&mut rekeyed, vec![], vec![]).unwrap();
        assert_eq!(open(rekeyed.into_inner(), &OpeningKey::plain()).unwrap().document().unwrap(), document);
    }
}

#[test]
fn contents_of_undo_steps_come_after_those_of_settings_and_what_was_written_is_not_there() {
    let (document, _) = record();
    let settings = Document { undo: None, ..document.clone() }.contents();
    let contents = document.contents();
    let (of_settings, of_steps) = contents.split_at(settings.len());
    assert_eq!(of_settings, settings);
    assert_eq!(of_steps, [state(b"what was there").content]);
}

#[test]
fn a_damaged_undo_part_is_named_and_the_rest_is_whole() {
    let (document, contents) = record();
    let mut file = sealed_file(&document, &contents, ProfileKey::plain(), None, &[]);
    let opened = open(file.clone(), &OpeningKey::plain()).unwrap();
    let stored: u64 = opened.sections().map(|section| section.stored).sum();
    file[106 + stored as usize - 1] ^= 1;
    let opened = open(file, &OpeningKey::plain()).unwrap();
    let incomplete = opened.salvage();
    assert_eq!((incomplete.undo, incomplete.sections), (None, document.sections));
    let parts: Vec<String> = incomplete.damage.iter().map(|damage| damage.part.to_string()).collect();
    assert_eq!(parts, ["segment 1 of section undo"]);
}

/// Here and not among the vectors, because such a file is large.
#[test]
fn undo_steps_have_a_limit() {
    let made = |number: usize| step(&["a"], key(&["HKCU", &format!("{number:05}")], None, true));
    let mut document = empty_document();
    for (count, fits) in [(limits::MAX_UNDO_STEPS, true), (limits::MAX_UNDO_STEPS + 1, false)] {
        document.undo = Some(Undo { apply: ApplyId([9; 16]), steps: (0..count).map(made).collect() });
        assert_eq!(document.validate().is_ok(), fits, "{count}");
    }
    document.undo.as_mut().unwrap().steps.pop();
    let opened = open(sealed_file(&document, &ContentMap::new(), ProfileKey::plain(), None, &[]), &OpeningKey::plain());
    assert_eq!(opened.unwrap().undo().unwrap(), document.undo);
}
