//! The facts about a profile: its making, its device, its user.

use serde::{Deserialize, Serialize};

use super::names::{ProfileId, Text};

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

/// Who made a profile, when, how and from what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Names this profile for ever.
    pub id: ProfileId,
    /// When it was captured, by the capturing machine's clock.
    pub created: Timestamp,
    /// The program that made it.
    pub tool: Tool,
    /// The version of the catalogue that named its settings.
    pub catalogue: String,
    /// How the settings were read.
    pub method: CaptureMethod,
    /// The profiles that this one was made from, sorted; empty for a capture.
    pub parents: Vec<Parent>,
}

/// A program and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name, such as `wbo`.
    pub name: String,
    /// Its version, such as `0.1.0`.
    pub version: String,
}

/// A profile that another was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Parent {
    /// Its id.
    pub id: ProfileId,
    /// The id of the body that was read.
    pub body: [u8; 32],
}

/// How settings were read. Numbers that this version does not name are kept and shown as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaptureMethod(pub u16);

impl CaptureMethod {
    /// From a running Windows.
    pub const LIVE: Self = Self(1);
    /// From the files of a Windows that is switched off.
    pub const OFFLINE: Self = Self(2);
    /// Combined from other profiles.
    pub const MERGED: Self = Self(3);
    /// Written by hand or by another program.
    pub const AUTHORED: Self = Self(4);
    /// What an apply replaced. Profiles with an [`Undo`](crate::Undo) have it.
    pub const REPLACED: Self = Self(5);

    /// Every way that this version names, with the word by which JSON knows it.
    pub const NAMED: [(Self, &'static str); 5] = [
        (Self::LIVE, "live"),
        (Self::OFFLINE, "offline"),
        (Self::MERGED, "merged"),
        (Self::AUTHORED, "authored"),
        (Self::REPLACED, "replaced"),
    ];
}

/// The PC that settings were on. What is not known is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The computer name.
    pub name: Option<Text>,
    /// The SMBIOS UUID, by which "the same device" is judged: its sixteen bytes in the order of its digits as text.
    pub smbios: Option<[u8; 16]>,
    /// The build number of Windows, such as 26100.
    pub build: Option<u32>,
    /// The revision of the build.
    pub revision: Option<u32>,
    /// The edition, such as `Professional`.
    pub edition: Option<String>,
    /// The release as people name it, such as `24H2`.
    pub release: Option<String>,
    /// The processor architecture, such as `amd64`.
    pub architecture: Option<String>,
    /// The system locale, such as `de-DE`.
    pub locale: Option<String>,
    /// What the PC was joined to.
    pub join: Join,
}

/// What a PC was joined to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The kind of join.
    pub kind: JoinKind,
    /// The domain or the workgroup.
    pub name: Option<Text>,
    /// The id of the Entra tenant.
    pub tenant: Option<String>,
}

/// The kind of a join. Numbers that this version does not name are kept and shown as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JoinKind(pub u16);

impl JoinKind {
    /// Not known.
    pub const UNKNOWN: Self = Self(0);
    /// A workgroup.
    pub const WORKGROUP: Self = Self(1);
    /// An Active Directory domain.
    pub const DOMAIN: Self = Self(2);
    /// Microsoft Entra.
    pub const ENTRA: Self = Self(3);
    /// A domain and Microsoft Entra.
    pub const HYBRID: Self = Self(4);

    /// Every kind that this version names, with the word by which JSON knows it.
    pub const NAMED: [(Self, &'static str); 5] = [
        (Self::UNKNOWN, "unknown"),
        (Self::WORKGROUP, "workgroup"),
        (Self::DOMAIN, "domain"),
        (Self::ENTRA, "entra"),
        (Self::HYBRID, "hybrid"),
    ];
}

/// The person whose settings a profile holds. What is not known is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The account name.
    pub name: Option<Text>,
    /// The security identifier, such as `S-1-5-21-…-1001`.
    pub sid: Option<String>,
    /// The account's domain or computer.
    pub domain: Option<Text>,
    /// The user principal name, such as `alice@example.org`.
    pub upn: Option<String>,
}
