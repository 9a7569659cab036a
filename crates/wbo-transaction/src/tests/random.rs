//! Any changes, cut off anywhere.

use proptest::prelude::*;
use registry_hive::{LogName, Version};

use super::disk::Plan;
use super::world::{Edit, World, drive, file, new_hive, path, recover};

const NAMES: [&str; 4] = ["a", "b", "there", "c"];

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (0..NAMES.len(), prop_oneof![0..20_usize, 4_000..20_000_usize]).prop_map(|(name, size)| Edit::Set(NAMES[name], size)),
        1 => (0..NAMES.len()).prop_map(|name| Edit::Delete(NAMES[name])),
        1 => (0..NAMES.len()).prop_map(|name| Edit::Key(NAMES[name])),
    ]
}

/// For each of some hives, its kind and what is done to it; for each of some files, whether it is there, and what it is to
/// be.
type Case = (Vec<(u8, Vec<Edit>)>, Vec<(Option<u8>, Option<(u8, u32)>)>);

fn case() -> impl Strategy<Value = Case> {
    let hive = (0..3_u8, proptest::collection::vec(edit(), 0..4));
    let file = (proptest::option::of(0..3_u8), proptest::option::of((0..3_u8, 0x20..0x23_u32)));
    (proptest::collection::vec(hive, 0..3), proptest::collection::vec(file, 0..5))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_transaction_is_made_or_not((hives, files) in case(), links: bool, part in 0.0..1.0_f64, seed in 0..20_u64) {
        let disk = drive(links);
        let mut world = World::default();
        for (number, (kind, edits)) in hives.into_iter().enumerate() {
            let at = path(&format!(r"C:\Users\a\hive{number}"));
            let logs = [&[][..], &[LogName::Log1], &[LogName::Log1, LogName::Log2]][usize::from(kind)];
            new_hive(&disk, &at, if kind == 0 { Version::V1_3 } else { Version::V1_5 }, logs);
            world.hives.push((at, edits));
        }
        for (number, (there, wanted)) in files.into_iter().enumerate() {
            let at = format!(r"C:\Users\{}\file{number}", if number % 2 == 0 { "a" } else { "b" });
            if let Some(there) = there {
                file(&disk, &at, &[there; 700]);
            }
            world.files.push((path(&at), wanted.map(|(byte, attributes)| (vec![byte; 700], attributes))));
        }
        let (before, after) = world.views(&disk);
        let whole = disk.copy(Plan::default());
        world.run(&whole).unwrap();
        let steps = whole.counts().0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a part of few")]
        let cut = (part * steps as f64) as usize;
        let cut_off = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
        let _ = world.run(&cut_off);
        let left = cut_off.after_loss_of_power(seed);
        recover(&left).unwrap();
        let found = world.view(&left.after_loss_of_power(0));
        prop_assert!(found == before || found == after);
    }
}
