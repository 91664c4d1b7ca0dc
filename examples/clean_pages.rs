//! How fast the library cleans texts that are in memory: the measure that `benches/python/speed.py` holds the Python package
//! against. Prints the seconds of every pass over all pages, cleaned texts kept.
//!
//! Usage: `clean_pages FILE.jsonl THREADS PASSES`

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use tamis::{Classifier, Worker, kept_ranges, segment};

#[derive(serde::Deserialize)]
struct Record {
    text: String,
}

fn clean(worker: &mut Worker<'_>, text: &str) -> String {
    let page = segment::text(text);
    let verdicts = worker.classify(&page);
    kept_ranges(text.as_bytes(), &page, verdicts).into_iter().filter_map(|range| text.get(range)).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or("usage: clean_pages FILE.jsonl THREADS PASSES");
    let file = std::fs::read_to_string(argument()?)?;
    let (threads, passes): (usize, usize) = (argument()?.parse()?, argument()?.parse()?);
    let pages: Result<Vec<Record>, _> = file.lines().map(serde_json::from_str).collect();
    let texts: Vec<String> = pages?.into_iter().map(|page| page.text).collect();
    let classifier = Classifier::embedded()?;
    for _ in 0..passes {
        let start = Instant::now();
        let next = AtomicUsize::new(0);
        let take = || {
            let mut worker = classifier.worker();
            let mut done = Vec::new();
            while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push(clean(&mut worker, text));
            }
            done
        };
        let done: usize = thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
            let own = take().len();
            own + others.into_iter().filter_map(|other| other.join().ok()).map(|done| done.len()).sum::<usize>()
        });
        let seconds = start.elapsed().as_secs_f64();
        if done != texts.len() {
            return Err(format!("{done} of {} pages were cleaned", texts.len()).into());
        }
        println!("{seconds}");
    }
    Ok(())
}
