use profile_format::StoreApp;
use proptest::prelude::*;
use registry::{Change, FileTime, KeyPath, MemoryRegistry, Name, Value, ValueType, WriteRegistry};

use super::shell_link::tests::{Part, shortcut, units};
use super::*;
use crate::MemoryTree;

const TASKBAR: &str = r"Users\Zoë\AppData\Roaming\Microsoft\Internet Explorer\Quick Launch\User Pinned\TaskBar";
const MAIL: &str = "microsoft.windowscommunicationsapps_8wekyb3d8bbwe!microsoft.windowslive.mail";

#[test]
fn shortcuts_and_apps_of_the_taskbar_in_their_order() {
    let mut tree = MemoryTree::default();
    let add = |tree: &mut MemoryTree, name: &str, bytes: &[u8]| tree.add(&format!(r"{TASKBAR}\{name}"), bytes);
    add(&mut tree, "Firefox.lnk", &shortcut(&[Part::Path(r"C:\ff.exe"), Part::Id("308046B0AF4A39CB")]));
    add(&mut tree, "Explorer.LNK", &shortcut(&[Part::Variables(r"%windir%\explorer.exe")]));
    add(&mut tree, "broken.lnk", b"MZ");
    add(&mut tree, "desktop.ini", b"");
    tree.add_other(&format!(r"{TASKBAR}\Folder.lnk"), crate::EntryKind::Folder);

    // Explorer, the mail on an odd place, Firefox, the mail again.
    let mut blob = vec![0, 1, 2, 0, 0];
    for text in ["Explorer.LNK", MAIL, "noise!", "Firefox.lnk", MAIL, "Microsoft.X_8wekyb3d8bbwe"] {
        blob.extend([&[0, 0][..], &units(text), &[0, 0, 9]].concat());
    }
    let mut registry = MemoryRegistry::new(FileTime(0));
    let taskband = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Taskband";
    set(&mut registry, taskband, "Favorites", &blob);

    let found = read(&registry, &tree);
    let shown = |pin: &Pin| {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
        format!("{} {} {}", part(&pin.title), part(&pin.target), part(&pin.aumid))
    };
    assert_eq!(
        found.taskbar.iter().map(shown).collect::<Vec<_>>(),
        [
            r"Explorer %windir%\explorer.exe -".to_owned(),
            format!("- - {MAIL}"),
            r"Firefox C:\ff.exe 308046B0AF4A39CB".to_owned(),
            "broken - -".to_owned(),
        ]
    );
    assert_eq!(
        found.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [format!(r"C:\{TASKBAR}\broken.lnk: the file does not begin as a shortcut does")]
    );
}

#[test]
fn tiles_of_windows_10() {
    let tile = |text: &str| {
        let text = units(text);
        [&[0x0a, 0x12, u8::try_from(text.len() / 2).unwrap()][..], &text, &[0]].concat()
    };
    let grid = |tiles: &[&str]| {
        let body: Vec<u8> = tiles.iter().flat_map(|text| tile(text)).collect();
        [&[2, 0, 0, 0][..], &[7; 8], &[0; 4], b"CB\x01\0", &body, &[0]].concat()
    };
    let mut registry = MemoryRegistry::new(FileTime(0));
    let cache = r"HKCU\Software\Microsoft\Windows\CurrentVersion\CloudStore\Store\Cache\DefaultAccount";
    let collection = |name: &str| format!(r"{cache}\{name}\Current");
    let wanted = "$de${b360bd51}$start.tilegrid$windows.data.curatedtilecollection.tilecollection";
    let tiles = [&format!("P~{MAIL}")[..], "W~MSEdge", r"W~{6D809377}\Zoë.exe", "ShouldScroll", "P~", "W~MSEdge"];
    set(&mut registry, &collection(wanted), "Data", &grid(&tiles));
    let suggestions = "$de${b360bd51}$start.suggestions$windows.data.curatedtilecollection.tilecollection";
    set(&mut registry, &collection(suggestions), "Data", &grid(&["P~Not.Pinned_8wekyb3d8bbwe!App"]));
    set(&mut registry, &collection("${1}$windows.data.curatedtilecollection.tile"), "Data", &grid(&["W~Old"]));
    set(&mut registry, &collection("${2}$windows.data.curatedtilecollection.tile"), "Data", &grid(&[])[..16]);
    set(&mut registry, &collection("${3}$windows.data.curatedtilecollection.tile"), "Data", b"nonsense");

    let found = read(&registry, &MemoryTree::default());
    let id = |text: &str| Pin { aumid: Some(text.to_owned()), ..Pin::default() };
    let file = Pin { target: Some(r"{6D809377}\Zoë.exe".to_owned()), ..Pin::default() };
    assert_eq!(found.start, [id(MAIL), id("MSEdge"), file, id("Old")]);
    assert_eq!(
        found.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [format!(
            "the layout of Start in {} is not laid out in a known way",
            collection("${3}$windows.data.curatedtilecollection.tile")
        )]
    );

    // The same user on Windows 11: its file is what counts, and nobody reads it.
    let build = "26100".encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let current = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    set_typed(&mut registry, current, "CurrentBuildNumber", ValueType::SZ, &build);
    let mut tree = MemoryTree::default();
    let local = r"Users\Zoë\AppData\Local\Packages\Microsoft.Windows.StartMenuExperienceHost_cw5n1h2txyewy\LocalState";
    tree.add(&format!(r"{local}\start2.bin"), b"");
    let found = read(&registry, &tree);
    assert_eq!(found.start, []);
    assert_eq!(
        found.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [format!(r"what is pinned to Start stands in C:\{local}\start2.bin, which only Windows reads")]
    );
}

#[test]
fn pins_in_a_layout_of_windows_11() {
    let layout = r#"{"pinnedList":[{"packagedAppId":"Microsoft.Paint_8wekyb3d8bbwe!App"},
        {"desktopAppLink":"%APPDATA%\\Zoë.lnk"},{"desktopAppId":"MSEdge"},{"secondaryTile":{"tileId":"x"}}]}"#;
    let expected = [
        Pin { aumid: Some("Microsoft.Paint_8wekyb3d8bbwe!App".to_owned()), ..Pin::default() },
        Pin { target: Some(r"%APPDATA%\Zoë.lnk".to_owned()), ..Pin::default() },
        Pin { aumid: Some("MSEdge".to_owned()), ..Pin::default() },
    ];
    let wide = [units(layout), vec![0, 0]].concat();
    for data in [layout.as_bytes(), format!("\u{feff}{layout}\0").as_bytes(), &wide] {
        assert_eq!(start::pins_in_json(data).as_deref(), Some(&expected[..]));
    }
    for flaw in [&b""[..], b"{}", b"{\"pinnedList\":1}", &[0xd8; 7], b"\"\0"] {
        assert_eq!(start::pins_in_json(flaw), None);
    }
}

#[test]
fn pinned_apps_are_marked() {
    let app = |family: &str, flags| StoreApp { family: family.to_owned(), flags, ..StoreApp::default() };
    let mut apps = Apps {
        store: vec![
            app("Microsoft.Paint_8wekyb3d8bbwe", AppFlags::PROVISIONED),
            app("Microsoft.WindowsCommunicationsApps_8wekyb3d8bbwe", AppFlags::default()),
            app("Other.App_amge560j0aq9g", AppFlags::default()),
        ],
        desktop: vec![],
    };
    let id = |text: &str| Pin { aumid: Some(text.to_owned()), ..Pin::default() };
    let pins = Pins {
        taskbar: vec![id(MAIL), id("MSEdge")],
        start: vec![id(MAIL), id("Microsoft.Paint_8wekyb3d8bbwe!App"), Pin::default()],
        problems: vec![],
    };
    mark(&mut apps, &pins);
    assert_eq!(apps.store.iter().map(|app| app.flags.0).collect::<Vec<_>>(), [4 | 1, 1 | 2, 0]);
}

#[test]
fn what_is_not_known_is_a_problem() {
    let registry = MemoryRegistry::new(FileTime(0));
    let found = pins(&registry, &Drives::default(), &Folders::default());
    let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["pins may be missing: it is not known where %APPDATA% is"]);
    let folders = Folders::default().with_user(&WindowsPath::new('C', vec!["Users".into(), "Zoë".into()]));
    let found = pins(&registry, &Drives::default(), &folders);
    assert!(matches!(&found.problems[..], [PinProblem::File { .. }]), "{:?}", found.problems);
}

proptest! {
    #[test]
    fn no_blob_is_too_strange(blob in proptest::collection::vec(prop_oneof![Just(0u8), Just(0x21), any::<u8>()], 0..200)) {
        taskbar::app_ids(&blob);
        start::pins_in_json(&blob);
        start::pins_in_tiles(&blob);
        start::pins_in_tiles(&[&[2, 0, 0, 0][..], &[0; 12], b"CB\x01\0", &blob].concat());
    }
}

fn read(registry: &MemoryRegistry, tree: &MemoryTree) -> Pins {
    let mut drives = Drives::default();
    drives.mount(WindowsPath::new('C', vec![]), tree);
    let folders = Folders::default().with_user(&WindowsPath::new('C', vec!["Users".into(), "Zoë".into()]));
    pins(registry, &drives, &folders)
}

fn set(registry: &mut MemoryRegistry, path: &str, name: &str, data: &[u8]) {
    set_typed(registry, path, name, ValueType::BINARY, data);
}

fn set_typed(registry: &mut MemoryRegistry, path: &str, name: &str, kind: ValueType, data: &[u8]) {
    let path = KeyPath::parse(path).unwrap();
    for depth in 1..=path.names().len() {
        let key = KeyPath::new(path.root(), path.names()[..depth].to_vec());
        registry.make(&Change::CreateKey { key, class: None, security: None }).unwrap();
    }
    let value = Value { kind, data: data.to_vec() };
    registry.make(&Change::SetValue { key: path, name: Name::from(name), value }).unwrap();
}
