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
mod model;
mod pages;
mod report;
#[cfg(feature = "train")]
mod train;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::error::{Error, ErrorKind};
use crate::model::{Model, Preset};
use crate::{Classifier, Threshold};
use args::{Cli, Command, PresetName, Sieve};

/// Bytes gathered before they are written.
const BUFFER: usize = 1 << 18;

/// Runs the command line. Exit codes: 0 done; 1 a gate that was asked for has failed; 2 usage, input or model errors.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli.command) {
        Ok(code) => code,
        // Who closed the pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let gate = matches!(error.downcast_ref::<Error>().map(Error::kind), Some(ErrorKind::Gate(_)));
            let _ = writeln!(io::stderr(), "tamis: {error:#}");
            ExitCode::from(if gate { 1 } else { 2 })
        }
    }
}

fn execute(command: Command) -> Result<ExitCode> {
    match command {
        Command::Clean(args) => clean::run(&args)?,
        Command::Classify(args) => classify::run(&args)?,
        Command::Report(args) => report::run(&args)?,
        Command::Explain(args) => explain::run(&args)?,
        #[cfg(feature = "train")]
        Command::Train(args) => train::run(&args)?,
        #[cfg(feature = "train")]
        Command::Eval(args) => eval::run(&args)?,
        Command::Model(command) => model::run(&command)?,
        #[cfg(feature = "train")]
        Command::Data(command) => data::run(&command)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().or_else(|| cause.downcast_ref::<Error>().and_then(Error::io_error));
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The classifier that the options ask for.
fn classifier(sieve: &Sieve) -> Result<Classifier> {
    let model = match &sieve.model {
        Some(path) => Model::load(path)?,
        None => Model::embedded()?,
    };
    let threshold = match sieve.threshold {
        Some(value) => Threshold::Fixed(value),
        None => Threshold::Preset(match sieve.preset {
            PresetName::Cautious => Preset::Cautious,
            PresetName::Balanced => Preset::Balanced,
            PresetName::Strict => Preset::Strict,
        }),
    };
    Ok(Classifier::new(model)?.with_threshold(threshold)?)
}

/// Buffered standard output for data.
fn stdout() -> io::BufWriter<io::StdoutLock<'static>> {
    io::BufWriter::with_capacity(BUFFER, io::stdout().lock())
}

/// Buffered standard output for people: with colours on a terminal only.
fn styled_stdout() -> io::BufWriter<anstream::AutoStream<io::StdoutLock<'static>>> {
    io::BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()))
}
