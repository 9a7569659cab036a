//! Files that were cut, continued or changed by a program that took them for text.

use super::*;

pub fn vectors() -> Vec<Vector> {
    vec![
        plain(
            "mangled-crlf-to-lf",
            "mangled: CR LF to LF",
            "CR LF to LF",
            "A transfer in text mode.",
            Flaw::File(|file| {
                let without = |(index, byte): (usize, &u8)| !(*byte == b'\r' && file.get(index + 1) == Some(&b'\n'));
                let keep: Vec<bool> = file.iter().enumerate().map(without).collect();
                let mut keep = keep.into_iter();
                file.retain(|_| keep.next().unwrap());
            }),
        ),
        plain(
            "mangled-lf-to-crlf",
            "mangled: LF to CR LF",
            "LF to CR LF",
            "A transfer in text mode.",
            Flaw::File(|file| {
                let expand = |byte: &u8| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] };
                *file = file.iter().flat_map(expand).collect();
            }),
        ),
        plain(
            "mangled-seven-bits",
            "mangled: seven bits",
            "highest bit",
            "Sent as ASCII.",
            Flaw::File(|file| {
                file.iter_mut().for_each(|byte| *byte &= 0x7f);
            }),
        ),
        plain(
            "mangled-utf-16",
            "mangled: UTF-16",
            "UTF-16",
            "Redirected in Windows PowerShell.",
            Flaw::File(|file| {
                let units = latin_1(file).encode_utf16().flat_map(u16::to_le_bytes).collect();
                *file = [vec![0xff, 0xfe], units].concat();
            }),
        ),
        plain(
            "mangled-utf-16-big-endian",
            "mangled: UTF-16",
            "UTF-16",
            "The other byte order.",
            Flaw::File(|file| {
                *file = latin_1(file).encode_utf16().flat_map(u16::to_be_bytes).collect();
            }),
        ),
        plain(
            "mangled-utf-8",
            "mangled: UTF-8",
            "UTF-8",
            "Read as Latin-1, saved as UTF-8.",
            Flaw::File(|file| {
                *file = latin_1(file).into_bytes();
            }),
        ),
        plain(
            "mangled-utf-8-mark",
            "mangled: UTF-8",
            "UTF-8",
            "The same, with a byte order mark.",
            Flaw::File(|file| {
                *file = [b"\xef\xbb\xbf", latin_1(file).as_bytes()].concat();
            }),
        ),
        plain(
            "mangled-replacement",
            "mangled: UTF-8",
            "UTF-8",
            "What is no UTF-8 became U+FFFD.",
            Flaw::File(|file| {
                *file = String::from_utf8_lossy(file).into_owned().into_bytes();
            }),
        ),
        plain("other-empty", "not a profile", "empty", "Nothing.", Flaw::File(Vec::clear)),
        plain(
            "other-zip",
            "not a profile",
            "50 4b 03 04",
            "A ZIP archive.",
            Flaw::File(|file| {
                *file = [b"PK\x03\x04", &[0; 300][..]].concat();
            }),
        ),
        plain(
            "other-age",
            "not a profile",
            "61 67 65",
            "An age file, such as an envelope.",
            Flaw::File(|file| {
                *file = b"age-encryption.org/v1\n-> X25519 a\n".to_vec();
            }),
        ),
        plain(
            "other-text",
            "not a profile",
            "7b 22",
            "A document as JSON.",
            Flaw::File(|file| *file = b"{\"wbo\":1}".to_vec()),
        ),
        plain("truncated-magic", "truncated", "at least 222", "Four bytes.", Flaw::File(|file| file.truncate(4))),
        plain("truncated-core", "truncated", "at least 126", "A hundred bytes.", Flaw::File(|file| file.truncate(100))),
        plain(
            "truncated-after-core",
            "truncated",
            "at least",
            "The core alone.",
            Flaw::File(|file| file.truncate(106)),
        ),
        plain(
            "truncated-segments",
            "truncated",
            "at least",
            "Half of it.",
            Flaw::File(|file| file.truncate(file.len() / 2)),
        ),
        plain(
            "truncated-tail",
            "truncated",
            "truncated: 100 bytes",
            "Most of the trailer is missing.",
            Flaw::File(|file| {
                file.truncate(file.len() - 100);
            }),
        ),
        plain(
            "truncated-by-one",
            "truncated",
            "truncated: 1 bytes",
            "The last byte is missing.",
            Flaw::File(|file| {
                file.pop();
            }),
        ),
        plain(
            "after-the-end-short",
            "damaged: data after the end",
            "goes on",
            "One byte more.",
            Flaw::File(|file| {
                file.push(0);
            }),
        ),
        plain(
            "after-the-end-long",
            "damaged: data after the end",
            "goes on",
            "100,000 zeros, as a disk full of holes leaves them.",
            Flaw::File(|file| file.extend([0; 100_000])),
        ),
        plain(
            "twice",
            CORE,
            "does not reach",
            "The whole file, and the whole file again.",
            Flaw::File(|file| {
                file.extend_from_within(..);
            }),
        ),
        plain(
            "in-front",
            "not a profile",
            "00 89 57",
            "One byte before the magic.",
            Flaw::File(|file| {
                // Its tail is whole, and yet nothing is where it should be; without the tail it is no profile at all.
                file.insert(0, 0);
                let end = file.len() - 1;
                file[end] ^= 1;
            }),
        ),
        encrypted(
            "truncated-encrypted",
            "truncated",
            "at least",
            "Half of it.",
            Flaw::File(|file| {
                file.truncate(file.len() / 2);
            }),
        ),
    ]
}

fn latin_1(file: &[u8]) -> String {
    file.iter().map(|byte| char::from(*byte)).collect()
}
