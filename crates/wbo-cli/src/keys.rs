//! Keys and trust as the command line names them.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use profile_format::{Envelope, JudgeSeal, OpeningKey, ProfileKey, Role, Seal, SignerKey, Statement, Timestamp};
use profile_keys::{
    Agent, AllowedSigners, Ask, Identity, Moment, PrivateKeyError, Recipient, Revoked, Secret, SignError, Signer,
    Signers, UnlockError, UnwrapError, WrapError,
};

use zeroize::Zeroizing;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{read_small, read_text};
use crate::prompt;
use crate::ui;

/// Bytes of a file of keys, passphrases or signers. Thousands of keys fit.
const MAX_KEY_FILE: u64 = 1 << 20;

/// Bytes of a list of revoked keys, which may name every key that an organisation ever had.
const MAX_REVOKED_FILE: u64 = 16 << 20;

/// What to do about a private key that does not open.
const LOCKED_HINT: &str = "the passphrase of a locked key is given with --key-passphrase-file";

/// Who is to open a new profile.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Recipients")]
pub(crate) struct RecipientArgs {
    #[command(flatten)]
    keys: PublicKeyArgs,

    /// Encrypt with a passphrase, asked for on the terminal
    #[arg(short, long)]
    passphrase: bool,

    /// Encrypt with the passphrase in the first line of this file, '-' for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    passphrase_file: Option<PathBuf>,
}

/// Who else is to open a profile that is opened with a key itself.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Recipients")]
pub(crate) struct NewRecipientArgs {
    #[command(flatten)]
    keys: PublicKeyArgs,

    /// Encrypt with a new passphrase, asked for on the terminal
    #[arg(long)]
    new_passphrase: bool,

    /// Encrypt with the new passphrase in the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "new_passphrase")]
    new_passphrase_file: Option<PathBuf>,
}

#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Recipients")]
struct PublicKeyArgs {
    /// Encrypt for this public key: age1…, 'ssh-ed25519 …' or 'ssh-rsa …'
    #[arg(short, long = "recipient", value_name = "KEY")]
    recipient: Vec<String>,

    /// Encrypt for every public key in this file, one a line
    #[arg(short = 'R', long = "recipients-file", value_name = "FILE")]
    recipients_file: Vec<PathBuf>,
}

/// Who opens the profile.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Keys")]
pub(crate) struct IdentityArgs {
    /// Open with the private keys in this file: age, SSH, or an age file locked by a passphrase
    #[arg(short, long = "identity", value_name = "FILE")]
    identity: Vec<PathBuf>,

    /// Open with the age plugin of this name
    #[arg(short = 'j', long = "plugin", value_name = "NAME")]
    plugin: Vec<String>,

    /// Open with a passphrase, asked for on the terminal
    #[arg(short, long)]
    passphrase: bool,

    /// Open with the passphrase in the first line of this file, '-' for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    locked: LockedKeyArgs,

    /// What the files held: they are read once, however many profiles are opened.
    #[arg(skip)]
    read: OnceCell<Vec<Identity>>,
}

/// What unlocks private keys that are locked themselves.
#[derive(Args, Debug, Default)]
pub(crate) struct LockedKeyArgs {
    /// Unlock private keys with the passphrase in the first line of this file
    #[arg(long, value_name = "FILE")]
    key_passphrase_file: Option<PathBuf>,

    /// What the file held: it is read once, however many keys it unlocks.
    #[arg(skip)]
    read: OnceCell<Secret>,
}

/// Whom to trust.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Trust")]
pub(crate) struct TrustArgs {
    /// Trust the signers in this OpenSSH allowed_signers file
    #[arg(long, value_name = "FILE")]
    signers: Option<PathBuf>,

    /// Distrust the keys in this file: public keys, fingerprints, or an OpenSSH revocation list
    #[arg(long, value_name = "FILE", requires = "signers")]
    revoked: Vec<PathBuf>,

    /// Go on without a trusted signer, for this reason
    #[arg(long, value_name = "REASON")]
    accept_unsigned: Option<String>,
}

impl RecipientArgs {
    /// Everybody who was named; nobody is an error.
    pub(crate) fn recipients(&self) -> Result<Vec<Recipient>, CommandError> {
        let recipients = self.keys.recipients(self.passphrase, self.passphrase_file.as_deref())?;
        match recipients.is_empty() {
            true => Err(CommandError::usage("nobody is named who could open it").hint(
                "name recipients with -r, -R, --passphrase or --passphrase-file; --plain writes it for everybody",
            )),
            false => Ok(recipients),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && !self.passphrase && self.passphrase_file.is_none()
    }
}

impl NewRecipientArgs {
    /// Everybody who was named; nobody is an error.
    pub(crate) fn recipients(&self) -> Result<Vec<Recipient>, CommandError> {
        let recipients = self.keys.recipients(self.new_passphrase, self.new_passphrase_file.as_deref())?;
        match recipients.is_empty() {
            true => Err(CommandError::usage("nobody is named who could open it")
                .hint("name recipients with -r, -R, --new-passphrase or --new-passphrase-file")),
            false => Ok(recipients),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && !self.new_passphrase && self.new_passphrase_file.is_none()
    }
}

impl PublicKeyArgs {
    fn is_empty(&self) -> bool {
        self.recipient.is_empty() && self.recipients_file.is_empty()
    }

    fn recipients(&self, ask: bool, passphrase_file: Option<&Path>) -> Result<Vec<Recipient>, CommandError> {
        let mut recipients = Vec::new();
        for (number, text) in self.recipient.iter().enumerate() {
            let recipient = text.parse::<Recipient>();
            recipients.push(recipient.map_err(|error| {
                CommandError::usage(format!("recipient {}: {error}", number + 1))
                    .hint("recipients in a file are given with --recipients-file")
            })?);
        }
        for path in &self.recipients_file {
            let file = Recipient::parse_file(&read_text(path, MAX_KEY_FILE)?, &path.display().to_string());
            recipients.extend(file.map_err(|error| CommandError::usage(error.to_string()))?);
        }
        if let Some(path) = passphrase_file {
            recipients.push(Recipient::passphrase(passphrase_from(path)?));
        }
        if ask {
            recipients.push(Recipient::passphrase(new_passphrase()?));
        }
        Ok(recipients)
    }
}

impl IdentityArgs {
    /// Whether the command line names any key.
    pub(crate) fn is_empty(&self) -> bool {
        self.identity.is_empty() && self.plugin.is_empty() && !self.passphrase && self.passphrase_file.is_none()
    }

    /// Finds the key of a body among its envelopes. Without a named key, a person is asked for the passphrase.
    pub(crate) fn unwrap(
        &self,
        file: &Path,
        envelopes: &[Envelope],
        accepts: &dyn Fn(&OpeningKey) -> bool,
    ) -> Result<OpeningKey, CommandError> {
        let identities = self.read()?;
        if identities.is_empty() {
            return Err(CommandError::new(Exit::WrongKey, format!("{}: no key was given to open it", file.display()))
                .hint("give one with --identity FILE or --passphrase-file FILE"));
        }
        let ask = self.locked.ask()?;
        profile_keys::unwrap(envelopes, identities, &ask, accepts).map_err(|error| unwrap_failed(file, &error))
    }

    fn read(&self) -> Result<&[Identity], CommandError> {
        if let Some(identities) = self.read.get() {
            return Ok(identities);
        }
        let identities = self.identities()?;
        Ok(self.read.get_or_init(|| identities))
    }

    fn identities(&self) -> Result<Vec<Identity>, CommandError> {
        let mut identities = Vec::new();
        for path in &self.identity {
            let bytes = Zeroizing::new(read_small(path, MAX_KEY_FILE)?);
            let parsed = Identity::parse(&bytes, &path.display().to_string());
            identities.push(parsed.map_err(|error| CommandError::usage(error.to_string()))?);
        }
        for name in &self.plugin {
            let identity = Identity::plugin(name);
            identities.push(identity.map_err(|error| CommandError::usage(error.to_string()))?);
        }
        match &self.passphrase_file {
            Some(path) => identities.push(Identity::passphrase(passphrase_from(path)?)),
            None if self.passphrase && !ui::can_ask() => return Err(no_terminal()),
            None if ui::can_ask() && (self.passphrase || identities.is_empty()) => {
                identities.push(Identity::asked_passphrase());
            }
            None => {}
        }
        Ok(identities)
    }

    /// For whom something is encrypted so that these keys open it again. A passphrase goes alone.
    pub(crate) fn recipients(&self) -> Result<Vec<Recipient>, CommandError> {
        let ask = self.locked.ask()?;
        let of_each = self.read()?.iter().map(|identity| profile_keys::recipients_of(identity, &ask));
        let recipients: Result<Vec<_>, _> = of_each.collect();
        let recipients = recipients.map_err(|error| CommandError::usage(error.to_string()))?;
        Ok(recipients.into_iter().flatten().collect())
    }

    /// What unlocks keys, for commands that sign too.
    pub(crate) fn locked(&self) -> &LockedKeyArgs {
        &self.locked
    }
}

fn unwrap_failed(file: &Path, error: &UnwrapError) -> CommandError {
    let exit = match error {
        UnwrapError::WrongKey { .. } | UnwrapError::WrongPassphrase => Exit::WrongKey,
        UnwrapError::Identity(_) => Exit::Failed,
        _ => Exit::Damaged,
    };
    let failed = CommandError::new(exit, format!("{}: {error}", file.display()));
    let locked =
        matches!(error, UnwrapError::Identity(UnlockError::NoPassphrase { .. } | UnlockError::WrongPassphrase { .. }));
    if locked { failed.hint(LOCKED_HINT) } else { failed }
}

impl LockedKeyArgs {
    /// Answers questions for passphrases of keys: from the file, else from the terminal, else not.
    pub(crate) fn ask(&self) -> Result<Arc<dyn Ask>, CommandError> {
        if let (Some(path), None) = (&self.key_passphrase_file, self.read.get()) {
            let passphrase = passphrase_from(path)?;
            self.read.get_or_init(|| passphrase);
        }
        Ok(Arc::new(Asker { passphrase: self.read.get().cloned() }))
    }

    /// The signer whose key is in `path`: a private key, or a public one whose private half an agent holds.
    pub(crate) fn signer(&self, path: &Path) -> Result<Signer, CommandError> {
        let bytes = Zeroizing::new(read_small(path, MAX_KEY_FILE)?);
        let name = path.display().to_string();
        match std::str::from_utf8(&bytes).ok().map(profile_keys::parse_public_key) {
            Some(Ok(public)) => Signer::from_agent(agent()?, &public)
                .map_err(|error| CommandError::failed(format!("{name}: {error}")).hint("add the key with ssh-add")),
            _ => Signer::from_file(&bytes, &name, &self.ask()?).map_err(|error| {
                let locked = matches!(
                    error,
                    SignError::File(PrivateKeyError::NoPassphrase { .. } | PrivateKeyError::WrongPassphrase { .. })
                );
                let failed = CommandError::failed(error.to_string());
                if locked { failed.hint(LOCKED_HINT) } else { failed }
            }),
        }
    }
}

/// Signs, and says whose key failed if it does.
pub(crate) fn sign(signer: &mut Signer, statement: &Statement, role: Role) -> Result<Seal, CommandError> {
    let signed = signer.sign(statement, role);
    signed.map_err(|error| CommandError::failed(format!("signing with {}: {error}", signer.fingerprint())))
}

/// The public key in `path`, of a kind that can sign.
pub(crate) fn signer_key(path: &Path) -> Result<SignerKey, CommandError> {
    let usage = |error: String| CommandError::usage(format!("{}: {error}", path.display()));
    let key = profile_keys::parse_public_key(&read_text(path, MAX_KEY_FILE)?);
    let key = key.map_err(|error| usage(error.to_string()))?;
    profile_keys::check_signing_key(&key).map_err(|error| usage(error.to_string()))?;
    Ok(key)
}

/// Wraps the key of a new body; a plain body has none.
pub(crate) fn wrap(key: &ProfileKey, recipients: &[Recipient]) -> Result<Vec<Envelope>, CommandError> {
    match key.expose() {
        Some(_) => wrapped(profile_keys::wrap(key, recipients, &plugins_ask())),
        None => Ok(Vec::new()),
    }
}

/// Wraps the key of a body that was opened.
pub(crate) fn rewrap(key: &OpeningKey, recipients: &[Recipient]) -> Result<Vec<Envelope>, CommandError> {
    wrapped(profile_keys::rewrap(key, recipients, &plugins_ask()))
}

fn wrapped(result: Result<Vec<Envelope>, WrapError>) -> Result<Vec<Envelope>, CommandError> {
    result.map_err(|error| match error {
        WrapError::Plugin(_) | WrapError::Age(_) => CommandError::failed(error.to_string()),
        _ => CommandError::usage(error.to_string()),
    })
}

fn plugins_ask() -> Arc<dyn Ask> {
    Arc::new(Asker { passphrase: None })
}

impl TrustArgs {
    /// Whether signers are named, so that their absence matters.
    pub(crate) fn names_signers(&self) -> bool {
        self.signers.is_some()
    }

    /// Why an unsigned file is to be taken, if it is.
    pub(crate) fn accepted_reason(&self) -> Option<&str> {
        self.accept_unsigned.as_deref()
    }

    /// The judge of seals: everybody in the files, nobody without.
    pub(crate) fn judge(&self) -> Result<impl JudgeSeal + use<>, CommandError> {
        let usage = |path: &Path, error: String| {
            CommandError::usage(error).hint(format!("mend {} and try again", path.display()))
        };
        let allowed = match &self.signers {
            None => AllowedSigners::default(),
            Some(path) => {
                let text = read_text(path, MAX_KEY_FILE)?;
                let allowed = AllowedSigners::parse(&text, &path.display().to_string(), &local_time);
                allowed.map_err(|error| usage(path, error.to_string()))?
            }
        };
        let mut revoked = Revoked::default();
        for path in &self.revoked {
            let list = Revoked::parse(&read_small(path, MAX_REVOKED_FILE)?, &path.display().to_string());
            revoked = revoked.and(list.map_err(|error| usage(path, error.to_string()))?);
        }
        Ok(Signers { allowed, revoked, now: now() })
    }
}

/// The time, by this machine's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_second())
}

/// A moment in the zone of this machine, as OpenSSH reads times without a Z.
fn local_time(moment: Moment) -> Option<Timestamp> {
    let Moment { year, month, day, hour, minute, second } = moment;
    let part = |number: u8| i8::try_from(number).ok();
    let date = jiff::civil::DateTime::new(
        i16::try_from(year).ok()?,
        part(month)?,
        part(day)?,
        part(hour)?,
        part(minute)?,
        part(second)?,
        0,
    );
    let zoned = date.ok()?.to_zoned(jiff::tz::TimeZone::system()).ok()?;
    Some(Timestamp(zoned.timestamp().as_second()))
}

fn agent() -> Result<Agent, CommandError> {
    let socket = match std::env::var_os("SSH_AUTH_SOCK") {
        Some(socket) => PathBuf::from(socket),
        None if cfg!(windows) => PathBuf::from(r"\\.\pipe\openssh-ssh-agent"),
        None => {
            return Err(CommandError::failed("no ssh-agent is running here: SSH_AUTH_SOCK is not set")
                .hint("start one and add the key with ssh-add, or give the private key"));
        }
    };
    Agent::connect(&socket).map_err(|error| CommandError::failed(error.to_string()))
}

/// The first line of a file, without its line end.
fn passphrase_from(path: &Path) -> Result<Secret, CommandError> {
    let text = Zeroizing::new(read_text(path, MAX_KEY_FILE)?);
    match text.lines().next().unwrap_or_default() {
        "" => {
            Err(CommandError::usage(format!("{}: its first line is empty, a passphrase is expected", path.display())))
        }
        line => Ok(Secret::new(line)),
    }
}

fn no_terminal() -> CommandError {
    CommandError::usage("a passphrase can only be asked for on a terminal")
        .hint("give it in a file, with --passphrase-file")
}

fn new_passphrase() -> Result<Secret, CommandError> {
    if !ui::can_ask() {
        return Err(no_terminal());
    }
    let ask = |prompt: &str| prompt::password(prompt).map(Secret::new);
    let failed = |error: std::io::Error| CommandError::failed(format!("the terminal: {error}"));
    let first = ask("New passphrase: ").map_err(failed)?;
    let second = ask("The same again: ").map_err(failed)?;
    match first.expose() {
        "" => Err(CommandError::usage("an empty passphrase protects nothing")),
        text if text != second.expose() => Err(CommandError::usage("the two passphrases differ")),
        _ => Ok(first),
    }
}

/// Answers what keys and plugins ask, if somebody is there.
struct Asker {
    passphrase: Option<Secret>,
}

impl Ask for Asker {
    fn passphrase(&self, what: &str) -> Option<Secret> {
        if let Some(passphrase) = &self.passphrase {
            return Some(passphrase.clone());
        }
        let prompt = format!("Passphrase of {}: ", crate::clean::clean(what));
        ui::can_ask().then(|| prompt::password(prompt).ok().map(Secret::new)).flatten()
    }

    fn line(&self, what: &str) -> Option<String> {
        ui::say(&crate::clean::clean(what));
        let mut line = String::new();
        let read = ui::can_ask().then(|| std::io::stdin().read_line(&mut line));
        matches!(read, Some(Ok(_))).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn message(&self, text: &str) {
        ui::say(&crate::clean::clean(text));
    }

    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let choices = no.map_or(format!("1 = {yes}"), |no| format!("1 = {yes}, 2 = {no}"));
        let answer = self.line(&format!("{question} ({choices})"))?;
        match answer.as_str() {
            "1" => Some(true),
            "2" if no.is_some() => Some(false),
            _ => None,
        }
    }
}
