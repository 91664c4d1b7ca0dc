//! From a file or a stream to its reader: what it is, by option, name or first bytes.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use super::framing::Framed;
use super::record::Reader;
use super::{Compression, Encoding, jsonl, text, warc};
use crate::error::{Error, Result};

/// How records stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The file is one page, a line is a block.
    Text,
    /// The file is one page of HTML, a block element is a block.
    Html,
    /// A line is a JSON object with a page in its text field.
    Jsonl,
    /// WARC and WET: the text records are pages.
    Warc,
    /// A row has a page in its text column.
    Parquet,
}

/// How to read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The field or column that holds the page; `text` by default.
    pub text_field: String,
    /// The encoding of text; UTF-8 by default.
    pub encoding: Encoding,
    /// A record of more bytes is a bad one; 256 MiB by default.
    pub max_record_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { text_field: "text".to_owned(), encoding: Encoding::default(), max_record_bytes: 256 << 20 }
    }
}

impl Format {
    /// By the ending of a file's name, in front of that of its compression.
    pub fn of_path(path: &Path) -> Option<Self> {
        let (_, bare) = Compression::of_path(path);
        Some(match bare.extension()?.to_str()? {
            "txt" | "text" => Self::Text,
            "html" | "htm" | "xhtml" => Self::Html,
            "jsonl" | "ndjson" | "json" => Self::Jsonl,
            "warc" | "wet" => Self::Warc,
            "parquet" => Self::Parquet,
            _ => return None,
        })
    }

    /// By first bytes that no text starts with.
    fn of_start(start: &[u8]) -> Option<Self> {
        match start {
            [b'W', b'A', b'R', b'C', b'/', b'0' | b'1', ..] => Some(Self::Warc),
            [b'P', b'A', b'R', b'1', ..] => Some(Self::Parquet),
            _ if is_html(start) => Some(Self::Html),
            _ => None,
        }
    }
}

/// The marks of HTML that are told with white space before them.
fn is_html(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|mark| start.get(..mark.len()).is_some_and(|found| found.eq_ignore_ascii_case(mark)))
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Ok(match name {
            "text" => Self::Text,
            "html" => Self::Html,
            "jsonl" => Self::Jsonl,
            "warc" | "wet" => Self::Warc,
            "parquet" => Self::Parquet,
            _ => {
                return Err(Error::option(format!(
                    "there is no format `{name}`; there are text, html, jsonl, wet, warc, parquet"
                )));
            }
        })
    }
}

/// A reader of a file. Without a format, the name's ending tells it, else the first bytes; what neither tells is text.
/// Compression is told by the first bytes.
///
/// # Errors
/// If the file cannot be read, or cannot be of this format.
pub fn open(path: &Path, format: Option<Format>, options: &ReadOptions) -> Result<Box<dyn Reader>> {
    let file = File::open(path)?;
    let name = path.to_string_lossy();
    let format = format.or_else(|| Format::of_path(path));
    #[cfg(feature = "parquet")]
    if format == Some(Format::Parquet) {
        return Ok(Box::new(super::parquet::Reader::new(super::parquet::Source::File(file), &name, options)?));
    }
    open_stream(Box::new(file), &name, format, options)
}

/// A reader of bytes in memory.
///
/// # Errors
/// If they cannot be of this format.
pub fn open_bytes(bytes: &[u8], format: Option<Format>, options: &ReadOptions) -> Result<Box<dyn Reader>> {
    open_stream(Box::new(Cursor::new(bytes.to_vec())), "-", format, options)
}

/// A reader of a stream; `name` is what its records are called by. Parquet cannot be streamed: it is read into memory first.
pub(crate) fn open_stream(
    input: Box<dyn Read + Send>,
    name: &str,
    format: Option<Format>,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>> {
    let (start, input) = peek(input)?;
    let compression = Compression::of_start(&start);
    let (start, mut input) = match compression {
        Compression::None => (start, input),
        _ => peek(compression.decode(input)?)?,
    };
    let format = format.or_else(|| Format::of_start(&start)).unwrap_or(Format::Text);
    if !options.encoding.keeps_lines() && !matches!(format, Format::Text | Format::Html) {
        return Err(Error::option("records can be told apart only in encodings that keep ASCII as it is"));
    }
    if format == Format::Html && !cfg!(feature = "html") {
        return Err(Error::option("this build cannot read HTML (cargo feature `html`)"));
    }
    let name: Arc<str> = name.into();
    Ok(match format {
        Format::Text | Format::Html => Box::new(Framed::new(input, text::Whole, format, name, options)),
        Format::Jsonl => Box::new(Framed::new(input, jsonl::Lines::default(), format, name, options)),
        Format::Warc => Box::new(Framed::new(input, warc::Records::default(), format, name, options)),
        #[cfg(feature = "parquet")]
        Format::Parquet => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes)?;
            Box::new(super::parquet::Reader::new(super::parquet::Source::Memory(bytes.into()), &name, options)?)
        }
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => {
            let _ = &mut input;
            return Err(Error::option("this build cannot read Parquet (cargo feature `parquet`)"));
        }
    })
}

/// The first bytes of a stream, and the whole stream. A stream that cannot even be begun is left to its reader, which
/// tells where it breaks.
fn peek(mut input: Box<dyn Read + Send>) -> Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut start = Vec::new();
    match (&mut input).take(64).read_to_end(&mut start) {
        Ok(_) => Ok((start.clone(), Box::new(Cursor::new(start).chain(input)))),
        Err(error) => Ok((start.clone(), Box::new(Cursor::new(start).chain(Broken(Some(error)))))),
    }
}

/// Fails once, then is at its end.
struct Broken(Option<std::io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
