//! What templates of UE-V become.

use proptest::prelude::*;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::import::{Template, UevError, XmlError, uev};

use super::left;
use crate::standard::catalogue;

const NAMESPACE: &str = "http://schemas.microsoft.com/UserExperienceVirtualization/2013A/SettingsLocationTemplate";

fn template(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SettingsLocationTemplate xmlns='{NAMESPACE}'>\
         <Name>Contoso Editor</Name><ID>ContosoEditor7</ID><Version>3</Version>{body}</SettingsLocationTemplate>"
    )
}

/// Reads a template; what it becomes has to pass as a catalogue beside ours.
#[track_caller]
fn read(body: &str) -> Template {
    let standard = catalogue();
    let template = uev(template(body).as_bytes(), &standard).unwrap();
    let mut all = standard.clone();
    all.add("template.toml", &template.catalogue).unwrap_or_else(|errors| panic!("{errors}\n{}", template.catalogue));
    let added: Vec<_> = all.settings().filter(|setting| standard.get(&setting.id).is_none()).collect();
    assert_eq!(added.len(), template.settings.len());
    template
}

/// The places of the settings that a template became, and what it did not become.
fn told(body: &str) -> Vec<String> {
    let template = read(body);
    let mut all = Catalogue::default();
    all.add("template.toml", &template.catalogue).unwrap();
    let place = |setting: &wbo_engine::catalogue::Setting| format!("{}: {}", setting.id, setting.parts[0].place);
    let mut lines: Vec<String> = all.settings().map(place).collect();
    lines.extend(left(&template.unknown, &[]));
    lines
}

#[test]
fn places_of_the_registry() {
    let settings = |settings: &str| format!("<Settings>{settings}</Settings>");
    let rows: [(&str, &[&str]); 12] = [
        (
            r"<Registry><Path>Software\Contoso\Editor</Path></Registry>",
            &[r"uev-contosoeditor7.editor: HKCU\Software\Contoso\Editor!*"],
        ),
        (
            r"<Registry><Path Recursive='true'>HKEY_CURRENT_USER\Software\Contoso\</Path></Registry>",
            &[r"uev-contosoeditor7.contoso: HKCU\Software\Contoso\**!*"],
        ),
        (
            r"<Registry><Path Recursive='0'> Software\Contoso </Path><Name>Zoom</Name><Name>Font</Name></Registry>",
            &[r"uev-contosoeditor7.contoso: HKCU\Software\Contoso!Zoom | Font"],
        ),
        (
            r"<Registry><Path>Software\A</Path></Registry><Registry><Path>Software\B\A</Path></Registry>",
            &[r"uev-contosoeditor7.a: HKCU\Software\A!*", r"uev-contosoeditor7.a-2: HKCU\Software\B\A!*"],
        ),
        (
            r"<Registry><Path>HKLM\Software\Contoso</Path></Registry>",
            &[r"unknown: HKLM\Software\Contoso: it is not the person's own, and templates are about these alone"],
        ),
        (r"<Registry><Path>HKCU</Path></Registry>", &["unknown: HKCU: it is the whole registry of a person"]),
        (r"<Registry><Path>A\\B</Path></Registry>", &[r"unknown: A\\B: a name in its path is empty"]),
        (
            r"<Registry><Path>A</Path><Name>x*</Name></Registry>",
            &["unknown: A: a name in it has a star, which a catalogue takes for any characters"],
        ),
        (r"<Registry/>", &["unknown: Registry of Contoso Editor: it has no path"]),
        (
            r"<SystemParameter>MouseSpeed</SystemParameter>",
            &[
                "unknown: SystemParameter MouseSpeed: a parameter of Windows itself; wbo's own catalogue has the settings of \
             Windows",
            ],
        ),
        (
            r"<CustomAction>Contoso.Agent</CustomAction>",
            &["unknown: CustomAction Contoso.Agent: a program of UE-V's, which is not run"],
        ),
        (
            "<Asynchronous>true</Asynchronous><Novelty/>",
            &["unknown: Novelty: it is no word of a template that is known"],
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(told(&settings(body)), expected, "{body}");
    }
}

#[test]
fn exclusions_are_exceptions() {
    let text = read(
        r"<Settings><Registry><Path Recursive='true'>Software\Contoso</Path>
            <Exclude><Path>Software\Contoso\Recent</Path></Exclude>
            <Exclude><Path Recursive='true'>History</Path></Exclude>
            <Exclude><Path Recursive='true'>Accounts</Path><Name>Server</Name></Exclude>
            <Exclude><Path>Cache</Path><Name>Size</Name></Exclude>
            <Exclude><Name>Token</Name></Exclude></Registry>
          <File><Root><EnvironmentVariable>APPDATA</EnvironmentVariable></Root><Path Recursive='true'>Contoso</Path>
            <FileMask>*.xml</FileMask><Exclude><Path>Logs</Path></Exclude><Exclude><FileMask>*.tmp</FileMask></Exclude>
          </File></Settings>",
    );
    insta::assert_snapshot!(text.catalogue);
}

#[test]
fn places_of_files() {
    let file = |root: &str, rest: &str| format!("<Settings><File><Root>{root}</Root>{rest}</File></Settings>");
    let roaming = "<KnownFolder>{3EB685DB-65F9-4CF6-A03A-E3EF65729F3D}</KnownFolder>";
    let low = "<KnownFolder>{A520A1A4-1780-4FF6-BD18-167343C5AF16}</KnownFolder>";
    let rows: [(String, &[&str]); 11] = [
        (file(roaming, r"<Path>Contoso\Editor</Path>"), &[r"uev-contosoeditor7.editor: %APPDATA%\Contoso\Editor\*"]),
        (
            file(roaming, r"<Path Recursive='true'>Contoso</Path><FileMask>*.xml</FileMask><FileMask>*.*</FileMask>"),
            &[
                r"uev-contosoeditor7.contoso: %APPDATA%\Contoso\**\*.xml",
                r"uev-contosoeditor7.contoso-2: %APPDATA%\Contoso\**\*",
            ],
        ),
        (
            file(low, r"<Path>Contoso</Path><FileMask>a.ini</FileMask>"),
            &[r"uev-contosoeditor7.contoso: %USERPROFILE%\AppData\LocalLow\Contoso\a.ini"],
        ),
        (
            file("<EnvironmentVariable>%LocalAppData%</EnvironmentVariable>", "<Path>Contoso</Path>"),
            &[r"uev-contosoeditor7.contoso: %LOCALAPPDATA%\Contoso\*"],
        ),
        (
            file("<EnvironmentVariable>ProgramData</EnvironmentVariable>", "<Path>A</Path>"),
            &[
                "unknown: File of Contoso Editor A: its root is a variable that does not stand for a folder of a person's own",
            ],
        ),
        (
            file("<RegistryEntry>HKCU\\Software\\Contoso\\Folder</RegistryEntry>", "<Path>A</Path>"),
            &[
                "unknown: File of Contoso Editor A: its root is what the registry says, which is another folder on each PC",
            ],
        ),
        (
            file("<KnownFolder>{FDD39AD0-238F-46AF-ADB4-6C85480369C7}</KnownFolder>", "<Path>A</Path>"),
            &[
                "unknown: File of Contoso Editor A: its root is a folder of documents, or one that is not a person's own",
            ],
        ),
        (
            file(roaming, r"<Path>..\..\Other</Path>"),
            &[
                r"unknown: File of Contoso Editor ..\..\Other: its path leads out of its root, or has characters that no path has",
            ],
        ),
        (
            file(roaming, "<Path>C:</Path>"),
            &["unknown: File of Contoso Editor C:: its path leads out of its root, or has characters that no path has"],
        ),
        (
            file(roaming, "<Path>A</Path><FileMask>a?.ini</FileMask>"),
            &["unknown: File of Contoso Editor A a?.ini: its mask is none that a catalogue can say"],
        ),
        (
            "<Settings><File><Path>A</Path></File></Settings>".to_owned(),
            &["unknown: File of Contoso Editor A: it has no root"],
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(told(&body), expected, "{body}");
    }
}

#[test]
fn suites_have_settings_in_common_and_of_each_program() {
    let program = |kind: &str, name: &str| {
        format!(
            "<{kind}><Name>{name}</Name><ID>{name}</ID><Version>1</Version><Settings><Registry>\
             <Path>Software\\Contoso\\{name}</Path></Registry></Settings></{kind}>"
        )
    };
    let body = [program("Common", "Shared"), program("Application", "Write"), program("Application", "Draw")].concat();
    assert_eq!(
        told(&body),
        [
            r"uev-draw.draw: HKCU\Software\Contoso\Draw!*",
            r"uev-shared.shared: HKCU\Software\Contoso\Shared!*",
            r"uev-write.write: HKCU\Software\Contoso\Write!*",
        ]
    );
}

#[test]
fn three_forms_are_read_and_no_other() {
    for (form, is_read) in [("2012", true), ("2013", true), ("2013A", true), ("2014", false), ("2012/x", false)] {
        for scheme in ["http", "https"] {
            let text = template("").replace("2013A", form).replace("http", scheme);
            let read = uev(text.as_bytes(), &catalogue());
            assert_eq!(read.is_ok(), is_read, "{form}: {read:?}");
        }
    }
    let other = "<SettingsLocationTemplate/>";
    assert_eq!(uev(other.as_bytes(), &catalogue()), Err(UevError::OtherForm { found: String::new() }));
}

#[test]
fn hostile_files_are_refused() {
    let entity = format!("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{}", &template("&x;")[39..]);
    assert_eq!(uev(entity.as_bytes(), &catalogue()), Err(UevError::Xml(XmlError::DocumentType)));
    let places = "<Registry><Path>A</Path></Registry>".repeat(5000);
    let many = template(&format!("<Settings>{places}</Settings>"));
    assert_eq!(uev(many.as_bytes(), &catalogue()), Err(UevError::TooMany { most: 4096 }));
    let root = XmlError::OtherRoot { expected: "SettingsLocationTemplate", found: "Configuration".to_owned() };
    assert_eq!(uev(b"<Configuration/>", &catalogue()), Err(UevError::Xml(root)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever stands in a template, what it becomes is a catalogue.
    #[test]
    fn every_template_becomes_a_catalogue(name in r#"[ -~\u{e4}\u{2028}&&[^<&]]{0,12}"#, path in r#"[A-Za-z\\ .*?:"'!\[\]%-]{0,24}"#, mask in r#"[a-z*?.\\:]{0,8}"#) {
        let body = format!(
            "<Settings><Registry><Path Recursive='true'>{path}</Path><Name>{name}</Name><Exclude><Path>{path}</Path></Exclude></Registry>\
             <File><Root><EnvironmentVariable>APPDATA</EnvironmentVariable></Root><Path>{path}</Path><FileMask>{mask}</FileMask>\
             <Exclude><Path>{mask}</Path></Exclude></File></Settings>"
        );
        read(&body);
    }
}
