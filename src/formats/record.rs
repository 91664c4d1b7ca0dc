//! What readers hand out: batches of records, and one record as a page's text with what is needed to write it again.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::jsonl::{self, JsonLine};
use super::warc::Headers;
use super::{Format, ReadOptions, text, warc};
use crate::error::{Error, Result};
use crate::page::Page;
use crate::segment;

/// Cuts an input into batches of whole records.
pub trait Reader: Send {
    /// The next batch, at most about a mebibyte unless one record is larger; `None` at the end. The same input is
    /// always cut the same way.
    ///
    /// # Errors
    /// If nothing more can be read and no record is to blame.
    fn next_batch(&mut self) -> Result<Option<Batch>>;

    /// How records stand in the input.
    fn format(&self) -> Format;

    /// Whether the input was found broken so that it cannot be read to its end. The last record was a bad one that says so.
    fn failed(&self) -> bool {
        false
    }

    /// What a writer must know before the first batch to write Parquet like the input.
    #[cfg(feature = "parquet")]
    #[doc(hidden)]
    fn table(&self) -> Option<Arc<super::parquet::Table>> {
        None
    }
}

/// Some records that stand one after the other in an input.
#[derive(Debug)]
pub struct Batch {
    pub(crate) format: Format,
    pub(crate) name: Arc<str>,
    pub(crate) data: Data,
    /// Records of other sorts than text that were passed over.
    pub(crate) others: u64,
}

#[derive(Debug)]
pub(crate) enum Data {
    Bytes {
        bytes: Vec<u8>,
        records: Vec<RawRecord>,
    },
    #[cfg(feature = "parquet")]
    Rows(super::parquet::Rows),
}

/// One record as it stands in its batch.
#[derive(Debug)]
pub(crate) struct RawRecord {
    pub range: Range<usize>,
    pub number: u64,
    /// Its first byte in the (uncompressed) input.
    pub byte: u64,
    /// Why it is no record.
    pub bad: Option<String>,
    /// More of a record that is too long to be held; it was counted before.
    pub rest: bool,
}

/// One page and where it came from.
#[derive(Debug)]
pub struct Record<'a> {
    /// The record in its file, counted from 1.
    pub number: u64,
    /// The page's id as JSON: the record's own, else its number; the file's name for text.
    pub id: Cow<'a, RawValue>,
    /// The page's address, where the record tells it.
    pub url: Option<Cow<'a, str>>,
    /// The page's text, or its HTML: UTF-8, but for plain text that is damaged.
    pub text: Cow<'a, [u8]>,
    /// It is HTML.
    pub html: bool,
    /// Characters that could not be decoded.
    pub replaced: u64,
    pub(crate) origin: Origin<'a>,
}

#[derive(Debug)]
pub(crate) enum Origin<'a> {
    /// The whole file.
    File,
    Json(JsonLine<'a>),
    Warc(Headers<'a>),
    #[cfg(feature = "parquet")]
    Row {
        null: bool,
    },
}

/// A record that is not what its format says.
#[derive(Debug)]
pub struct BadRecord<'a> {
    /// The record in its file, counted from 1.
    pub number: u64,
    /// Where it is broken, in bytes of the (uncompressed) input.
    pub byte: u64,
    /// What is wrong with it.
    pub why: String,
    /// The record as it stands in the input.
    pub bytes: &'a [u8],
    /// More bytes of a record that was reported before.
    pub rest: bool,
}

/// Called for every record, good or bad.
pub type Visit<'v> = dyn FnMut(Result<&Record<'_>, BadRecord<'_>>) -> Result<()> + 'v;

impl Batch {
    /// Parses the batch's records and calls `visit` for each, in order.
    ///
    /// # Errors
    /// The first error of `visit`.
    pub fn records(&self, options: &ReadOptions, visit: &mut Visit<'_>) -> Result<()> {
        match &self.data {
            Data::Bytes { bytes, records } => {
                for raw in records {
                    let bytes = &bytes[raw.range.clone()];
                    match (&raw.bad, self.format) {
                        (Some(why), _) => {
                            let why = why.clone();
                            visit(Err(BadRecord { number: raw.number, byte: raw.byte, why, bytes, rest: raw.rest }))?;
                        }
                        (None, Format::Jsonl) => jsonl::parse(bytes, raw, options, visit)?,
                        (None, Format::Warc) => warc::parse(bytes, raw, options, visit)?,
                        (None, format) => {
                            text::parse(bytes, raw, &self.name, format == Format::Html, options, visit)?;
                        }
                    }
                }
                Ok(())
            }
            #[cfg(feature = "parquet")]
            Data::Rows(rows) => rows.records(visit),
        }
    }

    /// Size in memory, about.
    pub fn size(&self) -> usize {
        match &self.data {
            Data::Bytes { bytes, .. } => bytes.len(),
            #[cfg(feature = "parquet")]
            Data::Rows(rows) => rows.size(),
        }
    }
}

impl<'a> BadRecord<'a> {
    pub(super) fn new(raw: &RawRecord, bytes: &'a [u8], why: String, inside: u64) -> Self {
        Self { number: raw.number, byte: raw.byte + inside, why, bytes, rest: false }
    }
}

impl From<BadRecord<'_>> for Error {
    fn from(bad: BadRecord<'_>) -> Self {
        Self::record(bad.why).at_record(bad.number).at_byte(bad.byte)
    }
}

/// A page's text in pieces: what `clean` keeps of it, with its marks between if there are any.
#[derive(Debug, Default)]
pub(crate) struct Pieces<'a>(pub Vec<&'a [u8]>);

impl Pieces<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.0.iter().for_each(|piece| out.extend_from_slice(piece));
    }
}

impl fmt::Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match simdutf8::basic::from_utf8(piece) {
            Ok(text) => f.write_str(text),
            Err(_) => f.write_str(&String::from_utf8_lossy(piece)),
        })
    }
}

impl Serialize for Pieces<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Record<'_> {
    /// The record as a page of blocks. Ranges speak of [`Record::text`].
    pub fn page(&self) -> Page<'_> {
        self.segment().0
    }

    /// The page, and what of plain text was damaged.
    pub(crate) fn segment(&self) -> (Page<'_>, Option<segment::Utf8Damage>) {
        let (page, damage) = match &self.text {
            #[cfg(feature = "html")]
            html if self.html => (segment::html(&utf8(html)), None),
            text => segment::bytes(text),
        };
        let page = match &self.url {
            Some(url) => page.with_url(url.as_ref()),
            None => page,
        };
        (page, damage)
    }

    /// Writes the record as a JSON line with this text: a JSON record as it came but for its text, others with what is
    /// known of them.
    pub(crate) fn write_json(&self, text: &Pieces<'_>, out: &mut Vec<u8>) -> Result<()> {
        #[derive(Serialize)]
        struct Document<'a> {
            id: &'a RawValue,
            #[serde(skip_serializing_if = "Option::is_none")]
            url: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            date: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            language: Option<&'a str>,
            text: &'a Pieces<'a>,
        }
        out.reserve(self.text.len());
        if let Origin::Json(line) = &self.origin {
            return line.write(&self.text, text, out);
        }
        let headers = if let Origin::Warc(headers) = &self.origin { Some(headers) } else { None };
        let document = Document {
            id: &self.id,
            url: self.url.as_deref(),
            date: headers.and_then(|headers| headers.date),
            language: headers.and_then(|headers| headers.language),
            text,
        };
        super::write_json(&document, out)
    }
}

/// Bytes that are UTF-8 as text; validating them this way is much faster.
#[cfg(feature = "html")]
fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    simdutf8::basic::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Writes one JSON value; the buffer takes whatever it is given.
pub(super) fn to_json(value: &impl Serialize, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from)?;
    out.flush()?;
    Ok(())
}
