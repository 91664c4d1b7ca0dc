//! The progress bar, on a terminal only.

use std::fs;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Summary;
use super::inputs::Input;

pub(super) struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
}

impl Progress {
    /// A bar over the bytes of the inputs. It hides itself where standard error is no terminal, or where data goes to one.
    pub(super) fn new(inputs: &[Input], read: &Arc<AtomicU64>, to_file: bool) -> Self {
        let sizes: Option<u64> = inputs
            .iter()
            .map(|input| fs::metadata(&input.path).ok().filter(fs::Metadata::is_file).map(|found| found.len()))
            .sum();
        let shown = to_file || !io::stdout().is_terminal();
        let place = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(sizes, place);
        let template = match sizes {
            Some(_) => "{bar:30} {percent:>3} %  {binary_bytes_per_sec}  {msg}  ETA {eta}",
            None => "{spinner} {binary_bytes}  {binary_bytes_per_sec}  {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, read: Arc::clone(read) }
    }

    pub(super) fn show(&self, summary: &Summary) {
        if !self.bar.is_hidden() {
            self.bar.set_position(self.read.load(Ordering::Relaxed));
            let junk = 100.0 * summary.blocks.junk_share();
            self.bar.set_message(format!("{} records, {junk:.1} % junk", summary.records_in));
        }
    }

    /// Does something that may write to standard error; if it does, the bar makes room.
    pub(super) fn around<T>(&self, speaks: bool, action: impl FnOnce() -> T) -> T {
        if speaks && !self.bar.is_hidden() { self.bar.suspend(action) } else { action() }
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
