//! When two values mean the same to a setting, though their data differ.

use registry::Value;

use crate::catalogue::RegistryPlace;
use crate::forms::{Form, NightLight};

/// Whether two values mean the same at a place, so that nothing needs to be written or told. What a setting remembers of
/// when it was set is no part of its meaning. Texts are the same `by_text` whatever stands behind their end.
pub(crate) fn means_the_same(place: &RegistryPlace, one: &Value, other: &Value, by_text: bool) -> bool {
    if one == other {
        return true;
    }
    if by_text && one.kind == other.kind && one.view() == other.view() {
        return true;
    }
    match (place.form, night_light(one), night_light(other)) {
        (Some(Form::NightLight), Some(mut one), Some(other)) => {
            one.written = other.written;
            one == other
        }
        _ => false,
    }
}

/// Night light, where a value holds it.
pub(crate) fn night_light(value: &Value) -> Option<NightLight> {
    NightLight::read(&value.data).ok()
}
