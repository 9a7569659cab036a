use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{JudgeSeal, Judged, Sealed, Suite, Verdict};
use serde::Serialize;

use crate::clean::{Clean, clean};
use crate::describe::{self, SealReport};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::FileSource;
use crate::keys::{IdentityArgs, TrustArgs};
use crate::opening;
use crate::ui::Ui;

/// Check profiles for damage, and who vouches for them
///
/// Every byte is read, always. Without a key the digests and the signatures are checked; with one, every section is
/// decrypted and decoded too. With --signers, a profile that no trusted signer vouches for is a failure.
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The profiles
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    identities: IdentityArgs,

    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Serialize)]
struct VerifyReport {
    wbo: &'static str,
    version: u32,
    exit: u8,
    name: &'static str,
    files: Vec<FileVerdict>,
}

#[derive(Serialize)]
struct FileVerdict {
    path: String,
    exit: u8,
    name: &'static str,
    /// How far the check went: "nothing" could be parsed, "digests" without a key that opens it, "sections" with one.
    depth: &'static str,
    problems: Vec<String>,
    hints: Vec<String>,
    seals: Vec<SealReport>,
    sections: Vec<SectionVerdict>,
}

#[derive(Serialize)]
struct SectionVerdict {
    section: String,
    whole: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

pub(super) fn run(args: &VerifyArgs, ui: Ui) -> Result<Exit, CommandError> {
    let judge = args.trust.judge()?;
    let files: Vec<(Exit, FileVerdict)> = args.files.iter().map(|path| verify(path, args, &judge, ui)).collect();
    let exit = files.iter().fold(Exit::Done, |worst, (exit, _)| worst.worse(*exit));
    let files = files.into_iter().map(|(_, verdict)| verdict).collect();
    let report = VerifyReport { wbo: "verify", version: 1, exit: exit.code(), name: exit.name(), files };
    ui.result(&report, &|report| report.files.iter().map(|file| text(file, args.trust.names_signers())).collect())?;
    Ok(exit)
}

/// What was found out about a file so far.
struct Findings {
    exit: Exit,
    verdict: FileVerdict,
}

impl Findings {
    fn note(&mut self, error: &CommandError) {
        self.exit = self.exit.worse(error.exit());
        self.verdict.problems.push(error.message().to_owned());
        for hint in error.hints() {
            if !self.verdict.hints.contains(hint) {
                self.verdict.hints.push(hint.clone());
            }
        }
    }
}

fn verify(path: &Path, args: &VerifyArgs, judge: &dyn JudgeSeal, ui: Ui) -> (Exit, FileVerdict) {
    let verdict = FileVerdict {
        path: path.display().to_string(),
        exit: 0,
        name: "",
        depth: "nothing",
        problems: Vec::new(),
        hints: Vec::new(),
        seals: Vec::new(),
        sections: Vec::new(),
    };
    let mut findings = Findings { exit: Exit::Done, verdict };
    if let Err(error) = look_into(path, args, judge, &mut findings, ui) {
        findings.note(&error);
    }
    let Findings { exit, mut verdict } = findings;
    (verdict.exit, verdict.name) = (exit.code(), exit.name());
    (exit, verdict)
}

fn look_into(
    path: &Path,
    args: &VerifyArgs,
    judge: &dyn JudgeSeal,
    findings: &mut Findings,
    ui: Ui,
) -> Result<(), CommandError> {
    let sealed = opening::parse(path, ui, "verify", if args.identities.is_empty() { 1 } else { 2 })?;
    findings.verdict.depth = "digests";
    let judged = sealed.judge(judge);
    findings.verdict.seals = judged.verdicts().iter().map(describe::seal).collect();
    let invalid = judged.verdicts().iter().any(|verdict| matches!(verdict, Verdict::Invalid { .. }));
    let wanted = args.trust.names_signers() && args.trust.accepted_reason().is_none();
    if let (Err(error), true) = (judged.trust(), invalid || wanted) {
        findings.note(&CommandError::untrusted(path, &error));
    }
    let body = sealed.check_body().map_err(|error| CommandError::reading(path, &error));
    if sealed.suite() != Suite::Plain && args.identities.is_empty() {
        return body;
    }
    // With a key the sections tell more than the body as a whole, but not where the damage is outside of them.
    let sections = check_sections(path, sealed, args, &judged, findings);
    if findings.verdict.sections.iter().all(|section| section.whole)
        && let Err(error) = body
    {
        findings.note(&error);
    }
    sections
}

fn check_sections(
    path: &Path,
    sealed: Sealed<FileSource>,
    args: &VerifyArgs,
    judged: &Judged,
    findings: &mut Findings,
) -> Result<(), CommandError> {
    // A wrong seal was noted above and gives no trust; there is no way to the sections past it.
    let Ok(trust) = judged.trust().or_else(|_| judged.accept_unsigned("it is only verified")) else { return Ok(()) };
    let key = opening::key_of(path, &sealed, &args.identities)?;
    let opened = sealed.open(&key, trust).map_err(|error| CommandError::reading(path, &error))?;
    findings.verdict.depth = "sections";
    describe::settle_roles(&mut findings.verdict.seals, judged, opened.author().as_ref());
    for verdict in opened.verify() {
        let section = verdict.section.map_or_else(|| "padding".to_owned(), |id| id.to_string());
        let problem = verdict.result.as_ref().err().map(ToString::to_string);
        if let Err(error) = &verdict.result {
            findings.note(&CommandError::reading(path, error));
        }
        findings.verdict.sections.push(SectionVerdict { section, whole: problem.is_none(), problem });
    }
    Ok(())
}

fn text(file: &FileVerdict, signers_named: bool) -> String {
    let verdict = if file.exit == 0 { "whole" } else { file.name };
    let signed = match (file.seals.len(), signers_named) {
        (0, _) => "unsigned",
        (_, true) => "signed",
        (_, false) => "signed, signers not judged without --signers",
    };
    let checked = match file.depth {
        "sections" => format!(" (every section; {signed})"),
        "digests" => format!(" (digests, not opened; {signed})"),
        _ => String::new(),
    };
    let mut lines = vec![format!("{}: {verdict}{checked}", Clean(&file.path))];
    lines.extend(file.problems.iter().map(|problem| format!("  problem  {}", clean(problem))));
    if file.exit != 0 {
        lines.extend(file.sections.iter().map(|section| {
            format!("  {}  {}", if section.whole { "whole  " } else { "damaged" }, clean(&section.section))
        }));
    }
    lines.extend(file.seals.iter().map(|seal| format!("  seal     {}", describe::seal_text(seal))));
    lines.extend(file.hints.iter().map(|hint| format!("  hint     {}", clean(hint))));
    lines.join("\n") + "\n"
}
