//! Files in, files out: many records, all cores, bounded memory, nothing lost.
//!
//! ```text
//! inputs -> source: batches -> workers: parse, classify, the verb -> sink, in order: output, side files, counts
//! ```
//!
//! A verb says what becomes of a page ([`Verb`]); everything else is the same for all verbs and stands here.

mod files;
mod inputs;
mod journal;
mod parallel;
mod progress;
mod signals;
mod sink;
mod source;
mod summary;
mod target;
mod work;

#[cfg(feature = "train")]
pub(crate) use files::Unfinished;
#[cfg(feature = "label")]
pub(crate) use signals::when_interrupted;
pub(crate) use summary::Summary;
pub(crate) use target::{Destination, Plan, Shape, report};
pub(crate) use work::{Classified, Out, Verb};

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::Classifier;
use crate::error::{Error, Result};
use crate::formats::{Format, ReadOptions};
use inputs::Input;
use progress::Progress;
use sink::Sink;
use source::Source;
use target::Target;

/// What is done about bad records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OnError {
    /// The first one ends the run.
    Fail,
    /// They are named, counted and left out.
    Skip,
    /// They are also written to this file, as they stand.
    Quarantine(PathBuf),
}

/// Where from, where to, and how.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Files, folders, patterns; standard input if there is none.
    pub inputs: Vec<PathBuf>,
    pub format: Option<Format>,
    pub read: ReadOptions,
    pub threads: usize,
    pub on_error: OnError,
    /// A file or a folder; standard output if there is none.
    pub output: Option<PathBuf>,
    /// Standard output is for people.
    pub styled: bool,
    /// Where what a verb removes is written.
    pub removed: Option<PathBuf>,
    pub stats: Option<PathBuf>,
    /// Go on with a folder that an earlier run with the same options has left unfinished.
    pub resume: bool,
    /// All that the output depends on besides the inputs.
    pub fingerprint: String,
}

/// Runs a verb over all inputs.
///
/// # Errors
/// Usage, output errors, the first bad record under [`OnError::Fail`], and at the end files that could not be read.
pub(crate) fn run(options: &Options, classifier: &Classifier, verb: &dyn Verb) -> Result<Summary> {
    let inputs = inputs::expand(&options.inputs, options.format.is_some())?;
    if inputs.is_empty() {
        let why = "no file to read: of a folder, .txt, .html, .jsonl, .wet, .warc and .parquet files are taken, all with --input-format";
        return Err(Error::option(why));
    }
    let target = Target::new(options.output.as_deref(), &inputs, options.styled)?;
    check_side_files(options, &inputs)?;
    signals::watch();
    let (mut sink, done) = Sink::new(options, &target, &inputs)?;
    let inputs = &inputs[done..];

    let read = Arc::new(AtomicU64::new(0));
    let progress = Progress::new(inputs, &read, options.output.is_some());
    let mut source = Source::new(inputs, options, &target, verb, &read);
    let ended: Result<()> = parallel::run(
        options.threads,
        || source.next(),
        source::Job::cost,
        || classifier.worker(),
        |worker, job| work::work(worker, job, options, verb),
        |mut done| {
            if let work::Done::Batch(finished) = &mut done {
                verb.collect(&mut finished.out)?;
            }
            progress.around(done.speaks(), || sink.take(done))?;
            progress.show(&sink.summary);
            Ok(())
        },
    );
    progress.end();
    ended?;
    sink.finish()
}

/// # Errors
/// If a file beside the output is an input, the output, or another such file.
fn check_side_files(options: &Options, inputs: &[Input]) -> Result<()> {
    let quarantine = if let OnError::Quarantine(path) = &options.on_error { Some(path) } else { None };
    let mut taken: Vec<PathBuf> = options.output.iter().map(absolute).collect();
    for side in [options.removed.as_ref(), quarantine, options.stats.as_ref()].into_iter().flatten() {
        if inputs.iter().any(|input| target::same_file(&input.path, side)) {
            return Err(Error::option("it would be written over while it is read").in_file(side));
        }
        if taken.contains(&absolute(side)) {
            return Err(Error::option("two outputs would go to this file").in_file(side));
        }
        taken.push(absolute(side));
    }
    Ok(())
}

fn absolute(path: &PathBuf) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.clone())
}
