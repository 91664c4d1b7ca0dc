//! SIGINT and SIGTERM: unfinished files go, what is being written to standard output is written to its end, and the exit
//! code says which signal it was.

#[cfg(any(unix, feature = "label"))]
use std::sync::{Mutex, PoisonError};

/// What a verb that only a signal ends does at its end.
#[cfg(any(unix, feature = "label"))]
static LAST: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Makes a signal the regular end of the run, which then does this and exits with 0. Only where there are signals.
#[cfg(feature = "label")]
pub(crate) fn when_interrupted(last: impl FnOnce() + Send + 'static) {
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(last));
}

/// Watches for signals until the program ends.
#[cfg(unix)]
pub(super) fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let _files = super::files::abandon();
            let _whole = super::target::between_writes();
            if let Some(last) = LAST.lock().unwrap_or_else(PoisonError::into_inner).take() {
                last();
                std::process::exit(0);
            }
            std::process::exit(128 + signal);
        }
    });
}

/// Elsewhere the system ends the program; files that were being written keep their temporary names.
#[cfg(not(unix))]
pub(super) fn watch() {}
