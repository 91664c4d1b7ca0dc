//! SIGINT and SIGTERM: unfinished files go, what is being written to standard output is written to its end, and the exit
//! code says which signal it was.

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
            std::process::exit(128 + signal);
        }
    });
}

/// Elsewhere the system ends the program; files that were being written keep their temporary names.
#[cfg(not(unix))]
pub(super) fn watch() {}
