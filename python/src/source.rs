//! Where pages come from: text, HTML as text or as bytes; and offsets in them.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
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
