use clap::Args;
use serde::Serialize;
use wbo_engine::{LastUse, NameFrom, Standing, UserProfile};

use crate::clean::Clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::offline::{HiveReport, SourceArgs};
use crate::ui::Ui;

/// List the users of a Windows that is switched off
///
/// Everything that looks like a user is listed; what is nobody's, or cannot be read, with the reason.
#[derive(Args, Debug)]
pub(crate) struct UsersArgs {
    #[command(flatten)]
    source: SourceArgs,
}

#[derive(Serialize)]
struct UsersReport {
    wbo: &'static str,
    version: u32,
    source: String,
    users: Vec<UserReport>,
    unread: Vec<String>,
    hives: Vec<HiveReport>,
}

/// One user, for programs.
#[derive(Serialize)]
pub(crate) struct UserReport {
    user: String,
    name: Option<String>,
    name_from: &'static str,
    domain: Option<String>,
    upn: Option<String>,
    sid: Option<String>,
    folder: Option<String>,
    kind: &'static str,
    last_use: Option<String>,
    last_use_from: Option<&'static str>,
    usable: bool,
    set_aside: Option<SetAsideReport>,
}

#[derive(Serialize)]
struct SetAsideReport {
    code: &'static str,
    reason: String,
    remedy: Option<&'static str>,
}

impl UserReport {
    pub(crate) fn of(user: &UserProfile) -> Self {
        let set_aside = match &user.standing {
            Standing::Usable => None,
            Standing::SetAside(why) => {
                Some(SetAsideReport { code: why.code(), reason: why.to_string(), remedy: why.remedy() })
            }
        };
        Self {
            user: user.to_string(),
            name: user.name.as_ref().map(ToString::to_string),
            name_from: match user.name_from {
                NameFrom::Account => "account",
                NameFrom::Folder => "folder",
            },
            domain: user.domain.as_ref().map(ToString::to_string),
            upn: user.upn.clone(),
            sid: user.sid.clone(),
            folder: user.folder.as_ref().map(ToString::to_string),
            kind: user.kind.word(),
            last_use: user.last_use.and_then(day),
            last_use_from: user.last_use.map(|last| last.from.word()),
            usable: user.is_usable(),
            set_aside,
        }
    }
}

pub(super) fn run(args: &UsersArgs, ui: Ui) -> Result<Exit, CommandError> {
    let source = args.source.open(ui)?;
    let users = source.users();
    let report = UsersReport {
        wbo: "users",
        version: 1,
        source: source.folder.display().to_string(),
        users: users.profiles.iter().map(UserReport::of).collect(),
        unread: users.unread.iter().map(ToString::to_string).collect(),
        hives: source.hives.clone(),
    };
    ui.result(&report, &text)?;
    report.hives.iter().filter_map(HiveReport::told).for_each(|told| ui.warn(&told));
    report.unread.iter().for_each(|unread| ui.warn(unread));
    let known = report.unread.is_empty() && !report.hives.iter().any(HiveReport::is_incomplete);
    Ok(if known { Exit::Done } else { Exit::Partly })
}

fn text(report: &UsersReport) -> String {
    let usable = report.users.iter().filter(|user| user.usable);
    let width = |column: fn(&UserReport) -> usize| report.users.iter().map(column).max().unwrap_or_default();
    let name = width(|user| user.user.chars().count());
    let sid = width(|user| user.sid.as_deref().map_or(1, str::len));
    let mut text = String::new();
    for user in usable {
        text.push_str(&format!(
            "{:name$}  {:sid$}  {:<10}  {:<9}  {}\n",
            Clean(&user.user),
            user.sid.as_deref().unwrap_or("-"),
            user.last_use.as_deref().and_then(|time| time.get(..10)).unwrap_or("-"),
            user.kind,
            Clean(user.folder.as_deref().unwrap_or("-")),
        ));
    }
    let aside: Vec<&UserReport> = report.users.iter().filter(|user| !user.usable).collect();
    if !aside.is_empty() {
        text.push_str("\nset aside:\n");
    }
    for user in aside {
        let reason = user.set_aside.as_ref().map(|why| why.reason.as_str()).unwrap_or_default();
        let place = user.folder.as_deref().or(user.sid.as_deref()).unwrap_or("-");
        text.push_str(&format!("{:name$}  {}: {}\n", Clean(&user.user), Clean(place), Clean(reason)));
    }
    text
}

/// A moment in UTC, as programs read it.
fn day(last: LastUse) -> Option<String> {
    let time = jiff::Timestamp::from_second(last.at.0).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
