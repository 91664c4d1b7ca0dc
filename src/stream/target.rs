//! Where output goes: standard output, one file, or a folder with the tree of the inputs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::files::Unfinished;
use super::inputs::{Input, output_path};
use crate::error::{Error, Result};
use crate::formats::writer::{self, Writer};
use crate::formats::{Compression, Format};

/// What an output looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Plain text.
    Text,
    /// JSON Lines.
    Jsonl,
    /// A Parquet table.
    Parquet,
    /// Markdown, of HTML.
    Markdown,
    /// HTML, of HTML.
    Html,
}

impl FromStr for Shape {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Ok(match name {
            "text" => Self::Text,
            "jsonl" => Self::Jsonl,
            "parquet" => Self::Parquet,
            "markdown" => Self::Markdown,
            "html" => Self::Html,
            _ => {
                return Err(Error::option(format!(
                    "there is no output format `{name}`; there are text, markdown, html, jsonl, parquet"
                )));
            }
        })
    }
}

impl Shape {
    /// By the ending of an output's name.
    pub(crate) fn of_path(path: &Path) -> Option<Self> {
        let (_, bare) = Compression::of_path(path);
        if bare.extension().is_some_and(|ending| ending == "md") {
            return Some(Self::Markdown);
        }
        match Format::of_path(path)? {
            Format::Text => Some(Self::Text),
            Format::Html => Some(Self::Html),
            Format::Jsonl => Some(Self::Jsonl),
            Format::Parquet => Some(Self::Parquet),
            Format::Warc => None,
        }
    }

    /// The ending of file names, and the format that has it already.
    fn ending(self) -> (&'static str, Option<Format>) {
        match self {
            Self::Text => ("txt", Some(Format::Text)),
            Self::Jsonl => ("jsonl", Some(Format::Jsonl)),
            Self::Parquet => ("parquet", Some(Format::Parquet)),
            Self::Markdown => ("md", None),
            Self::Html => ("html", Some(Format::Html)),
        }
    }
}

/// What becomes of one input.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What people call the input.
    pub name: String,
    pub shape: Shape,
    pub compression: Compression,
    /// The output, for a folder.
    pub path: Option<PathBuf>,
    #[cfg(feature = "parquet")]
    pub table: Option<crate::formats::parquet::Table>,
}

/// Where all output goes.
pub(super) enum Target {
    Stdout { styled: bool },
    File(PathBuf),
    Folder(PathBuf),
}

impl Target {
    /// A path is a folder if it is one or ends in a slash, or if it does not end like a format and inputs come from a folder.
    ///
    /// # Errors
    /// If two inputs would have one output, or an input would be written over.
    pub(super) fn new(output: Option<&Path>, inputs: &[Input], styled: bool) -> Result<Self> {
        let Some(path) = output.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self::Stdout { styled });
        };
        let ends_like_one = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let tree = inputs.iter().any(|input| input.in_folder) && !path.exists() && Shape::of_path(path).is_none();
        if !(path.is_dir() || ends_like_one || tree) {
            let same = |input: &&Input| same_file(&input.path, path);
            if let Some(input) = inputs.iter().find(same) {
                return Err(written_over(input));
            }
            return Ok(Self::File(path.to_path_buf()));
        }
        let mut outputs = BTreeMap::new();
        for input in inputs {
            let output = output_path(path, input, None)?;
            if same_file(&input.path, &output) {
                return Err(written_over(input));
            }
            if let Some(other) = outputs.insert(output, &input.path) {
                let (one, two) = (other.display(), input.path.display());
                return Err(Error::option(format!("{one} and {two} would have one output; name a folder above both")));
            }
        }
        Ok(Self::Folder(path.to_path_buf()))
    }

    /// The folder, if there is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        if let Self::Folder(path) = self { Some(path) } else { None }
    }

    /// Output path and compression for an input in this shape.
    pub(super) fn place(&self, input: &Input, format: Format, shape: Shape) -> Result<(Option<PathBuf>, Compression)> {
        let path = match self {
            Self::Stdout { .. } => return Ok((None, Compression::None)),
            Self::File(path) => path.clone(),
            Self::Folder(folder) => {
                let (ending, own) = shape.ending();
                if own == Some(format) {
                    output_path(folder, input, None)?
                } else {
                    output_path(folder, input, Some(ending))?
                }
            }
        };
        let compression = if shape == Shape::Parquet { Compression::None } else { Compression::of_path(&path).0 };
        Ok((Some(path), compression))
    }

    /// Opens the output of a plan.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub(super) fn open(&self, plan: &Plan) -> Result<Box<dyn Writer<Destination>>> {
        let destination = match (self, &plan.path) {
            (Self::Stdout { styled: true }, _) => Destination::Styled(anstream::AutoStream::auto(io::stdout())),
            (_, None) => Destination::Stdout,
            // Devices and pipes cannot be renamed to.
            (_, Some(path)) if fs::metadata(path).is_ok_and(|found| !found.is_file()) => {
                Destination::Device(File::create(path).map_err(|error| Error::from(error).in_file(path))?)
            }
            (_, Some(path)) => Destination::File(Unfinished::create(path)?),
        };
        match plan.shape {
            Shape::Text | Shape::Markdown | Shape::Html | Shape::Jsonl => writer::bytes(destination, plan.compression),
            #[cfg(feature = "parquet")]
            Shape::Parquet => match &plan.table {
                Some(table) => crate::formats::parquet::writer(destination, table),
                None => Err(Error::option("this output has no columns")),
            },
            #[cfg(not(feature = "parquet"))]
            Shape::Parquet => Err(Error::option("this build cannot write Parquet (cargo feature `parquet`)")),
        }
    }
}

fn written_over(input: &Input) -> Error {
    Error::option(format!("{} would be written over while it is read", input.path.display()))
}

pub(super) fn same_file(input: &Path, output: &Path) -> bool {
    match (fs::canonicalize(input), fs::canonicalize(output)) {
        (Ok(input), Ok(output)) => input == output && input.is_file(),
        _ => false,
    }
}

/// Where a report over all inputs goes: a file, or standard output, with colours on a terminal if it is for people.
///
/// # Errors
/// If the file is one of the inputs, or cannot be made.
pub(crate) fn report(output: Option<&Path>, inputs: &[PathBuf], styled: bool) -> Result<Destination> {
    match output.filter(|path| path.as_os_str() != "-") {
        Some(path) if inputs.iter().any(|input| same_file(input, path)) => {
            Err(Error::option("it would be written over while it is read").in_file(path))
        }
        Some(path) => Ok(Destination::File(Unfinished::create(path)?)),
        None if styled => Ok(Destination::Styled(anstream::AutoStream::auto(io::stdout()))),
        None => Ok(Destination::Stdout),
    }
}

/// What a writer writes to.
pub(crate) enum Destination {
    Stdout,
    Styled(anstream::AutoStream<io::Stdout>),
    Device(File),
    File(Unfinished),
}

/// Held while something is written to standard output, which readers should see whole.
static WRITING: Mutex<()> = Mutex::new(());

/// Waits, though not for ever, until nothing is being written.
#[cfg(unix)]
pub(super) fn between_writes() -> Option<MutexGuard<'static, ()>> {
    for _ in 0..100 {
        if let Ok(guard) = WRITING.try_lock() {
            return Some(guard);
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    None
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let writing = || WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        match self {
            Self::Stdout => {
                let _whole = writing();
                let mut out = io::stdout().lock();
                out.write_all(bytes)?;
                out.flush()
            }
            Self::Styled(out) => {
                let _whole = writing();
                out.write_all(bytes)
            }
            Self::Device(file) => file.write_all(bytes),
            Self::File(file) => file.write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout => io::stdout().flush(),
            Self::Styled(out) => out.flush(),
            Self::Device(file) => file.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

impl Destination {
    /// Gives a file its final name.
    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Self::File(file) => file.finish(),
            _ => Ok(()),
        }
    }
}
