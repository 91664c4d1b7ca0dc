//! WARC and WET files (ISO 28500): `conversion` records and `resource` records of plain text are pages, and so are HTML
//! responses. All others are passed over.

use std::borrow::Cow;

use serde_json::value::to_raw_value;

use super::framing::{Frame, Framing};
use super::record::{BadRecord, Origin, RawRecord, Record, Visit};
use super::{Encoding, ReadOptions};
use crate::error::Result;

/// Headers are not longer than this; what is, is not WARC.
const MOST_HEADERS: usize = 1 << 16;
/// Bytes that end a record.
const END: usize = 4;
/// Bytes by which the start of a record is told.
const FIRST_LINE: usize = 9;
const START: &[u8] = b"WARC/";

/// Records as their headers say, checked against what stands behind them.
#[derive(Default)]
pub(super) struct Records {
    /// What is still to come of a record that is too long to be held.
    rest: Option<usize>,
    /// The length of the record that was last called unfinished, as far as it is known.
    length: Option<usize>,
    other: bool,
    /// The record is bad, for this reason, and the next one does not start in so many bytes.
    torn: Option<(&'static str, usize)>,
}

impl Framing for Records {
    fn next(&mut self, bytes: &[u8], at_end: bool) -> Frame {
        if let Some(rest) = self.rest {
            // The length may lie.
            let seen = &bytes[..rest.min(bytes.len())];
            if let Some(next) = next_record(seen) {
                self.rest = None;
                return Frame::Record(next);
            }
            if bytes.len() < rest.saturating_add(END) && !at_end {
                return Frame::More;
            }
            self.rest = None;
            let behind = bytes[seen.len()..].iter().take(END).take_while(|byte| matches!(byte, b'\r' | b'\n'));
            return Frame::Record(seen.len() + behind.count());
        }
        (self.length, self.other) = (None, false);
        if let Some((why, searched)) = self.torn.take() {
            return self.torn(bytes, at_end, why, searched);
        }
        let gap = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if gap > 0 {
            return Frame::Gap(gap);
        }
        if bytes.len() < START.len() && !at_end {
            return Frame::More;
        }
        if !bytes.starts_with(START) {
            return self.torn(bytes, at_end, "this is not the start of a WARC record", 1);
        }
        let Some(head) = headers_end(bytes) else {
            if bytes.len() < MOST_HEADERS && !at_end {
                return Frame::More;
            }
            return self.torn(bytes, at_end, "the headers do not end", 1);
        };
        let headers = Headers::parse(&bytes[..head]);
        let Some(length) = headers.length else {
            return self.torn(bytes, at_end, "there is no readable Content-Length", 1);
        };
        let Some(end) = head.checked_add(length).filter(|end| *end < usize::MAX - END) else {
            return self.torn(bytes, at_end, "there is no readable Content-Length", 1);
        };
        if bytes.len() < end + END && !at_end {
            (self.length, self.other) = (Some(end), !headers.is_text() && headers.kind != "response");
            return Frame::More;
        }
        let behind = match bytes.get(end..) {
            None => return self.torn(bytes, at_end, "the record is shorter than its Content-Length", 1),
            Some(behind) if behind.starts_with(b"\r\n\r\n") => 4,
            Some(behind) if behind.starts_with(b"\n\n") => 2,
            // Some writers have line ends of their own, or leave out the end of the last record.
            Some(behind) if behind.iter().take(END).all(|byte| matches!(byte, b'\r' | b'\n')) => behind.len().min(END),
            Some(_) => return self.torn(bytes, at_end, "the record does not end where its Content-Length says", 1),
        };
        let page = headers.is_text() || html(&headers, &bytes[head..end]).is_some();
        if page { Frame::Record(end + behind) } else { Frame::Other(end + behind) }
    }

    fn resume(&mut self, taken: usize) {
        self.torn = None;
        // Without a length, the record goes on to what looks like the next one.
        let left = self.rest.or(self.length).unwrap_or(usize::MAX);
        self.rest = Some(left.saturating_sub(taken)).filter(|rest| *rest > 0);
    }

    fn is_other(&self) -> bool {
        self.other
    }
}

impl Records {
    /// A bad record reaches to what looks like the start of the next one, which is behind `searched` bytes.
    fn torn(&mut self, bytes: &[u8], at_end: bool, why: &'static str, searched: usize) -> Frame {
        let searched = searched.min(bytes.len());
        match next_record(&bytes[searched..]) {
            Some(next) => Frame::Bad(searched + next, why.to_owned()),
            None if at_end => Frame::Bad(bytes.len(), why.to_owned()),
            None => {
                self.torn = Some((why, bytes.len().saturating_sub(FIRST_LINE).max(1)));
                Frame::More
            }
        }
    }
}

/// Where the next record starts, by its first line.
fn next_record(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, b"WARC/1.").find(|at| {
        let version = &bytes[at + 7..];
        matches!(version, [b'0'..=b'9', b'\r' | b'\n', ..])
    })
}

/// Where the payload starts.
pub(super) fn headers_end(bytes: &[u8]) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(MOST_HEADERS)];
    memchr::memchr_iter(b'\n', bytes).find_map(|at| match bytes.get(at + 1..)? {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// The headers that matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers<'a> {
    length: Option<usize>,
    kind: &'a str,
    media: &'a str,
    id: Option<&'a str>,
    url: Option<&'a str>,
    pub date: Option<&'a str>,
    pub language: Option<&'a str>,
}

impl<'a> Headers<'a> {
    /// Reads header lines; those that are not UTF-8 are as good as missing.
    fn parse(bytes: &'a [u8]) -> Self {
        let mut headers = Self::default();
        for line in bytes.split(|&byte| byte == b'\n') {
            let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else {
                continue;
            };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "content-length" => headers.length = value.parse().ok(),
                "warc-type" => headers.kind = value,
                "content-type" => headers.media = value,
                "warc-record-id" => headers.id = Some(bare(value)),
                "warc-target-uri" => headers.url = Some(bare(value)),
                "warc-date" => headers.date = Some(value),
                "warc-identified-content-language" => headers.language = Some(value),
                _ => {}
            }
        }
        headers
    }

    fn is_text(&self) -> bool {
        match self.kind {
            "conversion" => self.media.is_empty() || self.media.starts_with("text/plain"),
            "resource" => self.media.starts_with("text/plain"),
            _ => false,
        }
    }
}

/// The HTML response of a record.
#[cfg(feature = "html")]
fn html<'a>(headers: &Headers<'_>, payload: &'a [u8]) -> Option<super::http::Response<'a>> {
    let response = if headers.kind == "response" { super::http::Response::parse(payload) } else { None };
    response.filter(|response| response.html)
}

#[cfg(not(feature = "html"))]
fn html(_: &Headers<'_>, _: &[u8]) -> Option<std::convert::Infallible> {
    None
}

/// The encoding that a media type names.
pub(super) fn charset(media: &str) -> Option<Encoding> {
    let (_, label) = media.split_once("charset=")?;
    label.split(';').next()?.trim().trim_matches('"').parse().ok()
}

/// `<urn:…>` without its brackets.
fn bare(value: &str) -> &str {
    value.strip_prefix('<').and_then(|value| value.strip_suffix('>')).unwrap_or(value)
}

/// Parses a record whose frame is known to be good.
pub(super) fn parse(bytes: &[u8], raw: &RawRecord, options: &ReadOptions, visit: &mut Visit<'_>) -> Result<()> {
    let head = headers_end(bytes).unwrap_or(bytes.len());
    let headers = Headers::parse(&bytes[..head]);
    let end = headers.length.map_or(bytes.len(), |length| head.saturating_add(length).min(bytes.len()));
    let payload = &bytes[head..end];
    #[cfg(feature = "html")]
    if let Some(response) = html(&headers, payload) {
        if let Some(packing) = response.unknown {
            return visit(Err(BadRecord::new(
                raw,
                bytes,
                format!("a body in `{packing}` cannot be read"),
                head as u64,
            )));
        }
        let body = response.body(options.max_record_bytes);
        let (text, replaced) = super::html::decode(&body, response.charset, options.encoding);
        return visit(Ok(&record(raw, headers, text, true, replaced)?));
    }
    let encoding = if options.encoding == Encoding::Utf8 { charset(headers.media) } else { None };
    let (text, replaced) = encoding.unwrap_or(options.encoding).decode(payload);
    if let Err(error) = simdutf8::compat::from_utf8(&text) {
        let inside = (head + error.valid_up_to()) as u64;
        return visit(Err(BadRecord::new(raw, bytes, "the text is not UTF-8".to_owned(), inside)));
    }
    visit(Ok(&record(raw, headers, text, false, replaced)?))
}

fn record<'a>(
    raw: &RawRecord,
    headers: Headers<'a>,
    text: Cow<'a, [u8]>,
    html: bool,
    replaced: u64,
) -> Result<Record<'a>> {
    let id = match headers.id {
        Some(id) => to_raw_value(id),
        None => to_raw_value(&raw.number),
    };
    let id = Cow::Owned(id.map_err(std::io::Error::from)?);
    let url = headers.url.map(Cow::Borrowed);
    Ok(Record { number: raw.number, id, url, text, html, replaced, origin: Origin::Warc(headers) })
}
