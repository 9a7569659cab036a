//! Windows security descriptors of files and folders, in the self-relative form that NTFS keeps and [MS-DTYP] 2.4 describes:
//! what a new file gets from its folder, and whether a folder is for administrators only.
//!
//! It is about bytes only. Who a file is for is decided by whoever writes it.

mod descriptor;
mod inheritance;

use descriptor::{AceKind, Acl, Descriptor, Sid};
use inheritance::Creators;

pub use descriptor::DescriptorError;

/// What is created in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// The descriptor that Windows gives to what is created in the folder with this one, by the owner of the folder.
///
/// Entries for the creator become entries for that owner and its group. A folder from which nothing is inherited gives
/// its owner and the system full control, as Windows does for somebody without a list of his own.
pub fn inherited(parent: &[u8], child: Child) -> Result<Vec<u8>, DescriptorError> {
    let parent = Descriptor::parse(parent)?;
    let owner = parent.owner.ok_or(DescriptorError::Missing("owner"))?;
    let group = parent.group.ok_or(DescriptorError::Missing("group"))?;
    let creators = Creators { owner: &owner, group: &group };
    let of = |acl: Option<&Acl<'_>>| -> Result<Option<Vec<u8>>, DescriptorError> {
        acl.map(|acl| creators.inherit(acl, child)).transpose().map(Option::flatten)
    };
    let (dacl, sacl) = (of(parent.dacl.as_ref())?, of(parent.sacl.as_ref())?);
    let mut control = descriptor::SELF_RELATIVE | descriptor::DACL_PRESENT;
    if dacl.is_some() {
        control |= descriptor::DACL_AUTO_INHERITED;
    }
    if sacl.is_some() {
        control |= descriptor::SACL_PRESENT | descriptor::SACL_AUTO_INHERITED;
    }
    let dacl = match dacl {
        Some(dacl) => dacl,
        None => descriptor::full_control(0, &[owner, Sid::SYSTEM])?,
    };
    descriptor::write(control, &owner, &group, sacl.as_deref(), &dacl)
}

/// The descriptor of a folder for administrators and the system alone, with all that is in it. Nothing that the folder above
/// grants reaches it.
pub fn for_administrators() -> Vec<u8> {
    let control = descriptor::SELF_RELATIVE | descriptor::DACL_PRESENT | descriptor::DACL_PROTECTED;
    let whole = descriptor::OBJECT_INHERIT | descriptor::CONTAINER_INHERIT;
    let (owner, group) = (Sid::ADMINISTRATORS, Sid::ADMINISTRATORS);
    let dacl = descriptor::full_control(whole, &[Sid::SYSTEM, Sid::ADMINISTRATORS]);
    let written = dacl.and_then(|dacl| descriptor::write(control, &owner, &group, None, &dacl));
    // Two entries are far from any limit, and a test compares each byte.
    written.unwrap_or_default()
}

/// Whether a folder can be believed: administrators, the system or Windows' installer own it, and nobody else may write,
/// delete or give rights, in it or in what is created there. What cannot be read is not believed.
pub fn is_for_administrators(bytes: &[u8]) -> bool {
    let Ok(descriptor) = Descriptor::parse(bytes) else { return false };
    let is_owned = descriptor.owner.is_some_and(|owner| is_administrative(&owner));
    let Some(dacl) = descriptor.dacl else { return false };
    is_owned
        && dacl.aces().all(|ace| match ace.map(|ace| (ace, ace.kind())) {
            Ok((_, AceKind::Deny)) => true,
            Ok((ace, AceKind::Allow { mask, sid })) => {
                // Who creates something there is one of them. The owner's own rights are an owner's in any case.
                let creator = ace.is_inherit_only() && (sid == Sid::CREATOR_OWNER || sid == Sid::CREATOR_GROUP);
                mask & WRITING == 0 || is_administrative(&sid) || creator || sid == Sid::OWNER_RIGHTS
            }
            Ok((_, AceKind::Other)) | Err(_) => false,
        })
}

fn is_administrative(sid: &Sid<'_>) -> bool {
    [Sid::SYSTEM, Sid::ADMINISTRATORS, Sid::TRUSTED_INSTALLER].contains(sid)
}

/// Rights by which somebody changes what is in a folder, or gets such rights: to write data, to append, to write extended
/// attributes, to delete what is in it, to write attributes, to delete, to change rights, to take ownership, to reach the
/// audit list, whatever is allowed, all, and generic writing.
const WRITING: u32 = 0x2
    | 0x4
    | 0x10
    | 0x40
    | 0x100
    | 0x1_0000
    | 0x4_0000
    | 0x8_0000
    | 0x100_0000
    | 0x200_0000
    | 0x1000_0000
    | 0x4000_0000;

#[cfg(test)]
mod tests;
