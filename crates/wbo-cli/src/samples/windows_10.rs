//! Windows 10 22H2, joined to a domain: CORP\bob, 李雷, and a temporary profile.

use super::made::Colours;
use super::shortcut::Shortcut;
use super::{Content, Image, Sample, classes, machine_hive, made, sample, secrets, user};

pub(super) fn image() -> Image {
    // 2 September 2025, 7:00 in UTC.
    Image { folder: "windows-10", time: 1_756_796_400, files: machine().chain(bob()).chain(lilei()).collect() }
}

fn machine() -> impl Iterator<Item = Sample> {
    [
        machine_hive("DEFAULT", "HKCU", include_str!("../../demo/new-user.reg")),
        machine_hive("SAM", r"HKLM\SAM", include_str!("../../demo/windows-10/SAM.reg")),
        machine_hive("SECURITY", r"HKLM\SECURITY", include_str!("../../demo/windows-10/SECURITY.reg")),
        machine_hive("SOFTWARE", r"HKLM\SOFTWARE", include_str!("../../demo/windows-10/SOFTWARE.reg")),
        machine_hive("SYSTEM", r"HKLM\SYSTEM", include_str!("../../demo/windows-10/SYSTEM.reg")),
        sample("Windows/System32/drivers/etc/hosts", Content::Text(include_str!("../../demo/hosts"))),
        sample("Windows/Panther/unattend.xml", Content::Text(include_str!("../../demo/windows-10/unattend.xml"))),
        sample(
            "ProgramData/Microsoft/Group Policy/History/{22222222-AAAA-4BBB-8CCC-000000000060}/Machine/Preferences/\
             Groups/Groups.xml",
            Content::Text(include_str!("../../demo/windows-10/Groups.xml")),
        ),
        user("Default", include_str!("../../demo/new-user.reg")),
        user("TEMP", include_str!("../../demo/new-user.reg")),
    ]
    .into_iter()
    .chain(secrets::files(secrets::WINDOWS_10))
}

fn bob() -> impl Iterator<Item = Sample> {
    let ledger = Shortcut {
        name: "Example Ledger",
        program: r"C:\Program Files (x86)\Example Ledger\ledger.exe",
        folder: r"C:\Program Files (x86)\Example Ledger",
        arguments: "",
        app: "Example.Ledger",
    };
    [
        user("bob", include_str!("../../demo/windows-10/bob/NTUSER.reg")),
        classes("bob", include_str!("../../demo/windows-10/bob/UsrClass.reg")),
        sample(
            "Users/bob/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Example Ledger.lnk",
            Content::Bytes(ledger.bytes()),
        ),
    ]
    .into_iter()
}

fn lilei() -> impl Iterator<Item = Sample> {
    let mountains = Colours { sky: [[250, 214, 165], [252, 244, 227]], hills: [[176, 196, 196], [34, 66, 58]] };
    [
        user("李雷", include_str!("../../demo/windows-10/lilei/NTUSER.reg")),
        classes("李雷", include_str!("../../demo/windows-10/lilei/UsrClass.reg")),
        sample("Users/李雷/Pictures/山.png", Content::Bytes(made::picture(&mountains))),
    ]
    .into_iter()
}
