//! Plugins: programs named `age-plugin-…` that know kinds of keys which age does not.

use std::io;

use age::plugin::ResolveError;

/// Why a plugin did not do its part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// The program is not there.
    #[error("the plugin {program} is not installed, or not where programs are looked for")]
    Missing {
        /// The program that was looked for.
        program: String,
    },
    /// The program refused.
    #[error("the plugin refused: {}", messages.join("; "))]
    Refused {
        /// What it says.
        messages: Vec<String>,
    },
    /// The program broke off, or could not be started.
    #[error("the plugin broke off")]
    BrokeOff(#[source] io::Error),
}

impl From<ResolveError> for PluginError {
    fn from(error: ResolveError) -> Self {
        let program = match error {
            ResolveError::MissingPlugin { binary_name } => binary_name,
            ResolveError::InvalidPluginName { name } => name,
            other => other.to_string(),
        };
        Self::Missing { program }
    }
}

/// Whether `name` may follow `age-plugin-` in the name of a program: nothing that a path is made of.
pub(super) fn is_safe_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
}

impl PluginError {
    pub(super) fn refused(errors: &[impl ToString]) -> Self {
        // age's sentences mark what they quote with invisible direction marks, which no log and no console wants.
        let plain = |error: &dyn ToString| error.to_string().replace(['\u{2068}', '\u{2069}'], "");
        Self::Refused { messages: errors.iter().map(|error| plain(error)).collect() }
    }
}
