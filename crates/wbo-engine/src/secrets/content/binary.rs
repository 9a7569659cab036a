//! Secrets that are known by their bytes.

use memchr::memmem;

use super::super::Detector;

type Find = fn(&[u8]) -> bool;

/// What secret is in these bytes.
pub(super) fn search(bytes: &[u8]) -> Option<Detector> {
    let finds: [(Detector, Find); 10] = [
        (Detector::Dpapi, is_dpapi),
        (Detector::DpapiKey, is_dpapi_key),
        (Detector::DpapiNg, |bytes| has(bytes, DPAPI_NG)),
        (Detector::SshPrivateKey, is_ssh_private_key),
        (Detector::PrivateKey, is_private_key),
        (Detector::Pkcs12, is_pkcs12),
        (Detector::PasswordDatabase, is_password_database),
        (Detector::BrowserDatabase, is_browser_database),
        (Detector::Kerberos, is_kerberos),
        (Detector::Hive, is_hive),
    ];
    finds.iter().find(|(_, is_there)| is_there(bytes)).map(|(detector, _)| *detector)
}

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    memmem::find(bytes, needle).is_some()
}

/// The bytes from each place on where `needle` stands, and those before it.
fn places<'b>(bytes: &'b [u8], needle: &'b [u8]) -> impl Iterator<Item = (&'b [u8], &'b [u8])> {
    memmem::find_iter(bytes, needle).filter_map(|at| bytes.split_at_checked(at))
}

/// The id of the provider, which stands at the beginning of each blob.
fn is_dpapi(bytes: &[u8]) -> bool {
    const PROVIDER: &[u8] =
        &[0xd0, 0x8c, 0x9d, 0xdf, 0x01, 0x15, 0xd1, 0x11, 0x8c, 0x7a, 0x00, 0xc0, 0x4f, 0xc2, 0x97, 0xeb];
    has(bytes, PROVIDER)
}

/// Version 1 or 2, two empty fields, and the id of the key as text, as each file in Protect begins.
fn is_dpapi_key(bytes: &[u8]) -> bool {
    let Some(([1 | 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], rest)) = bytes.split_first_chunk::<12>() else { return false };
    let (units, _) = rest.as_chunks::<2>();
    let is_id = |(at, [low, high]): (usize, &[u8; 2])| {
        *high == 0 && if [8, 13, 18, 23].contains(&at) { *low == b'-' } else { low.is_ascii_hexdigit() }
    };
    units.get(..36).is_some_and(|units| units.iter().enumerate().all(is_id))
}

/// The object id 1.3.6.1.4.1.311.74.1, by which CMS says that DPAPI-NG holds the key.
const DPAPI_NG: &[u8] = &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x4a, 0x01];

fn is_private_key(bytes: &[u8]) -> bool {
    // An unencrypted PKCS #8 key: version, algorithm. RSA, elliptic curves, Ed25519, X25519, DSA.
    const PKCS8: [&[u8]; 5] = [
        b"\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04",
        b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04",
        b"\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20",
        b"\x30\x05\x06\x03\x2b\x65\x6e\x04\x22\x04\x20",
        b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00",
    ];
    // An encrypted one: the object id of PBES2 and of PKCS #12's way.
    const ENCRYPTED: [&[u8]; 2] =
        [b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d\x30", b"\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03\x30"];
    let is_version_before = |before: &[u8]| matches!(before, [.., 0x02, 0x01, 0x00 | 0x01]);
    let is_pkcs8 = PKCS8.iter().any(|needle| {
        places(bytes, needle).any(|(before, _)| needle.starts_with(&[2, 1, 0]) || is_version_before(before))
    });
    is_pkcs8
        || ENCRYPTED.iter().any(|needle| has(bytes, needle))
        || is_pkcs1(bytes)
        || is_sec1(bytes)
        || is_of_windows(bytes)
}

/// A sequence of version 0 and a modulus as long as those of RSA are.
fn is_pkcs1(bytes: &[u8]) -> bool {
    let long = places(bytes, b"\x02\x01\x00\x02\x82").any(|(before, after)| {
        matches!(before, [.., 0x30, 0x82, _, _]) && matches!(after, [_, _, _, _, _, 1..=4, _, 0, 0x80..=0xff, ..])
    });
    let short = places(bytes, b"\x02\x01\x00\x02\x81\x81\x00");
    long || short.into_iter().any(|(before, _)| matches!(before, [.., 0x30, 0x82, _, _]))
}

/// Version 1, the key, and the curve or the public key after it.
fn is_sec1(bytes: &[u8]) -> bool {
    places(bytes, b"\x02\x01\x01\x04").any(|(before, after)| {
        let Some((&length, key)) = after.get(4..).and_then(<[u8]>::split_first) else { return false };
        let follows = key.get(usize::from(length)).copied();
        let begins = matches!(before, [.., 0x30, _] | [.., 0x30, 0x81, _]);
        begins && matches!(length, 0x1c | 0x20 | 0x30 | 0x42) && matches!(follows, Some(0xa0 | 0xa1))
    })
}

/// `PRIVATEKEYBLOB` of CryptoAPI, and the private keys of CNG.
fn is_of_windows(bytes: &[u8]) -> bool {
    let capi = places(bytes, b"RSA2").chain(places(bytes, b"DSS2"));
    let is_blob = |before: &[u8]| matches!(before, [.., 7, 2, 0, 0, 0, 0x22 | 0x24 | 0xa4, 0, 0]);
    let is_rsa = |after: &[u8]| match after.get(4..12) {
        Some(&[low, high, 0, 0, exponent @ 1..=8, 0, 0, 0]) => {
            let bits = u16::from_le_bytes([low, high]);
            bits >= 512 && bits % 8 == 0 && exponent <= 8
        }
        _ => false,
    };
    let is_curve = |after: &[u8]| matches!(after.get(4..8), Some([0x20 | 0x30 | 0x42, 0, 0, 0]));
    capi.into_iter().any(|(before, after)| is_blob(before) || is_rsa(after))
        || places(bytes, b"RSA3").any(|(_, after)| is_rsa(after))
        || [b"ECS2", b"ECS4", b"ECS6", b"ECK2", b"ECK4", b"ECK6"]
            .iter()
            .any(|magic| places(bytes, *magic).any(|(_, after)| is_curve(after)))
}

/// OpenSSH's own form, and what its agent and its registry keys hold: the public fields, and more behind them.
fn is_ssh_private_key(bytes: &[u8]) -> bool {
    const PUBLIC_FIELDS: [(&[u8], usize); 6] = [
        (b"\0\0\0\x07ssh-rsa", 2),
        (b"\0\0\0\x07ssh-dss", 4),
        (b"\0\0\0\x0bssh-ed25519", 1),
        (b"\0\0\0\x13ecdsa-sha2-nistp256", 2),
        (b"\0\0\0\x13ecdsa-sha2-nistp384", 2),
        (b"\0\0\0\x13ecdsa-sha2-nistp521", 2),
    ];
    has(bytes, b"openssh-key-v1\0")
        || PUBLIC_FIELDS.iter().any(|(name, fields)| {
            places(bytes, name).any(|(_, after)| {
                let mut rest = after.get(name.len()..).unwrap_or_default();
                (0..=*fields).all(|_| match field(rest) {
                    Some((inner, after)) if inner.len() >= 8 => {
                        rest = after;
                        true
                    }
                    _ => false,
                })
            })
        })
}

/// A field with its length before it, and what follows.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// Version 3 and the content type of PKCS #7 behind it; or the key stores of Java.
fn is_pkcs12(bytes: &[u8]) -> bool {
    const PKCS7: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07";
    let java =
        matches!(bytes, [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 1 | 2, ..] | [0xce, 0xce, 0xce, 0xce, 0, 0, 0, 1 | 2, ..]);
    java || places(bytes, b"\x02\x01\x03\x30").any(|(_, after)| after.get(..24).is_some_and(|near| has(near, PKCS7)))
}

/// KeePass in both generations, Password Safe, and 1Password.
fn is_password_database(bytes: &[u8]) -> bool {
    let keepass = places(bytes, b"\x03\xd9\xa2\x9a")
        .any(|(_, after)| matches!(after.get(4..8), Some([0x65..=0x67, 0xfb, 0x4b, 0xb5])));
    keepass || (bytes.starts_with(b"PWS3") && bytes.len() >= 152) || bytes.starts_with(b"opdata01")
}

fn is_browser_database(bytes: &[u8]) -> bool {
    const TABLES: [&[u8]; 10] = [
        b"CREATE TABLE logins",
        b"CREATE TABLE cookies",
        b"CREATE TABLE credit_cards",
        b"CREATE TABLE token_service",
        b"CREATE TABLE moz_cookies",
        b"CREATE TABLE moz_logins",
        b"CREATE TABLE nssPrivate",
        b"CREATE TABLE masked_credit_cards",
        b"CREATE TABLE login_data",
        b"secret://",
    ];
    bytes.starts_with(b"SQLite format 3\0") && TABLES.iter().any(|table| has(bytes, table))
}

fn is_kerberos(bytes: &[u8]) -> bool {
    // A ticket by itself: version 5 and message type 22, as ASN.1 has them.
    const TICKET: &[u8] = b"\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x16";
    let is_cache = matches!(bytes, [5, 4, 0, 12, 0, 1, 0, 8, ..] | [5, 1..=4, 0, 0, 0, 0, 0, 1, 0, 0, 0, ..]);
    let is_key_table = matches!(bytes, [5, 2, 0, 0, 0 | 1, _, 0, 1..=5, 0, 1..=0x7f, 0x20..=0x7e, ..]);
    is_cache || is_key_table || has(bytes, TICKET)
}

/// A hive that says in its head which one it is.
fn is_hive(bytes: &[u8]) -> bool {
    const WHOLE: [&str; 7] =
        ["ntuser.dat", "ntuser.man", "usrclass.dat", "\\sam", "\\security", "\\system", "\\software"];
    let Some(name) = bytes.get(48..112).filter(|_| bytes.starts_with(b"regf")) else { return false };
    let (units, _) = name.as_chunks::<2>();
    let units = units.iter().map(|&unit| u16::from_le_bytes(unit)).take_while(|unit| *unit != 0);
    let name: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(' ')).collect();
    let name = name.to_ascii_lowercase();
    WHOLE.iter().any(|end| name.ends_with(end))
}
