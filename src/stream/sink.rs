//! The consuming end, in the order of the inputs: outputs, side files, the journal, counts, and what is done about errors.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::files::Unfinished;
use super::inputs::Input;
use super::journal::{Entry, Journal};
use super::summary::Stats;
use super::target::{Destination, Plan, Target};
use super::work::{Bad, Done, Finished};
use super::{OnError, Options, Summary};
use crate::error::{Error, Result};
use crate::formats::{Compression, gzip, writer::Writer};

pub(super) struct Sink<'o> {
    options: &'o Options,
    target: &'o Target,
    /// Inputs whose ends have not been seen.
    inputs: VecDeque<&'o Input>,
    output: Option<(Box<dyn Writer<Destination>>, Arc<Plan>)>,
    removed: Option<Side>,
    quarantine: Option<Side>,
    journal: Option<Journal>,
    /// Counts of everything, and of the current input alone.
    pub summary: Summary,
    file: Summary,
    started: Instant,
    /// Bytes of text that an earlier run has done.
    before: u64,
    /// Inputs that could not be read at all: more than a bad record.
    unread: u64,
}

impl<'o> Sink<'o> {
    /// A sink, and how many of the inputs an earlier run has done.
    pub(super) fn new(options: &'o Options, target: &'o Target, inputs: &'o [Input]) -> Result<(Self, usize)> {
        let mut done = Vec::new();
        let journal = match (target.folder(), options.resume) {
            (None, true) => return Err(Error::option("--resume needs an output folder (-o)")),
            (None, false) => None,
            (Some(folder), false) => Some(Journal::start(folder, &options.fingerprint)?),
            (Some(folder), true) => {
                let (journal, entries) = Journal::resume(folder, &options.fingerprint, inputs)?;
                done = entries;
                Some(journal)
            }
        };
        let last = done.last().cloned().unwrap_or_default();
        let side = |path: &Path, length| Side::new(path, options.resume.then_some(length), journal.is_some());
        let removed = options.removed.as_deref().map(|path| side(path, last.removed)).transpose()?;
        let quarantine = match &options.on_error {
            OnError::Quarantine(path) => Some(side(path, last.quarantined)?),
            _ => None,
        };
        let mut summary = Summary::default();
        done.iter().for_each(|entry| summary.add(&entry.counts));
        let sink = Self {
            options,
            target,
            inputs: inputs[done.len()..].iter().collect(),
            output: None,
            removed,
            quarantine,
            journal,
            before: summary.text_bytes,
            // What was read in part has an output.
            unread: done.iter().filter(|entry| entry.counts.failed_files > 0 && entry.output.is_none()).count() as u64,
            summary,
            file: Summary::default(),
            started: Instant::now(),
        };
        Ok((sink, done.len()))
    }

    /// Takes what comes next.
    ///
    /// # Errors
    /// If something cannot be written, or a bad input ends the run.
    pub(super) fn take(&mut self, done: Done) -> Result<()> {
        match done {
            Done::Start(plan) => self.start(plan),
            Done::Batch(finished) => self.batch(*finished),
            Done::End { failed } => {
                *(if failed { &mut self.file.failed_files } else { &mut self.file.files }) = 1;
                self.end()
            }
            Done::Failed { error, begun } => {
                if self.options.on_error == OnError::Fail {
                    return Err(error);
                }
                say(&error);
                self.unread += u64::from(!begun);
                self.file.failed_files = 1;
                self.end()
            }
        }
    }

    fn start(&mut self, plan: Arc<Plan>) -> Result<()> {
        match &self.output {
            None => self.output = Some((self.target.open(&plan)?, plan)),
            Some((_, first)) if first.shape != plan.shape => {
                return Err(Error::option(format!(
                    "{} and {} cannot go to one output; name a folder (-o), or one --output-format",
                    first.name, plan.name
                )));
            }
            #[cfg(feature = "parquet")]
            Some((_, first))
                if first.table.as_ref().map(|table| &table.schema)
                    != plan.table.as_ref().map(|table| &table.schema) =>
            {
                return Err(Error::option(format!(
                    "{} and {} have not the same columns; name a folder (-o)",
                    first.name, plan.name
                )));
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn batch(&mut self, finished: Finished) -> Result<()> {
        let Finished { chunk, out, bad, mut counts, error } = finished;
        if let (Some((writer, plan)), Some(chunk)) = (&mut self.output, chunk) {
            writer.write(chunk).map_err(|error| in_output(error, plan))?;
        }
        if let Some(removed) = &mut self.removed {
            removed.write(&out.removed)?;
        }
        if !out.notes.is_empty() {
            let _ = anstream::AutoStream::auto(io::stderr().lock()).write_all(&out.notes);
        }
        let found = bad.iter().filter(|bad| !bad.rest).count() as u64;
        for Bad { error, bytes, rest } in bad {
            if !rest {
                say(&error);
            }
            if let Some(quarantine) = &mut self.quarantine {
                quarantine.separate(rest)?;
                quarantine.write(&bytes)?;
            }
        }
        *(if self.quarantine.is_some() { &mut counts.records_quarantined } else { &mut counts.records_skipped }) =
            found;
        counts.records_out = counts.records_in - counts.records_dropped - found;
        self.file.add(&counts);
        self.summary.add(&counts);
        error.map_or(Ok(()), Err)
    }

    /// The end of an input.
    fn end(&mut self) -> Result<()> {
        let (files, failed_files) = (self.file.files, self.file.failed_files);
        self.summary.add(&Summary { files, failed_files, ..Summary::default() });
        let counts = std::mem::take(&mut self.file);
        let input = self.inputs.pop_front();
        let (Some(journal), Some(input)) = (&mut self.journal, input) else {
            return Ok(());
        };
        let mut entry = Entry::of(input);
        entry.counts = counts;
        if let Some((writer, plan)) = self.output.take() {
            writer.finish().and_then(Destination::finish).map_err(|error| in_output(error, &plan))?;
            let folder = self.target.folder().unwrap_or(Path::new(""));
            entry.output = plan.path.as_ref().and_then(|path| path.strip_prefix(folder).ok()).map(Path::to_path_buf);
        }
        for (side, length) in [(&mut self.removed, &mut entry.removed), (&mut self.quarantine, &mut entry.quarantined)]
        {
            if let Some(side) = side {
                side.separate(false)?;
                *length = side.length;
            }
        }
        journal.add(&entry)
    }

    /// Gives everything its final name, and says what was done where that was asked for or something went wrong.
    ///
    /// # Errors
    /// If something cannot be written, the counts do not add up, or inputs could not be read.
    pub(super) fn finish(mut self) -> Result<Summary> {
        if let Some((writer, plan)) = self.output.take() {
            writer.finish().and_then(Destination::finish).map_err(|error| in_output(error, &plan))?;
        }
        for side in [self.removed.take(), self.quarantine.take()].into_iter().flatten() {
            side.finish()?;
        }
        let (seconds, before, summary) = (self.started.elapsed().as_secs_f64(), self.before, self.summary);
        let accounted =
            summary.records_out + summary.records_dropped + summary.records_skipped + summary.records_quarantined;
        if summary.records_in != accounted {
            let why = format!("{} records in, but {accounted} accounted for: please report this", summary.records_in);
            return Err(Error::record(why));
        }
        if let Some(path) = &self.options.stats {
            let stats = Stats { summary: &summary, junk_share: summary.blocks.junk_share(), seconds };
            let json = serde_json::to_vec_pretty(&stats).map_err(io::Error::from)?;
            let mut file = Unfinished::create(path)?;
            file.write_all(&[json.as_slice(), b"\n"].concat())?;
            file.finish()?;
        }
        let amiss = summary.records_out != summary.records_in || summary.failed_files > 0;
        if amiss || self.options.output.is_some() || io::stderr().is_terminal() && !self.options.styled {
            let speed = (summary.text_bytes - before) as f64 / 1e6 / seconds.max(1e-3);
            summary.write(speed, &mut io::stderr().lock())?;
        }
        match self.unread {
            0 => Ok(summary),
            1 => Err(Error::option("1 input could not be read")),
            many => Err(Error::option(format!("{many} inputs could not be read"))),
        }
    }
}

/// Names an input's trouble and goes on.
fn say(error: &Error) {
    let _ = writeln!(io::stderr(), "tamis: {error}");
}

/// A closed pipe is the reader's doing and has no place; other trouble is that of the output.
fn in_output(error: Error, plan: &Plan) -> Error {
    match &plan.path {
        Some(path) => error.in_file(path),
        None => error,
    }
}

/// A file beside the output that grows over all inputs; a gzip file if its name ends like one.
struct Side {
    file: Unfinished,
    length: u64,
    gzip: bool,
    /// The last byte that was written.
    last: u8,
}

impl Side {
    /// `resume` is the length to go on from; `kept` says whether a later run may want to go on.
    fn new(path: &Path, resume: Option<u64>, kept: bool) -> Result<Self> {
        let (compression, _) = Compression::of_path(path);
        if compression == Compression::Zstd {
            return Err(Error::option("this can be a plain or a gzip file, not zstd").in_file(path));
        }
        let mut file = match resume {
            Some(length) => Unfinished::resume(path, length)?,
            None => Unfinished::create(path)?,
        };
        if kept {
            file.keep();
        }
        Ok(Self { file, length: resume.unwrap_or(0), gzip: compression == Compression::Gzip, last: b'\n' })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(&last) = bytes.last() else {
            return Ok(());
        };
        self.last = last;
        let compressed;
        let bytes = if self.gzip {
            compressed = gzip(bytes)?;
            &compressed
        } else {
            bytes
        };
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Records start on lines of their own.
    fn separate(&mut self, rest: bool) -> Result<()> {
        if rest || self.last == b'\n' { Ok(()) } else { self.write(b"\n") }
    }

    fn finish(self) -> Result<()> {
        self.file.finish()
    }
}
