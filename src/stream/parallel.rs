//! One producer, any number of workers, one consumer; results come in the order of production.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crossbeam_channel::unbounded;

/// Bytes of jobs on their way at any time, unless one job alone is larger.
const BUDGET: usize = 24 << 20;

/// Runs `work` on every job of `produce`, on `threads` threads, and gives the results to `consume` in the order of the
/// jobs. `cost` is what a job holds in memory until its result is consumed.
///
/// One thread means this thread and no other.
///
/// # Errors
/// The first error of `consume`, after which nothing more is produced.
pub(super) fn run<Job: Send, Done: Send, Worker, Error>(
    threads: usize,
    mut produce: impl FnMut() -> Option<Job> + Send,
    cost: impl Fn(&Job) -> usize + Sync,
    worker: impl Fn() -> Worker + Sync,
    work: impl Fn(&mut Worker, Job) -> Done + Sync,
    mut consume: impl FnMut(Done) -> Result<(), Error>,
) -> Result<(), Error> {
    if threads <= 1 {
        let mut worker = worker();
        while let Some(job) = produce() {
            consume(work(&mut worker, job))?;
        }
        return Ok(());
    }
    let budget = Budget::default();
    let (to_workers, jobs) = unbounded::<(u64, usize, Job)>();
    let (to_consumer, results) = unbounded::<(u64, usize, Done)>();
    thread::scope(|scope| {
        let (budget, cost, worker, work) = (&budget, &cost, &worker, &work);
        scope.spawn(move || {
            let mut number = 0;
            while let Some(job) = produce() {
                let cost = cost(&job);
                if !budget.take(cost) || to_workers.send((number, cost, job)).is_err() {
                    break;
                }
                number += 1;
            }
        });
        for _ in 0..threads {
            let (jobs, to_consumer) = (jobs.clone(), to_consumer.clone());
            scope.spawn(move || {
                let mut worker = worker();
                for (number, cost, job) in jobs {
                    if to_consumer.send((number, cost, work(&mut worker, job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop((jobs, to_consumer));
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (number, cost, done) in results {
            waiting.insert(number, (cost, done));
            while let Some((cost, done)) = waiting.remove(&next) {
                next += 1;
                let consumed = consume(done);
                budget.give_back(cost);
                if consumed.is_err() {
                    budget.close();
                    return consumed;
                }
            }
        }
        Ok(())
    })
}

#[derive(Default)]
struct Budget {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    taken: usize,
    closed: bool,
}

impl Budget {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room; false if nothing is wanted any more.
    fn take(&self, cost: usize) -> bool {
        let full = |state: &mut State| !state.closed && state.taken > 0 && state.taken + cost > BUDGET;
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        state.taken += cost;
        !state.closed
    }

    fn give_back(&self, cost: usize) {
        self.state().taken -= cost;
        self.changed.notify_all();
    }

    fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::run;

    #[test]
    fn results_come_in_order_on_any_number_of_threads() {
        for threads in [1, 2, 7] {
            let mut jobs = 0..500u64;
            let mut seen = Vec::new();
            run(
                threads,
                || jobs.next(),
                |_| 1 << 20,
                || (),
                |(), job| {
                    std::thread::sleep(std::time::Duration::from_micros(job % 7 * 20));
                    job
                },
                |done| {
                    seen.push(done);
                    Ok::<(), ()>(())
                },
            )
            .unwrap();
            assert_eq!(seen, (0..500).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_of_the_consumer_ends_the_run() {
        for threads in [1, 3] {
            let end = run(threads, || Some(()), |()| 30 << 20, || (), |(), ()| (), |()| Err("full"));
            assert_eq!(end, Err("full"));
        }
    }
}
