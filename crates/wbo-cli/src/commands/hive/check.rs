use clap::Args;
use registry_hive::{Fault, Findings, Rule, Severity};
use serde::Serialize;

use crate::clean::{Clean, clean};
use crate::describe::{count, grouped};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening::{HiveSource, OpenHive, StateReport, replay_text};
use crate::ui::Ui;

/// Check the structure of a hive, and say in plain words what it is worth
///
/// The hive is judged as Windows would load it: with the logs beside it applied. It is sound, or sound once its logs are
/// applied (exit code 0); or dirty, when its last write was cut off and no log completes it, or damaged (13).
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    source: HiveSource,
}

#[derive(Serialize)]
struct CheckReport {
    wbo: &'static str,
    version: u32,
    path: String,
    exit: u8,
    name: &'static str,
    verdict: &'static str,
    meaning: &'static str,
    advice: Option<&'static str>,
    hive_version: String,
    state: StateReport,
    counts: CountsReport,
    findings: Vec<FindingReport>,
    not_listed: u64,
}

#[derive(Serialize)]
struct CountsReport {
    bytes: u64,
    free_bytes: u64,
    bins: u64,
    cells: u64,
    free_cells: u64,
    keys: u64,
    levels: u64,
    values: u64,
    security_descriptors: u64,
}

#[derive(Serialize)]
struct FindingReport {
    severity: &'static str,
    offset: u64,
    rule: &'static str,
    message: String,
}

pub(super) fn run(args: &CheckArgs, ui: Ui) -> Result<Exit, CommandError> {
    let hive = args.source.open_silently()?;
    let findings = registry_hive::check(hive.image.bytes());
    let verdict = Verdict::of(&hive, &findings);
    let exit = verdict.exit();
    ui.result(&report(&hive, &findings, verdict), &text)?;
    Ok(exit)
}

#[derive(Clone, Copy)]
enum Verdict {
    Sound,
    SoundWithLogs,
    Dirty,
    Damaged,
}

impl Verdict {
    fn of(hive: &OpenHive, findings: &Findings) -> Self {
        // Both only say that the last write was cut off.
        let is_damage = |rule: &Rule| {
            rule.severity() == Severity::Damage && !matches!(rule, Rule::SequenceNumbers | Rule::BaseBlockChecksum)
        };
        match hive.state.state {
            _ if findings.broken.keys().any(is_damage) => Self::Damaged,
            "dirty" => Self::Dirty,
            _ if findings.worst() == Some(Severity::Damage) => Self::Damaged,
            "replayed" => Self::SoundWithLogs,
            _ => Self::Sound,
        }
    }

    fn exit(self) -> Exit {
        match self {
            Self::Sound | Self::SoundWithLogs => Exit::Done,
            Self::Dirty | Self::Damaged => Exit::Damaged,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::SoundWithLogs => "sound-with-logs",
            Self::Dirty => "dirty",
            Self::Damaged => "damaged",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::SoundWithLogs => "sound once its logs are applied",
            _ => self.name(),
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Sound => "Its last write was finished, and every key, value and descriptor is where it should be.",
            Self::SoundWithLogs => {
                "Its last write was cut off, which is usual when a machine loses power or was copied while running; \
                 the logs beside it have what is missing."
            }
            Self::Dirty => {
                "Its last write was cut off, and no log completes it. Its structure holds, but keys and values may be \
                 old in part."
            }
            Self::Damaged => {
                "Parts of it cannot be trusted or read. Windows may refuse it, or repair it by leaving parts out."
            }
        }
    }

    fn advice(self) -> Option<&'static str> {
        match self {
            Self::Sound => None,
            Self::SoundWithLogs => Some(
                "Nothing has to be done: Windows applies them when it loads the hive. `wbo hive recover` does it now.",
            ),
            Self::Dirty => Some(
                "Look for its logs (the same name with .LOG1 and .LOG2) where it came from. `wbo hive dump` reads what \
                 it has.",
            ),
            Self::Damaged => Some(
                "Keep this copy, take an older one from a backup or a restore point if there is one; `wbo hive dump` and \
                 `wbo hive export` get out what can be read.",
            ),
        }
    }
}

fn report(hive: &OpenHive, findings: &Findings, verdict: Verdict) -> CheckReport {
    let counts = findings.counts;
    let finding = |fault: &Fault| FindingReport {
        severity: fault.severity().name(),
        offset: fault.offset,
        rule: fault.rule.name(),
        message: fault.message.clone(),
    };
    CheckReport {
        wbo: "hive-check",
        version: 1,
        path: hive.path.display().to_string(),
        exit: verdict.exit().code(),
        name: verdict.exit().name(),
        verdict: verdict.name(),
        meaning: verdict.meaning(),
        advice: verdict.advice(),
        hive_version: format!("1.{}", hive.image.hive().minor_version()),
        state: hive.state.clone(),
        counts: CountsReport {
            bytes: counts.bytes,
            free_bytes: counts.free_bytes,
            bins: counts.bins,
            cells: counts.cells,
            free_cells: counts.free_cells,
            keys: counts.keys,
            levels: counts.levels,
            values: counts.values,
            security_descriptors: counts.security_descriptors,
        },
        findings: findings.faults.iter().map(finding).collect(),
        not_listed: findings.not_listed(),
    }
}

/// Findings of one severity that people are shown; --json has more.
const SHOWN: usize = 20;

fn text(report: &CheckReport) -> String {
    let words = [Verdict::Sound, Verdict::SoundWithLogs, Verdict::Dirty, Verdict::Damaged]
        .into_iter()
        .find(|verdict| verdict.name() == report.verdict)
        .map_or(report.verdict, Verdict::words);
    let mut lines = vec![format!("{}: {words}", Clean(&report.path)), format!("  {}", report.meaning)];
    lines.extend(report.advice.map(|advice| format!("  {advice}")));
    if report.state.state == "replayed" {
        lines.push(format!("  logs     {}", replay_text(&report.state)));
    }
    if let Some(problem) = &report.state.problem {
        lines.push(format!("  logs     {}", clean(problem)));
    }
    if report.state.stopped_at_broken_entry {
        lines.push("  logs     an entry is broken, so that the last changes are lost".to_owned());
    }
    let counts = &report.counts;
    lines.push(format!(
        "  holds    version {}: {} in {}, {}, {}",
        report.hive_version,
        count(counts.keys, "key", "keys"),
        count(counts.levels, "level", "levels"),
        count(counts.values, "value", "values"),
        count(counts.security_descriptors, "security descriptor", "security descriptors")
    ));
    lines.push(format!(
        "  size     {} bytes in {}, {} of them free",
        grouped(counts.bytes),
        count(counts.bins, "bin", "bins"),
        grouped(counts.free_bytes)
    ));
    for severity in [Severity::Damage, Severity::Irregular, Severity::Note] {
        let found: Vec<_> = report.findings.iter().filter(|finding| finding.severity == severity.name()).collect();
        lines.extend(found.iter().take(SHOWN).map(|finding| {
            let FindingReport { offset, rule, message, .. } = finding;
            format!("  {:<9}offset {offset:#x}: {} ({rule})", severity.name(), clean(message))
        }));
        if let Some(more) = found.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            lines.push(format!("  {:<9}and {more} more; --json lists them", severity.name()));
        }
    }
    if report.not_listed > 0 {
        lines.push(format!("  and {} findings of the same rules that are not listed", grouped(report.not_listed)));
    }
    lines.join("\n") + "\n"
}
