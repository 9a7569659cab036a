//! Whose settings these are, and of what PC. What two sides say differently is not known of what came out.

use profile_format::{Device, Join, JoinKind, Section, User};

use super::Said;
use super::three::Three;

/// The PC. By its id and its build a target is known as the same PC or the same Windows: with settings of two, there is
/// none.
pub(super) fn device(three: Three<&Said>, merged: &[Section]) -> Device {
    let devices = three.map(|said| &said.device);
    let is_mixed = merged != three.ours.sections && merged != three.theirs.sections;
    Device {
        name: one(devices, |device| &device.name),
        smbios: one_or_none(is_mixed, devices, |device| &device.smbios),
        build: one_or_none(is_mixed, devices, |device| &device.build),
        revision: one_or_none(is_mixed, devices, |device| &device.revision),
        edition: one(devices, |device| &device.edition),
        release: one(devices, |device| &device.release),
        architecture: one(devices, |device| &device.architecture),
        locale: one(devices, |device| &device.locale),
        join: Join {
            kind: devices.map(|device| device.join.kind).settled(|_, _| false).unwrap_or(JoinKind::UNKNOWN),
            name: one(devices, |device| &device.join.name),
            tenant: one(devices, |device| &device.join.tenant),
        },
    }
}

/// The person.
pub(super) fn user(three: Three<&User>) -> User {
    User {
        name: one(three, |user| &user.name),
        sid: one(three, |user| &user.sid),
        domain: one(three, |user| &user.domain),
        upn: one(three, |user| &user.upn),
    }
}

/// The fact that one side changed, or both to the same.
fn one<'s, S, T: Ord + Clone>(three: Three<&'s S>, fact: fn(&'s S) -> &'s Option<T>) -> Option<T> {
    three.map(fact).settled(|_, _| false).cloned().flatten()
}

/// As [`one`], and of two that are mixed only what both say.
fn one_or_none<'s, S, T: Ord + Clone>(
    is_mixed: bool,
    three: Three<&'s S>,
    fact: fn(&'s S) -> &'s Option<T>,
) -> Option<T> {
    match is_mixed && fact(three.ours) != fact(three.theirs) {
        true => None,
        false => one(three, fact),
    }
}
