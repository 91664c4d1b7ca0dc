//! Work shared among threads, in order, without Python's lock.
//!
//! Threads live as long as one call, so that a process can be forked at any other time.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pyo3::prelude::*;
use tamis::{Classifier, Worker};

use crate::error::wrong;

/// Items between two looks for Ctrl-C.
pub(crate) const ROUND: usize = 1024;

/// The number of threads that was asked for; all cores if none was.
pub(crate) fn threads(asked: Option<usize>) -> PyResult<usize> {
    match asked {
        Some(0) => Err(wrong("threads must be at least 1")),
        Some(number) => Ok(number),
        None => Ok(thread::available_parallelism().map_or(1, NonZeroUsize::get)),
    }
}

/// What `work` makes of every item, in order. `work` says why it cannot.
///
/// # Errors
/// The first error in the order of the items, with the item's number, where the first one has the number `first`;
/// `KeyboardInterrupt`.
pub(crate) fn map<T: Sync, R: Send>(
    py: Python<'_>,
    classifier: &Classifier,
    threads: usize,
    first: usize,
    items: &[T],
    work: impl Fn(&mut Worker<'_>, &T) -> Result<R, String> + Sync,
) -> PyResult<Vec<R>> {
    let mut done = Vec::with_capacity(items.len());
    for round in items.chunks(ROUND) {
        py.check_signals()?;
        let results = py.detach(|| share(classifier, threads, round, &work));
        for result in results {
            let number = first + done.len();
            done.push(result.map_err(|why| wrong(format!("item {number}: {why}")))?);
        }
    }
    Ok(done)
}

fn share<T: Sync, R: Send>(
    classifier: &Classifier,
    threads: usize,
    items: &[T],
    work: &(impl Fn(&mut Worker<'_>, &T) -> R + Sync),
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut worker = classifier.worker();
        let mut done = Vec::new();
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(at)
        {
            done.push((at, work(&mut worker, item)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        // A thread that the system does not give is done without.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, take).ok();
        let others: Vec<_> = (1..threads.min(items.len())).filter_map(spawn).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
