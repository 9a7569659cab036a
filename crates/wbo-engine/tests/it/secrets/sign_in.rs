//! What the user signs in to again.

use registry::{Change, KeyPath, MemoryRegistry, Name, Value, WriteRegistry};
use wbo_engine::secrets::Secrets;
use wbo_engine::{Drives, MemoryTree};

use crate::secrets::support::{folders, key, path};

#[test]
fn what_was_there_is_told_and_nothing_else() {
    let secrets = Secrets::standard();
    let told = |registry: &MemoryRegistry, tree: &MemoryTree| {
        let mut drives = Drives::default();
        drives.mount(path(r"C:\"), tree);
        let rules = secrets.sign_in_again(registry, &drives, &folders());
        rules.into_iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>()
    };
    let mut registry = MemoryRegistry::new(registry::FileTime(0));
    let mut tree = MemoryTree::default();
    tree.add_other(r"Users\alice\AppData\Roaming\Thunderbird\Profiles", wbo_engine::EntryKind::Folder);
    assert_eq!(told(&registry, &tree), [""; 0]);
    for place in [
        r"HKCU\Software\Microsoft\Office\16.0\Outlook\Profiles\Outlook",
        r"HKCU\Software\Microsoft\OneDrive\Accounts\Personal",
        r"HKCU\Network\Z",
    ] {
        create(&mut registry, &key(place));
    }
    let account = key(r"HKCU\Software\Microsoft\OneDrive\Accounts\Personal");
    let user = Change::SetValue { key: account, name: Name::from("UserEmail"), value: Value::text("a@b.example") };
    registry.make(&user).unwrap();
    tree.add(r"Users\alice\AppData\Local\Google\Chrome\User Data\Default\Login Data", b"");
    tree.add(r"ProgramData\Microsoft\Wlansvc\Profiles\Interfaces\{0}\{1}.xml", b"");
    tree.add(r"Users\alice\.aws\credentials", b"");
    assert_eq!(
        told(&registry, &tree),
        ["network.wifi", "network.drives", "browser.chromium", "mail.outlook", "cloud.onedrive", "cloud.tools"]
    );
}

fn create(registry: &mut MemoryRegistry, place: &KeyPath) {
    let mut at = KeyPath::new(place.root(), vec![]);
    for name in place.names() {
        at = at.join(name.clone());
        registry.make(&Change::create(at.clone())).unwrap();
    }
}
