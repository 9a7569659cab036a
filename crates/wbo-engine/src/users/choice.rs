//! Which users are meant.

use std::collections::BTreeSet;

use profile_format::Timestamp;
use registry::Name;

use super::sid::sid_kind;
use super::{SetAside, Standing, UserProfile};
use crate::words::distance;
use crate::{NameGlob, WindowsPath};

/// Which users are wanted. A pattern is a name, `DOMAIN\name`, a user principal name, a SID, or the path of a folder;
/// `*` in it stands for any characters, and then it may fit several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChoice {
    /// Patterns of the users wanted.
    pub users: Vec<String>,
    /// Patterns of users who are not wanted, whatever else says so.
    pub exclude: Vec<String>,
    /// All users are wanted. Where this is not said and no pattern is given, the only user is meant.
    pub all: bool,
    /// Of these, only those who used their profile within so many days.
    pub used_within_days: Option<u32>,
}

/// Why users were not chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// A pattern fits nobody.
    #[error("no user fits '{pattern}'; there {}{}", there_is(.users), did_you_mean(.meant))]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// A user whose name is much like it.
        meant: Option<String>,
        /// Those who are there.
        users: Vec<String>,
    },
    /// A name without `*` fits several.
    #[error("'{pattern}' fits several users: {}; say which by SID or folder", listed(.users))]
    Ambiguous {
        /// The name.
        pattern: String,
        /// Whom it fits, each with SID and folder.
        users: Vec<String>,
    },
    /// A pattern fits only what is set aside.
    #[error("'{pattern}' is {user}, which is set aside: {reason}{}", .how.map(|how| format!("; {how}")).unwrap_or_default())]
    SetAside {
        /// The pattern.
        pattern: String,
        /// The first that it fits.
        user: String,
        /// Why that one is set aside.
        reason: SetAside,
        /// How to get at it all the same.
        how: Option<&'static str>,
    },
    /// Nobody was named, and there are several.
    #[error("there are several users, and none is named: {}", listed(.users))]
    NobodyNamed {
        /// Those who are there.
        users: Vec<String>,
    },
    /// There is nobody to choose.
    #[error("there are no users, of {listed} profiles and folders")]
    NoUsers {
        /// How many profiles and folders there are, all of them set aside.
        listed: usize,
    },
    /// Nobody is left of those who fit.
    #[error("nobody is left of {}: excluded, or not used lately", listed(.users))]
    NobodyLeft {
        /// Those who fit.
        users: Vec<String>,
    },
}

/// The users who are wanted, in the order of `profiles`, each once. What is set aside is chosen only when its SID or
/// folder is given in full and there is a registry to read.
///
/// A pattern that fits nobody is an error, also one that excludes: it was misspelt, or this is another PC.
pub fn select<'u>(
    profiles: &'u [UserProfile],
    choice: &UserChoice,
    now: Timestamp,
) -> Result<Vec<&'u UserProfile>, SelectError> {
    let usable = || (0..).zip(profiles).filter(|(_, profile)| profile.is_usable());
    let mut chosen = BTreeSet::new();
    for pattern in &choice.users {
        chosen.extend(wanted(profiles, pattern)?);
    }
    if choice.all {
        chosen.extend(usable().map(|(at, _)| at));
    } else if choice.users.is_empty() {
        chosen.extend(usable().map(|(at, _)| at).take(2));
        if chosen.len() > 1 {
            return Err(SelectError::NobodyNamed { users: names(usable().map(|(_, profile)| profile)) });
        }
    }
    if chosen.is_empty() {
        return Err(SelectError::NoUsers { listed: profiles.len() });
    }
    let fitting: Vec<&UserProfile> = chosen.iter().filter_map(|at| profiles.get(*at)).collect();
    let mut excluded = BTreeSet::new();
    for pattern in &choice.exclude {
        let fit = Pattern::new(pattern).fit(profiles);
        if fit.is_empty() {
            return Err(no_match(profiles, pattern));
        }
        excluded.extend(fit);
    }
    let is_recent = |profile: &UserProfile| match choice.used_within_days {
        Some(days) => profile.last_use.is_some_and(|last| last.at >= days_before(now, days)),
        None => true,
    };
    let left = chosen.iter().filter(|at| !excluded.contains(at)).filter_map(|at| profiles.get(*at));
    let left: Vec<&UserProfile> = left.filter(|profile| is_recent(profile)).collect();
    if left.is_empty() {
        return Err(SelectError::NobodyLeft { users: names(fitting) });
    }
    Ok(left)
}

fn days_before(now: Timestamp, days: u32) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::from(days) * 86_400))
}

/// Where the users stand whom a pattern means.
fn wanted(profiles: &[UserProfile], text: &str) -> Result<Vec<usize>, SelectError> {
    let pattern = Pattern::new(text);
    let fit = pattern.fit(profiles);
    let with = |at: &usize| profiles.get(*at);
    let (usable, aside): (Vec<usize>, Vec<usize>) =
        fit.into_iter().partition(|at| with(at).is_some_and(UserProfile::is_usable));
    match (usable.as_slice(), aside.as_slice()) {
        ([], []) => Err(no_match(profiles, text)),
        ([], [at, ..]) => match with(at) {
            Some(profile) if pattern.is_exact() && aside.len() == 1 && profile.hive.is_some() => Ok(aside),
            Some(profile) => Err(set_aside(profile, text, &pattern)),
            None => Ok(Vec::new()),
        },
        ([_, _, ..], _) if !pattern.is_glob() => {
            let describe = |profile: &UserProfile| {
                let sid = profile.entry.as_ref().map(Name::to_string).unwrap_or_default();
                let folder = profile.folder.as_ref().map(WindowsPath::to_string).unwrap_or_default();
                format!("{profile} ({sid} {folder})")
            };
            Err(SelectError::Ambiguous {
                pattern: text.to_owned(),
                users: usable.iter().filter_map(with).map(describe).collect(),
            })
        }
        _ => Ok(usable),
    }
}

fn set_aside(profile: &UserProfile, text: &str, pattern: &Pattern) -> SelectError {
    let reason = match &profile.standing {
        Standing::SetAside(reason) => reason.clone(),
        Standing::Usable => SetAside::NoHive,
    };
    let how = if profile.hive.is_some() && !pattern.is_exact() {
        Some("to take it all the same, give its SID or folder in full")
    } else {
        reason.remedy()
    };
    SelectError::SetAside { pattern: text.to_owned(), user: profile.to_string(), reason, how }
}

fn no_match(profiles: &[UserProfile], pattern: &str) -> SelectError {
    let usable = || profiles.iter().filter(|profile| profile.is_usable());
    // The name alone is compared where no domain was given, and that of the folder, which people see more often.
    let called = |profile: &UserProfile| match (&profile.name, pattern.contains('\\')) {
        (Some(name), false) => name.to_string(),
        _ => profile.to_string(),
    };
    let slips = |profile: &UserProfile| {
        let folder = profile.folder.as_ref().and_then(|folder| folder.names().last());
        let folder = folder.map(|name| distance(&name.to_string(), pattern));
        folder.into_iter().chain([distance(&called(profile), pattern)]).min().unwrap_or(usize::MAX)
    };
    let most = pattern.chars().count().div_ceil(3);
    let near = usable().map(|profile| (slips(profile), profile));
    let nearest = near.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance);
    SelectError::NoMatch {
        pattern: pattern.to_owned(),
        meant: nearest.map(|(_, profile)| profile.to_string()),
        users: names(usable()),
    }
}

fn names<'u>(profiles: impl IntoIterator<Item = &'u UserProfile>) -> Vec<String> {
    profiles.into_iter().map(UserProfile::to_string).collect()
}

fn did_you_mean(meant: &Option<String>) -> String {
    meant.as_ref().map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

fn there_is(users: &[String]) -> String {
    if users.is_empty() {
        "is nobody".to_owned()
    } else {
        format!("{} {}", if users.len() == 1 { "is" } else { "are" }, listed(users))
    }
}

/// The first few names, and how many more there are.
fn listed(users: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = users.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match users.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A pattern of users.
enum Pattern {
    /// A SID or the name of an entry, in full.
    Sid(Name),
    /// A folder, in full.
    Folder(WindowsPath),
    /// A domain and a name in it.
    DomainName(NameGlob, NameGlob),
    /// A name, a user principal name or a SID, with `*` in it.
    Glob(NameGlob),
    /// A name or a user principal name; if nobody has it, the name of a folder.
    Name(Name),
}

impl Pattern {
    fn new(text: &str) -> Self {
        let is_glob = text.contains('*');
        let plain_sid =
            text.get(..text.len().saturating_sub(4)).filter(|_| text.to_ascii_lowercase().ends_with(".bak"));
        if !is_glob && sid_kind(plain_sid.unwrap_or(text)).is_some() {
            return Self::Sid(Name::from(text));
        }
        if let Some(folder) = WindowsPath::parse(text).filter(|_| !is_glob) {
            return Self::Folder(folder);
        }
        match text.split_once('\\') {
            Some((domain, name)) => Self::DomainName(NameGlob::new(domain), NameGlob::new(name)),
            None if is_glob => Self::Glob(NameGlob::new(text)),
            None => Self::Name(Name::from(text)),
        }
    }

    /// Whether it names one entry or one folder in full.
    fn is_exact(&self) -> bool {
        matches!(self, Self::Sid(_) | Self::Folder(_))
    }

    fn is_glob(&self) -> bool {
        match self {
            Self::Glob(_) => true,
            Self::DomainName(domain, name) => domain.literal().is_none() || name.literal().is_none(),
            Self::Sid(_) | Self::Folder(_) | Self::Name(_) => false,
        }
    }

    /// Where the users stand who fit.
    fn fit(&self, profiles: &[UserProfile]) -> Vec<usize> {
        let those = |fits: &dyn Fn(&UserProfile) -> bool| {
            (0..).zip(profiles).filter(|(_, profile)| fits(profile)).map(|(at, _)| at).collect::<Vec<usize>>()
        };
        match self {
            // Where Windows put a profile aside, the SID has two entries: one with .bak, which is the user's own, and
            // one that is temporary. What can be used is meant before what has the very name.
            Self::Sid(sid) => {
                let is_entry = |profile: &UserProfile| profile.entry.as_ref() == Some(sid);
                let is_of = |profile: &UserProfile| profile.sid.as_deref().is_some_and(|of| Name::from(of) == *sid);
                first_of([
                    those(&|profile| is_entry(profile) && profile.is_usable()),
                    those(&|profile| is_of(profile) && profile.is_usable()),
                    those(&is_entry),
                    those(&is_of),
                ])
            }
            Self::Folder(folder) => {
                let is_of = |profile: &UserProfile| profile.folder.as_ref() == Some(folder);
                first_of([those(&|profile| is_of(profile) && profile.is_usable()), those(&is_of)])
            }
            Self::DomainName(domain, name) => those(&|profile| {
                let fits = |glob: &NameGlob, of: &Option<Name>| of.as_ref().is_some_and(|of| glob.matches(of));
                fits(domain, &profile.domain) && fits(name, &profile.name)
            }),
            Self::Glob(glob) => those(&|profile| {
                called(profile).chain(profile.sid.as_deref().map(Name::from)).any(|name| glob.matches(&name))
            }),
            Self::Name(name) => {
                let leaf = |profile: &UserProfile| profile.folder.as_ref()?.names().last().cloned();
                first_of([
                    those(&|profile| called(profile).any(|called| called == *name)),
                    those(&|profile| leaf(profile).as_ref() == Some(name)),
                ])
            }
        }
    }
}

/// The first of these that is not empty.
fn first_of<const N: usize>(choices: [Vec<usize>; N]) -> Vec<usize> {
    choices.into_iter().find(|fit| !fit.is_empty()).unwrap_or_default()
}

fn called(profile: &UserProfile) -> impl Iterator<Item = Name> {
    profile.name.iter().cloned().chain(profile.upn.as_deref().map(Name::from))
}

#[cfg(test)]
mod tests;
