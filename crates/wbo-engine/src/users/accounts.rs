//! The names of accounts, from the places other than SAM where Windows keeps them.

use std::collections::{BTreeSet, HashMap};

use registry::Name;

use super::sid::{domain_part, is_entra};
use crate::device::{computer_name, domain};
use crate::machine::{Machine, machine_key};

/// What Windows remembers of accounts, by SID.
pub(super) struct Accounts {
    by_sid: HashMap<Name, Account>,
    /// The name of each domain, by the part of SIDs that stands for it.
    by_domain: HashMap<Name, Name>,
    /// Every domain and PC that accounts may be of, as Windows appends them to the names of folders.
    domains: BTreeSet<Name>,
}

/// What is known of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: Option<Name>,
    pub(super) domain: Option<Name>,
    pub(super) upn: Option<String>,
}

impl Accounts {
    pub(super) fn read(machine: &mut Machine<'_>) -> Self {
        let computer = computer_name(machine);
        let mut accounts = Self { by_sid: HashMap::new(), by_domain: HashMap::new(), domains: BTreeSet::new() };
        accounts.domains.extend(computer.clone());
        accounts.domains.extend(domain(machine).as_ref().and_then(first_label));
        let mut remembered = last_logged_on(machine);
        remembered.extend(sessions(machine));
        remembered.extend(identity_store(machine));
        remembered.extend(group_policy(machine));
        for (sid, texts) in remembered {
            let mut found = Account::default();
            texts.iter().for_each(|text| found.learn(text, computer.as_ref()));
            accounts.add(&sid, found);
        }
        accounts
    }

    /// What is known of the account with this SID.
    pub(super) fn of(&self, sid: &str) -> Account {
        let mut account = self.by_sid.get(&Name::from(sid)).cloned().unwrap_or_default();
        if account.domain.is_none() {
            let of_domain = || self.by_domain.get(&Name::from(domain_part(sid)?)).cloned();
            account.domain = if is_entra(sid) { Some(Name::from("AzureAD")) } else { of_domain() };
        }
        account
    }

    /// Whether a domain or PC of this name is known here.
    pub(super) fn know_domain(&self, name: &Name) -> bool {
        self.domains.contains(name)
    }

    fn add(&mut self, sid: &Name, found: Account) {
        if let Some(domain) = &found.domain {
            self.domains.insert(domain.clone());
            if let Some(part) = sid.to_text().as_deref().and_then(domain_part) {
                self.by_domain.entry(Name::from(part)).or_insert_with(|| domain.clone());
            }
        }
        let known = self.by_sid.entry(sid.clone()).or_default();
        known.name = known.name.take().or(found.name);
        known.domain = known.domain.take().or(found.domain);
        known.upn = known.upn.take().or(found.upn);
    }
}

impl Account {
    /// Takes what a text says that is not known yet: `CORP\alice`, `.\alice`, `AzureAD\alice@example.org`,
    /// `alice@example.org`, or `alice`.
    fn learn(&mut self, text: &Name, computer: Option<&Name>) {
        let mut parts = text.units().splitn(2, |unit| *unit == u16::from(b'\\'));
        let (domain, name) = match (parts.next(), parts.next()) {
            (Some(domain), Some(name)) => (Some(Name::from_units(domain)), Name::from_units(name)),
            _ => (None, text.clone()),
        };
        let domain = match domain {
            Some(domain) if domain == Name::from(".") => computer.cloned(),
            domain => domain.filter(|domain| !domain.is_empty()),
        };
        if name.units().contains(&u16::from(b'@')) {
            // The domain before a mail address is the kind of account, and not the domain that its SID is of.
            self.upn = self.upn.take().or_else(|| name.to_text());
        } else if !name.is_empty() {
            self.name = self.name.take().or(Some(name));
            self.domain = self.domain.take().or(domain);
        }
    }
}

/// A SID, and texts that name its account.
type Remembered = (Name, Vec<Name>);

fn last_logged_on(machine: &mut Machine<'_>) -> Vec<Remembered> {
    let key = machine_key(LOGON_UI);
    let sid = machine.text(&key, "LastLoggedOnUserSID");
    let texts = ["LastLoggedOnSAMUser", "LastLoggedOnUser"].map(|name| machine.text(&key, name));
    sid.map(|sid| (sid, texts.into_iter().flatten().collect())).into_iter().collect()
}

fn sessions(machine: &mut Machine<'_>) -> Vec<Remembered> {
    let sessions = machine_key(LOGON_UI).join(Name::from("SessionData"));
    let mut remembered = Vec::new();
    for session in machine.subkeys(&sessions) {
        let key = sessions.join(session);
        let texts = ["LoggedOnSAMUser", "LoggedOnUser"].map(|name| machine.text(&key, name));
        if let Some(sid) = machine.text(&key, "LoggedOnUserSID") {
            remembered.push((sid, texts.into_iter().flatten().collect()));
        }
    }
    remembered
}

fn identity_store(machine: &mut Machine<'_>) -> Vec<Remembered> {
    let cache = machine_key(r"SOFTWARE\Microsoft\IdentityStore\Cache");
    let mut remembered = Vec::new();
    for sid in machine.subkeys(&cache) {
        let key = cache.join(sid.clone()).join(Name::from("IdentityCache")).join(sid.clone());
        let texts = ["SAMName", "UserName"].map(|name| machine.text(&key, name));
        remembered.push((sid, texts.into_iter().flatten().collect()));
    }
    remembered
}

fn group_policy(machine: &mut Machine<'_>) -> Vec<Remembered> {
    let store = machine_key(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\DataStore");
    let mut remembered = Vec::new();
    for sid in machine.subkeys(&store) {
        let key = store.join(sid.clone()).join(Name::from("0"));
        remembered.extend(machine.text(&key, "szName").map(|name| (sid, vec![name])));
    }
    remembered
}

const LOGON_UI: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI";

/// The first part of `corp.example`, which most domains have as their short name.
fn first_label(domain: &Name) -> Option<Name> {
    let label = domain.units().split(|unit| *unit == u16::from(b'.')).next()?;
    (!label.is_empty()).then(|| Name::from_units(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::registry_of;

    #[test]
    fn accounts_are_named_by_what_windows_remembers() {
        let registry = registry_of(
            r#"
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName]
"ComputerName"="PC7"
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI]
"LastLoggedOnUserSID"="S-1-5-21-1-2-3-1001"
"LastLoggedOnSAMUser"="CORP\\alice"
"LastLoggedOnUser"="alice@corp.example"
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI\SessionData\1]
"LoggedOnUserSID"="S-1-5-21-7-7-7-1000"
"LoggedOnSAMUser"=".\\Zoë"
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\IdentityStore\Cache\S-1-12-1-1-2-3-4\IdentityCache\S-1-12-1-1-2-3-4]
"UserName"="eve@example.org"
"SAMName"="EveExample"
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\DataStore\S-1-5-21-1-2-3-1002\0]
"szName"="CORP\\bob"
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\DataStore\S-1-5-21-9-9-9-9\0]
"szName"=dword:00000001
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\DataStore\S-1-5-21-9-9-9-8\0]
"szName"="\\"
"#,
        );
        let accounts = Accounts::read(&mut Machine::new(&registry));
        for (sid, name, domain, upn) in [
            ("S-1-5-21-1-2-3-1001", "alice", "CORP", "alice@corp.example"),
            ("S-1-5-21-7-7-7-1000", "Zoë", "PC7", ""),
            ("S-1-12-1-1-2-3-4", "EveExample", "AzureAD", "eve@example.org"),
            ("s-1-5-21-1-2-3-1002", "bob", "CORP", ""),
            // Of the same domain as alice.
            ("S-1-5-21-1-2-3-1003", "", "CORP", ""),
            ("S-1-5-21-9-9-9-9", "", "", ""),
            ("S-1-5-21-9-9-9-8", "", "", ""),
        ] {
            let known = |text: &str| (!text.is_empty()).then(|| Name::from(text));
            let expected =
                Account { name: known(name), domain: known(domain), upn: known(upn).map(|upn| upn.to_string()) };
            assert_eq!(accounts.of(sid), expected, "{sid}");
        }
        assert!(accounts.know_domain(&Name::from("corp")) && accounts.know_domain(&Name::from("pc7")));
    }
}
