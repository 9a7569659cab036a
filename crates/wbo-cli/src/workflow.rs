//! Results as workflow commands, which GitHub shows beside a change.

use sha2::{Digest, Sha256};

/// How much somebody should mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Notice,
    Warning,
    Error,
}

/// Commands of one level that are shown for one step; of more, nothing is.
const MOST: usize = 10;

/// Characters of a message, which is read beside a file and not in a log.
const LONGEST: usize = 2000;

/// What is shown beside the change. What does not fit is counted in the last command.
#[derive(Debug, Default)]
pub(crate) struct Annotations {
    shown: Vec<Annotation>,
}

#[derive(Debug)]
struct Annotation {
    level: Level,
    title: String,
    message: String,
}

impl Level {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Annotations {
    pub(crate) fn add(&mut self, level: Level, title: String, message: String) {
        self.shown.push(Annotation { level, title, message });
    }

    /// The commands, beside this file where there is one, as many as are shown of each level.
    pub(crate) fn commands(&self, file: Option<&str>) -> String {
        let mut text = String::new();
        for level in [Level::Error, Level::Warning, Level::Notice] {
            let all: Vec<&Annotation> = self.shown.iter().filter(|annotation| annotation.level == level).collect();
            let fit = if all.len() > MOST { MOST - 1 } else { all.len() };
            for annotation in all.iter().take(fit) {
                text.push_str(&command(level, file, &annotation.title, &annotation.message));
            }
            if let Some(more @ 1..) = all.len().checked_sub(fit) {
                let message = format!("{more} more, in the log of this step");
                text.push_str(&command(level, file, "And more", &message));
            }
        }
        text
    }
}

fn command(level: Level, file: Option<&str>, title: &str, message: &str) -> String {
    let file = file.map(|file| format!("file={},", property(file))).unwrap_or_default();
    let mut cut: String = message.chars().take(LONGEST).collect();
    if cut.len() < message.len() {
        cut.push('…');
    }
    format!("::{} {file}title={}::{}\n", level.word(), property(title), data(&cut))
}

/// Text in a part of the log that can be folded, in which nothing is taken for a command.
pub(crate) fn folded(title: &str, text: &str) -> String {
    // What ends the part cannot stand in the text, since it is made from it.
    let end: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let break_off = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("::group::{}\n::stop-commands::{end}\n{text}{break_off}::{end}::\n::endgroup::\n", data(title))
}

/// Text as the last part of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_a_command_of_its_own() {
        let mut annotations = Annotations::default();
        annotations.add(Level::Warning, "a,b:c".to_owned(), "100 %\n::error::no\r".to_owned());
        assert_eq!(
            annotations.commands(Some("C:\\a,b.wbo")),
            "::warning file=C%3A\\a%2Cb.wbo,title=a%2Cb%3Ac::100 %25%0A::error::no%0D\n"
        );
        let log = folded("all", "::error::no\n##[error]no\n");
        let end = log.lines().nth(1).unwrap().strip_prefix("::stop-commands::").unwrap();
        let expected =
            format!("::group::all\n::stop-commands::{end}\n::error::no\n##[error]no\n::{end}::\n::endgroup::\n");
        assert_eq!((&log, end.len()), (&expected, 64));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut annotations = Annotations::default();
        for number in 0..12 {
            annotations.add(Level::Notice, format!("{number}"), String::new());
        }
        (0..10).for_each(|_| annotations.add(Level::Error, "e".to_owned(), "x".repeat(3000)));
        let commands = annotations.commands(None);
        let of = |level: &str| commands.lines().filter(|line| line.starts_with(level)).count();
        assert_eq!((of("::error "), of("::notice ")), (10, 10));
        assert!(commands.ends_with("::notice title=And more::3 more, in the log of this step\n"));
        assert!(commands.lines().all(|line| line.len() < 2100));
    }
}
