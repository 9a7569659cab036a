//! Which users of a source are meant.

use clap::Args;
use wbo_engine::{SelectError, UserChoice, UserProfile};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::keys;

/// Which users are meant.
#[derive(Args, Debug)]
pub(crate) struct UserArgs {
    /// The user: a name, DOMAIN\name, a SID or a folder, '*' for any characters; may be given several times
    #[arg(short, long = "user", value_name = "USER")]
    users: Vec<String>,

    /// Not this user, written as --user takes it
    #[arg(long = "exclude-user", value_name = "USER")]
    exclude: Vec<String>,

    /// All users
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
        let choice = UserChoice {
            users: self.users.clone(),
            exclude: self.exclude.clone(),
            all: self.all_users,
            used_within_days: self.used_within,
        };
        wbo_engine::select(profiles, &choice, keys::now()).map_err(|error| {
            let exit = match error {
                SelectError::SetAside { .. } => Exit::Policy,
                _ => Exit::Usage,
            };
            CommandError::new(exit, error.to_string())
                .hint("`wbo users` lists everybody, with what can be said of them")
        })
    }
}
