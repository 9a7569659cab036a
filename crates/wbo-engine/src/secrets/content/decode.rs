//! What texts stand for: bytes as base64, as hexadecimal and as decimal numbers, and texts without the NULs of UTF-16.

/// The bytes without single NULs; several are one. So UTF-16 in either byte order, at any place, is the text it is, as far
/// as it is ASCII. `None`, if there is no NUL.
pub(super) fn without_nuls(bytes: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(0, bytes)?;
    let mut narrow = Vec::with_capacity(bytes.len() / 2 + 1);
    let mut nuls = 0;
    for &byte in bytes {
        if byte == 0 {
            nuls += 1;
            continue;
        }
        if nuls > 1 {
            narrow.push(0);
        }
        nuls = 0;
        narrow.push(byte);
    }
    Some(narrow)
}

/// Whether there is any text in these bytes that a secret might stand in. In bytes that are none, there hardly is.
pub(super) fn has_text(bytes: &[u8]) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let mut length = 0;
    bytes.iter().any(|byte| {
        length = if is_text(byte) { length + 1 } else { 0 };
        length >= TEXT
    })
}

/// Shorter runs of characters are no text: even `pwd=abc` is longer.
const TEXT: usize = 6;

/// Gives what each run of encoded bytes stands for to `take`, until it wants no more.
pub(super) fn each(text: &[u8], mut take: impl FnMut(&[u8]) -> bool) {
    let ways = [base64, hexadecimal, decimal];
    let _ = ways.iter().all(|way| way(text, &mut take));
}

/// Runs of both alphabets, over the ends of long lines. A run may begin with what does not belong to it, so each of its
/// four phases is tried.
fn base64(text: &[u8], take: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    let mut run: Vec<u8> = Vec::new();
    let mut in_line = 0;
    let mut gap = false;
    for &byte in text.iter().chain(b"=") {
        if let Some(bits) = sextet(byte) {
            if gap && in_line < LINE {
                run.clear();
            }
            in_line = if gap { 1 } else { in_line + 1 };
            gap = false;
            run.push(bits);
        } else if matches!(byte, b'\r' | b'\n' | b'\t' | b' ' | b'\\') && !run.is_empty() {
            // A line that is too short to be one of many ends what is encoded.
            if !gap && in_line < LINE && !phases(&run, take) {
                return false;
            }
            if !gap && in_line < LINE {
                run.clear();
                in_line = 0;
            } else {
                gap = true;
            }
        } else {
            if !phases(&run, take) {
                return false;
            }
            run.clear();
            in_line = 0;
            gap = false;
        }
    }
    true
}

/// Lines that are shorter are not taken for lines of one long text in base64.
const LINE: usize = 40;

/// Fewer bytes stand for no secret.
const SHORTEST: usize = 16;

fn phases(run: &[u8], take: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    if run.len() < SHORTEST {
        return true;
    }
    (0..4).all(|phase| {
        let run = run.get(phase..).unwrap_or_default();
        let (fours, rest) = run.as_chunks::<4>();
        let mut decoded = Vec::with_capacity(run.len());
        for &[one, two, three, four] in fours {
            decoded.extend([one << 2 | two >> 4, two << 4 | three >> 2, three << 6 | four]);
        }
        match *rest {
            [one, two] => decoded.push(one << 2 | two >> 4),
            [one, two, three] => decoded.extend([one << 2 | two >> 4, two << 4 | three >> 2]),
            _ => {}
        }
        take(&decoded)
    })
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Pairs of digits, with or without anything between them that lists of bytes have: `01,00`, `0x01, 0x00`, `\x01`.
fn hexadecimal(text: &[u8], take: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    for odd in [false, true] {
        let mut run: Vec<u8> = Vec::new();
        let mut high = None;
        let mut skip = odd;
        let mut separators = 0;
        for &byte in text.iter().chain(b"....") {
            match char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()) {
                Some(_) if skip => skip = false,
                Some(digit) => {
                    separators = 0;
                    match high.take() {
                        Some(high) => run.push(high << 4 | digit),
                        None => high = Some(digit),
                    }
                }
                None => {
                    // The 0 of 0x is no digit of the bytes.
                    if matches!(byte, b'x' | b'X') && high == Some(0) {
                        high = None;
                        continue;
                    }
                    separators += 1;
                    let is_separator = matches!(byte, b',' | b' ' | b':' | b'-' | b'\\' | b'\r' | b'\n' | b'\t' | b'x');
                    if high.is_some() || !is_separator || separators > 6 {
                        if run.len() >= SHORTEST && !take(&run) {
                            return false;
                        }
                        run.clear();
                        high = None;
                        skip = odd;
                    }
                }
            }
        }
    }
    true
}

/// Numbers below 256 with commas or blanks between them, as JSON and scripts write bytes.
fn decimal(text: &[u8], take: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    let mut run: Vec<u8> = Vec::new();
    let mut number: Option<u16> = None;
    for &byte in text.iter().chain(b".") {
        match byte {
            b'0'..=b'9' => number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(u16::from(byte - b'0'))),
            b',' | b' ' | b'\r' | b'\n' | b'\t' => match number.take().map(u8::try_from) {
                Some(Ok(number)) => run.push(number),
                Some(Err(_)) => run.clear(),
                None => {}
            },
            _ => {
                run.extend(number.take().and_then(|number| u8::try_from(number).ok()));
                if run.len() >= SHORTEST && !take(&run) {
                    return false;
                }
                run.clear();
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        each(text.as_bytes(), |bytes| {
            all.push(bytes.to_vec());
            true
        });
        all
    }

    #[test]
    fn utf16_is_narrow_in_either_order() {
        let text = "Password";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(without_nuls(&little).unwrap(), text.as_bytes());
        assert_eq!(without_nuls(&big).unwrap(), text.as_bytes());
        assert_eq!(without_nuls(b"a\0\0\0b\0").unwrap(), b"a\0b");
        assert_eq!(without_nuls(b"ab"), None);
    }

    #[test]
    fn bytes_are_found_in_every_way_of_writing_them() {
        let bytes = b"sixteen bytes or so!";
        let hex = |between: &str| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between);
        let numbers = bytes.map(|byte| byte.to_string()).join(", ");
        for text in [
            "c2l4dGVlbiBieXRlcyBvciBzbyE=".to_owned(),
            "xc2l4dGVlbiBieXRlcyBvciBzbyE".to_owned(),
            hex(""),
            format!("a{}", hex("")),
            hex(","),
            hex(",\\\r\n  "),
            hex(" 0x"),
            format!("[{numbers}]"),
        ] {
            let found = decoded(&text).iter().any(|one| one.windows(bytes.len()).any(|window| window == bytes));
            assert!(found, "{text}");
        }
    }
}
