//! The rules for what takes back an apply.

use super::{DocumentError, ascending, is_file_name, is_key_name, is_setting_id, short};
use crate::document::{KeyState, Replaced, Text, Undo, UndoStep};
use crate::limits;

/// Checks the rules for the undo part, for readers that open nothing else.
pub(crate) fn validate_undo(undo: &Undo) -> Result<(), DocumentError> {
    if undo.steps.is_empty() {
        return Err(DocumentError::EmptyUndo);
    }
    short("the list of undo steps", "the profile", undo.steps.len(), limits::MAX_UNDO_STEPS)?;
    ascending("undo steps", &undo.steps, |step| step.what.place(), place)?;
    undo.steps.iter().try_for_each(validate_step)
}

fn validate_step(step: &UndoStep) -> Result<(), DocumentError> {
    validate_settings(step)?;
    validate_path(step)?;
    validate_states(step)?;
    match replaces_nothing(&step.what) {
        true => Err(DocumentError::NothingReplaced { place: place(step) }),
        false => Ok(()),
    }
}

fn validate_settings(step: &UndoStep) -> Result<(), DocumentError> {
    let settings = &step.settings;
    if settings.is_empty() {
        return Err(DocumentError::StepWithoutSetting { place: place(step) });
    }
    short("the list of settings", &place(step), settings.len(), limits::MAX_STEP_SETTINGS)?;
    if let Some(wrong) = settings.iter().find(|id| !is_setting_id(id)) {
        return Err(DocumentError::setting_id(wrong));
    }
    ascending("settings of an undo step", settings, |id| id, Clone::clone)
}

fn validate_path(step: &UndoStep) -> Result<(), DocumentError> {
    let is_file = matches!(step.what, Replaced::File { .. });
    let (expected, is_root): (_, fn(&Text) -> bool) =
        if is_file { ("a drive such as C:", is_drive) } else { ("HKCU or HKLM", is_root) };
    let names = match step.what.path() {
        [root, names @ ..] if is_root(root) && !names.is_empty() => names,
        _ => return Err(DocumentError::UndoPlace { place: place(step), expected }),
    };
    short("the path", &place(step), step.what.path().len(), limits::MAX_PATH_DEPTH)?;
    let is_name = |name: &Text| if is_file { is_file_name(name) } else { is_key_name(name) };
    if let Some(name) = names.iter().find(|name| !is_name(name)) {
        return Err(DocumentError::PathPart { setting: subject(step), name: name.clone() });
    }
    let mut names = names.iter().chain(step.what.value_name());
    names.try_for_each(|name| short("a name", &subject(step), name.0.len(), limits::MAX_NAME))
}

fn validate_states(step: &UndoStep) -> Result<(), DocumentError> {
    let (class, security) = match &step.what {
        Replaced::Key { before: Some(KeyState { class, security }), .. } => (class.as_ref(), security.as_ref()),
        Replaced::File { before: None, security: Some(_), .. } => {
            return Err(DocumentError::SecurityOfNothing { place: place(step) });
        }
        Replaced::File { security, .. } => (None, security.as_ref()),
        Replaced::Key { before: None, .. } | Replaced::Value { .. } => (None, None),
    };
    let lengths = (class.map_or(0, |class| class.0.len()), security.map_or(0, |security| security.0.len()));
    short("the class", &place(step), lengths.0, limits::MAX_CLASS)?;
    short("the access list", &place(step), lengths.1, limits::MAX_SECURITY)
}

fn replaces_nothing(what: &Replaced) -> bool {
    match what {
        Replaced::Key { before, after, .. } => before.is_some() == *after,
        Replaced::Value { before, after, .. } => before == after,
        Replaced::File { before, after, .. } => before == after,
    }
}

fn is_root(root: &Text) -> bool {
    Replaced::ROOTS.iter().any(|known| *root == Text::from(*known))
}

/// In upper case only: `c:` would be a second way to say the same.
fn is_drive(root: &Text) -> bool {
    matches!(root.0.as_slice(), [letter, colon]
        if (u16::from(b'A')..=u16::from(b'Z')).contains(letter) && *colon == u16::from(b':'))
}

/// The step for messages: where it is.
fn place(step: &UndoStep) -> String {
    let names = step.what.path().iter().chain(step.what.value_name());
    names.map(Text::to_string_lossy).collect::<Vec<_>>().join("\\")
}

/// The setting that messages name: there is one by now.
fn subject(step: &UndoStep) -> String {
    step.settings.first().cloned().unwrap_or_default()
}
