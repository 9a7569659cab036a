//! Asking for a passphrase, with the terminal as it was afterwards, whatever happens.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKING: AtomicBool = AtomicBool::new(false);

/// Asks on the terminal, without showing what is typed.
pub(crate) fn password(prompt: impl AsRef<str>) -> io::Result<String> {
    ASKING.store(true, Ordering::Relaxed);
    terminal::remember();
    let answer = rpassword::prompt_password(prompt.as_ref());
    terminal::restore();
    ASKING.store(false, Ordering::Relaxed);
    answer
}

/// Whether somebody is being asked, so that nothing else is written on that line.
pub(crate) fn is_asking() -> bool {
    ASKING.load(Ordering::Relaxed)
}

/// Puts the terminal back as it was before a prompt that was interrupted: the process ends without coming back to it.
pub(crate) fn restore_terminal() {
    terminal::restore();
}

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    pub(super) fn remember() {
        let terminal = File::open("/dev/tty").ok();
        let before = terminal.and_then(|terminal| tcgetattr(&terminal).ok().map(|attributes| (terminal, attributes)));
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = before;
    }

    pub(super) fn restore() {
        if let Some((terminal, attributes)) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Where this fails the terminal is gone.
            let _ = tcsetattr(&terminal, OptionalActions::Now, &attributes);
        }
    }
}

/// A console of Windows gives each program the mode that the shell wants.
#[cfg(not(unix))]
mod terminal {
    pub(super) fn remember() {}

    pub(super) fn restore() {}
}
