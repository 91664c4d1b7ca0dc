//! The HTTP response that a WARC record holds: its headers, and its body as it was before the transport packed it.

use std::borrow::Cow;
use std::io::Read;

use super::Encoding;

/// What the headers say of the body.
pub(super) struct Response<'a> {
    body: &'a [u8],
    /// It is a page of HTML.
    pub html: bool,
    /// The encoding of the text.
    pub charset: Option<Encoding>,
    chunked: bool,
    gzip: bool,
    /// A packing that cannot be undone here.
    pub unknown: Option<&'a str>,
}

impl<'a> Response<'a> {
    /// Reads the headers of a record's payload.
    pub(super) fn parse(payload: &'a [u8]) -> Option<Self> {
        if !payload.starts_with(b"HTTP/") {
            return None;
        }
        let head = super::warc::headers_end(payload)?;
        let mut response =
            Self { body: &payload[head..], html: false, charset: None, chunked: false, gzip: false, unknown: None };
        for line in payload[..head].split(|&byte| byte == b'\n').skip(1) {
            let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else {
                continue;
            };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "content-type" => {
                    let lower = value.to_ascii_lowercase();
                    response.html = lower.starts_with("text/html") || lower.starts_with("application/xhtml");
                    response.charset = super::warc::charset(&lower);
                }
                "transfer-encoding" => response.chunked = value.to_ascii_lowercase().contains("chunked"),
                "content-encoding" => match value.to_ascii_lowercase().as_str() {
                    "gzip" | "x-gzip" => response.gzip = true,
                    "" | "identity" => {}
                    _ => response.unknown = Some(value),
                },
                _ => {}
            }
        }
        Some(response)
    }

    /// The body without chunks and compression, up to `most` bytes. Crawlers often take these off and leave the headers
    /// that speak of them, so what does not look packed is taken as it is.
    pub(super) fn body(&self, most: usize) -> Cow<'a, [u8]> {
        let mut body = Cow::Borrowed(self.body);
        if self.chunked
            && let Some(joined) = join_chunks(&body)
        {
            body = Cow::Owned(joined);
        }
        if self.gzip && body.starts_with(&[0x1F, 0x8B]) {
            let mut plain = Vec::new();
            let limit = u64::try_from(most).unwrap_or(u64::MAX);
            // What can be read of a broken stream is better than nothing.
            let _ = flate2::read::MultiGzDecoder::new(&*body).take(limit).read_to_end(&mut plain);
            body = Cow::Owned(plain);
        }
        body
    }
}

/// The chunks of a body, if it is cut into chunks up to its end or to where it breaks off.
fn join_chunks(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    loop {
        let Some(end) = memchr::memchr(b'\n', &body[..body.len().min(128)]) else {
            return (!joined.is_empty()).then_some(joined);
        };
        let size = std::str::from_utf8(&body[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        let chunk = &body[end + 1..];
        if size == 0 {
            return Some(joined);
        }
        joined.extend_from_slice(&chunk[..size.min(chunk.len())]);
        let rest = chunk.get(size..).unwrap_or_default();
        body = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=\"GBK\"\r\n";

    #[test]
    fn bodies_are_unpacked() {
        let chunked = [HEAD, "Transfer-Encoding: chunked\r\n\r\n4\r\n<p>a\r\n6;x=1\r\n</p>\r\n\r\n0\r\n\r\n"].concat();
        let response = Response::parse(chunked.as_bytes()).unwrap();
        assert!(response.html && response.charset.is_some());
        assert_eq!(&*response.body(1 << 20), b"<p>a</p>\r\n");
        // The crawler has joined the chunks already.
        let joined = [HEAD, "Transfer-Encoding: chunked\r\n\r\n<p>a</p>\n"].concat();
        assert_eq!(&*Response::parse(joined.as_bytes()).unwrap().body(1 << 20), b"<p>a</p>\n");
        let packed = super::super::gzip(b"<p>a</p>").unwrap();
        let gzip = [HEAD.as_bytes(), b"Content-Encoding: gzip\r\n\r\n", &packed].concat();
        assert_eq!(&*Response::parse(&gzip).unwrap().body(1 << 20), b"<p>a</p>");
        assert_eq!(Response::parse(&gzip).unwrap().body(3).len(), 3);
        assert!(Response::parse(b"<html>").is_none());
    }
}
