//! The short names that Windows gives to files with long ones.

use registry::Name;

use crate::NameGlob;

/// Whether the name fits, or is a short name that Windows may have given to one that fits.
pub(crate) fn may_be(glob: &NameGlob, name: &Name) -> bool {
    glob.matches(name) || ShortName::parse(name).is_some_and(|short| short.may_stand_for(&glob.to_string()))
}

/// A name as old programs see it, such as `MICROS~1` or `LOGINS~2.JSO`.
pub(crate) struct ShortName {
    stem: String,
    extension: String,
}

impl ShortName {
    /// Takes such a name apart; any other is none.
    pub(crate) fn parse(name: &Name) -> Option<Self> {
        let name = name.to_text()?.to_uppercase();
        let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
        let (stem, number) = stem.split_once('~')?;
        let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
        let fits = stem.chars().count() <= 6 && extension.chars().count() <= 3;
        (is_number && fits).then(|| Self { stem: stem.to_owned(), extension: extension.to_owned() })
    }

    /// Whether this may be the short name of a name that fits a pattern. After four names that begin alike, Windows
    /// keeps two characters only and adds four digits that stand for the whole name.
    fn may_stand_for(&self, pattern: &str) -> bool {
        let pattern = pattern.to_uppercase();
        let (stem, extension) = pattern.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).unwrap_or((&pattern, ""));
        let known = |text: &str| -> String {
            let kept = text.chars().filter(|character| !matches!(character, ' ' | '.'));
            kept.take_while(|character| *character != '*')
                .map(|character| if "+,;=[]".contains(character) { '_' } else { character })
                .collect()
        };
        let is_open = |text: &str| text.contains('*');
        let begins_alike = |short: &str, long: &str, open: bool| {
            let mut long = long.chars();
            short.chars().all(|character| long.next().map_or(open, |other| other == character))
        };
        let (long, open) = (known(stem), is_open(stem));
        let tail: Vec<char> = self.stem.chars().skip(2).collect();
        let is_digest = tail.len() == 4 && tail.iter().all(char::is_ascii_hexdigit);
        let head: String = self.stem.chars().take(2).collect();
        // A pattern that begins with a star says too little to be told from a short name, but by its extension.
        let says_enough = !long.is_empty() || (!extension.is_empty() && !is_open(extension));
        let stem_fits = begins_alike(&self.stem, &long, open) || (is_digest && begins_alike(&head, &long, open));
        let extension_fits = match extension {
            "" => open || self.extension.is_empty(),
            _ => is_open(extension) || known(extension).chars().take(3).collect::<String>() == self.extension,
        };
        says_enough && stem_fits && extension_fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stand_for_long_ones() {
        let may = [
            ("MICROS~1", "Microsoft"),
            ("micros~12", "Microsoft"),
            ("MI1A2B~1", "Microsoft"),
            ("LOGIND~1", "Login Data*"),
            ("LOGINS~1.JSO", "logins.json"),
            ("SSH~1", ".ssh"),
            ("GIT-CR~1", ".git-credentials"),
            ("DOCUME~1", "Documents and Settings"),
            ("MYKEYS~1.KDB", "*.kdbx"),
        ];
        let may_not = [
            ("MICROS~1", "Mozilla"),
            ("MICROSOFT~1", "Microsoft"),
            ("MICROS~X", "Microsoft"),
            ("LOGINS~1.XML", "logins.json"),
            ("~1", "a.b"),
            ("MICROS~1.X", "Microsoft"),
            ("HOLIDA~1.JPG", "*Key*"),
        ];
        for (short, long) in may {
            assert!(may_be(&NameGlob::new(long), &Name::from(short)), "{short} {long}");
        }
        for (short, long) in may_not {
            assert!(!may_be(&NameGlob::new(long), &Name::from(short)), "{short} {long}");
        }
    }
}
