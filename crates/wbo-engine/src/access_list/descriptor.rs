//! The bytes of a descriptor: its header, its lists and their entries.

/// Why bytes are no descriptor, or none can be made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// The header is not that of a self-relative descriptor.
    #[error("the security descriptor is not of revision 1 in the self-relative form")]
    Header,
    /// A part lies outside, or ends within something.
    #[error("the {part} at byte {at} of the security descriptor goes beyond its end, or is none")]
    Damaged {
        /// Which part.
        part: &'static str,
        /// Where it begins.
        at: usize,
    },
    /// A part that is needed is not there.
    #[error("the security descriptor has no {0}")]
    Missing(&'static str),
    /// What is inherited needs more bytes than a list can have.
    #[error("the access list would be longer than {MOST} bytes")]
    TooLong,
}

/// The most bytes of a list: its length has 16 bits.
const MOST: usize = 0xffff;

/// The list of rights is there.
pub(super) const DACL_PRESENT: u16 = 0x4;
/// The list of audits is there.
pub(super) const SACL_PRESENT: u16 = 0x10;
/// Rights were inherited by themselves.
pub(super) const DACL_AUTO_INHERITED: u16 = 0x400;
/// Audits were inherited by themselves.
pub(super) const SACL_AUTO_INHERITED: u16 = 0x800;
/// Rights are not inherited.
pub(super) const DACL_PROTECTED: u16 = 0x1000;
/// Offsets lead to the parts, which follow the header.
pub(super) const SELF_RELATIVE: u16 = 0x8000;

/// Files inherit the entry.
pub(super) const OBJECT_INHERIT: u8 = 0x1;
/// Folders inherit the entry.
pub(super) const CONTAINER_INHERIT: u8 = 0x2;
/// What inherits the entry does not hand it on.
pub(super) const NO_PROPAGATE: u8 = 0x4;
/// The entry holds for what inherits it only.
pub(super) const INHERIT_ONLY: u8 = 0x8;
/// The entry was inherited.
pub(super) const INHERITED: u8 = 0x10;
/// When an audit is written: after success, after failure.
pub(super) const AUDITS: u8 = 0xc0;

/// All rights to a file.
pub(super) const FULL_CONTROL: u32 = 0x1f_01ff;

const HEADER: usize = 20;
const ACL_HEADER: usize = 8;
const ACE_HEADER: usize = 4;
const MASK: usize = 4;

/// A descriptor, as far as files have parts of one.
pub(super) struct Descriptor<'b> {
    pub(super) owner: Option<Sid<'b>>,
    pub(super) group: Option<Sid<'b>>,
    pub(super) sacl: Option<Acl<'b>>,
    /// `None` also where there is a list that is nothing, which allows everything.
    pub(super) dacl: Option<Acl<'b>>,
}

/// Who: a security identifier as its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sid<'b>(&'b [u8]);

/// A list of entries.
pub(super) struct Acl<'b> {
    revision: u8,
    count: u16,
    /// Where the first entry begins.
    at: usize,
    entries: &'b [u8],
}

/// An entry as its bytes, at least a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ace<'b> {
    pub(super) kind: u8,
    pub(super) flags: u8,
    /// What follows the header.
    pub(super) body: &'b [u8],
}

/// What an entry does, for whom.
pub(super) enum AceKind<'b> {
    /// It grants rights.
    Allow { mask: u32, sid: Sid<'b> },
    /// It takes rights.
    Deny,
    /// Anything else, or something in it is no identifier.
    Other,
}

impl<'b> Descriptor<'b> {
    pub(super) fn parse(bytes: &'b [u8]) -> Result<Self, DescriptorError> {
        let (header, _) = bytes.split_first_chunk::<HEADER>().ok_or(DescriptorError::Header)?;
        let control = short(header, 2).ok_or(DescriptorError::Header)?;
        if header.first() != Some(&1) || control & SELF_RELATIVE == 0 {
            return Err(DescriptorError::Header);
        }
        let part = |at: usize, part: &'static str| -> Result<Option<(usize, &'b [u8])>, DescriptorError> {
            let offset = long(header, at).ok_or(DescriptorError::Header)?;
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            if offset == 0 {
                return Ok(None);
            }
            let rest = if offset < HEADER { None } else { bytes.get(offset..) };
            rest.map(|rest| Some((offset, rest))).ok_or(DescriptorError::Damaged { part, at: offset })
        };
        let sid = |at: usize, name: &'static str| {
            let found = part(at, name)?;
            found.map(|(at, rest)| Sid::first(rest).ok_or(DescriptorError::Damaged { part: name, at })).transpose()
        };
        let acl = |at: usize, present: u16, name: &'static str| {
            let found = if control & present == 0 { None } else { part(at, name)? };
            found.map(|(at, rest)| Acl::first(rest, at).ok_or(DescriptorError::Damaged { part: name, at })).transpose()
        };
        Ok(Self {
            owner: sid(4, "owner")?,
            group: sid(8, "group")?,
            sacl: acl(12, SACL_PRESENT, "list of audits")?,
            dacl: acl(16, DACL_PRESENT, "list of rights")?,
        })
    }
}

impl<'b> Sid<'b> {
    /// `S-1-5-18`
    pub(super) const SYSTEM: Sid<'static> = Sid(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]);
    /// `S-1-5-32-544`
    pub(super) const ADMINISTRATORS: Sid<'static> = Sid(&[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0]);
    /// `S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464`
    pub(super) const TRUSTED_INSTALLER: Sid<'static> = Sid(&[
        1, 6, 0, 0, 0, 0, 0, 5, 80, 0, 0, 0, 0xb5, 0x89, 0xfb, 0x38, 0x19, 0x84, 0xc2, 0xcb, 0x5c, 0x6c, 0x23, 0x6d,
        0x57, 0x00, 0x77, 0x6e, 0xc0, 0x02, 0x64, 0x87,
    ]);
    /// `S-1-3-0`
    pub(super) const CREATOR_OWNER: Sid<'static> = Sid(&[1, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0]);
    /// `S-1-3-1`
    pub(super) const CREATOR_GROUP: Sid<'static> = Sid(&[1, 1, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0]);
    /// `S-1-3-4`
    pub(super) const OWNER_RIGHTS: Sid<'static> = Sid(&[1, 1, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0]);

    /// The most parts of an identifier after its authority, as Windows has it.
    const PARTS: u8 = 15;

    /// The identifier at the beginning of bytes.
    fn first(bytes: &'b [u8]) -> Option<Self> {
        let (&[revision, parts], _) = bytes.split_first_chunk::<2>()?;
        let known = revision == 1 && parts <= Self::PARTS;
        if known { bytes.get(..8 + 4 * usize::from(parts)).map(Self) } else { None }
    }

    pub(super) fn bytes(&self) -> &'b [u8] {
        self.0
    }
}

impl<'b> Acl<'b> {
    /// The list at the beginning of bytes, which begin at `at`.
    fn first(bytes: &'b [u8], at: usize) -> Option<Self> {
        let (header, _) = bytes.split_first_chunk::<ACL_HEADER>()?;
        let &[revision, _, low, high, few, many, _, _] = header;
        let entries = bytes.get(ACL_HEADER..usize::from(u16::from_le_bytes([low, high])))?;
        let count = u16::from_le_bytes([few, many]);
        matches!(revision, 2..=4).then_some(Self { revision, count, at: at + ACL_HEADER, entries })
    }

    /// The entries. After one that is damaged there are no more.
    pub(super) fn aces(&self) -> impl Iterator<Item = Result<Ace<'b>, DescriptorError>> {
        let (mut rest, mut left, end) = (self.entries, self.count, self.at + self.entries.len());
        std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let Some((ace, after)) = Ace::split_first(rest) else {
                left = 0;
                return Some(Err(DescriptorError::Damaged { part: "entry", at: end - rest.len() }));
            };
            rest = after;
            Some(Ok(ace))
        })
    }

    pub(super) fn revision(&self) -> u8 {
        self.revision
    }
}

impl<'b> Ace<'b> {
    fn split_first(bytes: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let (&[kind, flags, low, high], _) = bytes.split_first_chunk::<ACE_HEADER>()?;
        let (ace, rest) = bytes.split_at_checked(usize::from(u16::from_le_bytes([low, high])))?;
        // Entries begin at multiples of four bytes.
        let body = ace.get(ACE_HEADER..).filter(|body| body.len() % 4 == 0)?;
        Some((Self { kind, flags, body }, rest))
    }

    pub(super) fn is_inherit_only(&self) -> bool {
        self.flags & INHERIT_ONLY != 0
    }

    /// The rights and the identifier, where they follow the header, and what stands after them.
    pub(super) fn simple(&self) -> Option<(u32, Sid<'b>, &'b [u8])> {
        let (mask, rest) = self.body.split_first_chunk::<MASK>()?;
        let sid = Sid::first(rest)?;
        Some((u32::from_le_bytes(*mask), sid, rest.get(sid.0.len()..)?))
    }

    pub(super) fn kind(&self) -> AceKind<'b> {
        match self.kind {
            ALLOWED | ALLOWED_CALLBACK => {
                self.simple().map_or(AceKind::Other, |(mask, sid, _)| AceKind::Allow { mask, sid })
            }
            DENIED | DENIED_CALLBACK | DENIED_OBJECT | DENIED_CALLBACK_OBJECT => AceKind::Deny,
            _ => AceKind::Other,
        }
    }
}

/// It grants.
pub(super) const ALLOWED: u8 = 0;
/// It takes.
pub(super) const DENIED: u8 = 1;
/// It audits.
pub(super) const AUDIT: u8 = 2;
const DENIED_OBJECT: u8 = 6;
/// It grants under a condition.
pub(super) const ALLOWED_CALLBACK: u8 = 9;
/// It takes under a condition.
pub(super) const DENIED_CALLBACK: u8 = 10;
const DENIED_CALLBACK_OBJECT: u8 = 12;
/// It audits under a condition.
pub(super) const AUDIT_CALLBACK: u8 = 13;

/// The bytes of an entry.
pub(super) fn ace(kind: u8, flags: u8, body: &[&[u8]]) -> Result<Vec<u8>, DescriptorError> {
    let body = body.concat();
    let length = u16::try_from(ACE_HEADER + body.len()).map_err(|_| DescriptorError::TooLong)?;
    Ok([&[kind, flags][..], &length.to_le_bytes(), &body].concat())
}

/// The bytes of a list of these entries.
pub(super) fn acl(revision: u8, aces: &[Vec<u8>]) -> Result<Vec<u8>, DescriptorError> {
    let entries = aces.concat();
    let length = u16::try_from(ACL_HEADER + entries.len()).map_err(|_| DescriptorError::TooLong)?;
    let count = u16::try_from(aces.len()).map_err(|_| DescriptorError::TooLong)?;
    Ok([&[revision, 0][..], &length.to_le_bytes(), &count.to_le_bytes(), &[0, 0], &entries].concat())
}

/// A list that grants everything to each of these.
pub(super) fn full_control(flags: u8, to: &[Sid<'_>]) -> Result<Vec<u8>, DescriptorError> {
    let one = |sid: &Sid<'_>| ace(ALLOWED, flags, &[&FULL_CONTROL.to_le_bytes(), sid.bytes()]);
    acl(2, &to.iter().map(one).collect::<Result<Vec<_>, _>>()?)
}

/// A descriptor of these parts, in the order in which Windows writes them.
pub(super) fn write(
    control: u16,
    owner: &Sid<'_>,
    group: &Sid<'_>,
    sacl: Option<&[u8]>,
    dacl: &[u8],
) -> Result<Vec<u8>, DescriptorError> {
    let parts = [sacl.unwrap_or_default(), dacl, owner.bytes(), group.bytes()];
    let mut end = HEADER;
    let mut offset = |part: &[u8]| {
        let at = if part.is_empty() { 0 } else { end };
        end += part.len();
        u32::try_from(at).map_err(|_| DescriptorError::TooLong)
    };
    let [sacl, dacl, owner, group] = parts.map(&mut offset);
    let mut bytes = vec![1, 0];
    bytes.extend(control.to_le_bytes());
    for offset in [owner?, group?, sacl?, dacl?] {
        bytes.extend(offset.to_le_bytes());
    }
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    Ok(bytes)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}
