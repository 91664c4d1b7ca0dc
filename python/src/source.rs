//! Where pages come from: text, HTML as text or as bytes; and offsets in them.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::PyString;
use tamis::formats::{Format, ReadOptions, open_bytes};
use tamis::{Page, segment};

/// HTML, decoded or not. Both borrow from Python's objects.
#[derive(FromPyObject)]
pub(crate) enum Html {
    #[pyo3(transparent, annotation = "str")]
    Text(PyBackedStr),
    #[pyo3(transparent, annotation = "bytes")]
    Bytes(PyBackedBytes),
}

impl Html {
    /// The source as text; the encoding of bytes is told as the command tells it.
    pub(crate) fn decode(&self) -> tamis::Result<Cow<'_, str>> {
        match self {
            Self::Text(text) => Ok(Cow::Borrowed(text)),
            Self::Bytes(bytes) => Ok(Cow::Owned(decode(bytes)?)),
        }
    }
}

/// One of many pages, on its way to another thread.
pub(crate) enum Source {
    /// Ascii: what Python holds is UTF-8.
    Ascii(PyBackedStr),
    /// UTF-16 in the order of the machine, behind a byte order mark. Python is several times faster with it than with UTF-8, which it
    /// would keep beside the string for as long as that lives, too.
    Utf16(PyBackedBytes),
    /// HTML as it came.
    Bytes(PyBackedBytes),
}

impl Source {
    /// # Errors
    /// `TypeError` for what is neither `str` nor `bytes`, `UnicodeEncodeError`.
    pub(crate) fn new(page: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(match page.cast::<PyString>() {
            Ok(text) if text.call_method0("isascii")?.is_truthy()? => Self::Ascii(text.extract()?),
            Ok(text) => Self::Utf16(text.call_method1("encode", ("utf-16",))?.extract()?),
            Err(_) => Self::Bytes(page.extract()?),
        })
    }

    /// The page as text; the encoding of bytes is told as the command tells it.
    pub(crate) fn decode(&self) -> tamis::Result<Cow<'_, str>> {
        Ok(match self {
            Self::Ascii(text) => Cow::Borrowed(text),
            Self::Utf16(bytes) => Cow::Owned(from_utf16(bytes)),
            Self::Bytes(bytes) => Cow::Owned(decode(bytes)?),
        })
    }
}

fn from_utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).skip(1).map(|unit| u16::from_ne_bytes([unit[0], unit[1]])).collect();
    // A unit is three bytes at most.
    let mut text = "\0".repeat(3 * units.len());
    let length = encoding_rs::mem::convert_utf16_to_str(&units, &mut text);
    text.truncate(length);
    text
}

/// HTML of any encoding, gzip and zstd too, as text.
pub(crate) fn decode(bytes: &[u8]) -> tamis::Result<String> {
    let options = ReadOptions { max_record_bytes: usize::MAX, ..ReadOptions::default() };
    let mut reader = open_bytes(bytes, Some(Format::Html), &options)?;
    let mut source = String::new();
    while let Some(batch) = reader.next_batch()? {
        batch.records(&options, &mut |record| {
            source.push_str(&String::from_utf8_lossy(&record?.text));
            Ok(())
        })?;
    }
    Ok(source)
}

/// The page of a text or of HTML.
pub(crate) fn page<'a>(source: &'a str, html: bool, url: Option<&'a str>) -> Page<'a> {
    let page = if html { segment::html(source) } else { segment::text(source) };
    match url {
        Some(url) => page.with_url(url),
        None => page,
    }
}

/// Byte offsets to code points, for offsets that only grow.
pub(crate) struct CodePoints<'a> {
    bytes: &'a [u8],
    at: usize,
    count: usize,
}

impl<'a> CodePoints<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, count: 0 }
    }

    /// The code points before a byte, as Python counts characters.
    pub(crate) fn before(&mut self, byte: usize) -> usize {
        let passed = self.bytes.get(self.at..byte).unwrap_or_default();
        self.count += code_points(passed);
        self.at = self.at.max(byte);
        self.count
    }
}

/// Every byte but those that continue a sequence begins a code point. Counted in bytes, of which a vector holds many.
fn code_points(utf8: &[u8]) -> usize {
    utf8.chunks(255).map(|some| usize::from(some.iter().map(|byte| u8::from(byte & 0xC0 != 0x80)).sum::<u8>())).sum()
}
