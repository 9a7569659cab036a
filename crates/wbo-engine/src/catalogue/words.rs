//! The words of a catalogue that stand for one of a few things.

/// Makes an enum whose variants have one word each in catalogue files.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every one, with its word.
            pub const NAMED: &'static [(Self, &'static str)] = &[$((Self::$variant, $word),)+];

            /// Its word.
            pub fn word(self) -> &'static str {
                Self::NAMED.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| *word)
            }
        }
    };
}

words! {
    /// Where else a setting means the same.
    Portability:
    /// On every PC.
    Roams = "roams",
    /// On the same PC only.
    SameDevice = "same-device",
    /// On the same build of Windows only.
    SameBuild = "same-build",
    /// Nowhere: it is captured to be seen, and never written.
    Information = "information",
}

words! {
    /// When Windows takes notice of a setting that was written.
    Effect:
    /// At once, or when a program opens the next time.
    Live = "live",
    /// When it is told that settings have changed.
    Broadcast = "broadcast",
    /// When Explorer starts the next time.
    Explorer = "explorer",
    /// When the Start menu starts the next time.
    Start = "start",
    /// When the user signs in the next time.
    SignOut = "sign-out",
    /// When Windows starts the next time.
    Reboot = "reboot",
    /// Never while it runs: it refuses other programs.
    Protected = "protected",
}

words! {
    /// What a setting tells about a person.
    Sensitivity:
    /// Something: hidden until asked for.
    Personal = "personal",
    /// Too much: never captured, and listed so that people find the reason.
    Never = "never",
}

words! {
    /// What the data of a value are, as far as one may rely on it.
    Kind:
    /// A number of 32 bits.
    Dword = "dword",
    /// A number of 64 bits.
    Qword = "qword",
    /// Text, with variables in it or without.
    Text = "text",
    /// A list of texts.
    List = "list",
    /// Bytes.
    Binary = "binary",
    /// Anything.
    Any = "any",
}

words! {
    /// What numbers count.
    Unit:
    /// Milliseconds.
    Milliseconds = "ms",
    /// Seconds.
    Seconds = "s",
    /// Minutes.
    Minutes = "min",
    /// Days.
    Days = "days",
    /// Hundredths.
    Percent = "percent",
    /// Dots of a screen.
    Pixels = "pixels",
    /// Seventy-second parts of an inch.
    Points = "points",
    /// Lines of text.
    Lines = "lines",
    /// The colour of light.
    Kelvin = "kelvin",
}

words! {
    /// What of a value is merged by itself when two sides changed it.
    MergeBy:
    /// Each bit.
    Bits = "bits",
    /// Each element of a list.
    Elements = "elements",
}

words! {
    /// What stands once in a place for each instance of a setting.
    Each:
    /// A key.
    Key = "key",
    /// A value.
    Value = "value",
    /// A file.
    File = "file",
}
