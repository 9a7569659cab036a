use profile_format::{Device, Join, JoinKind};
use registry::Name;

use super::*;
use crate::machine::tests::{Without, registry_of};
use crate::{
    LastUse, LastUseFrom, MemoryTree, NameFrom, ProfileKind, SetAside, Standing, Unread, WindowsPath, find_windows,
};

const NOW: Timestamp = Timestamp(1_780_000_000);

fn nothing<'e>() -> Examined<'e> {
    Examined {
        now: NOW,
        found: None,
        machine: None,
        device: None,
        users: None,
        user_registries: &[],
        hives: &[],
        hibernated: None,
        online_only: &[],
    }
}

/// The findings as `severity code place`, without those of these codes.
fn lines(examined: &Examined<'_>, without: &[&str]) -> Vec<String> {
    let findings = doctor(examined);
    for finding in &findings {
        assert!(finding.what.ends_with('.'), "{finding:?}");
        let advised = finding.remedy.as_ref().is_some_and(|remedy| remedy.ends_with('.'));
        assert!(advised || finding.severity == Severity::Ok, "{finding:?}");
        assert!(finding.code.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{finding:?}");
    }
    assert!(findings.is_sorted_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.code)));
    let line = |finding: &Finding| {
        let place = finding.place.as_deref().unwrap_or("-");
        format!("{} {} {place}", finding.severity.word(), finding.code)
    };
    findings.iter().filter(|finding| !without.contains(&finding.code)).map(line).collect()
}

fn check_source(files: &[&str], expected: &[&str]) {
    let mut tree = MemoryTree::default();
    files.iter().for_each(|file| tree.add(file, b""));
    let found = find_windows(&tree);
    assert_eq!(lines(&Examined { found: Some(&found), ..nothing() }, &[]), expected, "{files:?}");
}

#[test]
fn folders() {
    let (hive, old) = (r"Windows\System32\config\SYSTEM", r"Windows.old\Windows\System32\config\SYSTEM");
    check_source(&[hive], &["ok windows-found Windows"]);
    check_source(&[hive, old], &[r"note windows-old Windows.old\Windows", "ok windows-found Windows"]);
    check_source(
        &[hive, r"WINNT\System32\config\SYSTEM"],
        &["warning several-windows -", "ok windows-found WINNT", "ok windows-found Windows"],
    );
    check_source(&[r"System32\config\SYSTEM"], &["note windows-without-its-drive ."]);
    check_source(&[hive, r"Windows\System32\wpeinit.exe"], &["note windows-pe Windows"]);
    check_source(&[], &["problem no-windows -"]);
    check_source(&["NTUSER.DAT"], &[]);
}

#[test]
fn hives_and_hibernation() {
    let why = || "no log fits".to_owned();
    let states = [
        (HiveState::Clean, "ok hive-clean x"),
        (HiveState::Replayed, "note hive-replayed x"),
        (HiveState::NotReplayed { why: why() }, "warning hive-not-replayed x"),
        (HiveState::Damaged { places: 3, first: why() }, "warning hive-damaged x"),
        (HiveState::CutShort { missing: 4096 }, "warning hive-cut-short x"),
        (HiveState::Missing, "problem hive-missing x"),
        (HiveState::Unreadable { why: why() }, "problem hive-unreadable x"),
    ];
    for (state, expected) in states {
        let hives = [HiveFact { place: "x".into(), state }];
        assert_eq!(lines(&Examined { hives: &hives, ..nothing() }, &[]), [expected]);
    }
    for (hibernated, expected) in [(true, "warning hibernated -"), (false, "ok not-hibernated -")] {
        assert_eq!(lines(&Examined { hibernated: Some(hibernated), ..nothing() }, &[]), [expected]);
    }
}

fn pc(build: Option<u32>, edition: &str, join: JoinKind) -> DeviceFacts {
    let device = Device {
        build,
        revision: Some(8000),
        edition: Some(edition.into()),
        join: Join { kind: join, ..Join::default() },
        ..Device::default()
    };
    DeviceFacts { device, system_root: WindowsPath::parse(r"C:\Windows"), ..DeviceFacts::default() }
}

fn check_device(device: &DeviceFacts, expected: &[&str]) {
    assert_eq!(lines(&Examined { device: Some(device), ..nothing() }, &[]), expected);
}

#[test]
fn pcs() {
    let (backup, setup, sign_in) =
        ("windows-backup-build", "windows-restore-setup-build", "windows-restore-sign-in-build");
    let all = |severity: &str| [backup, setup, sign_in].map(|code| format!("{severity} {code} -"));
    let [ok_backup, ok_setup, ok_sign_in] = all("ok");
    let [no_backup, no_setup, no_sign_in] = all("note");
    check_device(
        &pc(Some(26100), "Enterprise", JoinKind::ENTRA),
        &[&ok_backup, "ok windows-backup-join -", "ok windows-known -", &ok_setup, &ok_sign_in],
    );
    check_device(
        &pc(Some(19045), "Core", JoinKind::WORKGROUP),
        &[
            "note windows-backup-edition -",
            "note windows-backup-join -",
            &no_setup,
            &no_sign_in,
            &ok_backup,
            "ok windows-known -",
        ],
    );
    check_device(
        &pc(Some(7601), "Professional", JoinKind::HYBRID),
        &["warning windows-too-old -", &no_backup, "note windows-backup-join -", &no_setup, &no_sign_in],
    );
    let unread = vec![Unread { place: r"HKLM\SYSTEM".into(), why: "damaged".into() }];
    check_device(
        &DeviceFacts { in_setup: Some(true), unread, ..DeviceFacts::default() },
        &[
            r"warning not-read HKLM\SYSTEM",
            "warning setup-unfinished -",
            "warning windows-unknown -",
            "note windows-backup-join -",
        ],
    );
    let server =
        DeviceFacts { installation: Some("Server Core".into()), ..pc(Some(26100), "ServerStandard", JoinKind::DOMAIN) };
    let server = lines(&Examined { device: Some(&server), ..nothing() }, &[]);
    assert_eq!(server[..2], ["note windows-backup-edition -", "note windows-backup-join -"]);
}

fn check_policy(text: &str, expected: &[&str]) {
    let registry = registry_of(text);
    let found = lines(&Examined { machine: Some(&registry), ..nothing() }, &["windows-backup-not-set"]);
    assert_eq!(found, expected, "{text}");
}

#[test]
fn policies_of_the_machine() {
    let policy = |key: &str, values: &str| format!("[HKEY_LOCAL_MACHINE\\SOFTWARE\\{key}]\n{values}\n");
    let system = |values: &str| policy(r"Policies\Microsoft\Windows\System", values);
    let sync = |values: &str| policy(r"Policies\Microsoft\Windows\SettingSync", values);
    let managed = |area: &str, values: &str| policy(&format!(r"Microsoft\PolicyManager\current\device\{area}"), values);
    check_policy("", &[]);
    let silent = registry_of(&policy("Microsoft", ""));
    let found = lines(&Examined { machine: Some(&silent), ..nothing() }, &[]);
    assert_eq!(found, ["note windows-backup-not-set -"]);
    check_policy(&system("\"EnableCdp\"=dword:1\n\"EnableActivityFeed\"=\"\""), &[]);
    check_policy(
        &system("\"EnableCdp\"=dword:0\n\"UploadUserActivities\"=dword:0"),
        &[
            r"warning windows-backup-blocked HKLM\SOFTWARE\Policies\Microsoft\Windows\System!EnableCdp",
            r"warning windows-backup-blocked HKLM\SOFTWARE\Policies\Microsoft\Windows\System!UploadUserActivities",
        ],
    );
    check_policy(
        &managed("Connectivity", "\"AllowConnectedDevices\"=dword:0"),
        &[
            r"warning windows-backup-blocked HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\Connectivity!AllowConnectedDevices",
        ],
    );
    check_policy(
        &sync("\"EnableWindowsBackup\"=dword:0"),
        &[r"warning windows-backup-off HKLM\SOFTWARE\Policies\Microsoft\Windows\SettingSync!EnableWindowsBackup"],
    );
    check_policy(
        &managed("SettingsSync", "\"EnableWindowsBackup\"=\"<enabled/>\""),
        &[
            r"ok windows-backup-on HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\SettingsSync!EnableWindowsBackup",
        ],
    );
    check_policy(
        &sync(
            "\"DisableSettingSync\"=dword:2\n\"DisableLanguageSettingSync\"=dword:2\n\"DisableAppSyncSettingSync\"=dword:1",
        ),
        &[
            r"warning setting-sync-off HKLM\SOFTWARE\Policies\Microsoft\Windows\SettingSync!DisableSettingSync",
            r"note setting-sync-off HKLM\SOFTWARE\Policies\Microsoft\Windows\SettingSync!DisableLanguageSettingSync",
        ],
    );
    check_policy(
        &managed("SettingsSync", "\"DisableAccessibilitySettingSync\"=\"<enabled/>\""),
        &[
            r"note setting-sync-off HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\SettingsSync!DisableAccessibilitySettingSync",
        ],
    );
    check_policy(
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\BackupRestore\\KeysNotToRestore]\n\"Mount Manager\"=hex(7):00,00",
        &[r"note keys-not-to-restore HKLM\SYSTEM\CurrentControlSet\Control\BackupRestore\KeysNotToRestore"],
    );
    let empty = registry_of("");
    let unmounted = Without(&empty, &[r"HKLM\SOFTWARE"]);
    let users = Users {
        profiles: vec![],
        unread: vec![Unread { place: r"HKLM\SOFTWARE".into(), why: "this hive is not at hand".into() }],
    };
    let found = lines(&Examined { machine: Some(&unmounted), users: Some(&users), ..nothing() }, &["no-users"]);
    assert_eq!(found, [r"warning not-read HKLM\SOFTWARE"]);
}

fn user(name: &str, kind: ProfileKind, folder: &str, standing: Standing) -> UserProfile {
    UserProfile {
        name: Some(Name::from(name)),
        name_from: NameFrom::Account,
        domain: None,
        upn: None,
        sid: Some("S-1-5-21-1-2-3-1001".into()),
        entry: Some(Name::from("S-1-5-21-1-2-3-1001")),
        folder: WindowsPath::parse(folder),
        hive: Some(Name::from("NTUSER.DAT")),
        kind,
        last_use: Some(LastUse { at: NOW, from: LastUseFrom::Loaded }),
        standing,
    }
}

#[test]
fn switches_of_users() {
    let zoe = user("Zoë", ProfileKind::Local, r"C:\Users\Zoë", Standing::Usable);
    let sync = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\SettingSync";
    let group = |name: &str, value: u32| format!("[{sync}\\Groups\\{name}]\n\"Enabled\"=dword:{value}\n");
    for (text, expected) in [
        (String::new(), &[][..]),
        (group("Language", 1), &["note user-sync-on Zoë"]),
        (group("Language", 0) + &group("Windows", 1), &["note user-sync-off Zoë", "note user-sync-on Zoë"]),
        (format!("[{sync}]\n\"SyncPolicy\"=dword:5\n") + &group("Language", 1), &["note user-sync-off Zoë"]),
        (format!("[{sync}]\n\"SyncPolicy\"=\"5\"\n"), &[]),
    ] {
        let registry = registry_of(&text);
        let registries: [(&UserProfile, &dyn ReadRegistry); 1] = [(&zoe, &registry)];
        assert_eq!(lines(&Examined { user_registries: &registries, ..nothing() }, &[]), expected, "{text}");
    }
}

#[test]
fn people_and_profiles() {
    let aside = |reason| Standing::SetAside(reason);
    let device = pc(Some(26100), "Enterprise", JoinKind::ENTRA);
    let check = |profile: UserProfile, expected: &[&str]| {
        let anne = user("anne", ProfileKind::Local, r"C:\Users\anne", Standing::Usable);
        let users = Users { profiles: vec![anne, profile], unread: vec![] };
        let found = lines(&Examined { users: Some(&users), device: Some(&device), ..nothing() }, &[]);
        let found: Vec<_> = found.iter().filter(|line| line.contains("user") && !line.starts_with("ok")).collect();
        assert_eq!(found, expected);
    };
    let bob = |kind, standing| user("bob", kind, r"C:\Users\bob", standing);
    check(bob(ProfileKind::Local, Standing::Usable), &[]);
    for kind in [ProfileKind::Roaming, ProfileKind::Mandatory, ProfileKind::FsLogix, ProfileKind::Backup] {
        check(bob(kind, Standing::Usable), &[r"warning user-not-writable bob (C:\Users\bob)"]);
    }
    check(
        user("bob", ProfileKind::Local, r"D:\Users\bob", Standing::Usable),
        &[r"note user-on-other-drive bob (D:\Users\bob)"],
    );
    check(bob(ProfileKind::Local, aside(SetAside::FolderMissing)), &[r"warning user-set-aside bob (C:\Users\bob)"]);
    check(bob(ProfileKind::Local, aside(SetAside::NoEntry)), &[r"note user-set-aside bob (C:\Users\bob)"]);
    check(bob(ProfileKind::Local, aside(SetAside::Setup)), &[]);
    let last_use = |at| UserProfile {
        last_use: Some(LastUse { at: Timestamp(at), from: LastUseFrom::Loaded }),
        ..bob(ProfileKind::Local, Standing::Usable)
    };
    check(last_use(NOW.0 + 86_400), &[]);
    let future = Users { profiles: vec![last_use(NOW.0 + 3 * 86_400), last_use(i64::MAX)], unread: vec![] };
    let found = lines(&Examined { users: Some(&future), ..nothing() }, &["users"]);
    assert_eq!(found, [r"warning last-use-in-future bob (C:\Users\bob)"; 2]);
}

#[test]
fn nobody_there() {
    let users = Users {
        profiles: vec![user("x", ProfileKind::Local, r"C:\x", Standing::SetAside(SetAside::Setup))],
        unread: vec![],
    };
    assert_eq!(
        lines(&Examined { users: Some(&users), ..nothing() }, &[]),
        ["problem no-users -", "ok ordinary-set-aside -"]
    );
    let online = [OnlineOnly { place: r"C:\Users\x\OneDrive".into(), files: 3 }];
    assert_eq!(lines(&Examined { online_only: &online, ..nothing() }, &[]), [r"note online-only C:\Users\x\OneDrive"]);
}

#[test]
fn the_worst_counts() {
    assert_eq!(worst(&[]), Severity::Ok);
    let findings = [Severity::Note, Severity::Problem, Severity::Ok].map(|severity| Finding::new(severity, "x", "x."));
    assert_eq!(worst(&findings), Severity::Problem);
}
