//! What of a folder's list reaches what is created in it, as [MS-DTYP] 2.5.3.4 has it and Windows does it.

use super::Child;
use super::descriptor::{
    self, ALLOWED, ALLOWED_CALLBACK, AUDIT, AUDIT_CALLBACK, AUDITS, Ace, Acl, CONTAINER_INHERIT, DENIED,
    DENIED_CALLBACK, DescriptorError, FULL_CONTROL, INHERIT_ONLY, INHERITED, NO_PROPAGATE, OBJECT_INHERIT, Sid,
};

/// Who creates something.
pub(super) struct Creators<'s> {
    pub(super) owner: &'s Sid<'s>,
    pub(super) group: &'s Sid<'s>,
}

impl Creators<'_> {
    /// The list of the child; `None`, if nothing is inherited.
    pub(super) fn inherit(&self, acl: &Acl<'_>, child: Child) -> Result<Option<Vec<u8>>, DescriptorError> {
        let mut inherited = Vec::new();
        for ace in acl.aces() {
            match child {
                Child::File => self.file(&ace?, &mut inherited)?,
                Child::Folder => self.folder(&ace?, &mut inherited)?,
            }
        }
        if inherited.is_empty() { Ok(None) } else { descriptor::acl(acl.revision(), &inherited).map(Some) }
    }

    fn file(&self, ace: &Ace<'_>, to: &mut Vec<Vec<u8>>) -> Result<(), DescriptorError> {
        if ace.flags & OBJECT_INHERIT != 0 {
            to.push(self.effective(ace, INHERITED | ace.flags & AUDITS)?.0);
        }
        Ok(())
    }

    fn folder(&self, ace: &Ace<'_>, to: &mut Vec<Vec<u8>>) -> Result<(), DescriptorError> {
        let audits = ace.flags & AUDITS;
        let hands_on = ace.flags & NO_PROPAGATE == 0;
        let onward = INHERITED | audits | ace.flags & (OBJECT_INHERIT | CONTAINER_INHERIT);
        let for_others = || descriptor::ace(ace.kind, onward | INHERIT_ONLY, &[ace.body]);
        if ace.flags & CONTAINER_INHERIT == 0 {
            // It is for files: a folder only hands it on.
            if ace.flags & OBJECT_INHERIT != 0 && hands_on {
                to.push(for_others()?);
            }
            return Ok(());
        }
        let (entry, is_changed) = self.effective(ace, INHERITED | audits)?;
        match (hands_on, is_changed) {
            (false, _) => to.push(entry),
            (true, false) => to.push(descriptor::ace(ace.kind, onward, &[ace.body])?),
            // What holds for the folder itself is no longer what it hands on.
            (true, true) => to.extend([entry, for_others()?]),
        }
        Ok(())
    }

    /// The entry as it holds for the child itself, and whether it says something else then. Of kinds that are not known
    /// the bytes stay.
    fn effective(&self, ace: &Ace<'_>, flags: u8) -> Result<(Vec<u8>, bool), DescriptorError> {
        const KNOWN: [u8; 6] = [ALLOWED, DENIED, AUDIT, ALLOWED_CALLBACK, DENIED_CALLBACK, AUDIT_CALLBACK];
        let simple = if KNOWN.contains(&ace.kind) { ace.simple() } else { None };
        let Some((mask, sid, rest)) = simple else {
            return Ok((descriptor::ace(ace.kind, flags, &[ace.body])?, false));
        };
        let who = match sid {
            Sid::CREATOR_OWNER => *self.owner,
            Sid::CREATOR_GROUP => *self.group,
            other => other,
        };
        let rights = rights_to_file(mask);
        let entry = descriptor::ace(ace.kind, flags, &[&rights.to_le_bytes(), who.bytes(), rest])?;
        Ok((entry, who != sid || rights != mask))
    }
}

/// Generic rights as those to a file. Bits that mean nothing in an entry are dropped.
fn rights_to_file(mask: u32) -> u32 {
    /// Generic rights and what they are for a file.
    const GENERIC: [(u32, u32); 4] =
        [(0x8000_0000, 0x12_0089), (0x4000_0000, 0x12_0116), (0x2000_0000, 0x12_00a0), (0x1000_0000, FULL_CONTROL)];
    /// Specific and standard rights, and that to the list of audits.
    const MEANINGFUL: u32 = 0x11f_ffff;
    let generic = GENERIC.iter().filter(|(generic, _)| mask & generic != 0);
    generic.fold(mask, |mask, (_, rights)| mask | rights) & MEANINGFUL
}
