//! Snapshots without what differs in each run: keys, digests, sizes of files with random parts.

/// `text` with a name in place of each part that differs in each run or on each system.
pub(crate) fn redacted(text: &str) -> String {
    text.lines().map(|line| redacted_line(line) + "\n").collect()
}

fn redacted_line(line: &str) -> String {
    let line = without_system_error(line);
    if let Some((before, _)) = line.split_once("\"bytes\": ").filter(|(before, _)| before.trim().is_empty()) {
        return format!("{before}\"bytes\": <size>,");
    }
    for written in ["  written   ", "\"written\": "] {
        if let Some((before, time)) =
            line.split_once(written).filter(|(_, time)| time.starts_with(|c: char| c.is_ascii_digit()))
        {
            let rest = time.trim_start_matches(|c: char| c.is_ascii_digit());
            let rest = if written.starts_with('"') { rest } else { "" };
            return format!("{before}{written}<time>{rest}");
        }
    }
    let words: Vec<&str> = line.split(' ').collect();
    let word = |(index, word): (usize, &&str)| match words[index + 1..] {
        // Behind the body are envelopes, whose length age makes up.
        ["bytes", "at", "offset", offset, ..] if is_large(offset) => "(<size>".to_owned(),
        [next, ..] if next.starts_with("bytes") && is_large(word) => "<size>".to_owned(),
        _ if is_large(word) && index > 0 && words[index - 1] == "offset" => "<offset>:".to_owned(),
        _ if is_time(word) => "<time>".to_owned(),
        _ => redacted_word(word),
    };
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

/// Systems say in their own words what failed, and add a number.
fn without_system_error(line: &str) -> String {
    match line.split_once(" (os error ").and_then(|(before, after)| Some((before.rsplit_once(": ")?.0, after))) {
        Some((before, after)) => {
            let rest = after.split_once(')').map_or("", |(_, rest)| rest);
            format!("{before}: <the system's words>{rest}")
        }
        None => line.to_owned(),
    }
}

/// Encrypted profiles have 64 KiB at least; what is shorter in a test does not differ.
fn is_large(word: &str) -> bool {
    let digits: String = word.trim_matches(|character| "():".contains(character)).replace(',', "");
    digits.parse::<u64>().is_ok_and(|number| number >= 64 << 10)
}

/// Such as new keys have in their comments.
fn is_time(word: &str) -> bool {
    word.len() == 20 && word.starts_with("20") && word.ends_with('Z') && word.contains('T')
}

fn redacted_word(word: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    let mut redacted = String::new();
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let other = after.find(is_part).unwrap_or(after.len());
        let (between, next) = after.split_at(other);
        redacted.push_str(name_of(part, redacted.ends_with("SHA256:")).unwrap_or(part));
        redacted.push_str(between);
        rest = next;
    }
    redacted
}

fn name_of(part: &str, is_fingerprint: bool) -> Option<&'static str> {
    match part {
        _ if is_fingerprint && part.len() == 43 => Some("<fingerprint>"),
        _ if part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit()) => Some("<digest>"),
        _ if part.len() == 62 && part.starts_with("age1") => Some("<age key>"),
        _ if part.len() > 60 && part.starts_with("AAAA") => Some("<SSH key>"),
        _ => None,
    }
}

#[test]
fn only_what_differs_is_redacted() {
    let digest = "0123456789abcdef".repeat(4);
    let fingerprint = format!("SHA256:{}", "a/".repeat(21) + "b");
    let table = [
        (format!("body {digest}, 66,109 bytes"), "body <digest>, <size> bytes"),
        (format!("({fingerprint}): trusted"), "(SHA256:<fingerprint>): trusted"),
        ("the tail (577 bytes at offset 65536): its".to_owned(), "the tail (<size> bytes at offset <offset>: its"),
        ("apps (242 bytes at offset 106): its".to_owned(), "apps (242 bytes at offset 106): its"),
        ("  \"bytes\": 278,".to_owned(), "  \"bytes\": <size>,"),
        ("  written   2026-01-02 03:04:05 UTC (1)".to_owned(), "  written   <time>"),
        (
            "{\"key\": [], \"written\": 12, \"values\": []}".to_owned(),
            "{\"key\": [], \"written\": <time>, \"values\": []}",
        ),
        ("start 501 bytes, 328 stored".to_owned(), "start 501 bytes, 328 stored"),
        ("error: a: b: No such file (os error 2), so".to_owned(), "error: a: b: <the system's words>, so"),
    ];
    for (text, shown) in table {
        assert_eq!(redacted(&text), format!("{shown}\n"));
    }
}
