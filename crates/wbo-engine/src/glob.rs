//! Patterns of names and of paths made of names, as catalogues and lists of secrets write them.

use std::fmt;

use registry::{Name, upcase};

/// A pattern of one name: `*` stands for any characters, also none; everything else for itself, in any case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameGlob {
    /// The text between the stars, in upper case. One more than there are stars.
    pieces: Vec<Vec<u16>>,
    text: String,
}

/// A pattern of a path: patterns of names with backslashes between them. A part `**` stands for any number of names,
/// also none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Name(NameGlob),
    AnyNames,
}

impl NameGlob {
    /// Every text is a pattern.
    pub fn new(text: &str) -> Self {
        let pieces = text.split('*').map(|piece| piece.encode_utf16().map(upcase).collect()).collect();
        Self { pieces, text: text.to_owned() }
    }

    /// Whether the name fits.
    pub fn matches(&self, name: &Name) -> bool {
        let units: Vec<u16> = name.units().iter().copied().map(upcase).collect();
        let Some((first, rest)) = self.pieces.split_first() else { return units.is_empty() };
        let Some(mut units) = units.strip_prefix(&**first) else { return false };
        let Some((last, middle)) = rest.split_last() else { return units.is_empty() };
        for piece in middle {
            // The earliest place leaves the most to those that follow.
            let found = if piece.is_empty() {
                Some(0)
            } else {
                units.windows(piece.len()).position(|window| window == &**piece)
            };
            let Some(at) = found else { return false };
            units = units.get(at + piece.len()..).unwrap_or_default();
        }
        units.ends_with(last)
    }

    /// The one name that fits, where there is one.
    pub fn literal(&self) -> Option<Name> {
        (self.pieces.len() == 1).then(|| Name::from(self.text.as_str()))
    }
}

impl Glob {
    /// Every text is a pattern; an empty one stands for the place itself.
    pub fn new(text: &str) -> Self {
        let part = |part: &str| if part == "**" { Part::AnyNames } else { Part::Name(NameGlob::new(part)) };
        Self { parts: text.split('\\').filter(|text| !text.is_empty()).map(part).collect() }
    }

    /// Whether these names fit.
    pub fn matches(&self, names: &[Name]) -> bool {
        // Which parts the next name may meet, kept as a set, so that many `**` cost no more than few.
        let at_end = |reached: &[bool]| reached.last() == Some(&true);
        at_end(&self.reached(names))
    }

    /// Whether these names fit, where `fits` says when one name does.
    pub(crate) fn matches_by(&self, names: &[Name], fits: impl Fn(&NameGlob, &Name) -> bool) -> bool {
        self.reached_by(names, fits).last() == Some(&true)
    }

    /// Whether names that begin with these may fit.
    pub fn may_fit_below(&self, names: &[Name]) -> bool {
        self.reached(names).contains(&true)
    }

    /// The names that fit where no star stands in the pattern.
    pub fn literal(&self) -> Option<Vec<Name>> {
        let name = |part: &Part| match part {
            Part::Name(name) => name.literal(),
            Part::AnyNames => None,
        };
        self.parts.iter().map(name).collect()
    }

    /// For each place in the pattern, the end too, whether it is reached after these names.
    fn reached(&self, names: &[Name]) -> Vec<bool> {
        self.reached_by(names, NameGlob::matches)
    }

    fn reached_by(&self, names: &[Name], fits: impl Fn(&NameGlob, &Name) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.parts.len() + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        self.skip_any(&mut reached);
        for name in names {
            let mut next = vec![false; reached.len()];
            for (at, part) in self.parts.iter().enumerate().filter(|(at, _)| reached.get(*at) == Some(&true)) {
                let to = match part {
                    Part::AnyNames => at,
                    Part::Name(glob) if fits(glob, name) => at + 1,
                    Part::Name(_) => continue,
                };
                if let Some(to) = next.get_mut(to) {
                    *to = true;
                }
            }
            self.skip_any(&mut next);
            reached = next;
        }
        reached
    }

    /// A `**` may stand for nothing.
    fn skip_any(&self, reached: &mut [bool]) {
        for (at, part) in self.parts.iter().enumerate() {
            if *part == Part::AnyNames
                && reached.get(at) == Some(&true)
                && let Some(next) = reached.get_mut(at + 1)
            {
                *next = true;
            }
        }
    }
}

impl fmt::Display for NameGlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for NameGlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for part in &self.parts {
            match part {
                Part::Name(name) => write!(formatter, "{separator}{name}")?,
                Part::AnyNames => write!(formatter, "{separator}**")?,
            }
            separator = "\\";
        }
        Ok(())
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_names() {
        let fit = [
            ("*", ""),
            ("*", "a"),
            ("VK*", "vkToggle"),
            ("*.LNK", "Zoë.lnk"),
            ("a*b*c", "AxxBxxBxC"),
            ("", ""),
            ("**", "x"),
        ];
        let do_not =
            [("VK*", "xVK"), ("*.lnk", ".lnk2"), ("a*a", "a"), ("a*b*c", "acb"), ("", "a"), ("ab", "a"), ("a", "ab")];
        for (pattern, name) in fit {
            assert!(NameGlob::new(pattern).matches(&Name::from(name)), "{pattern} {name}");
        }
        for (pattern, name) in do_not {
            assert!(!NameGlob::new(pattern).matches(&Name::from(name)), "{pattern} {name}");
        }
    }

    #[test]
    fn patterns_of_paths() {
        let fit = [
            ("", ""),
            (r"a\b", r"A\B"),
            (r"**", ""),
            ("**", r"a\b"),
            (r"a\**\z", r"a\z"),
            (r"a\**\z", r"a\z\z"),
            (r"*\*", r"a\b"),
            (r"**\**\c", "c"),
        ];
        let do_not = [("", "a"), (r"a\b", "a"), (r"a\*", "a"), (r"a\**\z", r"a\z\y"), ("*", r"a\b")];
        for (pattern, path) in fit {
            assert!(Glob::new(pattern).matches(&Name::split_path(path)), "{pattern} {path}");
        }
        for (pattern, path) in do_not {
            assert!(!Glob::new(pattern).matches(&Name::split_path(path)), "{pattern} {path}");
        }
        for (pattern, path, may) in
            [(r"a\b", "a", true), (r"a\b", "b", false), (r"a\**\z", r"a\q", true), (r"a\*", r"a\b\c", false)]
        {
            assert_eq!(Glob::new(pattern).may_fit_below(&Name::split_path(path)), may, "{pattern} {path}");
        }
    }
}
