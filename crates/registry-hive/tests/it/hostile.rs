//! Bytes that nobody wrote on purpose: every hive is read to its end, and nothing grows beyond it.

use registry::{Name, Value};
use registry_hive::{
    Data, Editor, Image, KeyNode, KeyValue, Logs, Lost, NotAHive, Overrides, Version, Visit, check, walk,
};

use crate::support::{Files, NOW, Random, Recorded, empty_hive, real_hives};

#[test]
fn flipped_bytes_are_read_to_the_end() {
    let new = ("new".to_owned(), Files::of_hive(empty_hive(Version::V1_5)));
    let hives = real_hives().into_iter().filter(|(_, files)| files.hive().len() <= 300_000).chain([new]);
    for (number, (name, files)) in hives.enumerate() {
        let mut random = Random(number as u64 + 77);
        for _ in 0..30 {
            let mut bytes = files.hive().to_vec();
            for _ in 0..random.below(40) + 1 {
                // Structures stand at the start of their page more often than at its end.
                let place = random.below(bytes.len() / 64) * 64 + random.below(64);
                let value = [0, 1, 0x20, 0x7f, 0x80, 0xff][random.below(6)];
                bytes[place] = value;
            }
            read_all(&name, &bytes);
            edit(bytes);
        }
    }
}

/// A list of two hundred keys, each of them the key that holds the list.
#[test]
fn a_loop_that_multiplies_is_walked_once() {
    let recorded = Recorded::over(Files::of_hive(empty_hive(Version::V1_5)));
    let mut editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).unwrap();
    for number in 0..200 {
        editor.create_key(&[Name::from(format!("key {number:03}").as_str())], None, None).unwrap();
    }
    editor.commit().unwrap();
    let mut bytes = recorded.files().hive().to_vec();
    let image = Image::open(bytes.clone(), Logs::default()).unwrap();
    let root = image.hive().root().unwrap().offset();
    // Every entry of the list is the root.
    let list = bytes.windows(4).position(|start| start == b"lh\xc8\0").unwrap() + 4;
    for entry in bytes[list..list + 200 * 8].as_chunks_mut::<8>().0 {
        entry[..4].copy_from_slice(&root.to_le_bytes());
    }
    let counts = read_all("loop", &bytes);
    assert_eq!((counts.keys, counts.lost), (1, 200));
}

/// Keys whose list is gone are found by what they say themselves; what was deleted is not.
#[test]
fn keys_without_their_list_are_found() {
    let recorded = Recorded::over(Files::of_hive(empty_hive(Version::V1_5)));
    let mut editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).unwrap();
    let names: Vec<Name> = (0..20).map(|number| Name::from(format!("key {number:02}").as_str())).collect();
    for name in &names {
        editor.create_key(std::slice::from_ref(name), None, None).unwrap();
        editor.set_value(std::slice::from_ref(name), &Name::default(), &Value::text("whole")).unwrap();
    }
    editor.delete_key(&names[..1]).unwrap();
    editor.commit().unwrap();
    let mut bytes = recorded.files().hive().to_vec();
    let list = bytes.windows(4).position(|start| start == b"lh\x13\0").unwrap();
    bytes[list] = b'?';
    let counts = read_all("no list", &bytes);
    assert_eq!((counts.keys, counts.values, counts.lost), (20, 19, 1));
}

#[test]
fn what_is_no_hive_is_told_apart() {
    let hive = empty_hive(Version::V1_5);
    let with = |at: usize, byte: u8| {
        let mut bytes = hive.clone();
        bytes[at] = byte;
        bytes
    };
    let rows: [(Vec<u8>, &str); 7] = [
        (vec![], "this is not a registry hive: expected it to begin with 'regf', found ''"),
        (
            b"MZ\x90\0 and more".to_vec(),
            "this is not a registry hive: expected it to begin with 'regf', found 'MZ\\x90\\x00'",
        ),
        (
            hive[..600].to_vec(),
            "this is not a whole registry hive: it has 600 bytes, and its base block alone has 4096",
        ),
        (
            with(24, 1),
            "the hive has version 1.1; 1.3 to 1.6 are read, which Windows has written since NT 4.0. Windows NT 3 wrote 1.1 \
             and 1.2, with another layout of cells",
        ),
        (
            with(24, 7),
            "the hive has version 1.7; 1.3 to 1.6 are read, which Windows has written since NT 4.0. Windows NT 3 wrote 1.1 \
             and 1.2, with another layout of cells",
        ),
        (with(28, 6), "this is no hive but the log of one; name the hive itself"),
        (with(28, 9), "this is no hive but a file of type 9; a hive has type 0"),
    ];
    for (bytes, message) in rows {
        let error: NotAHive = Image::open(bytes, Logs::default()).err().unwrap();
        assert_eq!(error.to_string(), message);
    }
}

#[derive(Default)]
struct Counts {
    keys: usize,
    values: usize,
    bytes: usize,
    lost: usize,
}

impl<'h> Visit<'h> for Counts {
    fn key(&mut self, _: usize, key: KeyNode<'h>) {
        self.keys += 1;
        let _ = (key.class(), key.security().is_ok(), key.layer());
    }

    fn value(&mut self, _: KeyValue<'h>, data: Data<'h>) {
        self.values += 1;
        data.for_each(|piece| self.bytes += piece.len()).unwrap();
    }

    fn lost(&mut self, _: usize, lost: Lost<'h>) {
        self.lost += 1;
        let (Lost::Subkeys(damage) | Lost::Values(damage) | Lost::Data(_, damage)) = lost;
        assert!(damage.to_string().starts_with("offset 0x"), "{damage}");
    }
}

fn read_all(name: &str, bytes: &[u8]) -> Counts {
    let mut counts = Counts::default();
    check(bytes);
    let Ok(image) = Image::open(bytes.to_vec(), Logs::default()) else { return counts };
    if let Ok(root) = image.hive().root() {
        walk(root, &mut counts);
        let _ = root.subkey(&Name::from("Software"));
        let _ = root.value(&Name::default());
        let _ = root.to_key();
    }
    assert!(counts.keys * 76 <= bytes.len() && counts.values * 20 <= bytes.len(), "{name}");
    assert!(counts.bytes <= bytes.len() * 2, "{name}: data are where they are, once");
    counts
}

/// Whatever an edit of a damaged hive does, it ends, and what it refuses stays as it was.
fn edit(bytes: Vec<u8>) {
    let recorded = Recorded::over(Files::of_hive(bytes));
    let Ok(mut editor) = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()) else { return };
    let names: Vec<Name> = match editor.key(&[]) {
        Ok(Some(key)) => key.subkeys,
        _ => vec![],
    };
    let _ = editor.create_key(&[Name::from("new")], None, None);
    let _ = editor.set_value(&[Name::from("new")], &Name::from("value"), &Value::text("text"));
    for name in names.iter().take(3) {
        let _ = editor.set_value(std::slice::from_ref(name), &Name::from("value"), &Value::dword(1));
        let _ = editor.delete_key(std::slice::from_ref(name));
    }
    let _ = editor.delete_value(&[], &Name::default());
    let _ = editor.commit();
}
