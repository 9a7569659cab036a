//! Which users of a source are meant.

use clap::Args;
use wbo_engine::{SelectError, UserChoice, UserProfile};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::keys;

/// Which users are meant.
#[derive(Args, Debug)]
pub(crate) struct UserArgs {
    /// Whose settings: a name, DOMAIN\name, a SID or a folder, '*' for any characters; may be given several times, and need
    /// not where there is one user alone
    #[arg(short, long = "user", value_name = "USER")]
    users: Vec<String>,

    /// Not this user, written as --user takes it
    #[arg(long = "exclude-user", value_name = "USER")]
    exclude: Vec<String>,

    /// All users whom `wbo users` does not set aside
    #[arg(long)]
    all_users: bool,

    /// Only users who signed in within so many days
    #[arg(long, value_name = "DAYS")]
    used_within: Option<u32>,
}

impl UserArgs {
    /// Whether one profile is to be written, or one for each user.
    pub(crate) fn means_several(&self) -> bool {
        self.all_users || self.users.len() > 1 || self.users.iter().any(|user| user.contains('*'))
    }

    /// The users who are meant.
    pub(crate) fn choose<'u>(&self, profiles: &'u [UserProfile]) -> Result<Vec<&'u UserProfile>, CommandError> {
        select(
            profiles,
            &UserChoice {
                users: self.users.clone(),
                exclude: self.exclude.clone(),
                all: self.all_users,
                used_within_days: self.used_within,
            },
        )
    }
}

/// The one user who is meant; the only one, if none is named.
pub(crate) fn one<'u>(name: Option<&str>, profiles: &'u [UserProfile]) -> Result<&'u UserProfile, CommandError> {
    let users = name.into_iter().map(ToOwned::to_owned).collect();
    match *select(profiles, &UserChoice { users, ..UserChoice::default() })? {
        [user] => Ok(user),
        ref several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(CommandError::usage(format!("one user is looked at, and several fit: {}", names.join(", "))))
        }
    }
}

fn select<'u>(profiles: &'u [UserProfile], choice: &UserChoice) -> Result<Vec<&'u UserProfile>, CommandError> {
    wbo_engine::select(profiles, choice, keys::now()).map_err(|error| {
        let exit = match error {
            SelectError::SetAside { .. } => Exit::Policy,
            SelectError::NoUsers { .. } => Exit::SourceUnreadable,
            _ => Exit::Usage,
        };
        CommandError::new(exit, error.to_string()).hint("`wbo users` lists everybody, with what can be said of them")
    })
}
