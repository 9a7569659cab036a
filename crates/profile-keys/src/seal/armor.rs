//! A seal as text, the form in which `ssh-keygen -Y` reads and writes signatures.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use profile_format::Seal;
use profile_format::limits::MAX_SEAL;

use super::sshsig::{Sshsig, SshsigError};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// Columns of a line, as ssh-keygen writes them.
const COLUMNS: usize = 70;

/// Why a text is no armored seal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArmorError {
    /// The first line is another.
    #[error("expected “{BEGIN}” at its start")]
    Begin,
    /// The last line is another.
    #[error("expected “{END}” at its end")]
    End,
    /// What is between is no base64.
    #[error("line {line}: expected base64")]
    Base64 {
        /// Which line, from 1.
        line: usize,
    },
    /// What is inside is no SSH signature.
    #[error(transparent)]
    Signature(#[from] SshsigError),
}

/// The text form of `seal`, which `ssh-keygen -Y verify` reads.
pub fn armor(seal: &Seal) -> String {
    let base64 = BASE64_STANDARD.encode(&seal.0);
    let mut text = format!("{BEGIN}\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at_checked(COLUMNS).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str(END);
    text.push('\n');
    text
}

/// Reads the text form. What is inside is checked to be an SSH signature; whether it is right is the judge's question.
pub fn dearmor(text: &str) -> Result<Seal, ArmorError> {
    let mut lines = text.trim().lines().enumerate().map(|(index, line)| (index + 1, line.trim_end()));
    if lines.next().is_none_or(|(_, line)| line != BEGIN) {
        return Err(ArmorError::Begin);
    }
    let mut base64 = String::new();
    let mut last = 1;
    for (number, line) in lines.by_ref() {
        last = number;
        if line == END {
            break;
        }
        if line.bytes().any(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(&byte)) {
            return Err(ArmorError::Base64 { line: number });
        }
        // Four characters carry three bytes; whatever goes on beyond a seal is not collected.
        if base64.len() > MAX_SEAL * 2 {
            return Err(SshsigError::TooLong { found: base64.len() / 4 * 3 }.into());
        }
        base64.push_str(line);
    }
    if !text.trim_end().ends_with(END) || lines.next().is_some() {
        return Err(ArmorError::End);
    }
    let blob = BASE64_STANDARD.decode(base64).map_err(|_| ArmorError::Base64 { line: last - 1 })?;
    Sshsig::parse(&blob)?;
    Ok(Seal(blob))
}

#[cfg(test)]
mod tests {
    use super::super::sshsig::Hash;
    use super::*;

    fn seal() -> Seal {
        let sample =
            Sshsig { key: vec![1; 51], namespace: "wbo-profile".into(), hash: Hash::Sha512, signature: vec![2; 83] };
        Seal(sample.encode())
    }

    #[test]
    fn what_is_armored_is_dearmored() {
        let text = armor(&seal());
        assert!(text.lines().all(|line| line.len() <= COLUMNS), "{text}");
        assert_eq!(dearmor(&text), Ok(seal()));
        assert_eq!(dearmor(&text.replace('\n', "\r\n")), Ok(seal()));
        assert_eq!(dearmor(&format!("\n{text}\n")), Ok(seal()));
    }

    #[test]
    fn every_flaw_is_told() {
        let text = armor(&seal());
        let short = format!("{BEGIN}\nAAAA\n{END}\n");
        let table = [
            (String::new(), ArmorError::Begin),
            (text.replace("BEGIN SSH", "BEGIN PGP"), ArmorError::Begin),
            (text.replace(END, ""), ArmorError::End),
            (format!("{text}more"), ArmorError::End),
            (format!("{text}{text}"), ArmorError::End),
            (text.replacen("U1NIU0lH", "U1NIU0l!", 1), ArmorError::Base64 { line: 2 }),
            (format!("{BEGIN}\nAAA\n{END}"), ArmorError::Base64 { line: 2 }),
            (short, ArmorError::Signature(SshsigError::Magic)),
        ];
        for (text, error) in table {
            assert_eq!(dearmor(&text), Err(error), "{text}");
        }
    }
}
