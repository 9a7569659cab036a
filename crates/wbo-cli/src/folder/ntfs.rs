//! What the drivers of NTFS, ntfs-3g and ntfs3, tell of a file and take for it, beside what every file system has.

use std::fs::File;
use std::io;

use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};
use rustix::io::Errno;

/// The Windows attributes; `None`, where the file system has none.
pub(super) fn attributes(file: &File) -> Option<u32> {
    let (form, bytes) = stored_attributes(file)?;
    Some((form.read)(bytes))
}

/// Changes the attributes of `mask` to those that are `wanted`, where the file system has attributes.
pub(super) fn set_attributes(file: &File, mask: u32, wanted: u32) -> io::Result<()> {
    let Some((form, bytes)) = stored_attributes(file) else { return Ok(()) };
    let before = (form.read)(bytes);
    let after = before & !mask | wanted & mask;
    if after != before {
        fsetxattr(file, form.name, &(form.write)(after), XattrFlags::REPLACE)?;
    }
    Ok(())
}

/// The security descriptor; `None`, where the file system has none.
pub(super) fn descriptor(file: &File) -> io::Result<Option<Vec<u8>>> {
    Ok(stored_descriptor(file)?.map(|(_, bytes)| bytes))
}

/// Gives a file that has a security descriptor another.
pub(super) fn set_descriptor(file: &File, descriptor: &[u8]) -> io::Result<()> {
    let Some((name, _)) = stored_descriptor(file)? else {
        return Err(no_access_lists());
    };
    Ok(fsetxattr(file, name, descriptor, XattrFlags::REPLACE)?)
}

/// What is said where the file system has no security descriptors.
pub(super) fn no_access_lists() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "the file system keeps no access lists")
}

/// What the driver reads a file or folder by; `None`, if that is not told.
pub(super) fn reparse_tag(file: &File) -> Option<u32> {
    let mut bytes = vec![0; MOST_REPARSE_DATA];
    fgetxattr(file, "system.ntfs_reparse_data", &mut *bytes).ok()?;
    bytes.first_chunk().map(|tag| u32::from_le_bytes(*tag))
}

/// What Windows lets a reparse point have, with the head of the data of one that is no tag of Microsoft's.
const MOST_REPARSE_DATA: usize = (16 << 10) + 24;

/// What Linux lets an extended attribute have, and more than a security descriptor has room for.
const MOST_DESCRIPTOR: usize = 64 << 10;

/// The names that the drivers have for a security descriptor.
const DESCRIPTORS: [&str; 2] = ["system.ntfs_acl", "system.ntfs_security"];

/// A name that a driver has for the attributes, and how they are told.
struct Form {
    name: &'static str,
    read: fn([u8; 4]) -> u32,
    write: fn(u32) -> [u8; 4],
}

const FORMS: [Form; 2] = [
    Form { name: "system.ntfs_attrib_be", read: u32::from_be_bytes, write: u32::to_be_bytes },
    // Older versions of ntfs3 have this alone, in the order of bytes of the machine.
    Form { name: "system.ntfs_attrib", read: u32::from_ne_bytes, write: u32::to_ne_bytes },
];

fn stored_attributes(file: &File) -> Option<(&'static Form, [u8; 4])> {
    const { &FORMS }.iter().find_map(|form| {
        let mut bytes = [0; 4];
        let length = fgetxattr(file, form.name, &mut bytes).ok()?;
        (length == bytes.len()).then_some((form, bytes))
    })
}

fn stored_descriptor(file: &File) -> io::Result<Option<(&'static str, Vec<u8>)>> {
    let mut bytes = vec![0; MOST_DESCRIPTOR];
    for name in DESCRIPTORS {
        match fgetxattr(file, name, &mut *bytes) {
            Ok(length) => {
                bytes.truncate(length);
                return Ok(Some((name, bytes)));
            }
            // Each file system has its own way to say that it does not know the name.
            Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}
