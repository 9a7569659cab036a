use clap::Args;
use registry::{KeyPath, Name};
use serde::Serialize;
use wbo_engine::capture::{Incident, LeftOut, Selection};
use wbo_engine::catalogue::{Catalogue, Setting};
use wbo_engine::explain::{Explanation, Written};
use wbo_engine::secrets::Secrets;
use wbo_engine::{describe, explain};

use crate::catalogues::CatalogueArgs;
use crate::choosing;
use crate::clean::Clean;
use crate::describe::count;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening::moment;
use crate::offline::{self, HivesOn, SourceArgs};
use crate::ui::Ui;

/// Say what a setting is, what is there now, and whether it would be captured, with the reason
///
/// With --unclaimed, lists what of a user's registry looks as if it had been set and no setting is about.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The id of the setting; with --unclaimed the source
    #[arg(value_name = "ID")]
    first: String,

    /// The folder of a Windows or of a user to look at; without it, what is known of the setting is all that is said
    #[arg(value_name = "SOURCE")]
    source: Option<String>,

    /// List the keys that no setting is about
    #[arg(long)]
    unclaimed: bool,

    /// With --unclaimed, the most keys to list
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,

    /// Whose settings to look at: a name, DOMAIN\name, a SID or a folder; need not be said where there is one user alone
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,

    /// Where another drive of that Windows is mounted, as D:=/mnt/data; may be given several times
    #[arg(long = "drive", value_name = "LETTER=FOLDER", value_parser = offline::parse_drive)]
    drives: Vec<(char, std::path::PathBuf)>,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    catalogues: CatalogueArgs,
}

#[derive(Serialize)]
struct ExplainReport {
    wbo: &'static str,
    version: u32,
    id: String,
    title: String,
    about: Option<String>,
    places: Vec<String>,
    confirmed: bool,
    written: &'static str,
    written_because: &'static str,
    user: Option<String>,
    captured: Option<CapturedReport>,
}

/// What of the setting is on a source.
#[derive(Serialize)]
struct CapturedReport {
    captured: bool,
    because: String,
    hidden: bool,
    items: Vec<ItemReport>,
    incidents: Vec<IncidentReport>,
    policies: Vec<PolicyReport>,
}

#[derive(Serialize)]
struct ItemReport {
    instance: Option<String>,
    item: String,
    value: Option<String>,
}

#[derive(Serialize)]
struct IncidentReport {
    place: String,
    text: String,
}

#[derive(Serialize)]
struct PolicyReport {
    policy: String,
    value: String,
}

#[derive(Serialize)]
struct UnclaimedReport {
    wbo: &'static str,
    version: u32,
    user: String,
    total: usize,
    keys: Vec<UnclaimedKey>,
    unread: Vec<String>,
}

#[derive(Serialize)]
struct UnclaimedKey {
    key: String,
    written: Option<String>,
    values: Vec<String>,
}

pub(super) fn run(args: &ExplainArgs, ui: Ui) -> Result<Exit, CommandError> {
    let catalogue = args.catalogues.load()?;
    if args.unclaimed {
        return list_unclaimed(args, &catalogue, ui);
    }
    let setting = catalogue.get(&args.first).ok_or_else(|| {
        let nothing = Selection::new(std::slice::from_ref(&args.first), &[], &[], &catalogue);
        let error = nothing
            .err()
            .map_or_else(|| format!("'{}' is not the id of one setting", args.first), |error| error.to_string());
        CommandError::usage(error).hint("`wbo catalog list` lists the settings")
    })?;
    if args.source.is_none() && (args.user.is_some() || !args.drives.is_empty()) {
        return Err(CommandError::usage("--user and --drive need a source behind the id"));
    }
    let written = Written::of(setting);
    let mut report = ExplainReport {
        wbo: "explain",
        version: 1,
        id: setting.id.clone(),
        title: setting.title.clone(),
        about: setting.about.clone(),
        places: setting.parts.iter().map(|part| part.place.to_string()).collect(),
        confirmed: setting.is_confirmed(),
        written: written.word(),
        written_because: written.reason(),
        user: None,
        captured: None,
    };
    if let Some(source) = &args.source {
        let source = SourceArgs::new(source, &args.drives).open(ui)?;
        let users = source.users();
        let profile = choosing::one(args.user.as_deref(), &users.profiles)?;
        let user = source.user(profile)?;
        let drives = source.drives();
        let hives = HivesOn(&source);
        let engine_source = user.source(&drives, &hives);
        let selection = Selection::default();
        let explanation = explain::explain(&engine_source, setting, &selection, Secrets::standard());
        report.user = Some(profile.to_string());
        report.captured = Some(captured(setting, &explanation, args.reveal));
    }
    ui.result(&report, &text)?;
    Ok(Exit::Done)
}

fn captured(setting: &Setting, explanation: &Explanation, reveal: bool) -> CapturedReport {
    let hidden = setting.sensitivity == Some(wbo_engine::catalogue::Sensitivity::Personal) && !reveal;
    let mut items = Vec::new();
    for (instance, of_instance) in &explanation.reading.instances {
        for item in of_instance {
            let mut path: Vec<String> = item.path().iter().map(offline::text).collect();
            path.extend(item.value_name().map(|name| match offline::text(name) {
                name if name.is_empty() => "(default)".to_owned(),
                name => name,
            }));
            let value = describe::item(setting, item);
            items.push(ItemReport {
                instance: instance.as_ref().filter(|_| !hidden).map(ToString::to_string),
                item: if hidden { "(personal)".to_owned() } else { path.join("\\") },
                value: value.map(|value| if hidden { "(personal, hidden)".to_owned() } else { value }),
            });
        }
    }
    // Places hold names of the user's, as items do.
    let incident = |incident: &Incident| IncidentReport {
        place: if hidden { "(personal)".to_owned() } else { incident.place.clone() },
        text: incident.why.to_string(),
    };
    let (captured, because) = verdict(setting, explanation);
    CapturedReport {
        captured,
        because,
        hidden,
        items,
        incidents: explanation.reading.incidents.iter().map(incident).collect(),
        policies: explanation
            .policies
            .iter()
            .map(|(policy, value)| PolicyReport {
                policy: policy.to_string(),
                value: if hidden { "(personal, hidden)".to_owned() } else { value.clone() },
            })
            .collect(),
    }
}

/// Whether capture takes it, and why.
fn verdict(setting: &Setting, explanation: &Explanation) -> (bool, String) {
    let because = match &explanation.left_out {
        Some(LeftOut::Never) => "it is never captured".to_owned(),
        Some(LeftOut::OnRequest) => format!("it is captured on request: --also {}", setting.id),
        Some(LeftOut::OtherBuild(build)) => format!("build {build} of Windows does not have it"),
        Some(LeftOut::NotToRestore) => "Windows lists its key among those that no backup restores".to_owned(),
        Some(LeftOut::NoRoom) => "its category has no room".to_owned(),
        None if explanation.is_there() => return (true, "it is set".to_owned()),
        None if explanation.has_secrets() => "what is there is a secret".to_owned(),
        None if !explanation.reading.incidents.is_empty() => "it could not be read".to_owned(),
        None if explanation.reading.instances.is_empty() => "there is nothing of it".to_owned(),
        None => return (true, "it was never set, and that is captured".to_owned()),
    };
    (false, because)
}

fn text(report: &ExplainReport) -> String {
    let mut text = format!("{}: {}\n", report.id, Clean(&report.title));
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<10} {}\n", Clean(value)));
    report.about.iter().for_each(|about| line("about", about));
    report.places.iter().for_each(|place| line("place", place));
    line("sources", if report.confirmed { "confirmed" } else { "unconfirmed: fewer than two that are independent" });
    line("written", &format!("{}: {}", report.written, report.written_because));
    if let (Some(user), Some(captured)) = (&report.user, &report.captured) {
        let verdict = if captured.captured { "captured" } else { "not captured" };
        line("user", user);
        line("now", &format!("{verdict}: {}", captured.because));
        if captured.hidden && !captured.items.is_empty() {
            let values = count(captured.items.len() as u64, "personal value", "personal values");
            line("", &format!("{values}, hidden; --reveal shows them"));
        }
        for item in captured.items.iter().filter(|_| !captured.hidden) {
            let instance = item.instance.as_ref().map(|instance| format!("[{instance}] ")).unwrap_or_default();
            line("", &format!("{instance}{}: {}", item.item, item.value.as_deref().unwrap_or("absent")));
        }
        captured.incidents.iter().for_each(|incident| line("", &format!("{}: {}", incident.place, incident.text)));
        captured.policies.iter().for_each(|policy| line("policy", &format!("{} is {}", policy.policy, policy.value)));
    }
    text
}

fn list_unclaimed(args: &ExplainArgs, catalogue: &Catalogue, ui: Ui) -> Result<Exit, CommandError> {
    if args.source.is_some() {
        return Err(CommandError::usage("--unclaimed takes a source alone, and no id"));
    }
    let source = SourceArgs::new(&args.first, &args.drives).open(ui)?;
    let users = source.users();
    let profile = choosing::one(args.user.as_deref(), &users.profiles)?;
    let user = source.user(profile)?;
    let mut found = explain::unclaimed(user.registry(), catalogue, Secrets::standard());
    let total = found.keys.len();
    found.keys.truncate(args.limit);
    let key = |key: &explain::Unclaimed| UnclaimedKey {
        key: KeyPath::new(key.key.root(), key.key.names().iter().map(shown).collect()).to_string(),
        written: moment(key.written),
        values: key.values.iter().map(|name| shown(name).to_string()).collect(),
    };
    let report = UnclaimedReport {
        wbo: "explain-unclaimed",
        version: 1,
        user: profile.to_string(),
        total,
        keys: found.keys.iter().map(key).collect(),
        unread: found.unread,
    };
    ui.result(&report, &|report| {
        let mut text = String::new();
        for key in &report.keys {
            let names: Vec<&str> =
                key.values.iter().map(|name| if name.is_empty() { "(default)" } else { name }).collect();
            text.push_str(&format!(
                "{}  {}: {}\n",
                key.written.as_deref().and_then(|time| time.get(..10)).unwrap_or("-         "),
                Clean(&key.key),
                Clean(names.join(", "))
            ));
        }
        text.push_str(&format!("{} of {} keys that no setting is about\n", report.keys.len(), report.total));
        text
    })?;
    report.unread.iter().for_each(|unread| ui.warn(unread));
    Ok(if report.unread.is_empty() { Exit::Done } else { Exit::Partly })
}

/// A name as it may be listed: some programs keep secrets in names.
fn shown(name: &Name) -> Name {
    match Secrets::standard().content(name.to_string().as_bytes()) {
        Some(_) => Name::from("(a name that is a secret)"),
        None => name.clone(),
    }
}
