//! The rules as `deny/secrets.toml` has them.

use serde::Deserialize;

/// One rule: what is never captured, where it stands and how it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Its name, which never changes.
    pub id: String,
    /// What it keeps back, for people.
    pub title: String,
    /// Keys with all that is in them.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Values of keys, as `KEYS!VALUES`.
    #[serde(default)]
    pub values: Vec<String>,
    /// Files, and folders with all that is in them.
    #[serde(default)]
    pub files: Vec<String>,
    /// Names of values, wherever they stand.
    #[serde(default)]
    pub names: Vec<String>,
    /// Words in names.
    #[serde(default)]
    pub words: Vec<String>,
    /// Whole names of keys, as words.
    #[serde(default)]
    pub under: Vec<String>,
    /// Words that take the meaning from others.
    #[serde(default)]
    pub but: Vec<String>,
    /// What keys of web services look like.
    #[serde(default)]
    pub shapes: Vec<Shape>,
    /// A search in contents.
    pub detector: Option<Detector>,
    /// What the user does again on another PC, if this was there.
    pub sign_in: Option<String>,
    /// Where to see whether this was there: keys and folders with something in them, values, and files. No `**`.
    #[serde(default)]
    pub signs: Vec<String>,
}

/// How the key of a web service begins, and how it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// How it begins, in upper and lower case as it stands here.
    pub prefix: String,
    /// Of what the rest is.
    pub of: Alphabet,
    /// How many characters follow at least.
    pub least: usize,
    /// How many characters follow at most.
    pub most: Option<usize>,
}

/// What a key of a web service is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// Letters and digits.
    Alnum,
    /// Upper-case letters and digits.
    Upper,
    /// Lower-case letters and digits.
    Lower,
    /// Hexadecimal digits.
    Hex,
    /// Letters, digits, `_` and `-`.
    Word,
    /// Letters, digits, `_`, `-` and `.`.
    Dotted,
    /// What either form of base64 is made of.
    Base64,
}

/// A search in contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detector {
    /// Data that DPAPI encrypted.
    Dpapi,
    /// A master key of DPAPI.
    DpapiKey,
    /// Data that DPAPI-NG encrypted.
    DpapiNg,
    /// A private key in the text forms of PEM, PuTTY and OpenVPN.
    PrivateKeyText,
    /// A private key in the forms of PKCS #1, PKCS #8, SEC 1 and Windows.
    PrivateKey,
    /// A private key as SSH's programs and agents hold it.
    SshPrivateKey,
    /// PKCS #12 and the key stores of Java.
    Pkcs12,
    /// A database of a password manager.
    PasswordDatabase,
    /// A database of a browser with passwords or cookies.
    BrowserDatabase,
    /// A ticket cache, a ticket or a key table of Kerberos.
    Kerberos,
    /// A hive of a user or a PC.
    Hive,
    /// A JSON web token.
    Jwt,
    /// A private JSON web key.
    WebKey,
    /// A header that authorizes a web request.
    Authorization,
    /// An address with a user and a password.
    Url,
    /// A password in a file of Remote Desktop.
    RemoteDesktop,
    /// A line of .netrc.
    Netrc,
    /// An address that is signed to give access.
    SharedAccess,
    /// A name of a secret with a value.
    Assignment,
}

/// The rules that wbo comes with.
pub(super) fn standard() -> Vec<Rule> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        rule: Vec<Rule>,
    }
    // The text is part of the program, and a test reads it; a list that cannot be read would deny everything.
    toml::from_str::<File>(STANDARD).map_or_else(|_| vec![everything()], |file| file.rule)
}

/// A rule that denies all keys and files.
fn everything() -> Rule {
    Rule {
        id: "everything".to_owned(),
        title: "the list of secrets cannot be read, so nothing is captured".to_owned(),
        keys: vec!["**".to_owned()],
        files: vec!["**".to_owned()],
        ..Rule::default()
    }
}

const STANDARD: &str = include_str!("../../deny/secrets.toml");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_list_that_cannot_be_read_denies_everything() {
        use registry::KeyPath;

        use crate::secrets::Secrets;
        use crate::{Folders, WindowsPath};

        let secrets = Secrets::of(vec![everything()]);
        for key in [r"HKCU\Console", r"HKLM\SOFTWARE\Example", r"HKLM\SYSTEM\CurrentControlSet\Control"] {
            assert!(secrets.key(&KeyPath::parse(key).unwrap()).is_some(), "{key}");
        }
        assert!(secrets.file(&WindowsPath::parse(r"C:\Users\a\b.txt").unwrap(), &Folders::default()).is_some());
    }

    #[test]
    fn the_list_reads() {
        let rules: toml::Value = toml::from_str(STANDARD).unwrap();
        let rules = rules.get("rule").and_then(toml::Value::as_array).unwrap().len();
        assert_eq!(standard().len(), rules, "{:?}", toml::from_str::<toml::Value>(STANDARD).err());
        let ids: BTreeSet<_> = standard().into_iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), rules, "each id stands once");
    }

    #[test]
    fn every_rule_says_something() {
        for rule in standard() {
            let places = [&rule.keys, &rule.values, &rule.files, &rule.names, &rule.words];
            let empty = places.iter().all(|list| list.is_empty());
            assert!(!empty || !rule.shapes.is_empty() || rule.detector.is_some(), "{}", rule.id);
            assert_eq!(rule.signs.is_empty(), rule.sign_in.is_none(), "{}", rule.id);
            for sign in &rule.signs {
                assert!(["HKCU\\", "HKLM\\", "%"].iter().any(|start| sign.starts_with(start)), "{sign}");
                assert!(!sign.contains("**"), "{sign}");
            }
            for value in &rule.values {
                assert!(value.contains('!'), "{value}");
            }
            for key in rule.keys.iter().chain(&rule.values) {
                assert!(["HKCU\\", "HKLM\\", "**\\"].iter().any(|start| key.starts_with(start)), "{key}");
            }
            for file in &rule.files {
                assert!(file.starts_with('%') || file.starts_with("**\\"), "{file}");
            }
        }
    }
}
