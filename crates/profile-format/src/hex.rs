//! Lower-case hexadecimal, for digests in messages.

use std::fmt;

/// Writes each byte as two lower-case digits.
pub(crate) fn fmt(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
