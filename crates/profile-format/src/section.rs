//! What sections are called.

use std::fmt;

use crate::document::Category;

/// What a section is: its kind, and which one of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId {
    /// What kind of section.
    pub kind: SectionKind,
    /// Which one of that kind: the category's number for settings, 0 for the others.
    pub part: u16,
}

/// The kind of a section. A kind names its encoding too: records that look different get a number of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionKind(pub u16);

impl SectionKind {
    /// The settings of one category.
    pub const SETTINGS: Self = Self(1);
    /// The app manifest.
    pub const APPS: Self = Self(2);
    /// Notes.
    pub const NOTES: Self = Self(3);
    /// Which contents there are, in their order.
    pub const CONTENT_INDEX: Self = Self(4);
    /// The contents, one after the other.
    pub const CONTENTS: Self = Self(5);
    /// What takes back an apply.
    pub const UNDO: Self = Self(6);
}

impl SectionId {
    /// The app manifest.
    pub const APPS: Self = Self { kind: SectionKind::APPS, part: 0 };
    /// Notes.
    pub const NOTES: Self = Self { kind: SectionKind::NOTES, part: 0 };
    /// Which contents there are.
    pub const CONTENT_INDEX: Self = Self { kind: SectionKind::CONTENT_INDEX, part: 0 };
    /// The contents.
    pub const CONTENTS: Self = Self { kind: SectionKind::CONTENTS, part: 0 };
    /// What takes back an apply.
    pub const UNDO: Self = Self { kind: SectionKind::UNDO, part: 0 };

    /// The settings of `category`.
    pub const fn settings(category: Category) -> Self {
        Self { kind: SectionKind::SETTINGS, part: category.0 }
    }

    /// Whether this version knows what is in it.
    pub fn is_known(self) -> bool {
        let single = [Self::APPS, Self::NOTES, Self::CONTENT_INDEX, Self::CONTENTS, Self::UNDO];
        self.kind == SectionKind::SETTINGS || single.contains(&self)
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (*self, Category(self.part).name()) {
            (Self { kind: SectionKind::SETTINGS, .. }, Some(category)) => f.write_str(category),
            (Self { kind: SectionKind::SETTINGS, part }, None) => write!(f, "category-{part}"),
            (Self::APPS, _) => f.write_str("apps"),
            (Self::NOTES, _) => f.write_str("notes"),
            (Self::CONTENT_INDEX, _) => f.write_str("content-index"),
            (Self::CONTENTS, _) => f.write_str("contents"),
            (Self::UNDO, _) => f.write_str("undo"),
            (Self { kind, part }, _) => write!(f, "kind-{}-{part}", kind.0),
        }
    }
}
