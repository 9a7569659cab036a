//! Words that were almost right.

/// How many letters must be changed, added or left out to make one text of the other, in any case.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let letters = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let other = letters(other);
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in letters(one).into_iter().enumerate() {
        let mut left = at + 1;
        let mut next = vec![left];
        for (pair, of_other) in row.windows(2).zip(&other) {
            let [diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(letter != *of_other)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// The word that was probably meant: a third of it wrong at most.
pub(crate) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let (slips, near) = known.map(|other| (distance(word, other), other)).min()?;
    (slips * 3 <= word.chars().count().max(3)).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn slips_of_the_hand() {
        for (one, other, slips) in [
            ("", "", 0),
            ("labels", "lables", 2),
            ("key", "keys", 1),
            ("value", "", 5),
            ("abc", "xyz", 3),
            ("title", "tile", 1),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (slips, slips), "{one} {other}");
        }
    }
}
