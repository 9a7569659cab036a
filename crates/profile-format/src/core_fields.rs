//! The core: the fixed fields at the front of a file, which never change.
//!
//! Everything that a reader must know before it can know anything else, and the commitment that pins the key.

use crate::codec::{CodecError, Reader};
use crate::key::{COMMITMENT_LEN, KeySchedule, SALT_LEN};
use crate::version::{Features, FormatVersion, ToolVersion};

/// The first bytes of every file. A byte above 127, both line ends and Ctrl-Z show whether a program took it for text.
pub(crate) const MAGIC: [u8; 8] = *b"\x89WBO\r\n\x1a\n";

/// Bytes of the core.
pub(crate) const CORE_LEN: usize = 106;

/// Bytes of the core that the commitment covers: all that stand before it.
const COMMITTED_LEN: usize = 66;

/// The core as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Core {
    pub(crate) version: FormatVersion,
    pub(crate) suite: u16,
    pub(crate) needs: ToolVersion,
    pub(crate) features: Features,
    pub(crate) salt: [u8; SALT_LEN],
    pub(crate) commitment: [u8; COMMITMENT_LEN],
    /// Core, sections, padding and manifest: where the tail begins.
    pub(crate) body_length: u64,
}

impl Core {
    pub(crate) fn encode(&self) -> [u8; CORE_LEN] {
        let mut bytes = [0; CORE_LEN];
        let fields = self.committed();
        let parts = fields.iter().chain(&self.commitment).copied().chain(self.body_length.to_le_bytes());
        bytes.iter_mut().zip(parts).for_each(|(place, byte)| *place = byte);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8; CORE_LEN]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        reader.array::<{ MAGIC.len() }>("the magic")?;
        let core = Self {
            version: FormatVersion(reader.u16("the format version")?),
            suite: reader.u16("the suite")?,
            needs: ToolVersion {
                major: reader.u16("the needed tool")?,
                minor: reader.u16("the needed tool")?,
                patch: reader.u16("the needed tool")?,
            },
            features: Features {
                must_know: reader.u64("the must-know features")?,
                may_ignore: reader.u64("the may-ignore features")?,
            },
            salt: reader.array("the salt")?,
            commitment: reader.array("the commitment")?,
            body_length: reader.u64("the body length")?,
        };
        reader.finish("the core")?;
        Ok(core)
    }

    /// The same core, pinned to a key.
    pub(crate) fn committed_to(mut self, schedule: &KeySchedule) -> Self {
        self.commitment = schedule.commitment(&self.committed());
        self
    }

    /// Whether this is the key, and these are the fields, that the writer committed to.
    pub(crate) fn is_committed_to(&self, schedule: &KeySchedule) -> bool {
        schedule.commitment(&self.committed()) == self.commitment
    }

    fn committed(&self) -> Vec<u8> {
        let ToolVersion { major, minor, patch } = self.needs;
        let mut bytes = MAGIC.to_vec();
        for number in [self.version.0, self.suite, major, minor, patch] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.features.must_know.to_le_bytes());
        bytes.extend_from_slice(&self.features.may_ignore.to_le_bytes());
        bytes.extend_from_slice(&self.salt);
        debug_assert_eq!(bytes.len(), COMMITTED_LEN, "the committed fields have a fixed length");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let core = Core {
            version: FormatVersion(1),
            suite: 2,
            needs: ToolVersion { major: 3, minor: 4, patch: 5 },
            features: Features { must_know: 6, may_ignore: 7 },
            salt: [8; SALT_LEN],
            commitment: [9; COMMITMENT_LEN],
            body_length: 10,
        };
        assert_eq!(Core::decode(&core.encode()).unwrap(), core);
    }
}
