//! Ctrl-C leaves nothing behind.
//!
//! A signal arrives at any moment and the process must end, so what is to be removed then is known to the whole
//! process. This is the one place that keeps such a list.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::exit::Exit;

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Whether something was done that an interrupt came too late for.
static TOO_LATE: AtomicBool = AtomicBool::new(false);

/// Has the process remove what is unfinished and end, when it is asked to.
pub(crate) fn install() {
    // Without a handler the process still ends on a signal; temporary files then stay under their temporary names.
    let _ = ctrlc::set_handler(|| {
        let unfinished = unfinished();
        if TOO_LATE.swap(false, Ordering::Relaxed) {
            crate::ui::say("interrupted too late: the change was made already; interrupt again to see no report of it");
            return;
        }
        for path in unfinished.iter() {
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
        crate::prompt::restore_terminal();
        crate::ui::farewell(Exit::Interrupted);
        std::process::exit(Exit::Interrupted.code().into());
    });
}

/// A file or folder that is removed when the process is interrupted, until this is dropped.
#[derive(Debug)]
pub(crate) struct Unfinished(PathBuf);

impl Unfinished {
    /// Makes a file or folder. An interrupt comes before it or finds it, never in between.
    pub(crate) fn make<T>(make: impl FnOnce() -> io::Result<T>, path: impl Fn(&T) -> &Path) -> io::Result<(T, Self)> {
        let mut unfinished = unfinished();
        let made = make()?;
        let path = path(&made).to_owned();
        unfinished.push(path.clone());
        Ok((made, Self(path)))
    }

    /// Makes something inside of it, unless it is being removed: then the process ends while this waits.
    pub(crate) fn make_inside<T>(&self, make: impl FnOnce() -> T) -> T {
        let _held = unfinished();
        make()
    }
}

/// Does something that must not be cut off, such as writing a hive in place. An interrupt waits until it has ended, and
/// is then too late if it was done: the command goes on to say what it did, and a second interrupt ends it.
pub(crate) fn uninterrupted<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let _held = unfinished();
    let done = work();
    TOO_LATE.store(done.is_ok(), Ordering::Relaxed);
    done
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
