//! The producing end: opens one input after the other and cuts it into batches.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Options;
use super::inputs::Input;
use super::target::{Plan, Target};
use super::work::Verb;
use crate::error::{Error, Result};
use crate::formats::{Batch, Format, Reader, open, open_stream};

/// What the producer hands on, in this order for every input: its start, its batches, its end; or its failure.
pub(super) enum Job {
    Start(Arc<Plan>),
    Batch(Arc<Plan>, Batch),
    /// `failed` if the input was broken so that there may have been more.
    End {
        failed: bool,
    },
    /// `begun` if some of it may have been read before.
    Failed {
        error: Error,
        begun: bool,
    },
}

impl Job {
    /// Bytes in memory.
    pub(super) fn cost(&self) -> usize {
        if let Self::Batch(_, batch) = self { batch.size() } else { 0 }
    }
}

pub(super) struct Source<'o> {
    inputs: std::slice::Iter<'o, Input>,
    options: &'o Options,
    target: &'o Target,
    verb: &'o dyn Verb,
    read: Arc<AtomicU64>,
    current: Option<(Box<dyn Reader>, Arc<Plan>)>,
    /// Outputs in the folder, with their inputs.
    taken: BTreeMap<PathBuf, String>,
}

impl<'o> Source<'o> {
    /// `read` counts the bytes that were read of files, compressed as they are.
    pub(super) fn new(
        inputs: &'o [Input],
        options: &'o Options,
        target: &'o Target,
        verb: &'o dyn Verb,
        read: &Arc<AtomicU64>,
    ) -> Self {
        Self {
            inputs: inputs.iter(),
            options,
            target,
            verb,
            read: Arc::clone(read),
            current: None,
            taken: BTreeMap::new(),
        }
    }

    pub(super) fn next(&mut self) -> Option<Job> {
        let Some((reader, plan)) = &mut self.current else {
            let input = self.inputs.next()?;
            return Some(match self.open(input) {
                Ok((reader, plan)) => {
                    let start = Job::Start(Arc::clone(&plan));
                    self.current = Some((reader, plan));
                    start
                }
                Err(error) => Job::Failed { error: error.in_file(&input.path), begun: false },
            });
        };
        match reader.next_batch() {
            Ok(Some(batch)) => Some(Job::Batch(Arc::clone(plan), batch)),
            Ok(None) => {
                let failed = reader.failed();
                self.current = None;
                Some(Job::End { failed })
            }
            Err(error) => {
                let error = error.in_file(plan.name.as_ref());
                self.current = None;
                Some(Job::Failed { error, begun: true })
            }
        }
    }

    fn open(&mut self, input: &Input) -> Result<(Box<dyn Reader>, Arc<Plan>)> {
        let (options, name) = (&self.options.read, input.path.to_string_lossy());
        let format = self.options.format.or_else(|| Format::of_path(&input.path));
        let counted = |input: Box<dyn Read + Send>| Box::new(Counted { input, read: Arc::clone(&self.read) });
        let reader = if input.is_stdin() {
            open_stream(counted(Box::new(io::stdin())), &name, format, options)?
        } else if format == Some(Format::Parquet) {
            open(&input.path, format, options)?
        } else {
            open_stream(counted(Box::new(File::open(&input.path)?)), &name, format, options)?
        };
        let format = reader.format();
        let shape = self.verb.shape(format)?;
        let (path, compression) = self.target.place(input, format, shape)?;
        if self.target.folder().is_some()
            && let Some(path) = &path
            && let Some(other) = self.taken.insert(path.clone(), name.to_string())
        {
            return Err(Error::option(format!("it would have the output of {other}, {}", path.display())));
        }
        let plan = Plan {
            name: name.into_owned(),
            shape,
            compression,
            path,
            #[cfg(feature = "parquet")]
            table: match shape {
                super::Shape::Parquet => Some(self.verb.table(reader.table().as_deref())?),
                _ => None,
            },
        };
        Ok((reader, Arc::new(plan)))
    }
}

/// Counts what is read.
struct Counted {
    input: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
