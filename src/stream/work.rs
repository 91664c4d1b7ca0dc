//! What a worker does: parses a batch's records, classifies the pages, lets the verb say what becomes of each.

use std::io::Write;
use std::sync::Arc;

use super::source::Job;
use super::target::{Plan, Shape};
use super::{OnError, Options, Summary};
use crate::Worker;
use crate::error::{Error, Result};
use crate::formats::{Batch, Compression, Format, Record, gzip, writer::Chunk};
use crate::page::{Page, Verdict};

/// What a command does with pages.
pub(crate) trait Verb: Sync {
    /// What the output of inputs of this format looks like.
    ///
    /// # Errors
    /// If it cannot be what was asked for.
    fn shape(&self, input: Format) -> Result<Shape>;

    /// The columns of the output, if it is a table; `input` is the input's table, if that is one.
    #[cfg(feature = "parquet")]
    fn table(&self, input: Option<&crate::formats::parquet::Table>) -> Result<crate::formats::parquet::Table> {
        let _ = input;
        Err(Error::option("this command writes no tables"))
    }

    /// Says what becomes of a page.
    ///
    /// # Errors
    /// If that cannot be written.
    fn page(&self, page: Classified<'_, '_>, out: &mut Out) -> Result<()>;

    /// Takes what the pages of a batch have left in `out` for the verb itself: called for batch after batch, in the order
    /// of the inputs, on one thread.
    ///
    /// # Errors
    /// If it cannot be written.
    fn collect(&self, _: &mut Out) -> Result<()> {
        Ok(())
    }

    /// What goes to the output for all pages of a batch.
    ///
    /// # Errors
    /// If it does not fit the output's columns.
    fn chunk(&self, _: &Batch, _: &Plan, out: &mut Out) -> Result<Chunk> {
        Ok(Chunk::Bytes(std::mem::take(&mut out.bytes)))
    }
}

/// A page with its verdicts.
pub(crate) struct Classified<'a, 'c> {
    pub plan: &'a Plan,
    pub record: &'a Record<'a>,
    pub page: &'a Page<'a>,
    pub verdicts: &'a [Verdict],
    /// Explains the verdicts.
    pub worker: &'a mut Worker<'c>,
}

impl Classified<'_, '_> {
    /// What people call the page: its file and, for all but plain text, its number.
    pub(crate) fn name(&self) -> String {
        match self.record.origin {
            crate::formats::Origin::File => self.plan.name.clone(),
            _ => format!("{}:{}", self.plan.name, self.record.number),
        }
    }
}

/// What becomes of a batch.
#[derive(Default)]
pub(crate) struct Out {
    /// For the output.
    pub bytes: Vec<u8>,
    /// New texts for the rows of a table.
    #[cfg(feature = "parquet")]
    pub texts: crate::formats::parquet::Texts,
    /// JSON lines in `bytes`.
    pub lines: usize,
    /// For the file of removed blocks.
    pub removed: Vec<u8>,
    /// For people, on standard error.
    pub notes: Vec<u8>,
    /// Pages that were left out as a whole.
    pub dropped: u64,
    /// For a report over all pages.
    pub seen: Vec<crate::report::html::Seen>,
}

/// A bad record.
pub(super) struct Bad {
    pub error: Error,
    /// As it stands, if it is wanted.
    pub bytes: Vec<u8>,
    /// More of the one before.
    pub rest: bool,
}

/// What a worker hands on.
pub(super) enum Done {
    Start(Arc<Plan>),
    Batch(Box<Finished>),
    End { failed: bool },
    Failed { error: Error, begun: bool },
}

impl Done {
    /// Something will be said on standard error.
    pub(super) fn speaks(&self) -> bool {
        match self {
            Self::Start(_) | Self::End { .. } => false,
            Self::Batch(finished) => !finished.bad.is_empty() || !finished.out.notes.is_empty(),
            Self::Failed { .. } => true,
        }
    }
}

/// A finished batch.
pub(super) struct Finished {
    pub chunk: Option<Chunk>,
    pub out: Out,
    pub bad: Vec<Bad>,
    pub counts: Summary,
    /// What ends the run, once all this is written.
    pub error: Option<Error>,
}

pub(super) fn work(worker: &mut Worker<'_>, job: Job, options: &Options, verb: &dyn Verb) -> Done {
    match job {
        Job::Start(plan) => Done::Start(plan),
        Job::Batch(plan, batch) => Done::Batch(Box::new(finish(worker, &plan, &batch, options, verb))),
        Job::End { failed } => Done::End { failed },
        Job::Failed { error, begun } => Done::Failed { error, begun },
    }
}

fn finish(worker: &mut Worker<'_>, plan: &Plan, batch: &Batch, options: &Options, verb: &dyn Verb) -> Finished {
    let mut out = Out::default();
    let mut bad = Vec::new();
    let mut counts = Summary { other_records: batch.others, ..Summary::default() };
    let ended = batch.records(&options.read, &mut |record| {
        let record = match record {
            Ok(record) => record,
            Err(found) => {
                counts.records_in += u64::from(!found.rest);
                let (rest, bytes) = (found.rest, found.bytes);
                let bytes = if matches!(options.on_error, OnError::Quarantine(_)) { bytes.to_vec() } else { Vec::new() };
                let error = Error::from(found).in_file(plan.name.as_ref());
                if options.on_error == OnError::Fail {
                    return Err(error);
                }
                bad.push(Bad { error, bytes, rest });
                return Ok(());
            }
        };
        counts.records_in += 1;
        counts.text_bytes += record.text.len() as u64;
        counts.replaced_characters += record.replaced;
        if record.replaced > 0 {
            note(&mut out, plan, record, format_args!("{} characters could not be decoded", record.replaced))?;
        }
        let (page, damage) = record.segment();
        if let Some(damage) = damage {
            counts.damaged_blocks += damage.blocks as u64;
            let (blocks, s) = (damage.blocks, if damage.blocks == 1 { "" } else { "s" });
            let first = damage.first;
            note(&mut out, plan, record, format_args!(
                "byte {first}: not valid UTF-8 ({blocks} block{s}); classified with replacement characters, bytes are kept"
            ))?;
        }
        counts.blocks.add(&page, worker.classify(&page));
        let verdicts = std::mem::take(&mut worker.verdicts);
        let done = verb.page(Classified { plan, record, page: &page, verdicts: &verdicts, worker }, &mut out);
        worker.verdicts = verdicts;
        done
    });
    let mut error = ended.err();
    counts.records_dropped = out.dropped;
    let chunk = verb.chunk(batch, plan, &mut out).and_then(|chunk| match chunk {
        Chunk::Bytes(bytes) if plan.compression == Compression::Gzip && !bytes.is_empty() => {
            Ok(Chunk::Bytes(gzip(&bytes)?))
        }
        chunk => Ok(chunk),
    });
    let chunk = chunk.map_err(|failure| error.get_or_insert(failure)).ok();
    Finished { chunk, out, bad, counts, error }
}

fn note(out: &mut Out, plan: &Plan, record: &Record<'_>, what: std::fmt::Arguments<'_>) -> Result<()> {
    match record.origin {
        crate::formats::Origin::File => writeln!(out.notes, "tamis: {}, {what}", plan.name)?,
        _ => writeln!(out.notes, "tamis: {}, record {}: {what}", plan.name, record.number)?,
    }
    Ok(())
}
