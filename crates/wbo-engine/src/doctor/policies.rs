//! Policies and switches that decide what Windows backs up and synchronises.

use registry::{KeyPath, Name, ReadRegistry, Root, Value};

use super::{Finding, Severity, source};
use crate::UserProfile;
use crate::machine::{Machine, dword_of, machine_key, text_of};

pub(super) fn of_machine(registry: &dyn ReadRegistry) -> Vec<Finding> {
    let mut machine = Machine::new(registry);
    let mut findings = blockers(&mut machine);
    findings.extend(windows_backup(&mut machine));
    findings.extend(sync_groups(&mut machine));
    findings.extend(keys_not_to_restore(&mut machine));
    findings.extend(machine.into_unread().iter().map(source::unread));
    findings
}

pub(super) fn of_user(user: &UserProfile, registry: &dyn ReadRegistry) -> Vec<Finding> {
    let mut machine = Machine::new(registry);
    let mut findings: Vec<Finding> = sync_of_user(&mut machine).into_iter().map(|finding| finding.at(user)).collect();
    findings.extend(machine.into_unread().iter().map(source::unread));
    findings
}

/// The policies that stop Windows Backup without a word when they are off: key and value.
const BLOCKERS: [(&str, &str); 8] = [
    (SYSTEM_POLICIES, "EnableActivityFeed"),
    (SYSTEM_POLICIES, "PublishUserActivities"),
    (SYSTEM_POLICIES, "UploadUserActivities"),
    (SYSTEM_POLICIES, "EnableCdp"),
    (r"SOFTWARE\Microsoft\PolicyManager\current\device\Privacy", "EnableActivityFeed"),
    (r"SOFTWARE\Microsoft\PolicyManager\current\device\Privacy", "PublishUserActivities"),
    (r"SOFTWARE\Microsoft\PolicyManager\current\device\Privacy", "UploadUserActivities"),
    (r"SOFTWARE\Microsoft\PolicyManager\current\device\Connectivity", "AllowConnectedDevices"),
];

const SYSTEM_POLICIES: &str = r"SOFTWARE\Policies\Microsoft\Windows\System";
const SYNC_POLICIES: &str = r"SOFTWARE\Policies\Microsoft\Windows\SettingSync";
/// Where policies of a device management are, which Windows copies from there.
const MANAGED: [&str; 2] = [
    r"SOFTWARE\Microsoft\PolicyManager\current\device\SettingsSync",
    r"SOFTWARE\Microsoft\PolicyManager\current\device\ADMX_SettingSync",
];

fn blockers(machine: &mut Machine<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, name) in BLOCKERS {
        let key = machine_key(key);
        if machine.value(&key, name).as_ref().and_then(switch) == Some(false) {
            let what = format!("The policy {name} is off, and with it Windows Backup does nothing and says nothing.");
            let finding = Finding::new(Severity::Warning, "windows-backup-blocked", what).at(&value_place(&key, name));
            findings.push(
                finding
                    .remedy("Set it to enabled or not configured, if Windows Backup is wanted; wbo does not need it."),
            );
        }
    }
    findings
}

/// Whether Windows Backup is turned on or off, where the registry can be read that would say so.
fn windows_backup(machine: &mut Machine<'_>) -> Option<Finding> {
    const NAME: &str = "EnableWindowsBackup";
    machine.key(&machine_key("SOFTWARE"))?;
    for key in [SYNC_POLICIES, MANAGED[0]].map(machine_key) {
        let place = value_place(&key, NAME);
        match machine.value(&key, NAME).as_ref().and_then(switch) {
            Some(true) => {
                let what = "A policy turns Windows Backup on.";
                return Some(Finding::new(Severity::Ok, "windows-backup-on", what).at(&place));
            }
            Some(false) => {
                let what = "A policy turns Windows Backup off.";
                let finding = Finding::new(Severity::Warning, "windows-backup-off", what).at(&place);
                let remedy = "Ask who administers this PC before you back it up by other means, wbo among them.";
                return Some(finding.remedy(remedy));
            }
            None => {}
        }
    }
    let what = "No policy says whether Windows Backup is on; it is off before Windows 11 26H2, and on from there.";
    let finding = Finding::new(Severity::Note, "windows-backup-not-set", what);
    Some(finding.remedy("Set EnableWindowsBackup, if Windows Backup is wanted; wbo does not need it."))
}

/// The policies that keep settings from being synchronised: value and what it is about.
const SYNC_GROUPS: [(&str, &str); 11] = [
    ("DisableSettingSync", "all settings"),
    ("DisableApplicationSettingSync", "settings of apps"),
    ("DisableAppSyncSettingSync", "the list of apps"),
    ("DisableCredentialsSettingSync", "accounts, Wi-Fi and passwords"),
    ("DisablePersonalizationSettingSync", "personalisation"),
    ("DisableDesktopThemeSettingSync", "the theme of the desktop"),
    ("DisableStartLayoutSettingSync", "the layout of Start"),
    ("DisableLanguageSettingSync", "languages"),
    ("DisableAccessibilitySettingSync", "accessibility"),
    ("DisableWindowsSettingSync", "other settings of Windows"),
    ("DisableWebBrowserSettingSync", "the browser"),
];

fn sync_groups(machine: &mut Machine<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, about) in SYNC_GROUPS {
        let key = machine_key(SYNC_POLICIES);
        let off = (machine.dword(&key, name) == Some(2)).then_some(key);
        let managed = || {
            let is_on = |key: &KeyPath| machine.value(key, name).as_ref().and_then(switch) == Some(true);
            MANAGED.map(machine_key).into_iter().find(is_on)
        };
        let Some(key) = off.or_else(managed) else { continue };
        let may_turn_on = machine.dword(&key, &format!("{name}UserOverride")) == Some(0);
        let unless = if may_turn_on { ", unless the user turns it on" } else { "" };
        let severity = if name == "DisableSettingSync" { Severity::Warning } else { Severity::Note };
        let what = format!("A policy keeps Windows from synchronising {about}{unless}.");
        let finding = Finding::new(severity, "setting-sync-off", what).at(&value_place(&key, name));
        findings.push(
            finding.remedy("If Windows Backup is wanted for them, ask who administers this PC; wbo does not need it."),
        );
    }
    findings
}

fn keys_not_to_restore(machine: &mut Machine<'_>) -> Option<Finding> {
    let key = machine_key(r"SYSTEM\CurrentControlSet\Control\BackupRestore\KeysNotToRestore");
    let names = machine.key(&key)?.values;
    if names.is_empty() {
        return None;
    }
    let what =
        format!("Windows names {} groups of keys that no backup should restore; wbo leaves them out.", names.len());
    Some(Finding::new(Severity::Note, "keys-not-to-restore", what).at(&key).remedy("Nothing need be done."))
}

fn sync_of_user(machine: &mut Machine<'_>) -> Vec<Finding> {
    /// The value of SyncPolicy by which a user turned all of it off.
    const OFF: u32 = 5;
    let sync =
        KeyPath::new(Root::CurrentUser, Name::split_path(r"Software\Microsoft\Windows\CurrentVersion\SettingSync"));
    let groups = sync.join(Name::from("Groups"));
    let is_off = machine.dword(&sync, "SyncPolicy") == Some(OFF);
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for group in machine.subkeys(&groups) {
        match machine.dword(&groups.join(group.clone()), "Enabled") {
            Some(0) => off.push(group.to_string()),
            Some(_) => on.push(group.to_string()),
            None => {}
        }
    }
    let mut findings = Vec::new();
    if is_off || !off.is_empty() {
        let of = if is_off { "all settings".to_owned() } else { off.join(", ") };
        let what = format!("This user turned synchronisation off for {of}.");
        let finding = Finding::new(Severity::Note, "user-sync-off", what);
        findings.push(finding.remedy("Nothing need be done for wbo; Windows Backup leaves these settings out."));
    }
    if !is_off && !on.is_empty() {
        let what = format!("Windows synchronises settings of this user: {}.", on.join(", "));
        let finding = Finding::new(Severity::Note, "user-sync-on", what);
        findings.push(
            finding.remedy(
                "Turn it off on the new PC before settings are restored there, or the cloud may overwrite them.",
            ),
        );
    }
    findings
}

/// What a policy says that turns something on or off: a number, or what a device management wrote for it.
fn switch(value: &Value) -> Option<bool> {
    if let Some(number) = dword_of(value) {
        return Some(number != 0);
    }
    let text = text_of(value)?.to_text()?;
    let text = text.trim_start().to_ascii_lowercase();
    match text.as_str() {
        "0" => Some(false),
        "1" => Some(true),
        _ if text.starts_with("<enabled") => Some(true),
        _ if text.starts_with("<disabled") => Some(false),
        _ => None,
    }
}

fn value_place(key: &KeyPath, name: &str) -> String {
    format!("{key}!{name}")
}
