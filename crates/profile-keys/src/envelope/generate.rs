//! Making a new age key.

use super::recipient::{Party, Recipient};
use crate::secret::Secret;

/// A new age key: the text of its file, and its public half.
#[derive(Debug)]
pub struct NewIdentity {
    /// What to write to the file, which nobody but its owner may read.
    pub file: Secret,
    /// The public half, to give to others.
    pub recipient: Recipient,
}

/// Why no key was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The date would not stay in its comment.
    #[error("the date of a new key must be one line of text")]
    Created,
}

/// Draws a new age key from the system's generator. `created` is the date that its file shall show, such as
/// `2026-11-20T09:30:00Z`.
pub fn generate_identity(created: &str) -> Result<NewIdentity, GenerateError> {
    if created.is_empty() || created.chars().any(char::is_control) {
        return Err(GenerateError::Created);
    }
    let key = age::x25519::Identity::generate();
    let recipient = Recipient(Party::X25519(key.to_public()));
    let secret = Secret::from_age(&key.to_string());
    let file = format!("# created: {created}\n# public key: {recipient}\n{}\n", secret.expose());
    Ok(NewIdentity { file: Secret::new(file), recipient })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_cannot_leave_its_comment() {
        for created in ["", "2026\nAGE-SECRET-KEY-1", "2026\r"] {
            assert_eq!(generate_identity(created).map(|_| ()), Err(GenerateError::Created), "{created:?}");
        }
    }

    #[test]
    fn a_new_file_is_a_comment_a_public_key_and_a_key() {
        let new = generate_identity("2026-11-20").unwrap();
        let lines: Vec<&str> = new.file.expose().lines().collect();
        assert_eq!(lines[..2], ["# created: 2026-11-20".to_owned(), format!("# public key: {}", new.recipient)]);
        assert!(lines[2].starts_with("AGE-SECRET-KEY-1") && lines.len() == 3);
    }
}
