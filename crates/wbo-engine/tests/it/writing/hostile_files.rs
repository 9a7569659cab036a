//! Files that are programs, or that make programs start, in disguise.

use registry::Name;
use wbo_engine::WindowsPath;
use wbo_engine::writing::{Denied, WriteRules};

use crate::support::{folders, path};

/// Files and the rule that has to see them.
const PLACES: [(&str, &str); 49] = [
    (r"C:\Users\alice\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\x.txt", "files.startup"),
    (r"C:\Users\alice\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\x.lnk", "files.startup"),
    (r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Startup\x.lnk", "files.startup"),
    (r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\x.txt", "files.startup"),
    (r"C:\Users\alice\Start Menu\Programs\Startup\x.lnk", "files.startup"),
    (r"C:\Windows\System32\Tasks\x", "start.tasks"),
    (r"C:\Windows\Tasks\x.txt", "start.tasks"),
    (r"C:\Windows\System32\wbem\x.txt", "start.tasks"),
    (r"C:\Windows\System32\GroupPolicy\Machine\Scripts\scripts.ini", "protection.policies"),
    (r"C:\Windows\System32\GroupPolicyUsers\x\User\Registry.txt", "protection.policies"),
    (r"C:\Program Files\WindowsApps\x\y.txt", "shell.packages"),
    (r"C:\Users\alice\AppData\Local\Microsoft\WindowsApps\python", "shell.packages"),
    (r"C:\Windows\System32\drivers\x.txt", "files.windows"),
    (r"C:\Windows\SysWOW64\x.txt", "files.windows"),
    (r"C:\Windows\Sysnative\x.txt", "files.windows"),
    (r"C:\ProgramData\Microsoft\Diagnosis\x.txt", "files.windows"),
    (r"C:\Windows\System32\drivers\etc\services", "files.windows"),
    (r"C:\Windows\System32\config\SOFTWARE", "files.hives"),
    (r"C:\Windows\System32\config\SAM.LOG1", "files.hives"),
    (r"C:\Windows\System32\config\RegBack\SYSTEM", "files.hives"),
    (r"C:\Users\alice\NTUSER.DAT", "files.hives"),
    (r"C:\Users\alice\ntuser.dat.LOG1", "files.hives"),
    (r"C:\Users\alice\NTUSER.MAN", "files.hives"),
    (r"C:\Users\alice\AppData\Local\Microsoft\Windows\UsrClass.dat", "files.hives"),
    (r"C:\Users\alice\AppData\Local\Packages\Some.App_123\Settings\settings.dat", "files.hives"),
    (r"C:\ProgramData\wbo\undo\x.txt", "files.wbo"),
    (r"C:\Users\alice\Documents\.wbo-1234", "files.wbo"),
    (r"C:\Windows\explorer.txt", "files.elsewhere"),
    (r"C:\x.txt", "files.elsewhere"),
    (r"C:\Program Files\x.txt", "files.elsewhere"),
    (r"D:\Data\x.txt", "files.elsewhere"),
    (r"C:\Users\bob\Documents\x.txt", "files.elsewhere"),
    (r"C:\EFI\Microsoft\x.txt", "files.elsewhere"),
    (r"C:\Users\alice\Documents\desktop.ini", "files.programs"),
    (r"C:\Users\alice\autorun.inf", "files.programs"),
    (r"C:\Users\alice\x.{20D04FE0-3AEA-1069-A2D8-08002B30309D}\y.txt", "files.programs"),
    (r"C:\Users\alice\Desktop\x.lnk", "files.shortcuts"),
    (r"C:\ProgramData\x.lnk", "files.shortcuts"),
    (r"C:\Users\alice\Documents\x.theme", "files.themes"),
    (r"C:\Users\alice\Documents\rasphone.pbk", "files.phone-books"),
    (r"C:\Users\alice\AppData\Roaming\Microsoft\Word\STARTUP\x.txt", "scripts.office"),
    (r"C:\Users\alice\AppData\Roaming\Microsoft\Excel\XLSTART\x.txt", "scripts.office"),
    (r"C:\Users\alice\AppData\Roaming\Microsoft\Templates\Normal.txt", "scripts.office"),
    (r"C:\Users\alice\Documents\WindowsPowerShell\x.txt", "scripts.shells"),
    (r"C:\Users\alice\.bashrc", "scripts.shells"),
    (r"C:\Users\alice\.ssh\config", "scripts.shells"),
    (r"C:\Users\alice\.gitconfig", "scripts.shells"),
    (r"C:\Users\alice\AppData\Roaming\Mozilla\Firefox\Profiles\x\user.txt", "scripts.browsers"),
    (r"C:\Users\alice\AppData\Local\Google\Chrome\User Data\Default\Preferences", "scripts.browsers"),
];

/// How names end that Windows opens as programs, or lets open other things.
const ENDINGS: &str = "exe dll scr com pif bat cmd ps1 psm1 psd1 ps1xml vbs vbe js jse wsf wsh wsc sct hta msi msp mst msu msc cpl ocx \
    sys drv jar jnlp scf url lnk reg inf library-ms searchconnector-ms search-ms settingcontent-ms appref-ms chm application \
    gadget theme themepack deskthemepack msstyles appx msix appinstaller iso vhdx docm dotm xlsm xlam xll ppam otm accde \
    slk iqy vsto mof job pol pbk py rb pl sh hiv xla wll cer crt diagcab manifest exe.config";

#[test]
fn places_are_refused_in_every_disguise() {
    for (place, rule) in PLACES {
        let plain = path(place);
        for bytes in [None, Some(&b"text"[..])] {
            let denied = ask(&plain, bytes).map(|denied| denied.rule.id.as_str());
            assert_eq!(denied, Some(rule), "{place}");
            for disguised in disguises(&plain) {
                assert!(ask(&disguised, bytes).is_some(), "{disguised}");
            }
        }
    }
}

#[test]
fn programs_are_refused_wherever_they_stand() {
    let places =
        [r"C:\Users\alice\Documents", r"C:\Users\Public", r"C:\ProgramData\Example", r"C:\Users\alice\AppData\Local\x"];
    for ending in ENDINGS.split_whitespace() {
        for place in places {
            let file = path(place).join(&*format!("a b.{ending}"));
            assert!(ask(&file, None).is_some(), "{file}");
            for disguised in disguises(&file) {
                assert!(ask(&disguised, Some(b"text")).is_some(), "{disguised}");
            }
        }
    }
    let contents: [&[u8]; 6] = [
        b"MZ\x90\0",
        b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46\0",
        b"regf\x01\0",
        b"\x7fELF",
        b"ITSF\x03",
        b"MSCF\0\0",
    ];
    for bytes in contents {
        for place in places {
            assert!(ask(&path(place).join("innocent.txt"), Some(bytes)).is_some(), "{place} {bytes:?}");
        }
        assert!(ask(&path(r"C:\Windows\System32\drivers\etc\hosts"), Some(bytes)).is_some());
    }
}

#[test]
fn names_that_are_opened_as_others_are_refused() {
    let folder = path(r"C:\Users\alice\Documents");
    let names = [
        "",
        ".",
        "..",
        "a.",
        "a ",
        "a. .",
        "a:stream",
        "a::$DATA",
        "CON",
        "con.txt",
        "NUL",
        "aux.json",
        "COM1",
        "com1.txt",
        "LPT9",
        "COM¹",
        "CONIN$",
        r"a\..\b",
        "a/b",
        "a|b",
        "a\0b",
        "a\nb",
        "a?",
        "a*",
        "PROGRA~1",
        "LONGNA~2.TXT",
        "a\"b",
    ];
    for name in names {
        assert!(ask(&folder.join(name), Some(b"text")).is_some(), "{name:?}");
        assert!(ask(&folder.join(name).join("b.txt"), None).is_some(), "{name:?} above");
    }
    let half = WindowsPath::new('C', vec![Name::from("Users"), Name::from_units([0xd83d])]);
    assert!(ask(&half, None).is_some() && ask(&path("C:"), None).is_some());
}

#[test]
fn shortcuts_stand_in_start_only_and_lead_to_no_server() {
    let start = path(r"C:\Users\alice\AppData\Roaming\Microsoft\Windows\Start Menu\Programs");
    let mut link = vec![0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
    link.resize(76, 0);
    assert_eq!(ask(&start.join("Tools").join("a.lnk"), Some(&link)), None);
    assert_eq!(ask(&start.join("a.lnk"), None), None);
    assert!(ask(&start.join("a.lnk"), Some(b"no shortcut")).is_some());
    for folder in ["Startup", "STARTUP", "Startup.", "STARTU~1", "Autostart"] {
        assert!(ask(&start.join(folder).join("a.lnk"), Some(&link)).is_some(), "{folder}");
    }
    // A relative path, the text at bit 3, of 8 characters.
    link[20] = 0b1000_1000;
    link.extend(8u16.to_le_bytes());
    link.extend(r"\\srv\x.y".encode_utf16().take(8).flat_map(u16::to_le_bytes));
    assert!(ask(&start.join("a.lnk"), Some(&link)).is_some(), "a shortcut to a server");
}

#[test]
fn settings_and_data_pass() {
    let files = [
        r"C:\Users\alice\AppData\Roaming\Example\settings.json",
        r"C:\Users\alice\AppData\Local\Example\com.example.app\data.xml",
        r"C:\Users\alice\AppData\Local\Microsoft\Windows\Themes\wallpaper.jpg",
        r"C:\Users\alice\AppData\Local\Microsoft\Windows\Fonts\Mine.ttf",
        r"C:\Users\alice\Pictures\holiday (1).jpg",
        r"C:\Users\alice\Documents\notes.v2.txt",
        r"C:\Users\Public\Documents\list.csv",
        r"C:\ProgramData\Example\config.ini",
        r"C:\Windows\System32\drivers\etc\hosts",
    ];
    for file in files {
        for bytes in [None, Some(&b"some text"[..])] {
            assert_eq!(ask(&path(file), bytes), None, "{file}");
        }
    }
}

fn ask(path: &WindowsPath, bytes: Option<&[u8]>) -> Option<Denied<'static>> {
    WriteRules::standard().file(path, &folders(), bytes)
}

/// The same file as Windows opens it by other names.
fn disguises(path: &WindowsPath) -> Vec<WindowsPath> {
    let Some((last, above)) = path.names().split_last() else { return Vec::new() };
    let at = |names: Vec<Name>| WindowsPath::new(path.drive(), names);
    let each = |change: &dyn Fn(&str) -> String| {
        at(path.names().iter().map(|name| Name::from(&*change(&name.to_string()))).collect())
    };
    let ending = |end: &str| at([above, &[Name::from(&*format!("{last}{end}"))]].concat());
    let mut all = vec![each(&str::to_uppercase), each(&str::to_lowercase)];
    all.extend([".", " ", "...", ". ", "::$DATA", ":stream", ":stream:$DATA"].map(ending));
    all.push(each(&|name| format!("{name}.")));
    all.push(each(&|name| format!("{name} ")));
    all.push(WindowsPath::new('Z', path.names().to_vec()));
    let text = path.to_string();
    for (from, to) in [
        (r"C:\Users\", r"C:\Documents and Settings\"),
        (r"C:\Users\", r"C:\DOCUME~1\"),
        (r"\AppData\Roaming\", r"\Application Data\"),
        (r"\AppData\Local\", r"\Local Settings\Application Data\"),
        (r"\AppData\Local\", r"\AppData\Local\Application Data\"),
        (r"C:\ProgramData\", r"C:\Users\All Users\"),
        (r"C:\ProgramData\", r"C:\ProgramData\Application Data\"),
        (r"C:\ProgramData\", r"C:\PROGRA~3\"),
        (r"C:\Windows\", r"C:\WINNT\"),
        (r"C:\Windows\", r"C:\Windows.old\Windows\"),
        (r"\System32\", r"\SYSTEM~1\"),
        (r"\Microsoft\", r"\MICROS~1\"),
        (r"C:\Users\alice\", r"C:\Users\bob\"),
        (r"C:\Users\alice\", r"C:\Users\Default\"),
    ] {
        if text.contains(from) {
            all.extend(WindowsPath::parse(&text.replace(from, to)));
        }
    }
    all
}
