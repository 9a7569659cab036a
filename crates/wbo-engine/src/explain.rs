//! Why a setting is captured or not, and what of a user's registry no setting is about.

use std::collections::BTreeMap;

use registry::{FileTime, KeyPath, Name, ReadRegistry, Root};

use crate::capture::{LeftOut, Reader, Reading, Selection, Why, is_absent};
use crate::catalogue::{Catalogue, Place, Portability, RegistryPlace, Scope, Setting, ValuePath};
use crate::secrets::Secrets;
use crate::{Glob, Source, describe};

/// What a setting is on a source, and what would become of it.
#[derive(Debug)]
pub struct Explanation {
    /// Why it is left out without a look, if it is.
    pub left_out: Option<LeftOut>,
    /// What is there; nothing, where it is not looked at.
    pub reading: Reading,
    /// The policies that are set and overrule it.
    pub policies: Vec<(ValuePath, String)>,
}

/// Looks at one setting as capture does.
pub fn explain(source: &Source<'_>, setting: &Setting, selection: &Selection, secrets: &Secrets) -> Explanation {
    let reader = Reader::new(source, secrets);
    let left_out = reader.left_out(setting, selection);
    // Somebody who asks for a setting by name wants to see it, also where capture would want to be asked.
    let reading = match left_out {
        Some(LeftOut::Never) => Reading::default(),
        _ => reader.read(setting),
    };
    let set = |policy: &ValuePath| {
        let value = source.registry.value(&policy.key, &policy.name).ok().flatten()?;
        let shown = match secrets.value(&policy.key, &policy.name, &value) {
            Some(denied) => format!("hidden: {denied}"),
            None => describe::plain(&value),
        };
        Some((policy.clone(), shown))
    };
    Explanation { left_out, reading, policies: setting.policies.iter().filter_map(set).collect() }
}

impl Explanation {
    /// Whether capture takes something of it that the user set.
    pub fn is_there(&self) -> bool {
        !self.reading.instances.values().flatten().all(is_absent)
    }

    /// What of it was left out as a secret.
    pub fn has_secrets(&self) -> bool {
        self.reading.incidents.iter().any(|incident| matches!(incident.why, Why::Secret(_)))
    }
}

/// When a setting of a profile would be written to another Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Whenever a profile is applied.
    Always,
    /// On the same PC.
    SameDevice,
    /// On the same build of Windows.
    SameBuild,
    /// When asked for: one source alone knows its place.
    OnRequest,
    /// When settings of the PC are asked for.
    Machine,
    /// Never: it is captured to be seen.
    Never,
}

impl Written {
    /// What holds for a setting.
    pub fn of(setting: &Setting) -> Self {
        match setting.portability {
            Portability::Information => Self::Never,
            _ if !setting.is_confirmed() => Self::OnRequest,
            _ if setting.scope() == Scope::Machine => Self::Machine,
            Portability::SameDevice => Self::SameDevice,
            Portability::SameBuild => Self::SameBuild,
            Portability::Roams => Self::Always,
        }
    }

    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::SameDevice => "same-device",
            Self::SameBuild => "same-build",
            Self::OnRequest => "on-request",
            Self::Machine => "machine",
            Self::Never => "never",
        }
    }

    /// Why.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Always => "it means the same on every PC",
            Self::SameDevice => "it means nothing on another PC",
            Self::SameBuild => "another build of Windows may read it as something else",
            Self::OnRequest => "one source alone knows its place",
            Self::Machine => "it is a setting of the PC and not of one user",
            Self::Never => "it is captured to be seen; Windows keeps its form to itself, or binds it to this PC",
        }
    }
}

/// A key of a user's registry with values that no setting is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclaimed {
    /// The key.
    pub key: KeyPath,
    /// When it was last written.
    pub written: FileTime,
    /// The names of those values.
    pub values: Vec<Name>,
}

/// What of a user's registry looks as if the user had set it, and no setting is about.
#[derive(Debug, Default)]
pub struct UnclaimedKeys {
    /// The keys, those written last first.
    pub keys: Vec<Unclaimed>,
    /// Keys that cannot be read.
    pub unread: Vec<String>,
}

/// Looks through `HKCU`, but for the classes of programs, for keys that were written after the user's first sign-in and
/// hold values that no setting is about. Secrets, histories and caches are none of them.
pub fn unclaimed(registry: &dyn ReadRegistry, catalogue: &Catalogue, secrets: &Secrets) -> UnclaimedKeys {
    let claims = Claims::of(catalogue);
    let noise: Vec<Glob> = NOISE.iter().map(|pattern| Glob::new(pattern)).collect();
    let since = first_sign_in(registry);
    let mut found = UnclaimedKeys::default();
    let mut keys = vec![KeyPath::new(Root::CurrentUser, vec![])];
    while let Some(path) = keys.pop() {
        if noise.iter().any(|glob| glob.matches(path.names())) || secrets.key(&path).is_some() {
            continue;
        }
        let key = match registry.key(&path) {
            Ok(Some(key)) => key,
            Ok(None) => continue,
            Err(error) => {
                found.unread.push(error.to_string());
                continue;
            }
        };
        keys.extend(key.subkeys.iter().map(|name| path.join(name.clone())));
        if key.written <= since {
            continue;
        }
        let values: Vec<Name> = key.values.into_iter().filter(|name| !claims.claim(&path, name)).collect();
        if !values.is_empty() {
            found.keys.push(Unclaimed { key: path, written: key.written, values });
        }
    }
    found.keys.sort_by(|one, other| other.written.cmp(&one.written).then_with(|| one.key.cmp(&other.key)));
    found.unread.sort();
    found
}

/// Histories, caches and what programs count, which no user sets: keys below `HKCU`.
const NOISE: [&str; 26] = [
    r"Software\Classes\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\UserAssist\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\RecentDocs\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\ComDlg32\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\*MRU*\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\TypedPaths\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\SessionInfo\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\MountPoints2\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\FeatureUsage\**",
    r"Software\Microsoft\Windows\CurrentVersion\Explorer\BitBucket\**",
    r"Software\Microsoft\Windows\CurrentVersion\CloudStore\**",
    r"Software\Microsoft\Windows\CurrentVersion\Search\**",
    r"Software\Microsoft\Windows\CurrentVersion\ContentDeliveryManager\*\**",
    r"Software\Microsoft\Windows\CurrentVersion\IrisService\**",
    r"Software\Microsoft\Windows\CurrentVersion\Group Policy\**",
    r"Software\Microsoft\Windows\CurrentVersion\PushNotifications\Backup\**",
    r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore\**",
    r"Software\Microsoft\Windows\CurrentVersion\Diagnostics\**",
    r"Software\Microsoft\Windows\CurrentVersion\Internet Settings\**\Cache\**",
    r"Software\Microsoft\Windows\Shell\Bag*\**",
    r"Software\Microsoft\Windows\ShellNoRoam\**",
    r"Software\Microsoft\Windows NT\CurrentVersion\AppCompatFlags\Compatibility Assistant\**",
    r"Software\Microsoft\Windows NT\CurrentVersion\TokenBroker\**",
    r"Software\Microsoft\SQMClient\**",
    r"Software\Microsoft\**\Telemetry\**",
    r"**\*MRU*\**",
];

/// When the user signed in first, as far as that can be told: setup for each user leaves its marks then. The keys that
/// the user's registry was copied from are older.
fn first_sign_in(registry: &dyn ReadRegistry) -> FileTime {
    let marks = r"Software\Microsoft\Active Setup\Installed Components";
    let marks = KeyPath::new(Root::CurrentUser, Name::split_path(marks));
    let Ok(Some(key)) = registry.key(&marks) else { return FileTime(0) };
    let written = key.subkeys.iter().filter_map(|name| registry.key(&marks.join(name.clone())).ok().flatten());
    written.map(|key| key.written).max().unwrap_or_default()
}

/// The places of all settings, found by the keys they start at.
struct Claims<'c> {
    places: BTreeMap<&'c KeyPath, Vec<&'c RegistryPlace>>,
}

impl<'c> Claims<'c> {
    fn of(catalogue: &'c Catalogue) -> Self {
        let mut places: BTreeMap<&KeyPath, Vec<&RegistryPlace>> = BTreeMap::new();
        for part in catalogue.settings().flat_map(|setting| &setting.parts) {
            if let Place::Registry(place) = &part.place
                && place.hive.is_none()
            {
                places.entry(&place.key).or_default().push(place);
            }
        }
        Self { places }
    }

    /// Whether a setting is about a value.
    fn claim(&self, key: &KeyPath, name: &Name) -> bool {
        let starts = (0..=key.names().len()).filter_map(|depth| key.names().get(..depth));
        starts.map(|names| KeyPath::new(key.root(), names.to_vec())).any(|start| {
            let below = key.under(&start).unwrap_or_default();
            self.places.get(&start).is_some_and(|places| places.iter().any(|place| place.takes(below, name)))
        })
    }
}
