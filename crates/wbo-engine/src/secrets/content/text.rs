//! Secrets that are known by the text around them.

use memchr::memmem;

use super::super::Detector;

type Find = fn(&[u8]) -> bool;

/// What secret is in this text.
pub(super) fn search(text: &[u8]) -> Option<Detector> {
    let finds: [(Detector, Find); 8] = [
        (Detector::PrivateKeyText, is_private_key),
        (Detector::RemoteDesktop, is_remote_desktop),
        (Detector::Jwt, is_jwt),
        (Detector::WebKey, is_web_key),
        (Detector::Authorization, is_authorization),
        (Detector::Url, is_url),
        (Detector::SharedAccess, is_shared_access),
        (Detector::Netrc, is_netrc),
    ];
    finds.iter().find(|(_, is_there)| is_there(text)).map(|(detector, _)| *detector)
}

/// The text from behind each place on where `needle` stands, and what is before the place.
fn behind<'t>(text: &'t [u8], needle: &'t [u8]) -> impl Iterator<Item = (&'t [u8], &'t [u8])> {
    memmem::find_iter(text, needle).filter_map(move |at| Some((text.get(..at)?, text.get(at + needle.len()..)?)))
}

fn length_of(text: &[u8], most: usize, is_in: impl Fn(u8) -> bool) -> usize {
    text.iter().take(most).take_while(|byte| is_in(**byte)).count()
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// PEM of any kind, PGP, SSH2, PuTTY's files and OpenVPN's static keys.
fn is_private_key(text: &[u8]) -> bool {
    let pem = behind(text, b"PRIVATE KEY").any(|(before, _)| {
        let from = before.len().saturating_sub(40);
        before.get(from..).is_some_and(|near| memmem::find(near, b"BEGIN ").is_some())
    });
    let others: [&[u8]; 3] = [b"PuTTY-User-Key-File-", b"BEGIN OpenVPN Static key", b"BEGIN DH PARAMETERS AND PRIVATE"];
    pem || others.iter().any(|needle| memmem::find(text, needle).is_some())
}

/// `password 51:b:` and the blob in hexadecimal.
fn is_remote_desktop(text: &[u8]) -> bool {
    behind(text, b"password 51:b:").any(|(_, rest)| length_of(rest, 8, |byte| byte.is_ascii_hexdigit()) == 8)
}

/// Two parts in base64 that begin as JSON does, or the five parts of an encrypted one.
fn is_jwt(text: &[u8]) -> bool {
    behind(text, b"eyJ").any(|(before, rest)| {
        if before.last().is_some_and(|byte| is_base64url(*byte)) {
            return false;
        }
        let head = length_of(rest, LONGEST, is_base64url);
        let Some((b'.', rest)) = rest.get(head..).and_then(<[u8]>::split_first) else { return false };
        let body = length_of(rest, LONGEST, is_base64url);
        let is_third = rest.get(body) == Some(&b'.');
        head >= 10 && body >= 10 && is_third && (rest.starts_with(b"eyJ") || body >= 16)
    })
}

/// Parts of tokens that are longer are not followed to their end.
const LONGEST: usize = 16 * 1024;

/// An object with the type of a key and its private part.
fn is_web_key(text: &[u8]) -> bool {
    let private = |text: &[u8]| {
        [b"\"d\"".as_slice(), b"\"k\""].iter().any(|name| {
            behind(text, name).any(|(_, rest)| {
                let rest = rest.trim_ascii_start();
                let value =
                    rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start).and_then(|rest| rest.strip_prefix(b"\""));
                value.is_some_and(|value| length_of(value, 20, is_base64url) == 20)
            })
        })
    };
    memmem::find(text, b"\"kty\"").is_some() && private(text)
}

/// `Bearer` and `Basic` with what is behind them. Words of a sentence have no digits.
fn is_authorization(text: &[u8]) -> bool {
    let is_token = |byte: u8| is_base64url(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=');
    let follows = |scheme: &[u8], least: usize| {
        behind(text, scheme).any(|(_, rest)| {
            let length = length_of(rest, 4096, is_token);
            let token = rest.get(..length).unwrap_or_default();
            length >= least && token.iter().any(u8::is_ascii_digit)
        })
    };
    let header = |scheme: &[u8]| {
        behind(text, scheme).any(|(before, rest)| {
            let near = before.get(before.len().saturating_sub(24)..).unwrap_or_default().to_ascii_lowercase();
            memmem::find(&near, b"authorization").is_some() && length_of(rest, 8, is_token) == 8
        })
    };
    [b"Bearer ".as_slice(), b"bearer ", b"BEARER "].iter().any(|scheme| follows(scheme, 20))
        || [b"Basic ".as_slice(), b"basic ", b"Negotiate ", b"Digest ", b"token "].iter().any(|scheme| header(scheme))
}

/// `scheme://user:password@host`, and the same without a scheme where a port follows, as proxies are written.
fn is_url(text: &[u8]) -> bool {
    let with_scheme = behind(text, b"://").any(|(before, rest)| {
        before.last().is_some_and(u8::is_ascii_alphanumeric) && {
            let authority = rest.get(..length_of(rest, AUTHORITY, is_authority)).unwrap_or_default();
            authority.iter().rposition(|byte| *byte == b'@').is_some_and(|at| {
                let user = authority.get(..at).unwrap_or_default();
                let is_host = authority.get(at + 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'[');
                let colon = user.iter().position(|byte| *byte == b':');
                is_host && colon.is_some_and(|colon| colon + 1 < user.len())
            })
        }
    });
    with_scheme || memchr::memchr_iter(b'@', text).any(|at| is_proxy(text.get(..at), text.get(at + 1..)))
}

/// What stands between `//` and the next part of an address.
fn is_authority(byte: u8) -> bool {
    byte > b' ' && !matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | 0x7f)
}

/// Longer ones are no addresses.
const AUTHORITY: usize = 2048;

fn is_proxy(before: Option<&[u8]>, after: Option<&[u8]>) -> bool {
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let host = length_of(after, 255, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let Some([b':', digit, ..]) = after.get(host..) else { return false };
    if host == 0 || !digit.is_ascii_digit() {
        return false;
    }
    let is_user = |byte: &u8| is_authority(*byte) && !matches!(byte, b'=' | b';' | b',' | b'(' | b')');
    let length = before.iter().rev().take(255).take_while(|byte| is_user(byte)).count();
    let user = before.get(before.len() - length..).unwrap_or_default();
    let Some(colon) = user.iter().position(|byte| *byte == b':') else { return false };
    let name = user.get(..colon).unwrap_or_default();
    let is_other = ["sip", "sips", "mailto", "xmpp", "tel", "im", "acct"]
        .iter()
        .any(|scheme| name.eq_ignore_ascii_case(scheme.as_bytes()));
    !name.is_empty() && colon + 1 < user.len() && !is_other && name.iter().all(u8::is_ascii_graphic)
}

/// A signature in the query of an address.
fn is_shared_access(text: &[u8]) -> bool {
    let is_signature = |byte: u8| is_base64url(byte) || matches!(byte, b'%' | b'+' | b'/' | b'=');
    [b"sig=".as_slice(), b"X-Amz-Signature=", b"X-Goog-Signature=", b"Signature="].iter().any(|name| {
        behind(text, name).any(|(before, rest)| {
            matches!(before.last(), Some(b'?' | b'&' | b';')) && length_of(rest, 40, is_signature) == 40
        })
    })
}

/// `machine HOST login USER password WORD`, over lines, in any order, and `default` for `machine HOST`.
fn is_netrc(text: &[u8]) -> bool {
    let starts = [(b"machine".as_slice(), 1), (b"default", 0)];
    starts.iter().any(|(start, skip)| {
        behind(text, start).any(|(before, rest)| {
            let begins = !before.last().is_some_and(u8::is_ascii_alphanumeric);
            let near = rest.get(..rest.len().min(1024)).unwrap_or_default();
            let mut words = near.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).skip(*skip);
            let mut pairs = std::iter::from_fn(|| Some((words.next()?, words.next()?)));
            let is_field = |word: &[u8]| [b"login".as_slice(), b"account", b"password"].contains(&word);
            begins
                && rest.first().is_some_and(u8::is_ascii_whitespace)
                && pairs.by_ref().take(3).take_while(|(name, _)| is_field(name)).any(|(name, _)| name == b"password")
        })
    })
}
