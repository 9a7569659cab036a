//! Notes: what was not captured, and why.

use serde::{Deserialize, Serialize};

use super::names::Text;

/// One thing that people should know about a capture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// What kind of thing.
    pub code: NoteCode,
    /// The id of the setting that it is about.
    pub setting: Option<String>,
    /// Which one, where there are several.
    pub instance: Option<Text>,
    /// The place that it is about, never what stood there.
    pub place: Option<Text>,
    /// The sentence for people.
    pub text: String,
}

/// The kind of a note. Numbers that this version does not name are kept and shown as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NoteCode(pub u16);

impl NoteCode {
    /// Something to know, without consequence for the settings.
    pub const INFORMATION: Self = Self(1);
    /// Something that may have gone wrong.
    pub const WARNING: Self = Self(2);
    /// Left out because it is a secret.
    pub const SECRET: Self = Self(3);
    /// Left out because a policy says so.
    pub const POLICY: Self = Self(4);
    /// Left out because it could not be read.
    pub const UNREADABLE: Self = Self(5);
    /// Left out because this build of Windows keeps it elsewhere.
    pub const OTHER_BUILD: Self = Self(6);
    /// Left out because the file's bytes are in a cloud only.
    pub const ONLINE_ONLY: Self = Self(7);
    /// The user will have to sign in to it again.
    pub const SIGN_IN_AGAIN: Self = Self(8);
    /// Left out because it is captured only when asked for by name.
    pub const ON_REQUEST: Self = Self(9);
    /// Nothing of it was there.
    pub const ABSENT: Self = Self(10);
    /// Captured from a place that one source alone knows; written on request only.
    pub const UNCONFIRMED: Self = Self(11);

    /// Every kind that this version names, with the word by which JSON knows it.
    pub const NAMED: [(Self, &'static str); 11] = [
        (Self::INFORMATION, "information"),
        (Self::WARNING, "warning"),
        (Self::SECRET, "secret"),
        (Self::POLICY, "policy"),
        (Self::UNREADABLE, "unreadable"),
        (Self::OTHER_BUILD, "other-build"),
        (Self::ONLINE_ONLY, "online-only"),
        (Self::SIGN_IN_AGAIN, "sign-in-again"),
        (Self::ON_REQUEST, "on-request"),
        (Self::ABSENT, "absent"),
        (Self::UNCONFIRMED, "unconfirmed"),
    ];

    /// The word for this kind, where this version names it.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
    }
}
