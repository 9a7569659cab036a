//! What of a list, of bits or of a long text differs.

use registry::{Value, View};

use super::item::texts;
use crate::capture;
use crate::catalogue::RegistryPlace;
use crate::forms::{self, Form};

/// What of two values differs, where they consist of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Elements of lists, or bits.
    Elements {
        /// Those that only the first has, in its order.
        removed: Vec<String>,
        /// Those that only the second has, in its order.
        added: Vec<String>,
        /// Whether those that both have stand in another order.
        moved: bool,
    },
    /// The words of a text.
    Words(Vec<Edit>),
}

/// Words that stay, go or come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// In both.
    Kept(String),
    /// Only in the first.
    Removed(String),
    /// Only in the second.
    Added(String),
}

/// Characters of a text from which on its words are compared.
const LONG: usize = 40;

/// Words of two texts, or elements of two lists, that are compared each with each.
const MOST: usize = 1 << 10;

impl Parts {
    /// The parts in which two values of one place differ; `None`, where they are no lists and no long texts.
    pub(super) fn of(place: Option<&RegistryPlace>, before: &Value, after: &Value) -> Option<Self> {
        let lists = elements(place, before).zip(elements(place, after));
        if let Some((before, after)) = lists {
            return (before != after).then(|| Self::elements(&before, &after));
        }
        let (View::Text(before), View::Text(after)) = (before.view(), after.view()) else { return None };
        let (before, after) = (String::from_utf16_lossy(&before), String::from_utf16_lossy(&after));
        (before != after && before.len().max(after.len()) >= LONG).then(|| Self::Words(edits(&before, &after)))
    }

    fn elements(before: &[String], after: &[String]) -> Self {
        let without = |list: &[String], other: &[String]| -> (Vec<String>, Vec<String>) {
            let mut others: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
            for element in other {
                *others.entry(element).or_default() += 1;
            }
            list.iter().cloned().partition(|element| match others.get_mut(element.as_str()) {
                Some(number @ 1..) => {
                    *number -= 1;
                    false
                }
                _ => true,
            })
        };
        let (removed, kept) = without(before, after);
        let (added, other_kept) = without(after, before);
        Self::Elements { removed, added, moved: kept != other_kept }
    }
}

/// The elements of which a value consists, by what the catalogue says of its place.
fn elements(place: Option<&RegistryPlace>, value: &Value) -> Option<Vec<String>> {
    if let Some(list) = texts(value) {
        return Some(list);
    }
    let place = place?;
    if let (Some(bits), true) = (place.bits, place.labels.is_empty()) {
        let number = capture::bits_number(value, bits)?;
        // One bit is on or off, which is said already.
        let several = bits.mask.count_ones() > 1;
        return several.then(|| (0..32).filter(|bit| number >> bit & 1 == 1).map(|bit| format!("bit {bit}")).collect());
    }
    match (place.form, value.view()) {
        (Some(Form::Paths), View::Text(text)) => {
            let text = String::from_utf16_lossy(&text);
            let paths = text.split([';', ',']).map(str::trim).filter(|path| !path.is_empty());
            Some(paths.map(ToOwned::to_owned).collect())
        }
        (Some(Form::GuidList), _) => {
            let places = forms::guids(&value.data)?;
            let names = forms::describe(Form::GuidList, value)?;
            Some(if places.is_empty() { Vec::new() } else { names.split(", ").map(ToOwned::to_owned).collect() })
        }
        _ => None,
    }
}

/// What has to be done to one text to make another of it, word by word.
fn edits(before: &str, after: &str) -> Vec<Edit> {
    let (ours, theirs) = (words(before), words(after));
    let begin = ours.iter().zip(&theirs).take_while(|(one, other)| one == other).count();
    let most = ours.len().min(theirs.len()) - begin;
    let end = ours.iter().rev().zip(theirs.iter().rev()).take(most).take_while(|(one, other)| one == other).count();
    let middle = |words: &'_ [String]| words.get(begin..words.len() - end).unwrap_or_default().to_vec();
    let (ours_middle, theirs_middle) = (middle(&ours), middle(&theirs));
    let mut edits = Vec::new();
    let push = |edits: &mut Vec<Edit>, edit: Edit| match (edits.last_mut(), edit) {
        (Some(Edit::Kept(text)), Edit::Kept(more))
        | (Some(Edit::Removed(text)), Edit::Removed(more))
        | (Some(Edit::Added(text)), Edit::Added(more)) => text.push_str(&more),
        (_, edit) => edits.push(edit),
    };
    ours.iter().take(begin).for_each(|word| push(&mut edits, Edit::Kept(word.clone())));
    for edit in between(&ours_middle, &theirs_middle) {
        push(&mut edits, edit);
    }
    ours.iter().skip(ours.len() - end).for_each(|word| push(&mut edits, Edit::Kept(word.clone())));
    edits
}

/// The edits between two lists of words, by the longest list that both contain.
fn between(ours: &[String], theirs: &[String]) -> Vec<Edit> {
    let all = |ours: &[String], theirs: &[String]| {
        let removed = ours.iter().cloned().map(Edit::Removed);
        removed.chain(theirs.iter().cloned().map(Edit::Added)).collect()
    };
    if ours.len() > MOST || theirs.len() > MOST {
        return all(ours, theirs);
    }
    // How many words the rests from here on share, for each pair of rests.
    let width = theirs.len() + 1;
    let mut shared = vec![0_u16; (ours.len() + 1) * width];
    let at = |row: usize, column: usize| row * width + column;
    let get = |shared: &[u16], row, column| shared.get(at(row, column)).copied().unwrap_or_default();
    for (row, one) in ours.iter().enumerate().rev() {
        for (column, other) in theirs.iter().enumerate().rev() {
            let best = match one == other {
                true => get(&shared, row + 1, column + 1) + 1,
                false => get(&shared, row + 1, column).max(get(&shared, row, column + 1)),
            };
            if let Some(cell) = shared.get_mut(at(row, column)) {
                *cell = best;
            }
        }
    }
    let mut edits = Vec::new();
    let (mut row, mut column) = (0, 0);
    while let (Some(one), Some(other)) = (ours.get(row), theirs.get(column)) {
        if one == other {
            edits.push(Edit::Kept(one.clone()));
            (row, column) = (row + 1, column + 1);
        } else if get(&shared, row + 1, column) >= get(&shared, row, column + 1) {
            edits.push(Edit::Removed(one.clone()));
            row += 1;
        } else {
            edits.push(Edit::Added(other.clone()));
            column += 1;
        }
    }
    edits.extend(all(ours.get(row..).unwrap_or_default(), theirs.get(column..).unwrap_or_default()));
    edits
}

/// A text as words and what stands between them; together they are the text.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_word = false;
    for character in text.chars() {
        let is_word = character.is_alphanumeric();
        match words.last_mut() {
            Some(word) if is_word && was_word => word.push(character),
            _ => words.push(character.to_string()),
        }
        was_word = is_word;
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_that_went_came_or_moved() {
        let list = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
        let rows = [
            ("a b", "b c", "a", "c", false),
            ("a b", "b a", "", "", true),
            ("a a", "a", "a", "", false),
            ("", "a", "", "a", false),
        ];
        for (before, after, removed, added, moved) in rows {
            let expected = Parts::Elements { removed: list(removed), added: list(added), moved };
            assert_eq!(Parts::elements(&list(before), &list(after)), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn words_that_went_or_came() {
        let edits = edits("the quick brown fox", "the slow brown fox jumps");
        let expected = [
            Edit::Kept("the ".into()),
            Edit::Removed("quick".into()),
            Edit::Added("slow".into()),
            Edit::Kept(" brown fox".into()),
            Edit::Added(" jumps".into()),
        ];
        assert_eq!(edits, expected);
    }

    proptest! {
        #[test]
        fn edits_make_one_text_of_the_other(before in r"[ab ;\\]{0,40}", after in r"[ab ;\\]{0,40}") {
            let edits = edits(&before, &after);
            let text = |takes: fn(&Edit) -> Option<&String>| edits.iter().filter_map(takes).cloned().collect::<String>();
            let first = text(|edit| match edit {
                Edit::Kept(text) | Edit::Removed(text) => Some(text),
                Edit::Added(_) => None,
            });
            let second = text(|edit| match edit {
                Edit::Kept(text) | Edit::Added(text) => Some(text),
                Edit::Removed(_) => None,
            });
            prop_assert_eq!((first, second), (before, after));
        }
    }
}
