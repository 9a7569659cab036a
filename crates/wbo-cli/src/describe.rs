//! What reports say of a file, for programs and for people.

use std::path::Path;

use profile_format::{
    Basis, Device, Facts, JudgeSeal, Judged, NoteCode, Opened, ReadAt, Role, Sealed, SectionSummary, SignerKey,
    Standing, User, Verdict, Voucher,
};
use profile_keys::Lock;
use serde::Serialize;

use crate::clean::{Clean, clean};
use crate::error::CommandError;

/// What is known of a file without a key.
#[derive(Serialize)]
pub(crate) struct FileReport {
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) format: u16,
    pub(crate) suite: &'static str,
    pub(crate) needs: String,
    pub(crate) body_id: String,
    pub(crate) envelopes: Vec<EnvelopeReport>,
    pub(crate) seals: Vec<SealReport>,
}

/// One envelope, and what opens it.
#[derive(Serialize)]
pub(crate) struct EnvelopeReport {
    pub(crate) bytes: usize,
    pub(crate) recipients: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
}

/// One seal, and what it is worth.
#[derive(Serialize)]
pub(crate) struct SealReport {
    pub(crate) standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// One section of the manifest.
#[derive(Serialize)]
pub(crate) struct SectionReport {
    pub(crate) section: String,
    pub(crate) known: bool,
    pub(crate) entries: u32,
    pub(crate) bytes: u64,
    pub(crate) stored: u64,
}

/// An earlier body with the same content under another key.
#[derive(Serialize)]
pub(crate) struct EarlierReport {
    pub(crate) seals: Vec<SealReport>,
}

/// Why something failed.
#[derive(Serialize)]
pub(crate) struct ErrorReport {
    wbo: &'static str,
    version: u32,
    exit: u8,
    name: &'static str,
    message: String,
    hints: Vec<String>,
}

pub(crate) fn error(error: &CommandError) -> ErrorReport {
    ErrorReport {
        wbo: "error",
        version: 1,
        exit: error.exit().code(),
        name: error.exit().name(),
        message: error.message().to_owned(),
        hints: error.hints().to_vec(),
    }
}

pub(crate) fn file<S: ReadAt>(path: &Path, sealed: &Sealed<S>, judged: &Judged) -> FileReport {
    FileReport {
        path: path.display().to_string(),
        bytes: sealed.length(),
        format: sealed.version().0,
        suite: sealed.suite().name(),
        needs: sealed.needs().to_string(),
        body_id: hex(&sealed.body_id()),
        envelopes: sealed.envelopes().iter().map(envelope).collect(),
        seals: judged.verdicts().iter().map(seal).collect(),
    }
}

fn envelope(envelope: &profile_format::Envelope) -> EnvelopeReport {
    let described = profile_keys::describe(envelope);
    let problem = described.as_ref().err().map(ToString::to_string);
    let locks = described.unwrap_or_default();
    let recipients = locks.iter().filter(|lock| **lock != Lock::Grease).map(ToString::to_string).collect();
    EnvelopeReport { bytes: envelope.0.len(), recipients, problem }
}

pub(crate) fn seal(verdict: &Verdict) -> SealReport {
    let without_signer = |standing, reason: &str| SealReport {
        standing,
        role: None,
        signer: None,
        principal: None,
        reason: Some(reason.to_owned()),
    };
    match verdict {
        Verdict::Valid(Voucher { role, label, standing, .. }) => {
            let (standing, principal, reason) = match standing {
                Standing::Trusted { principal } => ("trusted", Some(principal.clone()), None),
                Standing::Untrusted { reason } => ("untrusted", None, Some(reason.clone())),
                _ => ("untrusted", None, None),
            };
            SealReport { standing, role: Some(role_name(*role)), signer: Some(label.clone()), principal, reason }
        }
        Verdict::Unsupported { reason } => without_signer("unsupported", reason),
        Verdict::Invalid { reason } => without_signer("invalid", reason),
        _ => without_signer("unsupported", "a newer kind of verdict"),
    }
}

/// What a seal in the author's role says depends on the author that the profile names, which only opening it shows:
/// anybody else's endorses.
pub(crate) fn settle_roles(seals: &mut [SealReport], judged: &Judged, author: Option<&SignerKey>) {
    for (seal, verdict) in seals.iter_mut().zip(judged.verdicts()) {
        if let Verdict::Valid(Voucher { role: Role::Author, key, .. }) = verdict
            && author != Some(key)
        {
            seal.role = Some(role_name(Role::Endorser));
        }
    }
}

pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Author => "author",
        Role::Endorser => "endorser",
        _ => "other",
    }
}

pub(crate) fn section(summary: SectionSummary) -> SectionReport {
    SectionReport {
        section: summary.id.to_string(),
        known: summary.id.is_known(),
        entries: summary.entries,
        bytes: summary.length,
        stored: summary.stored,
    }
}

/// The seals of earlier bodies, judged over what they signed then.
pub(crate) fn earlier<S: ReadAt>(opened: &Opened<S>, judge: &dyn JudgeSeal) -> Vec<EarlierReport> {
    let report = |earlier: &profile_format::Earlier| EarlierReport {
        seals: earlier.seals.iter().map(|one| seal(&judge.judge(&earlier.statement, one))).collect(),
    };
    opened.earlier().iter().map(report).collect()
}

/// The lines about a file that need no key.
pub(crate) fn file_text(file: &FileReport) -> String {
    let mut lines = vec![
        format!("{}: {} profile, format {}, {} bytes", Clean(&file.path), file.suite, file.format, grouped(file.bytes)),
        format!("  body       {}", file.body_id),
    ];
    if file.suite == "plain" {
        lines.push("  opens      for everybody: it is not encrypted".to_owned());
    }
    for (number, envelope) in file.envelopes.iter().enumerate() {
        let who = match &envelope.problem {
            Some(problem) => format!("nobody: {}", clean(problem)),
            None => envelope.recipients.iter().map(|one| clean(one)).collect::<Vec<_>>().join(", "),
        };
        lines.push(format!("  envelope {} {who}", number + 1));
    }
    if file.seals.is_empty() {
        lines.push("  signed     by nobody".to_owned());
    }
    lines.extend(
        file.seals.iter().enumerate().map(|(number, seal)| format!("  seal {}     {}", number + 1, seal_text(seal))),
    );
    lines.join("\n") + "\n"
}

/// One seal on one line.
pub(crate) fn seal_text(seal: &SealReport) -> String {
    let signer = match (&seal.signer, seal.role) {
        (Some(signer), Some(role)) => format!("{} as {role}: ", clean(signer)),
        _ => String::new(),
    };
    let reason = seal.reason.as_deref().map(|reason| format!(", {}", clean(reason))).unwrap_or_default();
    match &seal.principal {
        Some(principal) => format!("{signer}trusted as {}", clean(principal)),
        None => format!("{signer}{}{reason}", seal.standing),
    }
}

/// Why the file was opened.
pub(crate) fn basis_text(basis: &Basis) -> String {
    match basis {
        Basis::Sealed => "a trusted signer vouches for it".to_owned(),
        Basis::Unsigned { reason } => format!("no trusted signer; opened because: {}", clean(reason)),
        _ => "unknown".to_owned(),
    }
}

/// The lines about making, device and user.
pub(crate) fn facts_text(facts: &Facts, device: &Device, user: &User) -> String {
    let method = match facts.method {
        profile_format::CaptureMethod::LIVE => "read from a running Windows".to_owned(),
        profile_format::CaptureMethod::OFFLINE => "read from a Windows that was switched off".to_owned(),
        profile_format::CaptureMethod::MERGED => "merged".to_owned(),
        profile_format::CaptureMethod::AUTHORED => "written by hand".to_owned(),
        profile_format::CaptureMethod::REPLACED => "what an apply replaced".to_owned(),
        other => format!("method {}", other.0),
    };
    let Facts { tool, catalogue, .. } = facts;
    let made = format!("{} {}, catalogue {}", Clean(&tool.name), Clean(&tool.version), Clean(catalogue));
    let mut lines = vec![
        format!("  profile    {}", facts.id),
        format!("  created    {}, {method}, by {made}", time(facts.created)),
    ];
    lines.extend(facts.parents.iter().map(|parent| format!("  parent     {}", parent.id)));
    lines.push(format!("  device     {}", device_text(device)));
    lines.push(format!("  user       {}", user_text(user)));
    lines.join("\n") + "\n"
}

fn device_text(device: &Device) -> String {
    let lossy = |text: &profile_format::Text| clean(&text.to_string_lossy());
    let build = device.build.map(|build| match device.revision {
        Some(revision) => format!("build {build}.{revision}"),
        None => format!("build {build}"),
    });
    let join = match device.join.kind {
        profile_format::JoinKind::UNKNOWN => None,
        profile_format::JoinKind::WORKGROUP => Some("workgroup"),
        profile_format::JoinKind::DOMAIN => Some("domain"),
        profile_format::JoinKind::ENTRA => Some("Entra"),
        profile_format::JoinKind::HYBRID => Some("domain and Entra"),
        _ => Some("another join"),
    };
    let join = join.map(|kind| match &device.join.name {
        Some(name) => format!("{kind} {}", lossy(name)),
        None => kind.to_owned(),
    });
    let words = [device.release.as_deref().map(clean), build, device.edition.as_deref().map(clean)];
    let more = [device.architecture.as_deref().map(clean), device.locale.as_deref().map(clean), join];
    let known = std::iter::once(device.name.as_ref().map(lossy)).chain(words).chain(more).flatten();
    or_unknown(&known.collect::<Vec<_>>().join(", "))
}

fn user_text(user: &User) -> String {
    let lossy = |text: &profile_format::Text| clean(&text.to_string_lossy());
    let name = match (&user.domain, &user.name) {
        (Some(domain), Some(name)) => Some(format!("{}\\{}", lossy(domain), lossy(name))),
        (None, name) => name.as_ref().map(lossy),
        (Some(domain), None) => Some(format!("somebody of {}", lossy(domain))),
    };
    let known = [name, user.sid.as_deref().map(clean), user.upn.as_deref().map(clean)];
    or_unknown(&known.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn or_unknown(text: &str) -> String {
    if text.is_empty() { "unknown".to_owned() } else { text.to_owned() }
}

/// The word for a kind of note.
pub(crate) fn note_code(code: NoteCode) -> String {
    code.name().map_or_else(|| format!("note {}", code.0), str::to_owned)
}

/// A time for people, in UTC.
pub(crate) fn time(time: profile_format::Timestamp) -> String {
    match jiff::Timestamp::from_second(time.0) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{} seconds after 1970", time.0),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number of things, of which one has the singular.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
