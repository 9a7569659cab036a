//! Names of packages: full names, family names, and the ids of the apps in them.

use std::fmt;

use registry::{Name, compare_names};

use super::publisher::is_publisher_id;

/// The full name of a package: `Name_Version_Architecture_ResourceId_PublisherId`, where the resource id is often empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName {
    text: String,
    family: FamilyName,
    version: [u16; 4],
    architecture: String,
    resource: String,
}

/// The family of a package, which its versions share: `Name_PublisherId`.
///
/// Equal and ordered as Windows compares names.
#[derive(Clone, Debug)]
pub struct FamilyName {
    name: String,
    publisher: String,
}

/// The id by which Windows starts an app of a package: `Family!App`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppId {
    /// The package's family.
    pub family: FamilyName,
    /// Which app of the package.
    pub app: String,
}

impl FullName {
    /// Reads a full name; nothing is guessed where a part is not as it should be.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let (name, version, architecture, resource, publisher) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !ARCHITECTURES.contains(&architecture.to_ascii_lowercase().as_str()) {
            return None;
        }
        if resource != BUNDLE && (resource.len() > RESOURCE_ID_LEN || !resource.bytes().all(is_name_byte)) {
            return None;
        }
        Some(Self {
            text: text.to_owned(),
            family: FamilyName::new(name, publisher)?,
            version: parse_version(version)?,
            architecture: architecture.to_ascii_lowercase(),
            resource: resource.to_owned(),
        })
    }

    /// The family that the package belongs to.
    pub fn family(&self) -> &FamilyName {
        &self.family
    }

    /// The version, most important number first.
    pub fn version(&self) -> [u16; 4] {
        self.version
    }

    /// The version as people read it.
    pub fn version_text(&self) -> String {
        self.version.map(|number| number.to_string()).join(".")
    }

    /// The architecture, such as `x64`, or `neutral`.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// Whether this is the list of the packages that an app is delivered in.
    pub fn is_bundle(&self) -> bool {
        self.resource == BUNDLE
    }

    /// Whether this package brings pictures or texts for another: its resource id is neither empty nor `neutral`, the
    /// two that packages with an app in them have. Such are `split.scale-100`, `split.language-de` and `de-de`.
    pub fn is_resources(&self) -> bool {
        !self.is_bundle() && !self.resource.is_empty() && !self.resource.eq_ignore_ascii_case("neutral")
    }
}

impl fmt::Display for FullName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FamilyName {
    /// Reads a family name.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, publisher) = text.split_once('_')?;
        Self::new(name, publisher)
    }

    fn new(name: &str, publisher: &str) -> Option<Self> {
        let is_name = NAME_LEN.contains(&name.len()) && name.bytes().all(is_name_byte) && !name.ends_with('.');
        (is_name && is_publisher_id(publisher)).then(|| Self { name: name.to_owned(), publisher: publisher.to_owned() })
    }

    /// The name of the package without its publisher.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the publisher.
    pub fn publisher(&self) -> &str {
        &self.publisher
    }
}

impl fmt::Display for FamilyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}_{}", self.name, self.publisher)
    }
}

impl PartialEq for FamilyName {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for FamilyName {}

impl PartialOrd for FamilyName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FamilyName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let names = compare_names(self.name.encode_utf16(), other.name.encode_utf16());
        names.then_with(|| self.publisher.cmp(&other.publisher))
    }
}

impl AppId {
    /// Reads `Family!App`.
    pub fn parse(text: &str) -> Option<Self> {
        let (family, app) = text.split_once('!')?;
        let is_app = !app.is_empty() && app.len() <= APP_LEN && app.bytes().all(is_name_byte);
        let family = FamilyName::parse(family)?;
        is_app.then(|| Self { family, app: app.to_owned() })
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}!{}", self.family, self.app)
    }
}

/// The full name of a package that a key has for its name.
impl TryFrom<&Name> for FullName {
    type Error = ();

    fn try_from(name: &Name) -> Result<Self, ()> {
        name.to_text().and_then(|text| Self::parse(&text)).ok_or(())
    }
}

/// Four numbers of 16 bits, written as people write numbers.
fn parse_version(text: &str) -> Option<[u16; 4]> {
    let number = |text: &str| {
        let number = text.parse::<u16>().ok()?;
        (number.to_string() == text).then_some(number)
    };
    let numbers: Option<Vec<u16>> = text.split('.').map(number).collect();
    numbers?.try_into().ok()
}

/// What names, resource ids and ids of apps are made of.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

const BUNDLE: &str = "~";

/// Lengths by the schema of manifests and by appmodel.h.
const NAME_LEN: std::ops::RangeInclusive<usize> = 3..=50;
const RESOURCE_ID_LEN: usize = 30;
const APP_LEN: usize = 64;

/// `x86a64` is 32-bit code for processors of the ARM family.
const ARCHITECTURES: [&str; 6] = ["x86", "x64", "arm", "arm64", "neutral", "x86a64"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn full_names_are_read_strictly() {
        let rows = [
            ("Microsoft.WindowsTerminal_1.11.3471.0_x64__8wekyb3d8bbwe", "app"),
            ("c5e2524a-ea46-4f67-841f-6a9465d9d515_10.0.22000.1_neutral_neutral_cw5n1h2txyewy", "app"),
            ("Microsoft.WindowsStore_11701.1001.87.0_neutral_split.scale-100_8wekyb3d8bbwe", "resources"),
            ("Microsoft.BingNews_4.55.1.0_neutral_split.language-de_8wekyb3d8bbwe", "resources"),
            ("Microsoft.BingNews_4.55.1.0_neutral_de-DE_8wekyb3d8bbwe", "resources"),
            ("Microsoft.BingNews_4.55.1.0_neutral_~_8wekyb3d8bbwe", "bundle"),
            ("abc_65535.0.0.0_ARM64__8wekyb3d8bbwe", "app"),
        ];
        for (text, kind) in rows {
            let name = FullName::parse(text).unwrap();
            let found = match (name.is_bundle(), name.is_resources()) {
                (true, false) => "bundle",
                (false, true) => "resources",
                (false, false) => "app",
                (true, true) => "two kinds",
            };
            assert_eq!((name.to_string().as_str(), found), (text, kind));
        }
        let terminal = FullName::parse(rows[0].0).unwrap();
        assert_eq!(terminal.family().to_string(), "Microsoft.WindowsTerminal_8wekyb3d8bbwe");
        assert_eq!((terminal.version(), terminal.version_text().as_str()), ([1, 11, 3471, 0], "1.11.3471.0"));
        assert_eq!(terminal.architecture(), "x64");

        let flaws = [
            "",
            "Microsoft.WindowsTerminal_8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.0_x64_8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.0_x64__8wekyb3d8bbwe_",
            "Microsoft.WindowsTerminal_1.11.3471_x64__8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.65536_x64__8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.01_x64__8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.+1_x64__8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.0_ia64__8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.0_x64_~a_8wekyb3d8bbwe",
            "Microsoft.WindowsTerminal_1.11.3471.0_x64__8wekyb3d8bbwu",
            "Microsoft.WindowsTerminal._1.11.3471.0_x64__8wekyb3d8bbwe",
            "Microsoft Windows_1.11.3471.0_x64__8wekyb3d8bbwe",
            "ab_1.0.0.0_x64__8wekyb3d8bbwe",
        ];
        for flaw in flaws {
            assert_eq!(FullName::parse(flaw), None, "{flaw}");
        }
    }

    #[test]
    fn families_are_the_same_in_any_case() {
        let family = |text| FamilyName::parse(text).unwrap();
        assert_eq!(family("microsoft.paint_8wekyb3d8bbwe"), family("Microsoft.Paint_8wekyb3d8bbwe"));
        assert_ne!(family("Microsoft.Paint_8wekyb3d8bbwe"), family("Microsoft.Paint_cw5n1h2txyewy"));
    }

    #[test]
    fn ids_of_apps() {
        let id = AppId::parse("microsoft.windowscommunicationsapps_8wekyb3d8bbwe!microsoft.windowslive.mail").unwrap();
        assert_eq!(id.family.name(), "microsoft.windowscommunicationsapps");
        assert_eq!(id.app, "microsoft.windowslive.mail");
        for flaw in ["MSEdge", "Microsoft.Paint_8wekyb3d8bbwe", "Microsoft.Paint_8wekyb3d8bbwe!", "!App", "a_b!App"] {
            assert_eq!(AppId::parse(flaw), None, "{flaw}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[A-Za-z0-9._~!-]{0,80}|\\PC{0,40}") {
            if let Some(name) = FullName::parse(&text) {
                prop_assert_eq!(name.to_string(), text.clone());
            }
            if let Some(id) = AppId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
