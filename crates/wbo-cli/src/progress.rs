//! Progress on standard error: one moving line for people, JSON lines for programs.

use std::io::{self, IsTerminal, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use clap::ValueEnum;

use crate::ui::Ui;

/// What is done shortly needs no word on its progress.
const QUIET_FIRST: Duration = Duration::from_millis(700);

/// Often enough to look alive, rarely enough to cost nothing.
const INTERVAL: Duration = Duration::from_millis(200);

/// How to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A moving line, if standard error is a terminal
    Auto,
    /// JSON lines on standard error
    Json,
    /// Nothing
    None,
}

/// Counts bytes and shows how far they have come, until it is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    done: Arc<AtomicU64>,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Shows progress of `what` towards `total` bytes.
    pub(crate) fn start(ui: Ui, what: &'static str, total: u64) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let line: Option<fn(&'static str, u64, u64) -> String> = match ui.progress {
            ProgressMode::Auto if !ui.quiet && io::stderr().is_terminal() => Some(moving_line),
            ProgressMode::Json => Some(json_line),
            _ => None,
        };
        let ticker = line.map(|line| {
            let (stop, stopped) = channel::<()>();
            let done = Arc::clone(&done);
            let tick = move || {
                let mut shown = false;
                let mut wait = QUIET_FIRST;
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
                    if crate::prompt::is_asking() {
                        continue;
                    }
                    let text = line(what, done.load(Ordering::Relaxed).min(total), total);
                    let _ = io::stderr().lock().write_all(text.as_bytes());
                    (shown, wait) = (true, INTERVAL);
                }
                if shown && ui.progress == ProgressMode::Auto {
                    let _ = io::stderr().lock().write_all(b"\r\x1b[K");
                }
            };
            (stop, std::thread::spawn(tick))
        });
        Self { done, ticker }
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts what is read through `bytes`.
    pub(crate) fn count<R: Read>(&self, bytes: R) -> Counted<R> {
        Counted { bytes, done: Arc::clone(&self.done) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, ticker)) = self.ticker.take() {
            drop(stop);
            // It ends by itself; a panic in it would cost a line of progress and nothing else.
            let _ = ticker.join();
        }
    }
}

/// A reader that counts.
pub(crate) struct Counted<R> {
    bytes: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn moving_line(what: &'static str, done: u64, total: u64) -> String {
    format!("\r{what}: {} of {} MiB ({} %)\x1b[K", done >> 20, total >> 20, percent(done, total))
}

fn json_line(what: &'static str, done: u64, total: u64) -> String {
    format!("{{\"wbo\":\"progress\",\"version\":1,\"what\":\"{what}\",\"done\":{done},\"total\":{total}}}\n")
}

fn percent(done: u64, total: u64) -> u64 {
    done.saturating_mul(100).checked_div(total).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_far_it_is() {
        assert_eq!(moving_line("verify", 1 << 20, 4 << 20), "\rverify: 1 of 4 MiB (25 %)\x1b[K");
        let line = json_line("verify", 5, 0);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((value["what"].as_str(), value["done"].as_u64()), (Some("verify"), Some(5)));
        assert_eq!(percent(5, 0), 100);
    }

    #[test]
    fn what_is_read_is_counted() {
        let ui = Ui { json: false, quiet: true, progress: ProgressMode::Auto };
        let progress = Progress::start(ui, "test", 10);
        io::copy(&mut progress.count(&b"12345"[..]), &mut io::sink()).unwrap();
        progress.add(2);
        assert_eq!(progress.done.load(Ordering::Relaxed), 7);
    }
}
