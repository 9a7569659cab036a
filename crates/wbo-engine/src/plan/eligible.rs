//! Whether a setting is written at all, before anybody looks at what is in it.

use super::counterpart;
use super::{Reach, Request, Skip};
use crate::capture::NotToRestore;
use crate::catalogue::{Effect, Place, Portability, Scope, Sensitivity, Setting};
use crate::{Source, describe};

/// Says which settings are written to one target.
pub(crate) struct Judge<'p> {
    pub(crate) request: &'p Request<'p>,
    pub(crate) target: &'p Source<'p>,
    not_to_restore: NotToRestore,
}

impl<'p> Judge<'p> {
    pub(crate) fn new(request: &'p Request<'p>, target: &'p Source<'p>) -> Self {
        Self { request, target, not_to_restore: NotToRestore::of(target.registry) }
    }

    /// Why a setting of the profile stays as it is, if it does; else the setting that this Windows has for it, which is
    /// another one where it moved.
    pub(crate) fn judge(&self, setting: &'p Setting) -> Result<&'p Setting, Skip> {
        let Self { request, target, .. } = *self;
        if !request.selection.includes(setting) {
            let excluded = request.selection.excludes(setting);
            return Err(if excluded { Skip::Excluded } else { Skip::NotAskedFor });
        }
        let written = self.on_this_build(setting)?;
        let of_app = |place: &Place| matches!(place, Place::Registry(place) if place.hive.is_some());
        if written.portability == Portability::Information
            || written.sensitivity == Some(Sensitivity::Never)
            || written.parts.iter().any(|part| of_app(&part.place))
        {
            return Err(Skip::Information);
        }
        match request.reach {
            Reach::NewUsers if !written.is_for_new_users() => return Err(Skip::NotForNewUsers),
            Reach::User if written.scope() == Scope::Machine => return Err(Skip::OfMachine),
            _ => (),
        }
        let requested = request.selection.requests(setting);
        if !written.is_confirmed() && !requested {
            return Err(Skip::Unconfirmed);
        }
        let captured = &request.document.device;
        let same_device = captured.smbios.is_some() && captured.smbios == target.device.smbios;
        if written.portability == Portability::SameDevice && !same_device {
            return Err(Skip::OtherDevice);
        }
        let same_build = captured.build.is_some() && captured.build == target.device.build;
        if written.portability == Portability::SameBuild && !same_build {
            return Err(Skip::OtherBuild { captured: captured.build, target: target.device.build });
        }
        if written.effect == Effect::Protected && !requested {
            return Err(Skip::Protected);
        }
        self.overruled(written)?;
        Ok(written)
    }

    /// The setting, or what this build of Windows has in its place.
    fn on_this_build(&self, setting: &'p Setting) -> Result<&'p Setting, Skip> {
        match self.target.device.build {
            Some(build) if setting.builds.contains(build) => Ok(setting),
            None if setting.builds.is_all() => Ok(setting),
            build => {
                let other = build.and_then(|build| counterpart::on(setting, build, self.request.catalogue));
                other.ok_or(Skip::NotInThisBuild { builds: setting.builds, target: build })
            }
        }
    }

    /// Whether a policy overrules the setting, or Windows keeps its keys from being restored.
    fn overruled(&self, setting: &Setting) -> Result<(), Skip> {
        let found = setting.policies.iter().find_map(|policy| {
            let value = self.target.registry.value(&policy.key, &policy.name).ok().flatten()?;
            Some((policy, value))
        });
        if let Some((policy, value)) = found {
            let value = match self.request.secrets.value(&policy.key, &policy.name, &value) {
                Some(denied) => format!("something hidden ({denied})"),
                None => describe::plain(&value),
            };
            return Err(Skip::Policy { policy: policy.clone(), value });
        }
        let is_listed =
            |place: &Place| matches!(place, Place::Registry(place) if self.not_to_restore.holds_key(&place.key));
        if setting.scope() == Scope::Machine && setting.parts.iter().any(|part| is_listed(&part.place)) {
            return Err(Skip::NotToRestore);
        }
        Ok(())
    }
}
