//! What differs in whose profiles they are, and from what PC.

use profile_format::{Device, Facts, JoinKind, Text, User};

/// Something that profiles say of themselves, and that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactDifference {
    /// What it is about.
    pub of: Subject,
    /// Which fact: a word that stays the same from version to version.
    pub fact: &'static str,
    /// Whether it tells something about a person.
    pub personal: bool,
    /// What the first profile says, if it says anything.
    pub before: Option<String>,
    /// What the second profile says.
    pub after: Option<String>,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The PC.
    Device,
    /// The person.
    User,
    /// The making of the profile.
    Profile,
}

impl Subject {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::User => "user",
            Self::Profile => "profile",
        }
    }
}

/// What differs in what two profiles say of their PCs, their users and themselves. Ids and times differ always, and are
/// no difference.
pub fn facts(
    (before, before_device, before_user): (&Facts, &Device, &User),
    (after, after_device, after_user): (&Facts, &Device, &User),
) -> Vec<FactDifference> {
    let of_device =
        of_device(before_device).into_iter().zip(of_device(after_device)).map(|pair| (Subject::Device, pair));
    let of_user = of_user(before_user).into_iter().zip(of_user(after_user)).map(|pair| (Subject::User, pair));
    let of_profile = [("catalogue", false, Some(before.catalogue.clone()))]
        .into_iter()
        .zip([("catalogue", false, Some(after.catalogue.clone()))])
        .map(|pair| (Subject::Profile, pair));
    let all = of_device.chain(of_user).chain(of_profile);
    all.filter(|(_, (before, after))| before != after)
        .map(|(of, ((fact, personal, before), (_, _, after)))| FactDifference { of, fact, personal, before, after })
        .collect()
}

type Fact = (&'static str, bool, Option<String>);

fn of_device(device: &Device) -> [Fact; 11] {
    let Device { name, smbios, build, revision, edition, release, architecture, locale, join } = device;
    let kind = (join.kind != JoinKind::UNKNOWN).then(|| word_of(join.kind));
    let hex = |bytes: &[u8; 16]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [
        ("name", true, lossy(name)),
        ("smbios", true, smbios.as_ref().map(hex)),
        ("build", false, build.map(|build| build.to_string())),
        ("revision", false, revision.map(|revision| revision.to_string())),
        ("edition", false, edition.clone()),
        ("release", false, release.clone()),
        ("architecture", false, architecture.clone()),
        ("locale", false, locale.clone()),
        ("join", false, kind),
        ("join-name", true, lossy(&join.name)),
        ("tenant", true, join.tenant.clone()),
    ]
}

fn of_user(user: &User) -> [Fact; 4] {
    let User { name, sid, domain, upn } = user;
    [
        ("name", true, lossy(name)),
        ("sid", true, sid.clone()),
        ("domain", true, lossy(domain)),
        ("upn", true, upn.clone()),
    ]
}

fn lossy(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(Text::to_string_lossy)
}

fn word_of(kind: JoinKind) -> String {
    let known = JoinKind::NAMED.iter().find(|(other, _)| *other == kind);
    known.map_or_else(|| format!("join {}", kind.0), |(_, word)| (*word).to_owned())
}
