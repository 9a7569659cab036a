//! What of two sorted lists belongs together.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Walks through two lists in their order, and puts together what is the same by `order`. Of what is left over, that is
/// put together too which is the same `folded`, as names are to Windows that differ in upper and lower case.
pub(crate) fn pairs<'s, T, F: Ord>(
    ours: &'s [T],
    theirs: &'s [T],
    order: impl Fn(&T, &T) -> Ordering,
    folded: impl Fn(&T) -> F,
) -> Vec<(Option<&'s T>, Option<&'s T>)> {
    let mut pairs = Vec::with_capacity(ours.len().max(theirs.len()));
    let (mut one, mut other) = (ours.iter().peekable(), theirs.iter().peekable());
    let (mut alone, mut other_alone) = (0, 0);
    loop {
        let next = match (one.peek(), other.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => order(one, other),
        };
        match next {
            Ordering::Less => {
                alone += 1;
                pairs.push((one.next(), None));
            }
            Ordering::Greater => {
                other_alone += 1;
                pairs.push((None, other.next()));
            }
            Ordering::Equal => pairs.push((one.next(), other.next())),
        }
    }
    if alone > 0 && other_alone > 0 {
        join(&mut pairs, folded);
    }
    pairs
}

/// Joins pairs of which each lacks one, and takes the second of them out.
fn join<T, F: Ord>(pairs: &mut Vec<(Option<&T>, Option<&T>)>, folded: impl Fn(&T) -> F) {
    let mut waiting: BTreeMap<F, usize> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        if let (Some(one), None) = pair {
            waiting.entry(folded(one)).or_insert(at);
        }
    }
    let mut joined = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        if let (None, Some(other)) = pair
            && let Some(with) = waiting.remove(&folded(other))
        {
            joined.push((with, at, *other));
        }
    }
    let mut taken = vec![false; pairs.len()];
    for (with, at, other) in joined {
        if let (Some(pair), Some(taken)) = (pairs.get_mut(with), taken.get_mut(at)) {
            pair.1 = Some(other);
            *taken = true;
        }
    }
    let mut taken = taken.into_iter();
    pairs.retain(|_| !taken.next().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_laid_side_by_side() {
        let table: [(&[&str], &[&str], &str); 7] = [
            (&[], &[], ""),
            (&["a", "b"], &["a", "b"], "a=a b=b"),
            (&["a", "c"], &["b", "c"], "a= =b c=c"),
            (&["B", "a"], &["b"], "B=b a="),
            (&["A", "a"], &["a"], "A= a=a"),
            (&["A", "a"], &["B", "b"], "A= =B a= =b"),
            (&["Ab"], &["AB", "aB"], "Ab=AB =aB"),
        ];
        for (ours, theirs, expected) in table {
            let found = pairs(ours, theirs, Ord::cmp, |text| text.to_lowercase());
            let words = found.iter().map(|(one, other)| format!("{}={}", one.unwrap_or(&""), other.unwrap_or(&"")));
            assert_eq!(words.collect::<Vec<_>>().join(" "), expected, "{ours:?} {theirs:?}");
        }
    }
}
