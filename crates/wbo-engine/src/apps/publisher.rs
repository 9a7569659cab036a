//! The short form in which names of packages have their publisher.

use sha2::{Digest, Sha256};

/// The id of a publisher, such as `8wekyb3d8bbwe`: thirteen characters for the first 64 bits of the SHA-256 digest of
/// the distinguished name in UTF-16.
pub fn publisher_id(publisher: &str) -> String {
    let mut digest = Sha256::new();
    for unit in publisher.encode_utf16() {
        digest.update(unit.to_le_bytes());
    }
    let first = digest.finalize().iter().take(8).fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
    // Thirteen groups of five bits are one bit more than there are.
    let bits = u128::from(first) << 1;
    let group = |at: usize| usize::try_from(bits >> (60 - 5 * at) & 31).ok();
    (0..PUBLISHER_ID).filter_map(|at| ALPHABET.get(group(at)?)).map(|&byte| char::from(byte)).collect()
}

/// Whether a text could be the id of a publisher.
pub(super) fn is_publisher_id(text: &str) -> bool {
    // The last group has four bits and a zero.
    text.len() == PUBLISHER_ID
        && text.bytes().all(|byte| ALPHABET.contains(&byte))
        && text
            .bytes()
            .last()
            .and_then(|last| ALPHABET.iter().position(|&byte| byte == last))
            .is_some_and(|at| at % 2 == 0)
}

const PUBLISHER_ID: usize = 13;

/// Digits and letters, without those that look like others.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and ids as packages in the Store have them.
    const KNOWN: [(&str, &str); 22] = [
        ("CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US", "8wekyb3d8bbwe"),
        ("CN=Microsoft Windows, O=Microsoft Corporation, L=Redmond, S=Washington, C=US", "cw5n1h2txyewy"),
        ("CN=Skype Software Sarl, O=Microsoft Corporation, L=Luxembourg, S=Luxembourg, C=LU", "kzf8qxf38zg5c"),
        ("CN=C357A519-CEE3-4675-9EF4-44DE1D99A5D6", "amge560j0aq9g"),
        ("CN=07AACB4D-E1D7-4606-AF0F-77713A7C52F6", "a2xxwqz7shah6"),
        ("CN=2180B9A4-DDFD-4BFD-8D7E-EADC9C394EF5", "54ggd3ev8bvz6"),
        ("CN=246910D1-A42D-4A04-8CF1-0C2A5CD42D4D", "azstdzfk4mfqj"),
        ("CN=7882B094-0135-443F-8362-164AA239F2A0", "rxzpp8adhbvh8"),
        ("CN=9C2E3884-8027-4E71-97C7-BB7731A649A4", "pwh22gvzcj20c"),
        ("CN=DCD4AC3C-C7E0-46FF-8387-51FDC8CBC467", "q4d96b2w5wcc2"),
        ("CN=54157592-46DE-47CD-AF04-3B89DE46E29B", "r6rtpscs7gwyg"),
        ("CN=6E08453F-9BA7-4311-999C-D22FBA2FB1B8", "8xx8rvfyw5nnt"),
        ("CN=40886CD1-D5C5-48D6-B914-AB6E72010FFC", "a76a11dkgb644"),
        ("CN=BBC567E9-A52C-43A3-A890-F8B17D68310E", "6bhtb546zcxnj"),
        ("CN=ABF01D82-FF53-447D-B7E8-61B6F2105F68", "46hhcags7zat8"),
        ("CN=B408A06D-44F7-4860-A12E-644DD44FA740", "pd2za7f9waemw"),
        ("CN=B408A06D-44F7-4860-A12E-644DD44FA741", "h0ed56e8a88dc"),
        ("CN=B408A06D-44F7-4860-A12E-644DD44FA742", "wcvtzcf7freyj"),
        ("CN=B408A06D-44F7-4860-A12E-644DD44FA743", "f08ys7xx9zb3y"),
        ("CN=C408A06D-44F7-4860-A12E-644DD44FA743", "85zvc56jp30ec"),
        ("Publisher Software", "zj75k085cmj1a"),
        // The digest of nothing: e3b0c44298fc1c14.
        ("", "werc8gmrzge18"),
    ];

    #[test]
    fn ids_of_publishers() {
        for (publisher, id) in KNOWN {
            assert_eq!(publisher_id(publisher), id, "{publisher}");
            assert!(is_publisher_id(id), "{id}");
        }
        for not in ["", "8wekyb3d8bbw", "8wekyb3d8bbwee", "8WEKYB3D8BBWE", "8wekyb3d8bbwu", "8wekyb3d8bbw1"] {
            assert!(!is_publisher_id(not), "{not}");
        }
    }
}
