//! Plain text and HTML: a file is one record.

use std::borrow::Cow;

use serde_json::value::to_raw_value;

use super::ReadOptions;
use super::framing::{Frame, Framing};
use super::record::{Origin, RawRecord, Record, Visit};
use crate::error::Result;

/// The record is the whole stream.
pub(super) struct Whole;

impl Framing for Whole {
    fn next(&mut self, bytes: &[u8], at_end: bool) -> Frame {
        if at_end { Frame::Record(bytes.len()) } else { Frame::More }
    }

    fn resume(&mut self, _: usize) {}
}

/// A file, of HTML or not, is never a bad record: what cannot be decoded stays as it is, or is counted; the file's name is
/// the page's id.
pub(super) fn parse(
    bytes: &[u8],
    raw: &RawRecord,
    name: &str,
    html: bool,
    options: &ReadOptions,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let (text, replaced) = match html {
        #[cfg(feature = "html")]
        true => super::html::decode(bytes, None, options.encoding),
        _ => options.encoding.decode(bytes),
    };
    let id = Cow::Owned(to_raw_value(name).map_err(std::io::Error::from)?);
    visit(Ok(&Record { number: raw.number, id, url: None, text, html, replaced, origin: Origin::File }))
}
