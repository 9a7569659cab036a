//! The profile's making, its device, its user.

use profile_format::{CaptureMethod, Device, Facts, Join, JoinKind, Parent, ProfileId, Tool, User};
use serde::{Deserialize, Serialize};

use crate::document::is_default;
use crate::error::{At, Located, Problem};
use crate::hex::Hex;
use crate::object::Object;
use crate::order;
use crate::read::Defaults;
use crate::text::TextJson;
use crate::time::TimeJson;
use crate::words::Word;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Hex<16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<TimeJson>,
    tool: Object<ToolJson>,
    catalogue: String,
    method: Word<CaptureMethod>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parents: Vec<Object<ParentJson>>,
}

impl ProfileJson {
    pub(crate) fn write(facts: &Facts) -> Self {
        Self {
            id: Some(Hex(facts.id.0)),
            created: Some(TimeJson(facts.created)),
            tool: Object(ToolJson { name: facts.tool.name.clone(), version: facts.tool.version.clone() }),
            catalogue: facts.catalogue.clone(),
            method: Word(facts.method),
            parents: facts.parents.iter().map(|parent| Object(ParentJson::write(parent))).collect(),
        }
    }

    pub(crate) fn read(self, defaults: &Defaults) -> Result<Facts, Located> {
        let id = self.id.map(|Hex(id)| ProfileId(id)).or(defaults.id);
        let created = self.created.map(|TimeJson(created)| created).or(defaults.created);
        let parents = self.parents.iter().map(|parent| Ok(parent.0.read()));
        Ok(Facts {
            id: id.ok_or(Problem::NoDefault { field: "id" })?,
            created: created.ok_or(Problem::NoDefault { field: "created" })?,
            tool: Tool { name: self.tool.0.name, version: self.tool.0.version },
            catalogue: self.catalogue,
            method: self.method.0,
            parents: order::sorted(parents, order::parents).at("parents")?,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolJson {
    name: String,
    version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParentJson {
    id: Hex<16>,
    body: Hex<32>,
}

impl ParentJson {
    fn write(parent: &Parent) -> Self {
        Self { id: Hex(parent.id.0), body: Hex(parent.body) }
    }

    fn read(&self) -> Parent {
        Parent { id: ProfileId(self.id.0), body: self.body.0 }
    }
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    smbios: Option<Hex<16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    architecture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    join: Object<JoinJson>,
}

impl DeviceJson {
    pub(crate) fn write(device: &Device) -> Self {
        Self {
            name: device.name.clone().map(TextJson),
            smbios: device.smbios.map(Hex),
            build: device.build,
            revision: device.revision,
            edition: device.edition.clone(),
            release: device.release.clone(),
            architecture: device.architecture.clone(),
            locale: device.locale.clone(),
            join: Object(JoinJson::write(&device.join)),
        }
    }

    pub(crate) fn read(self) -> Device {
        Device {
            name: self.name.map(|name| name.0),
            smbios: self.smbios.map(|smbios| smbios.0),
            build: self.build,
            revision: self.revision,
            edition: self.edition,
            release: self.release,
            architecture: self.architecture,
            locale: self.locale,
            join: self.join.0.read(),
        }
    }
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinJson {
    #[serde(default = "unknown", skip_serializing_if = "is_unknown")]
    kind: Word<JoinKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
}

impl Default for JoinJson {
    fn default() -> Self {
        Self::write(&Join::default())
    }
}

impl JoinJson {
    fn write(join: &Join) -> Self {
        Self { kind: Word(join.kind), name: join.name.clone().map(TextJson), tenant: join.tenant.clone() }
    }

    fn read(self) -> Join {
        Join { kind: self.kind.0, name: self.name.map(|name| name.0), tenant: self.tenant }
    }
}

fn unknown() -> Word<JoinKind> {
    Word(JoinKind::UNKNOWN)
}

fn is_unknown(kind: &Word<JoinKind>) -> bool {
    *kind == unknown()
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
}

impl UserJson {
    pub(crate) fn write(user: &User) -> Self {
        Self {
            name: user.name.clone().map(TextJson),
            sid: user.sid.clone(),
            domain: user.domain.clone().map(TextJson),
            upn: user.upn.clone(),
        }
    }

    pub(crate) fn read(self) -> User {
        User {
            name: self.name.map(|name| name.0),
            sid: self.sid,
            domain: self.domain.map(|domain| domain.0),
            upn: self.upn,
        }
    }
}
