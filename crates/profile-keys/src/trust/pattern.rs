//! Pattern lists, as ssh_config(5) has them under PATTERNS.

/// Patterns separated by commas: `*` stands for any characters, `?` for one, and `!` before a pattern takes back what
/// the others allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternList(String);

impl PatternList {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a pattern matches `name` and no negated one does. Case counts.
    pub(super) fn matches(&self, name: &str) -> bool {
        let mut found = false;
        for pattern in self.0.split(',') {
            match pattern.strip_prefix('!') {
                Some(negated) if matches(negated, name) => return false,
                Some(_) => {}
                None => found |= matches(pattern, name),
            }
        }
        found
    }
}

/// Goes through `name` once, and back only to the latest `*`: what an earlier one took need never be tried again.
fn matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.as_bytes(), name.as_bytes());
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), name.split_first()) {
            (Some((b'*', rest)), _) => {
                pattern = rest;
                retry = Some((rest, name));
            }
            (Some((wanted, rest)), Some((found, more))) if *wanted == b'?' || wanted == found => {
                (pattern, name) = (rest, more);
            }
            (None, None) => return true,
            _ => match retry {
                Some((after, [_, taken_to @ ..])) => {
                    (pattern, name) = (after, taken_to);
                    retry = Some((after, taken_to));
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_ssh_has_them() {
        let table = [
            ("a@b", "a@b", true),
            ("a@b", "A@b", false),
            ("*@b", "a@b", true),
            ("*", "", true),
            ("?", "", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*b*b", "abcb", true),
            ("*ab", "aaab", true),
            ("a*b*c", "a-b-b-d", false),
            ("x,*@b", "a@b", true),
            ("!a@b,*@b", "a@b", false),
            ("*@b,!a@b", "a@b", false),
            ("!a@b,*@b", "c@b", true),
            ("!a@b", "c@b", false),
            ("", "a", false),
        ];
        for (list, name, expected) in table {
            assert_eq!(PatternList::new(list).matches(name), expected, "{list} over {name}");
        }
    }

    #[test]
    fn many_stars_take_no_more_than_their_time() {
        let list = PatternList::new(&"*a".repeat(500));
        assert!(!list.matches(&format!("{}b", "a".repeat(10_000))));
    }
}
