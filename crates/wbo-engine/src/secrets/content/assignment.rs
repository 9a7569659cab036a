//! Texts that set what is called a secret: settings files, JSON, YAML, XML, command lines, connection strings.

use super::super::words::{Words, is_switch_text};

/// Whether a text sets a secret.
pub(super) fn search(text: &[u8], words: &Words) -> bool {
    let sets = |at: usize| {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1..)) else { return false };
        // In bytes that are no text, a short name is most likely none.
        let is_text = |byte: &&u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        let run = before.iter().rev().take(CLEAR).take_while(is_text).count()
            + after.iter().take(CLEAR).take_while(is_text).count();
        let least = if run >= CLEAR { 2 } else { 6 };
        let is_secret =
            |name: &[u8]| name.len() >= least && str::from_utf8(name).is_ok_and(|name| words.name(name).is_some());
        match text.get(at) {
            Some(sign @ (b'=' | b':')) => is_set(*sign, before, after, is_secret),
            Some(b'>') => is_element(before, after, is_secret),
            Some(b' ' | b'\0') => is_option(before, after, is_secret),
            _ => false,
        }
    };
    memchr::memchr3_iter(b'=', b':', b'>', text).any(sets) || memchr::memchr2_iter(b' ', b'\0', text).any(sets)
}

/// So many characters in a row are a text.
const CLEAR: usize = 12;

/// Names that are longer are none.
const NAME: usize = 64;

/// Values are looked at this far.
const VALUE: usize = 1024;

/// `name = value`, `"name": "value"`, and `name="name" … value="value"`.
fn is_set(sign: u8, before: &[u8], after: &[u8], is_secret: impl Fn(&[u8]) -> bool) -> bool {
    // What compares sets nothing, and what stands before :// is a scheme.
    if matches!(after, [b'=', b'=' | b' ', ..] | [b'/', b'/', ..]) || before.ends_with(b"=") || before.ends_with(b"!") {
        return false;
    }
    let after = after.strip_prefix(b"=").or_else(|| after.strip_prefix(b">")).unwrap_or(after);
    let name = name_before(before);
    if is_secret(name) {
        // What a script sets a variable to is code, unless it is in quotes.
        let is_variable = before.trim_ascii_end().strip_suffix(name).is_some_and(|before| before.ends_with(b"$"));
        return if is_variable {
            quoted(after.trim_ascii_start()).is_some_and(|(text, _)| is_literal(text))
        } else {
            has_value(sign, after)
        };
    }
    // In <add key="name"> the element stands before it.
    let last = name.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let is_naming =
        [b"name".as_slice(), b"key", b"id", b"property", b"n"].iter().any(|word| last.eq_ignore_ascii_case(word));
    if !is_naming {
        return false;
    }
    let Some((inner, rest)) = quoted(after.trim_ascii_start()) else { return false };
    is_secret(inner) && value_nearby(rest)
}

/// `<name>value</name>`, and `<name><Value>value</Value>`.
fn is_element(before: &[u8], after: &[u8], is_secret: impl Fn(&[u8]) -> bool) -> bool {
    let near = before.get(before.len().saturating_sub(4 * NAME)..).unwrap_or_default();
    let Some(open) = memchr::memrchr(b'<', near) else { return false };
    let tag = near.get(open + 1..).unwrap_or_default();
    if tag.ends_with(b"/") {
        return false;
    }
    let name = tag.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let name = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
    if name.len() > NAME || !is_secret(name) {
        return false;
    }
    let inside = |text: &[u8]| {
        let text = text.get(..text.len().min(VALUE)).unwrap_or_default();
        let end = memchr::memchr(b'<', text).unwrap_or(text.len());
        let value = text.get(..end).unwrap_or_default().trim_ascii();
        is_literal(value.strip_prefix(b"![CDATA[").unwrap_or(value))
    };
    let nested = after.trim_ascii_start().strip_prefix(b"<").filter(|rest| !rest.starts_with(b"/"));
    inside(after)
        || nested.is_some_and(|nested| {
            let value = nested.len() >= 5 && nested.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"Value"));
            let cdata = nested.strip_prefix(b"![CDATA[").is_some_and(|rest| !rest.starts_with(b"]"));
            let behind = memchr::memchr(b'>', nested.get(..nested.len().min(NAME)).unwrap_or_default());
            cdata || (value && behind.is_some_and(|at| nested.get(at + 1..).is_some_and(inside)))
        })
}

/// `--name value` and `-name value`.
fn is_option(before: &[u8], after: &[u8], is_secret: impl Fn(&[u8]) -> bool) -> bool {
    let length = before.iter().rev().take(NAME + 2).take_while(|byte| is_name(**byte)).count();
    let (rest, name) = before.split_at(before.len() - length);
    let begins = rest.last().is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, 0 | b'"' | b'\''));
    let Some(name) = name.strip_prefix(b"-") else { return false };
    begins && is_secret(name) && !after.trim_ascii_start().starts_with(b"-") && has_value(b' ', after)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The name that ends before a sign, with or without quotes and blanks between them.
fn name_before(before: &[u8]) -> &[u8] {
    let blanks = before.iter().rev().take(8).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let before = before.get(..before.len() - blanks).unwrap_or_default();
    let before = match before {
        [rest @ .., b'\\', b'"' | b'\''] | [rest @ .., b'"' | b'\'' | b']' | b'`'] => rest,
        _ => before,
    };
    // A blank may stand in a name: "User Password".
    let is_in = |byte: &u8| is_name(*byte) || *byte == b' ';
    let length = before.iter().rev().take(NAME).take_while(|byte| is_in(byte)).count();
    before.get(before.len() - length..).unwrap_or_default().trim_ascii()
}

/// Whether what follows a sign is a value that may be a secret.
fn has_value(sign: u8, after: &[u8]) -> bool {
    let after = after.get(..after.len().min(VALUE)).unwrap_or_default();
    let blanks = length_of(after, |byte| matches!(byte, b' ' | b'\t'));
    let mut value = after.get(blanks..).unwrap_or_default();
    // JSON may go on in the next line; a settings file does not.
    if matches!(value, [b'\r' | b'\n', ..]) && matches!(value.trim_ascii_start(), [b'"', ..]) {
        value = value.trim_ascii_start();
    }
    // Files of Remote Desktop write the type before the value.
    let typed = |value: &[u8]| sign == b':' && matches!(value, [b'i' | b's' | b'b', b':', ..]);
    let value = if typed(value) { value.get(2..).unwrap_or_default() } else { value };
    let value = value.strip_prefix(b"\\").unwrap_or(value);
    if let Some((inner, rest)) = quoted(value) {
        // In "name": "value": what is quoted here is a name itself.
        return is_literal(inner) && !rest.trim_ascii_start().starts_with(b":");
    }
    let ends = |byte: u8| {
        matches!(byte, b'\r' | b'\n' | b'\0' | b';' | b',' | b'&' | b'<' | b'>' | b'"' | b'\'' | b'}' | b']')
    };
    let value = value.get(..length_of(value, |byte| !ends(byte))).unwrap_or_default().trim_ascii();
    let word = value.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    // A sentence is no value, and a call is none.
    let is_sentence = sign == b':' && word.len() < value.len() && word.iter().all(u8::is_ascii_alphabetic);
    word.len() >= 3 && !is_sentence && !word.contains(&b'(') && is_literal(word)
}

/// Whether a value is given here, not taken from elsewhere, and no switch.
fn is_literal(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let is_reference = match value {
        [b'$', b'{' | b'(', ..] | [b'{' | b'[' | b'<', ..] => true,
        [b'$', rest @ ..] => rest.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | b'.')),
        [b'%', inner @ .., b'%'] => inner.iter().all(|byte| is_name(*byte)),
        _ => false,
    };
    let is_mask = value.iter().all(|byte| matches!(byte, b'*' | b'.' | b'-' | b'_' | b'?'));
    !is_reference && !is_mask && !is_switch_text(&String::from_utf8_lossy(value))
}

/// The text in quotes at the beginning, and what follows.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&quote, rest) = text.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\'' | b'`'))?;
    let near = rest.get(..rest.len().min(VALUE))?;
    let end = memchr::memchr(quote, near).unwrap_or(near.len());
    Some((rest.get(..end)?, rest.get(end + 1..).unwrap_or_default()))
}

/// A value that belongs to a name a few words before it.
fn value_nearby(rest: &[u8]) -> bool {
    let near = rest.get(..rest.len().min(256)).unwrap_or_default();
    let lower = near.to_ascii_lowercase();
    // Another name begins another setting.
    let end = memchr::memmem::find(&lower, b"name").unwrap_or(near.len());
    let at = memchr::memmem::find(lower.get(..end).unwrap_or_default(), b"value");
    let Some(value) = at.and_then(|at| rest.get(at + 5..)) else { return false };
    let value = value.get(length_of(value, |byte| matches!(byte, b'"' | b'\'' | b' '))..).unwrap_or_default();
    match value.split_first() {
        Some((sign @ (b'=' | b':'), value)) => has_value(*sign, value),
        Some((b'>', value)) => is_literal(value.split(|byte| *byte == b'<').next().unwrap_or_default()),
        _ => false,
    }
}

fn length_of(text: &[u8], is_in: impl Fn(u8) -> bool) -> usize {
    text.iter().take(VALUE).take_while(|byte| is_in(**byte)).count()
}
