//! The one error type of the library.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong, and where. See [`Error::kind`].
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    position: Position,
}

/// Where an error stands in the input, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The file; `None` for standard input or memory.
    pub file: Option<PathBuf>,
    /// The record in the file, counted from 1 (a line of a JSON Lines file).
    pub record: Option<u64>,
    /// The byte in the file (or in the record's text), counted from 0.
    pub byte: Option<u64>,
}

/// The sorts of error. More may be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A record is not what its format says.
    #[error("bad record: {0}")]
    Record(String),
    /// A model file cannot be used.
    #[error("cannot use this model: {0}")]
    Model(String),
    /// Training or evaluation cannot work with this data.
    #[error("cannot use this data: {0}")]
    Data(String),
    /// An option has a value that makes no sense.
    #[error("{0}")]
    Option(String),
    /// A file of rules has something in it that is wrong or makes no sense.
    #[error("bad rules: {0}")]
    Rules(String),
    /// An evaluation gate (`--min-...`) was not passed.
    #[error("{0}")]
    Gate(String),
}

/// `Result` with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, position: Position::default() }))
    }

    #[cfg(any(feature = "formats", feature = "train"))]
    pub(crate) fn record(why: impl Into<String>) -> Self {
        Self::new(ErrorKind::Record(why.into()))
    }

    pub(crate) fn model(why: impl Into<String>) -> Self {
        Self::new(ErrorKind::Model(why.into()))
    }

    #[cfg(feature = "train")]
    pub(crate) fn data(why: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data(why.into()))
    }

    pub(crate) fn option(why: impl Into<String>) -> Self {
        Self::new(ErrorKind::Option(why.into()))
    }

    #[cfg(feature = "rules")]
    pub(crate) fn rules(why: impl Into<String>) -> Self {
        Self::new(ErrorKind::Rules(why.into()))
    }

    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        self.0.position.file.get_or_insert_with(|| file.to_path_buf());
        self
    }

    /// What went wrong, without the place and the sort of error.
    #[cfg(feature = "formats")]
    pub(crate) fn reason(&self) -> String {
        match &self.0.kind {
            ErrorKind::Record(why) => why.clone(),
            other => other.to_string(),
        }
    }

    #[cfg(any(feature = "formats", feature = "train"))]
    pub(crate) fn at_record(mut self, record: u64) -> Self {
        self.0.position.record.get_or_insert(record);
        self
    }

    #[cfg(any(feature = "formats", feature = "train"))]
    pub(crate) fn at_byte(mut self, byte: u64) -> Self {
        self.0.position.byte.get_or_insert(byte);
        self
    }

    /// What sort of error it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Where in the input it happened.
    pub fn position(&self) -> &Position {
        &self.0.position
    }

    /// The underlying input/output error, if it is one.
    pub fn io_error(&self) -> Option<&io::Error> {
        match &self.0.kind {
            ErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::new(ErrorKind::Io(error))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(file) = &self.file {
            write!(f, "{}", file.display())?;
            separator = ", ";
        }
        if let Some(record) = self.record {
            write!(f, "{separator}record {record}")?;
            separator = ", ";
        }
        if let Some(byte) = self.byte {
            write!(f, "{separator}byte {byte}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.position != Position::default() {
            write!(f, "{}: ", self.0.position)?;
        }
        self.0.kind.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.io_error().and_then(std::error::Error::source)
    }
}
