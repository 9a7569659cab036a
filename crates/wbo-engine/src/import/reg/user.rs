//! Whose settings a .reg file is about.

use std::collections::BTreeSet;

use registry::{KeyPath, Name, RegFile, Root};

use crate::users::is_person;

/// The user whose keys are taken.
pub(super) struct User {
    /// The SID under which `HKEY_USERS` has them.
    pub(super) sid: Option<String>,
    /// Why keys of `HKEY_USERS` are not the user's, where they are not.
    others: &'static str,
}

/// The end of the name under which `HKEY_USERS` has a user's classes.
const CLASSES: &str = "_Classes";

impl User {
    /// The user of this SID, if it is said; else the one that the file is about.
    pub(super) fn of(file: &RegFile, sid: Option<&str>) -> Self {
        let others = "it is another user's";
        if let Some(sid) = sid {
            return Self { sid: Some(sid.to_owned()), others };
        }
        let names_current = file.keys.iter().any(|key| key.path().root() == Root::CurrentUser);
        let sids: BTreeSet<Name> = file.keys.iter().filter_map(|key| sid_of(key.path())).collect();
        match sids.first() {
            Some(_) if names_current => Self {
                sid: None,
                others: "the file is about HKEY_CURRENT_USER, and does not say whether this is the same",
            },
            Some(only) if sids.len() == 1 => Self { sid: Some(only.to_string()), others },
            Some(_) => Self { sid: None, others: "the file is about several users, and does not say which is meant" },
            None => Self { sid: None, others: "it is nobody's who signs in" },
        }
    }

    /// The key with the user's as `HKCU`, or why it is neither the user's nor the PC's.
    pub(super) fn own(&self, key: &KeyPath) -> Result<KeyPath, &'static str> {
        match key.root() {
            Root::CurrentUser | Root::LocalMachine => Ok(key.clone()),
            Root::Users => {
                let Some((first, below)) = key.names().split_first() else { return Err(self.others) };
                let own = self.sid.as_deref().ok_or(self.others)?;
                let classes = format!("{own}{CLASSES}");
                let start: &[&str] = match first {
                    first if *first == Name::from(own) => &[],
                    first if *first == Name::from(&*classes) => &["Software", "Classes"],
                    _ => return Err(self.others),
                };
                let names = start.iter().copied().map(Name::from).chain(below.iter().cloned());
                Ok(KeyPath::new(Root::CurrentUser, names.collect()))
            }
            Root::ClassesRoot => Err("HKEY_CLASSES_ROOT shows the user's classes and the PC's as one"),
            Root::CurrentConfig => Err("HKEY_CURRENT_CONFIG is of one PC's hardware"),
        }
    }
}

/// The SID of the person whose a key of `HKEY_USERS` is.
fn sid_of(key: &KeyPath) -> Option<Name> {
    let first = key.names().first().filter(|_| key.root() == Root::Users)?.to_text()?;
    let sid = first.len().checked_sub(CLASSES.len()).and_then(|at| first.split_at_checked(at));
    let sid = sid.filter(|(_, end)| end.eq_ignore_ascii_case(CLASSES)).map_or(&*first, |(sid, _)| sid);
    is_person(sid).then(|| Name::from(sid))
}
