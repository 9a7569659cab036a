//! Words that were almost right.

/// How many letters must be changed, added or left out to make one word of the other.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (column, same) in other.iter().map(|found| *found == letter).enumerate() {
            let above = row.get(column + 1).copied().unwrap_or_default();
            left = (diagonal + usize::from(!same)).min(above + 1).min(left + 1);
            diagonal = above;
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
