//! Whether a profile is about the user it would be written for.
//!
//! That somebody signed a profile says where it is from, and not for whom it is.

use profile_format::{Device, Text, User};
use registry::Name;

use crate::{NameGlob, UserProfile};

/// Which users and domains of profiles are which on this PC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// A user of a profile (a name, `DOMAIN\name`, a SID, a principal name), and the user here.
    pub users: Vec<(String, String)>,
    /// A domain of a profile, with `*` for any characters, and the domain here.
    pub domains: Vec<(String, String)>,
}

/// Why a profile is taken for a user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The command line says so.
    Mapped,
    /// Both have the same SID.
    Sid,
    /// Both have the same name.
    Name,
}

/// Why a profile is not taken for a user's. Shown as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// They are two people, as far as names and SIDs tell.
    #[error("the profile is of {profile}, and not of {target}")]
    OtherUser {
        /// Whose profile it is.
        profile: String,
        /// Whose it would become.
        target: String,
    },
    /// The names are the same, and the domains are not.
    #[error("the profile is of {profile}, and {target} is of another domain")]
    OtherDomain {
        /// Whose profile it is.
        profile: String,
        /// Whose it would become.
        target: String,
    },
    /// The profile does not say whose it is.
    #[error("the profile does not say whose it is")]
    Nobody,
}

/// An account, as profiles and lists of users tell of it.
struct Account<'a> {
    name: Option<Name>,
    sid: Option<&'a str>,
    /// Its domain; `None` where it is the PC itself, or is not known.
    domain: Option<Name>,
    upn: Option<&'a str>,
    /// The name of its folder, which people often know better.
    folder: Option<Name>,
}

impl Mapping {
    /// Whether a profile of this user, captured on this device, is for a user of another.
    pub fn judge(
        &self,
        user: &User,
        device: &Device,
        target: &UserProfile,
        target_device: &Device,
    ) -> Result<Match, Mismatch> {
        let of = Account::of_profile(user, device);
        let here = Account::of_target(target, target_device);
        let mapped = self.users.iter().filter(|(old, _)| of.is_called(old)).map(|(_, new)| here.is_called(new));
        match mapped.reduce(|one, other| one || other) {
            Some(true) => return Ok(Match::Mapped),
            Some(false) => return Err(Mismatch::OtherUser { profile: of.to_string(), target: here.to_string() }),
            None => (),
        }
        if of.sid.is_some() && of.sid == here.sid {
            return Ok(Match::Sid);
        }
        if let (Some(one), Some(other)) = (of.sid, here.sid)
            && are_of_one_domain(one, other)
        {
            // Two accounts of one domain: somebody got the name of somebody else.
            return Err(Mismatch::OtherUser { profile: of.to_string(), target: here.to_string() });
        }
        if of.name.is_none() && of.sid.is_none() {
            return Err(Mismatch::Nobody);
        }
        if of.name.is_none() || of.name != here.name {
            return Err(Mismatch::OtherUser { profile: of.to_string(), target: here.to_string() });
        }
        let domain = of.domain.as_ref().map(|domain| self.domain(domain).unwrap_or_else(|| domain.clone()));
        if domain != here.domain {
            return Err(Mismatch::OtherDomain { profile: of.to_string(), target: here.to_string() });
        }
        Ok(Match::Name)
    }

    /// The mappings to nobody among these users, as they were written.
    pub fn to_nobody(&self, users: &[UserProfile], device: &Device) -> Vec<String> {
        let accounts = || users.iter().map(|user| Account::of_target(user, device));
        let users = self.users.iter().filter(|(_, new)| !accounts().any(|account| account.is_called(new)));
        let is_domain = |new: &str| accounts().any(|account| account.domain == Some(Name::from(new)));
        let domains = self.domains.iter().filter(|(_, new)| !is_domain(new));
        users.chain(domains).map(|(old, new)| format!("{old}={new}")).collect()
    }

    /// The mappings that are about no user and no domain of these profiles, as they were written: each was meant to be.
    pub fn unmatched(&self, profiles: &[(&User, &Device)]) -> Vec<String> {
        let accounts = || profiles.iter().map(|(user, device)| Account::of_profile(user, device));
        let users = self.users.iter().filter(|(old, _)| !accounts().any(|account| account.is_called(old)));
        let in_domain = |old: &str| {
            accounts().any(|account| account.domain.as_ref().is_some_and(|domain| NameGlob::new(old).matches(domain)))
        };
        let domains = self.domains.iter().filter(|(old, _)| !in_domain(old));
        users.chain(domains).map(|(old, new)| format!("{old}={new}")).collect()
    }

    fn domain(&self, domain: &Name) -> Option<Name> {
        let fitting = self.domains.iter().find(|(old, _)| NameGlob::new(old).matches(domain));
        fitting.map(|(_, new)| Name::from(new.as_str()))
    }
}

impl<'a> Account<'a> {
    fn of_profile(user: &'a User, device: &Device) -> Self {
        let domain = user.domain.as_ref().map(name_of);
        Self {
            name: user.name.as_ref().map(name_of),
            sid: user.sid.as_deref(),
            domain: domain.filter(|domain| Some(domain) != device.name.as_ref().map(name_of).as_ref()),
            upn: user.upn.as_deref(),
            folder: None,
        }
    }

    fn of_target(user: &'a UserProfile, device: &Device) -> Self {
        Self {
            name: user.name.clone(),
            sid: user.sid.as_deref(),
            domain: user.domain.clone().filter(|domain| Some(domain) != device.name.as_ref().map(name_of).as_ref()),
            upn: user.upn.as_deref(),
            folder: user.folder.as_ref().and_then(|folder| folder.names().last().cloned()),
        }
    }

    /// Whether it is the one that somebody writes like this.
    fn is_called(&self, text: &str) -> bool {
        let name = || self.name.as_ref();
        if let Some((domain, account)) = text.split_once('\\') {
            let domain_fits = self.domain.as_ref() == Some(&Name::from(domain));
            return domain_fits && name() == Some(&Name::from(account));
        }
        name() == Some(&Name::from(text))
            || self.folder.as_ref() == Some(&Name::from(text))
            || self.sid.is_some_and(|sid| sid.eq_ignore_ascii_case(text))
            || self.upn.is_some_and(|upn| Name::from(upn) == Name::from(text))
    }
}

/// Such as `EXAMPLE\alice`.
impl std::fmt::Display for Account<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.domain, &self.name, self.sid) {
            (Some(domain), Some(name), _) => write!(formatter, "{domain}\\{name}"),
            (None, Some(name), _) => write!(formatter, "{name}"),
            (_, None, Some(sid)) => formatter.write_str(sid),
            (_, None, None) => formatter.write_str("somebody without a name"),
        }
    }
}

/// Whether two SIDs are of one domain, one PC or one tenant, and of two accounts there.
fn are_of_one_domain(one: &str, other: &str) -> bool {
    let tenant = |sid: &str| sid.starts_with("S-1-12-1-");
    let domain = |sid: &str| sid.rsplit_once('-').map(|(domain, _)| domain.to_owned());
    one != other && (tenant(one) && tenant(other) || domain(one) == domain(other))
}

fn name_of(text: &Text) -> Name {
    Name::from_units(&*text.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WindowsPath;

    fn user(name: &str, domain: Option<&str>, sid: Option<&str>) -> User {
        User {
            name: Some(Text::from(name)),
            sid: sid.map(ToOwned::to_owned),
            domain: domain.map(Text::from),
            upn: Some(format!("{name}@example.org")),
        }
    }

    fn target(name: &str, domain: Option<&str>, sid: Option<&str>) -> UserProfile {
        let folder = WindowsPath::new('C', vec!["Users".into(), name.into()]);
        UserProfile {
            domain: domain.map(Name::from),
            sid: sid.map(ToOwned::to_owned),
            ..UserProfile::of_folder(folder, name)
        }
    }

    fn device(name: &str) -> Device {
        Device { name: Some(Text::from(name)), ..Device::default() }
    }

    #[test]
    fn who_is_who() {
        let old = Some("S-1-5-21-1-2-3-1001");
        let new = Some("S-1-5-21-7-8-9-1001");
        let map = |users: &[(&str, &str)], domains: &[(&str, &str)]| Mapping {
            users: users.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect(),
            domains: domains.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect(),
        };
        let none = Mapping::default();
        let judge = |mapping: &Mapping, of: &User, here: &UserProfile| {
            mapping.judge(of, &device("OLD"), here, &device("NEW")).map_err(|error| error.to_string())
        };
        let alice = user("alice", Some("OLD"), old);
        assert_eq!(judge(&none, &alice, &target("ALICE", Some("NEW"), new)), Ok(Match::Name));
        assert_eq!(judge(&none, &alice, &target("renamed", Some("X"), old)), Ok(Match::Sid));
        let refused = |text: &str| Err(text.to_owned());
        assert_eq!(judge(&none, &alice, &target("bob", None, new)), refused("the profile is of alice, and not of bob"));
        assert_eq!(
            judge(&none, &alice, &target("alice", Some("CORP"), new)),
            refused(r"the profile is of alice, and CORP\alice is of another domain")
        );
        for old_name in ["Alice", r"alice@example.org", "s-1-5-21-1-2-3-1001"] {
            let mapping = map(&[(old_name, "bob")], &[]);
            assert_eq!(judge(&mapping, &alice, &target("bob", None, new)), Ok(Match::Mapped), "{old_name}");
            assert!(judge(&mapping, &alice, &target("alice", None, old)).is_err(), "{old_name}");
        }
        let corp = user("alice", Some("CORP-A"), old);
        let mapping = map(&[], &[("corp-*", "EXAMPLE")]);
        assert_eq!(judge(&mapping, &corp, &target("alice", Some("Example"), new)), Ok(Match::Name));
        assert!(judge(&none, &corp, &target("alice", Some("Example"), new)).is_err());
        assert_eq!(
            judge(&none, &User::default(), &target("a", None, new)),
            refused("the profile does not say whose it is")
        );

        // Somebody else has the name now, in the same domain.
        let namesake = target("alice", Some("OLD"), Some("S-1-5-21-1-2-3-1099"));
        assert_eq!(judge(&none, &alice, &namesake), refused("the profile is of alice, and not of OLD\\alice"));
        assert_eq!(map(&[("alice", "nobody")], &[]).to_nobody(&[namesake], &device("NEW")), ["alice=nobody"]);

        let (profile, device) = (corp, device("OLD"));
        let profiles = [(&profile, &device)];
        let mapping = map(&[("alice", "x"), ("bob", "y")], &[("corp*", "A"), ("other", "B")]);
        assert_eq!(mapping.unmatched(&profiles), ["bob=y", "other=B"]);
    }
}
