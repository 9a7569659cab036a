//! Places in the registry and among files as lists of rules name them, whichever way leads there.

mod files;
mod keys;
mod short_name;

pub(crate) use files::{FileForms, FilePlaces, as_opened};
pub(crate) use keys::{KeyForms, KeyPlaces, ValuePlaces, is, is_classes_of_user, is_control_set};
pub(crate) use short_name::{ShortName, may_be};
