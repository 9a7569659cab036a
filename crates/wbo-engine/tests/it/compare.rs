//! The algebra of comparing: nothing differs from itself, and from either side it looks the same.

use std::sync::LazyLock;

use profile_format::{
    Bytes, Category, Content, ContentId, FileState, Item, Section, Setting, SettingFlags, Text, Value,
};
use proptest::prelude::*;
use wbo_engine::capture::Selection;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::compare::{
    Comparer, Counts, Edit, Extent, Ignored, ItemDifference, On, Parts, SettingDifference, Side,
};

fn text(text: &str) -> Text {
    Text(text.encode_utf16().collect())
}

fn compared(before: &Section, after: &Section, extents: (Extent, Extent)) -> (Vec<SettingDifference>, Counts) {
    // Reading it takes longer than comparing.
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::standard().unwrap());
    let selection = Selection::new(&[], &[], &[], &CATALOGUE).unwrap();
    let mut comparer = Comparer::new(&CATALOGUE, &selection, Ignored::default());
    let mut found = Vec::new();
    let side = |section, extent| Side { section: Some(section), extent };
    let (before, after) = (side(before, extents.0), side(after, extents.1));
    comparer.section(Category::PERSONALIZATION, before, after, &mut |difference| found.push(difference));
    (found, comparer.counts())
}

/// A difference as it is seen from the other side.
fn turned(difference: SettingDifference) -> SettingDifference {
    let item = |ItemDifference { place, before, after, parts }| {
        let parts = parts.map(|parts| match parts {
            Parts::Elements { removed, added, moved } => Parts::Elements { removed: added, added: removed, moved },
            // Which of several shortest ways is taken may depend on the side.
            Parts::Words(_) => Parts::Words(Vec::new()),
        });
        ItemDifference { place, before: after, after: before, parts }
    };
    let on = match difference.on {
        On::Both => On::Both,
        On::Before => On::After,
        On::After => On::Before,
    };
    SettingDifference { on, items: difference.items.into_iter().map(item).collect(), ..difference }
}

fn without_words(mut difference: SettingDifference) -> SettingDifference {
    for item in &mut difference.items {
        if let Some(Parts::Words(edits)) = &mut item.parts {
            *edits = Vec::new();
        }
    }
    difference
}

/// Data as it stands in registries: texts, lists, numbers, and what fits no type.
fn value() -> impl Strategy<Value = Value> {
    let units = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let words = "[ab ,;\\\\%]{0,50}";
    let of = |kind: u32, data: Vec<u8>| Value { kind, data: Bytes(data) };
    prop_oneof![
        words.prop_map(move |text| of(1, units(text + "\0"))),
        words.prop_map(move |text| of(2, units(text))),
        proptest::collection::vec("[abc]{1,2}", 0..4)
            .prop_map(move |list| of(7, units(list.into_iter().map(|one| one + "\0").collect::<String>() + "\0"))),
        (0_u32..4).prop_map(move |number| of(4, number.to_le_bytes().to_vec())),
        (0_u32..16, proptest::collection::vec(any::<u8>(), 0..12)).prop_map(move |(kind, data)| of(kind, data)),
    ]
}

fn item() -> impl Strategy<Value = Item> {
    let path = || proptest::collection::vec("[ab]", 0..2).prop_map(|path| path.iter().map(|name| text(name)).collect());
    let file = any::<u8>().prop_map(|content| FileState {
        content: Content { id: ContentId([content; 32]), size: content.into() },
        attributes: 0,
        modified: None,
    });
    prop_oneof![
        (path(), any::<bool>()).prop_map(|(path, present)| Item::Key { path, present }),
        (path(), "[abA]?", proptest::option::of(value())).prop_map(|(path, name, state)| Item::Value {
            path,
            name: text(&name),
            state
        }),
        ("[ab]", proptest::option::of(file)).prop_map(|(name, state)| Item::File { path: vec![text(&name)], state }),
    ]
}

fn section() -> impl Strategy<Value = Section> {
    let ids = ["colors.accent-color", "environment.variables", "taskbar.alignment", "unheard.of", "background.picture"];
    let setting = (
        proptest::sample::select(ids.to_vec()),
        proptest::option::of("[ab]"),
        any::<bool>(),
        proptest::collection::vec(item(), 0..4),
    );
    let setting = setting.prop_map(|(id, instance, tokens, mut items)| {
        items.sort();
        let place = |item: &Item| (item.path().to_vec(), item.value_name().cloned(), item.file().is_some());
        items.dedup_by_key(|item| place(item));
        let flags = if tokens { SettingFlags::TOKENS } else { SettingFlags::default() };
        Setting { id: id.to_owned(), instance: instance.map(|name| text(&name)), flags, items }
    });
    proptest::collection::vec(setting, 0..6).prop_map(|mut settings| {
        settings.sort_by(|one, other| (&one.id, &one.instance).cmp(&(&other.id, &other.instance)));
        settings.dedup_by(|one, other| (&one.id, &one.instance) == (&other.id, &other.instance));
        Section { category: Category::PERSONALIZATION, settings }
    })
}

fn extent() -> impl Strategy<Value = Extent> {
    prop_oneof![Just(Extent::Whole), Just(Extent::Part)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_differs_from_itself(section in section(), extent in extent(), other in extent()) {
        let (found, counts) = compared(&section, &section, (extent, other));
        prop_assert!(found.is_empty(), "{found:#?}");
        prop_assert_eq!(counts, Counts { same: section.settings.len(), ..Counts::default() });
    }

    #[test]
    fn from_either_side_it_looks_the_same(
        before in section(),
        after in section(),
        extent in extent(),
        other in extent(),
    ) {
        let (found, counts) = compared(&before, &after, (extent, other));
        let (back, other_counts) = compared(&after, &before, (other, extent));
        let found: Vec<_> = found.into_iter().map(turned).collect();
        prop_assert_eq!(found, back.into_iter().map(without_words).collect::<Vec<_>>());
        let Counts { changed, only_before, only_after, same, ignored } = counts;
        prop_assert_eq!(other_counts, Counts { changed, only_before: only_after, only_after: only_before, same, ignored });
    }

    #[test]
    fn who_names_only_a_part_differs_in_nothing_else(before in section(), after in section()) {
        let (found, _) = compared(&before, &after, (Extent::Whole, Extent::Part));
        for difference in &found {
            let has = |setting: &&Setting| {
                setting.id == difference.id
                    && setting.instance.as_ref().map(Text::to_string_lossy)
                        == difference.instance.as_ref().map(ToString::to_string)
            };
            prop_assert!(after.settings.iter().any(|setting| has(&setting)), "{difference:#?}");
        }
    }
}

#[test]
fn long_texts_differ_by_word() {
    let section = |value: &str| {
        let data = format!("{value}\0").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let state = Some(Value { kind: 1, data: Bytes(data) });
        let items = vec![Item::Value { path: Vec::new(), name: text("a"), state }];
        let setting = Setting { id: "unheard.of".to_owned(), instance: None, flags: SettingFlags::default(), items };
        Section { category: Category::PERSONALIZATION, settings: vec![setting] }
    };
    let (before, after) =
        ("a long text of which one word is another one", "a long text of which one name is another one");
    let (found, _) = compared(&section(before), &section(after), (Extent::Whole, Extent::Whole));
    let expected = [
        Edit::Kept("a long text of which one ".to_owned()),
        Edit::Removed("word".to_owned()),
        Edit::Added("name".to_owned()),
        Edit::Kept(" is another one".to_owned()),
    ];
    assert_eq!(found[0].items[0].parts, Some(Parts::Words(expected.to_vec())));
}
