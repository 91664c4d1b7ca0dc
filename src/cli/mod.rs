//! The command line: `args.rs` says what can be typed, one file a verb does it. `main` only turns the result into an
//! exit code.

mod args;
mod classify;
mod clean;
#[cfg(feature = "train")]
mod data;
#[cfg(feature = "train")]
mod eval;
mod explain;
#[cfg(feature = "label")]
mod label;
mod model;
mod report;
#[cfg(feature = "parquet")]
mod tables;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "train")]
mod tune;

use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::{fmt, fs, thread};

use anyhow::Result;
use clap::Parser;

use crate::error::{Error, ErrorKind};
use crate::formats::ReadOptions;
use crate::model::{Model, Preset};
use crate::stream::{self, Shape};
use crate::{Classifier, Rules, Threshold};
use args::{Cli, Command, Input, Output, PresetName, Sieve};

/// Runs the command line: the program's name and its arguments to an exit code. 0: done; 1: a gate that was asked for has
/// failed; 2: usage, input or model errors.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        // Help and version, too, come this way.
        Err(usage) => {
            let _ = usage.print();
            return if usage.use_stderr() { 2 } else { 0 };
        }
    };
    match execute(cli.command) {
        Ok(()) => 0,
        // Who closed the pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => 0,
        Err(error) => {
            let gate = matches!(error.downcast_ref::<Error>().map(Error::kind), Some(ErrorKind::Gate(_)));
            let _ = writeln!(io::stderr(), "tamis: {error:#}");
            if gate { 1 } else { 2 }
        }
    }
}

fn execute(command: Command) -> Result<()> {
    match command {
        Command::Clean(args) => clean::run(&args)?,
        Command::Classify(args) => classify::run(&args)?,
        Command::Report(args) => report::run(&args)?,
        Command::Explain(args) => explain::run(&args)?,
        #[cfg(feature = "label")]
        Command::Label(args) => label::run(&args)?,
        #[cfg(feature = "train")]
        Command::Train(args) => train::run(&args)?,
        #[cfg(feature = "train")]
        Command::Eval(args) => eval::run(&args)?,
        #[cfg(feature = "train")]
        Command::Tune(args) => tune::run(&args)?,
        Command::Model(command) => model::run(&command)?,
        #[cfg(feature = "train")]
        Command::Data(command) => data::run(&command)?,
    }
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().or_else(|| cause.downcast_ref::<Error>().and_then(Error::io_error));
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The classifier that the options ask for.
fn classifier(sieve: &Sieve) -> Result<Classifier> {
    let mut models = sieve.model.iter().map(Model::load);
    let first = models.next().map_or_else(Classifier::embedded, |model| Classifier::new(model?))?;
    let classifier = models.try_fold(first, |classifier, model| classifier.with_model(model?))?;
    let classifier = classifier.with_threshold(threshold(sieve))?.with_parts(!sieve.no_parts);
    Ok(match &sieve.rules {
        Some(path) => classifier.with_rules(Rules::load(path)?),
        None => classifier,
    })
}

/// The threshold that the options ask for.
fn threshold(sieve: &Sieve) -> Threshold {
    match sieve.threshold {
        Some(value) => Threshold::Fixed(value),
        None => Threshold::Preset(sieve.preset.into()),
    }
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Cautious => Self::Cautious,
            PresetName::Balanced => Self::Balanced,
            PresetName::Strict => Self::Strict,
        }
    }
}

/// How the options want inputs read and outputs written.
fn options(input: &Input, output: Option<&Output>) -> stream::Options {
    stream::Options {
        inputs: input.files.clone(),
        format: input.input_format,
        read: ReadOptions {
            text_field: input.text_field.clone(),
            encoding: input.encoding,
            max_record_bytes: input.max_record_bytes,
        },
        threads: input.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get),
        on_error: input.on_error.clone(),
        output: output.and_then(|output| output.output.clone()),
        styled: false,
        removed: None,
        stats: input.stats.clone(),
        resume: output.is_some_and(|output| output.resume),
        fingerprint: String::new(),
    }
}

/// The shape that was asked for, by name or by the output's ending.
fn shape(output: &Output) -> Option<Shape> {
    output.output_format.or_else(|| Shape::of_path(output.output.as_deref()?))
}

/// Takes out what the bytes of the output do not depend on.
fn forget(input: &mut Input, output: &mut Output) {
    input.files.clear();
    input.threads = None;
    input.stats = None;
    output.output = None;
    output.resume = false;
}

/// Two runs with the same fingerprint make the same of the same input. Only what can be gone on with needs one: an
/// output, for which the model is read through once more.
fn fingerprint<A: fmt::Debug>(
    classifier: &Classifier,
    sieve: &Sieve,
    output: &Output,
    args: impl FnOnce() -> A,
) -> Result<String> {
    if output.output.is_none() {
        return Ok(String::new());
    }
    let mut model = crc32fast::Hasher::new();
    for part in [classifier.model(), classifier.html_model()] {
        model.update(&part.to_bytes()?);
    }
    let model = model.finalize();
    let rules = match &sieve.rules {
        Some(path) => crc32fast::hash(&fs::read(path).map_err(|error| Error::from(error).in_file(path))?),
        None => 0,
    };
    Ok(format!("{:?} model {model:08x} rules {rules:08x}", args()))
}

/// Buffered standard output for people: with colours on a terminal only.
fn styled_stdout() -> io::BufWriter<anstream::AutoStream<io::StdoutLock<'static>>> {
    io::BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()))
}

/// Standard error for people.
fn styled_stderr() -> anstream::AutoStream<io::StderrLock<'static>> {
    anstream::AutoStream::auto(io::stderr().lock())
}
