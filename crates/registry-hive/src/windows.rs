//! The hives of a Windows that is switched off: which files they are, and where Windows mounts them.

use std::io;

use registry::{KeyPath, Name, RegistryError, Root};

use crate::{Image, Logs, Mounts, NotAHive};

/// The volume of a Windows, or the folder of one of its users. Names in it are the same in upper and lower case,
/// wherever it lies.
pub trait Folder {
    /// Reads a file at a path of names; `None`, if there is none.
    fn read(&self, path: &[&str]) -> io::Result<Option<Vec<u8>>>;
}

/// Why the hives of a Windows were not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HivesError {
    /// A hive is not where it belongs.
    #[error("{path} is not there")]
    Missing {
        /// Where it belongs.
        path: String,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// Which.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file is no hive.
    #[error("{path}: {source}")]
    NotAHive {
        /// Which.
        path: String,
        /// What is wrong with it.
        source: NotAHive,
    },
    /// A hive cannot be read where that is needed to mount it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// The settings of the machine: `HKLM\SOFTWARE` and `HKLM\SYSTEM`, from the folder `Windows` of a volume.
///
/// The hives of accounts and secrets beside them, SAM and SECURITY, are never opened.
pub fn machine_hives(volume: &dyn Folder) -> Result<Mounts<Image>, HivesError> {
    let mut mounts = Mounts::default();
    for hive in ["SOFTWARE", "SYSTEM"] {
        let path = ["Windows", "System32", "config", hive];
        let image = open(volume, &path)?.ok_or_else(|| HivesError::Missing { path: path.join("\\") })?;
        mounts.mount(KeyPath::new(Root::LocalMachine, vec![Name::from(hive)]), image)?;
    }
    Ok(mounts)
}

/// Adds the settings of a user, from the folder that holds his files: `HKCU`, and `HKCU\Software\Classes` where he has
/// any.
pub fn mount_user(mounts: &mut Mounts<Image>, folder: &dyn Folder) -> Result<(), HivesError> {
    let path = ["NTUSER.DAT"];
    let image = open(folder, &path)?.ok_or_else(|| HivesError::Missing { path: path.join("\\") })?;
    mounts.mount(KeyPath::new(Root::CurrentUser, vec![]), image)?;
    if let Some(image) = open(folder, &["AppData", "Local", "Microsoft", "Windows", "UsrClass.dat"])? {
        let classes = vec![Name::from("Software"), Name::from("Classes")];
        mounts.mount(KeyPath::new(Root::CurrentUser, classes), image)?;
    }
    Ok(())
}

/// What the file `hiberfil.sys` of a volume tells by its first four bytes: whether Windows lies in it, to go on from
/// there. Such a Windows, also one that was shut down for a fast start, holds registries in memory that would overwrite
/// what was edited, and its volumes are not to be written to.
pub fn is_hibernated(start_of_hiberfil: &[u8]) -> bool {
    [b"HIBR", b"hibr", b"WAKE", b"wake", b"RSTR", b"rstr", b"LINK", b"link"]
        .iter()
        .any(|live| start_of_hiberfil.starts_with(*live))
}

fn open(folder: &dyn Folder, path: &[&str]) -> Result<Option<Image>, HivesError> {
    let read = |path: &[&str]| folder.read(path).map_err(|source| HivesError::Read { path: path.join("\\"), source });
    let Some(file) = read(path)? else { return Ok(None) };
    let beside = |extension: &str| {
        let (name, folders) = path.split_last().unwrap_or((&"", &[]));
        let log = format!("{name}.{extension}");
        read(&[folders, &[log.as_str()]].concat())
    };
    let (log1, log2, log) = (beside("LOG1")?, beside("LOG2")?, beside("LOG")?);
    let logs = Logs { log1: log1.as_deref(), log2: log2.as_deref(), log: log.as_deref() };
    let image = Image::open(file, logs);
    image.map(Some).map_err(|source| HivesError::NotAHive { path: path.join("\\"), source })
}
