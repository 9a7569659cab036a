//! Which of two versions is the higher one.

use std::cmp::Ordering;

/// Compares versions as people do: numbers by size, everything else as text, and what has no version comes first.
pub(super) fn compare(one: Option<&str>, other: Option<&str>) -> Ordering {
    let (Some(one), Some(other)) = (one, other) else { return one.is_some().cmp(&other.is_some()) };
    let (ones, others) = (words(one), words(other));
    let of_words = ones.iter().zip(&others).map(|(one, other)| compare_words(one, other));
    of_words.fold(Ordering::Equal, Ordering::then).then(ones.len().cmp(&others.len()))
}

fn compare_words(one: &str, other: &str) -> Ordering {
    let digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match (digits(one), digits(other)) {
        (true, true) => {
            let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
            one.len().cmp(&other.len()).then(one.cmp(other))
        }
        // A word such as beta comes before a further number.
        (digits, other_digits) => digits.cmp(&other_digits).then(one.cmp(other)),
    }
}

/// Runs of digits, and runs of letters; what divides them is none.
fn words(version: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for part in version.split(|character: char| !character.is_ascii_alphanumeric()) {
        let mut rest = part;
        while let Some(first) = rest.bytes().next() {
            let end = rest.bytes().position(|byte| byte.is_ascii_digit() != first.is_ascii_digit());
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            words.push(word);
            rest = after;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_people_order_them() {
        let sorted = ["", "0.9", "1.0", "1.0-beta", "1.0.1", "1.9.0.0", "1.10.0.0", "2", "18446744073709551616"];
        for (place, one) in sorted.iter().enumerate() {
            assert_eq!(compare(None, Some(one)), Ordering::Less);
            for other in &sorted[..place] {
                assert_eq!(compare(Some(one), Some(other)), Ordering::Greater, "{one} {other}");
                assert_eq!(compare(Some(other), Some(one)), Ordering::Less, "{other} {one}");
            }
        }
        assert_eq!(compare(Some("1.00.3"), Some("1.0.3")), Ordering::Equal);
        assert_eq!(compare(None, None), Ordering::Equal);
    }
}
