//! Windows 11 24H2, joined to Entra: alice, whose hive is dirty, Zoë Ångström, and what no person left behind.

use super::made::Colours;
use super::shortcut::Shortcut;
use super::{Content, Hive, Image, Sample, classes, machine_hive, made, sample, secrets, user, user_hive};

/// 2 September 2025, 8:00 in UTC.
const TIME: u64 = 1_756_800_000;

pub(super) fn image() -> Image {
    let files = machine().chain(alice()).chain(alice_pins()).chain(zoe()).collect();
    Image { folder: "windows-11", time: TIME, files }
}

fn machine() -> impl Iterator<Item = Sample> {
    [
        machine_hive("DEFAULT", "HKCU", include_str!("../../demo/new-user.reg")),
        machine_hive("SAM", r"HKLM\SAM", include_str!("../../demo/windows-11/SAM.reg")),
        machine_hive("SECURITY", r"HKLM\SECURITY", include_str!("../../demo/windows-11/SECURITY.reg")),
        machine_hive("SOFTWARE", r"HKLM\SOFTWARE", include_str!("../../demo/windows-11/SOFTWARE.reg")),
        machine_hive("SYSTEM", r"HKLM\SYSTEM", include_str!("../../demo/windows-11/SYSTEM.reg")),
        sample("Windows/System32/drivers/etc/hosts", Content::Text(include_str!("../../demo/hosts"))),
        sample("Windows/Panther/unattend.xml", Content::Text(include_str!("../../demo/windows-11/unattend.xml"))),
        sample(
            "ProgramData/Microsoft/Wlansvc/Profiles/Interfaces/{11111111-AAAA-4BBB-8CCC-000000000050}/\
             {11111111-AAAA-4BBB-8CCC-000000000051}.xml",
            Content::Text(include_str!("../../demo/windows-11/wifi.xml")),
        ),
        user("Default", include_str!("../../demo/new-user.reg")),
        user("defaultuser0", include_str!("../../demo/new-user.reg")),
        user("dave", include_str!("../../demo/windows-11/dave/NTUSER.reg")),
        sample("Users/Public/Documents/Read me.txt", Content::Text("Everybody who uses this PC can read this.\n")),
    ]
    .into_iter()
    .chain(secrets::files(secrets::WINDOWS_11))
}

fn alice() -> impl Iterator<Item = Sample> {
    let evening = Colours { sky: [[16, 37, 63], [236, 148, 98]], hills: [[122, 84, 112], [18, 24, 40]] };
    let text = |path: &str, text| sample(format!("Users/alice/{path}"), Content::Text(text));
    let wide = |path: &str, text| sample(format!("Users/alice/{path}"), Content::WideText(text));
    let bytes = |path: &str, bytes| sample(format!("Users/alice/{path}"), Content::Bytes(bytes));
    let hive = |path: &str, hive: Hive| sample(format!("Users/alice/{path}"), Content::Hive(hive));
    [
        sample(
            "Users/alice/NTUSER.DAT",
            Content::CutOff(
                user_hive(include_str!("../../demo/windows-11/alice/NTUSER.reg")),
                include_str!("../../demo/windows-11/alice/NTUSER.LOG1.reg"),
            ),
        ),
        classes("alice", include_str!("../../demo/windows-11/alice/UsrClass.reg")),
        bytes("Pictures/Wallpapers/hills.png", made::picture(&evening)),
        bytes("Music/Sounds/ping.wav", made::tone()),
        bytes("AppData/Local/Cursors/arrow.cur", made::pointer(0, |x, y| x <= y && x + y < 26)),
        bytes("AppData/Local/Cursors/cross.cur", made::pointer(15, |x, y| x / 2 == 7 || y / 2 == 7)),
        bytes("AppData/Local/Microsoft/Windows/Fonts/AliceHand.ttf", made::font()),
        text(
            "AppData/Local/Microsoft/Windows/Themes/Evening.theme",
            include_str!("../../demo/windows-11/alice/Evening.theme"),
        ),
        text(
            "AppData/Local/Packages/Microsoft.WindowsTerminal_8wekyb3d8bbwe/LocalState/settings.json",
            include_str!("../../demo/windows-11/alice/terminal-settings.json"),
        ),
        text(
            "AppData/Local/Microsoft/Windows/TaskManager/settings.json",
            include_str!("../../demo/windows-11/alice/task-manager.json"),
        ),
        text(
            "AppData/Roaming/Microsoft/Network/Connections/Pbk/rasphone.pbk",
            include_str!("../../demo/windows-11/alice/rasphone.pbk"),
        ),
        text("AppData/Roaming/FileZilla/sitemanager.xml", include_str!("../../demo/windows-11/alice/sitemanager.xml")),
        wide("AppData/Roaming/Microsoft/Spelling/neutral/default.dic", "wbo\nÅngström\n海辺\n"),
        wide("Documents/work.rdp", include_str!("../../demo/windows-11/alice/work.rdp")),
        hive(
            "AppData/Local/Packages/Microsoft.WindowsNotepad_8wekyb3d8bbwe/Settings/settings.dat",
            user_hive(include_str!("../../demo/windows-11/alice/notepad-settings.reg")),
        ),
        hive(
            "AppData/Local/Packages/Microsoft.Windows.StartMenuExperienceHost_cw5n1h2txyewy/Settings/settings.dat",
            user_hive(include_str!("../../demo/windows-11/alice/start-settings.reg")),
        ),
    ]
    .into_iter()
}

/// What is pinned to her taskbar and in her Start menu.
fn alice_pins() -> impl Iterator<Item = Sample> {
    const TASKBAR: &str = "Microsoft/Internet Explorer/Quick Launch/User Pinned/TaskBar";
    const PROGRAMS: &str = "Microsoft/Windows/Start Menu/Programs";
    let explorer = Shortcut {
        name: "File Explorer",
        program: r"C:\Windows\explorer.exe",
        folder: r"C:\Windows",
        arguments: "",
        app: "Microsoft.Windows.Explorer",
    };
    let terminal = Shortcut {
        name: "Windows Terminal",
        program: r"C:\Users\alice\AppData\Local\Microsoft\WindowsApps\wt.exe",
        folder: r"C:\Users\alice",
        arguments: "",
        app: "Microsoft.WindowsTerminal_8wekyb3d8bbwe!App",
    };
    let planner = |arguments| Shortcut {
        name: "Example Planner",
        program: r"C:\Program Files\Example Planner\planner.exe",
        folder: r"C:\Program Files\Example Planner",
        arguments,
        app: "Example.Planner",
    };
    let shortcut = |folder: &str, name: &str, shortcut: &Shortcut| {
        sample(format!("Users/alice/AppData/Roaming/{folder}/{name}.lnk"), Content::Bytes(shortcut.bytes()))
    };
    const START: &str = "Users/alice/AppData/Local/Packages/Microsoft.Windows.StartMenuExperienceHost_cw5n1h2txyewy/LocalState/start2.bin";
    [
        shortcut(TASKBAR, "File Explorer", &explorer),
        shortcut(TASKBAR, "Windows Terminal", &terminal),
        shortcut(TASKBAR, "Example Planner", &planner("")),
        shortcut(PROGRAMS, "Example Planner", &planner("")),
        shortcut(&format!("{PROGRAMS}/Startup"), "Example Planner", &planner("--tray")),
        sample(START, Content::Bytes(made::start_layout(crate::file_time::from_seconds(TIME).0))),
    ]
    .into_iter()
}

fn zoe() -> impl Iterator<Item = Sample> {
    let sea = Colours { sky: [[196, 226, 240], [255, 250, 235]], hills: [[140, 186, 198], [24, 84, 112]] };
    [
        user("Zoë Ångström", include_str!("../../demo/windows-11/zoe/NTUSER.reg")),
        classes("Zoë Ångström", include_str!("../../demo/windows-11/zoe/UsrClass.reg")),
        // The picture itself is gone; this is the copy that Windows shows.
        sample(
            "Users/Zoë Ångström/AppData/Roaming/Microsoft/Windows/Themes/TranscodedWallpaper",
            Content::Bytes(made::picture(&sea)),
        ),
    ]
    .into_iter()
}
