//! Every flipped bit and every cut is refused, and refused as what it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::cast_possible_truncation, reason = "the samples are small")]

mod samples;

use profile_format::*;
use samples::*;

/// A small signed file, its key, and where its body and its manifest end and begin.
fn signed(key: ProfileKey) -> (Vec<u8>, OpeningKey) {
    let opening_key = key.opening_key();
    let author = SignerKey(b"T".to_vec());
    (sealed_file(&small(), &ContentMap::new(), key, Some(&author), &[b"aT", b"eU"]), opening_key)
}

/// All that `wbo verify` asks of a file.
fn verify(file: &[u8], key: Option<&OpeningKey>) -> Result<(), ReadError> {
    let sealed = Sealed::parse(file)?;
    sealed.check_body()?;
    let Some(key) = key else { return Ok(()) };
    let trust = sealed.judge(&LetterJudge).trust().expect("seals stand in the tail, and the tail was right");
    sealed.open(key, trust)?.verify().into_iter().try_for_each(|verdict| verdict.result)
}

/// Verifies with the key alone, as a reader does that opens sections without the digest over the whole body.
fn open_and_read(file: &[u8], key: &OpeningKey) -> Result<(), ReadError> {
    let sealed = Sealed::parse(file)?;
    let trust = match sealed.judge(&LetterJudge).trust() {
        Ok(trust) => trust,
        // What a seal signs is made of core and manifest: either may be the damaged part.
        Err(_) => return Err(ReadError::WrongTrust),
    };
    sealed.open(key, trust)?.verify().into_iter().try_for_each(|verdict| verdict.result)
}

fn damaged_part(result: Result<(), ReadError>) -> String {
    match result {
        Err(ReadError::Damaged(damage)) => damage.part.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn every_flipped_bit_is_damage_of_the_part_it_is_in() {
    for key in [ProfileKey::plain(), ProfileKey::generate().unwrap()] {
        let (file, key) = signed(key);
        verify(&file, Some(&key)).unwrap();
        let body = Sealed::parse(file.as_slice()).unwrap().body_length() as usize;
        let mut flipped = file.clone();
        for offset in 0..file.len() {
            let expected = match offset {
                0..106 => "the core",
                offset if offset < body => "the body",
                _ => "the tail",
            };
            // Padding is 64 KiB of the same; of it, one bit in each byte will do, and the digest over the body.
            let in_padding = body > 60_000 && (2_000..body - 2_000).contains(&offset);
            for bit in if in_padding { offset % 8..offset % 8 + 1 } else { 0..8 } {
                flipped[offset] ^= 1 << bit;
                assert_eq!(damaged_part(verify(&flipped, None)), expected, "bit {bit} at {offset} of {}", file.len());
                assert!(in_padding || open_and_read(&flipped, &key).is_err(), "bit {bit} at {offset}");
                flipped[offset] ^= 1 << bit;
            }
        }
    }
}

#[test]
fn every_cut_is_a_truncation_and_says_how_much_is_missing() {
    for key in [ProfileKey::plain(), ProfileKey::generate().unwrap()] {
        let (file, _) = signed(key);
        let body = Sealed::parse(file.as_slice()).unwrap().body_length() as usize;
        assert!(matches!(Sealed::parse(&[] as &[u8]), Err(ReadError::NotAProfile { .. })));
        for length in 1..file.len() {
            match Sealed::parse(&file[..length]).unwrap_err() {
                ReadError::Truncated { missing, exact } => {
                    let really = (file.len() - length) as u64;
                    assert!(if exact { missing == really } else { 0 < missing && missing <= really }, "{length}");
                    assert_eq!(exact, length >= body + 4, "{length}: from the tail's first field on it is exact");
                }
                other => panic!("{length} bytes: {other}"),
            }
        }
    }
}

#[test]
fn what_follows_the_end_is_refused() {
    let (mut file, _) = signed(ProfileKey::plain());
    file.extend_from_slice(b"more");
    let Err(ReadError::Damaged(damage)) = Sealed::parse(file.as_slice()) else { panic!("it was accepted") };
    assert_eq!((damage.part, damage.length), (Part::AfterTheEnd, 4));
}

#[test]
fn a_file_taken_for_text_says_so() {
    let (file, _) = signed(ProfileKey::generate().unwrap());
    let crlf_to_lf = {
        let mut bytes = Vec::new();
        for (index, byte) in file.iter().enumerate() {
            if !(*byte == b'\r' && file.get(index + 1) == Some(&b'\n')) {
                bytes.push(*byte);
            }
        }
        bytes
    };
    let lf_to_crlf = file.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] });
    let latin1: String = file.iter().map(|byte| *byte as char).collect();
    let utf16: Vec<u8> = latin1.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table = [
        (crlf_to_lf, Mangling::CrLfToLf),
        (lf_to_crlf.collect(), Mangling::LfToCrLf),
        (file.iter().map(|byte| byte & 0x7f).collect(), Mangling::SevenBits),
        (latin1.clone().into_bytes(), Mangling::Utf8),
        (String::from_utf8_lossy(&file).into_owned().into_bytes(), Mangling::Utf8),
        ([b"\xef\xbb\xbf".as_slice(), latin1.as_bytes()].concat(), Mangling::Utf8),
        ([b"\xff\xfe".as_slice(), &utf16].concat(), Mangling::Utf16),
        (utf16, Mangling::Utf16),
    ];
    for (bytes, expected) in table {
        match Sealed::parse(bytes.as_slice()) {
            Err(ReadError::Mangled(found)) => assert_eq!(found, expected),
            other => panic!("{expected:?}: {:?}", other.map(drop)),
        }
    }
    for other in [b"PK\x03\x04".as_slice(), b"age-encryption.org/v1\n", b"{}", &[0; 500]] {
        assert!(matches!(Sealed::parse(other), Err(ReadError::NotAProfile { .. })));
    }
}

#[test]
fn salvage_gives_what_is_whole_and_names_what_is_not() {
    let (document, contents) = rich();
    let key = ProfileKey::generate().unwrap();
    let opening_key = key.opening_key();
    let mut file = sealed_file(&document, &contents, key, None, &[]);
    // The first section is the personalization settings; the last section holds the contents, in three segments.
    let opened = open(file.clone(), &opening_key).unwrap();
    let stored: Vec<usize> = opened.sections().map(|section| section.stored as usize).collect();
    let contents_at = 106 + stored[..stored.len() - 1].iter().sum::<usize>();
    file[106 + 5] ^= 1;
    file[contents_at + stored[stored.len() - 1] - 5] ^= 1;

    let opened = open(file, &opening_key).unwrap();
    let incomplete = opened.salvage();
    assert_eq!(incomplete.sections, document.sections[1..]);
    assert_eq!(incomplete.apps, Some(document.apps));
    assert_eq!(incomplete.notes, Some(document.notes));
    let damaged: Vec<String> = incomplete.damage.iter().map(|damage| damage.part.to_string()).collect();
    assert_eq!(damaged, ["segment 1 of section personalization", "segment 3 of section contents"]);
    let sizes = |contents: &[Content]| contents.iter().map(|content| content.size).collect::<Vec<_>>();
    assert_eq!(sizes(&incomplete.contents), [5, 0]);
    assert_eq!(sizes(&incomplete.lost_contents), [2_500_000, 4]);
    let mut bytes = Vec::new();
    opened.read_content(&incomplete.contents[0].id, &mut bytes).unwrap();
    assert_eq!(bytes, b"small");
}

#[test]
fn a_damaged_tail_does_not_hide_a_whole_body() {
    let (mut file, key) = signed(ProfileKey::generate().unwrap());
    let last = file.len() - 9;
    file[last] ^= 1;
    let (sealed, damage) = Sealed::parse_damaged(file).unwrap();
    assert_eq!(damage.len(), 1);
    let trust = sealed.judge(&LetterJudge).trust().unwrap();
    assert_eq!(sealed.open(&key, trust).unwrap().document().unwrap(), small());
}
