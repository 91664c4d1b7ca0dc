//! JSON Lines: one object a line, with the page's text in one field. All other bytes of a line pass through untouched.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::{RawValue, to_raw_value};

use super::ReadOptions;
use super::framing::{Frame, Framing};
use super::record::{BadRecord, Origin, Pieces, RawRecord, Record, Visit, to_json};
use crate::error::{Error, Result};

/// Records are lines that are not blank.
#[derive(Default)]
pub(super) struct Lines {
    /// Bytes of an unfinished line that hold no line end.
    searched: usize,
}

impl Framing for Lines {
    fn next(&mut self, bytes: &[u8], at_end: bool) -> Frame {
        let end = match memchr::memchr(b'\n', &bytes[self.searched..]) {
            Some(at) => self.searched + at + 1,
            None if at_end => bytes.len(),
            None => {
                self.searched = bytes.len();
                return Frame::More;
            }
        };
        self.searched = 0;
        // A blank line is told by its first bytes nearly always.
        if bytes[..end].iter().all(u8::is_ascii_whitespace) { Frame::Gap(end) } else { Frame::Record(end) }
    }

    fn resume(&mut self, taken: usize) {
        self.searched -= taken;
    }
}

/// The parts of a line around its text.
#[derive(Debug)]
pub(crate) struct JsonLine<'a> {
    line: &'a [u8],
    /// Where the text field's JSON string stands in the line, quotes included.
    value: Range<usize>,
}

/// Parses a line.
pub(super) fn parse(bytes: &[u8], raw: &RawRecord, options: &ReadOptions, visit: &mut Visit<'_>) -> Result<()> {
    let (line, replaced) = options.encoding.decode(bytes);
    match fields(&line, options) {
        Ok((fields, value, text)) => {
            let counted;
            let id = match fields.id {
                Some(id) => id,
                None => {
                    counted = to_raw_value(&raw.number).map_err(std::io::Error::from)?;
                    &*counted
                }
            };
            let url = fields.url.and_then(|url| decode(url.get()));
            let text = match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            };
            let origin = Origin::Json(JsonLine { line: &line, value });
            visit(Ok(&Record { number: raw.number, id: Cow::Borrowed(id), url, text, html: false, replaced, origin }))
        }
        Err(error) => {
            let inside = error.position().byte.unwrap_or(0);
            visit(Err(BadRecord::new(raw, bytes, error.reason(), inside)))
        }
    }
}

/// The fields of a line that matter, the place of the text's JSON string, and the text.
///
/// # Errors
/// If it is not a JSON object in UTF-8 with a string in the text field; with the byte inside the line.
fn fields<'a>(line: &'a [u8], options: &ReadOptions) -> Result<(Fields<'a>, Range<usize>, Cow<'a, str>)> {
    let text_field = options.text_field.as_str();
    let text = simdutf8::compat::from_utf8(line)
        .map_err(|error| Error::record("the line is not UTF-8 text").at_byte(error.valid_up_to() as u64))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let at_column =
        |error: &serde_json::Error| Error::record(error.to_string()).at_byte(error.column().saturating_sub(1) as u64);
    let fields = deserializer.deserialize_map(Wanted { text_field }).map_err(|error| at_column(&error))?;
    deserializer.end().map_err(|error| at_column(&error))?;
    let raw = fields.text.ok_or_else(|| Error::record(format!("the record has no field `{text_field}`")))?.get();
    let start = raw.as_ptr() as usize - line.as_ptr() as usize;
    let decoded = decode(raw).ok_or_else(|| {
        let what = if raw.starts_with('"') { "holds half a surrogate pair" } else { "is not a string" };
        Error::record(format!("the field `{text_field}` {what}")).at_byte(start as u64)
    })?;
    Ok((fields, start..start + raw.len(), decoded))
}

impl JsonLine<'_> {
    /// Writes the line with these pieces in the place of its text. A text that is kept whole is written as it came.
    pub(super) fn write(&self, text: &[u8], pieces: &Pieces<'_>, out: &mut Vec<u8>) -> Result<()> {
        let whole = match pieces.0.as_slice() {
            [] => text.is_empty(),
            [all] => all.len() == text.len(),
            _ => false,
        };
        if whole {
            out.extend_from_slice(self.line);
        } else {
            out.extend_from_slice(&self.line[..self.value.start]);
            to_json(pieces, out)?;
            out.extend_from_slice(&self.line[self.value.end..]);
        }
        if !self.line.ends_with(b"\n") {
            out.push(b'\n');
        }
        Ok(())
    }
}

/// A JSON string's value, borrowed where nothing is escaped.
fn decode(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str::<String>(raw).ok().map(Cow::Owned)
}

struct Wanted<'f> {
    text_field: &'f str,
}

#[derive(Default)]
struct Fields<'a> {
    text: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    url: Option<&'a RawValue>,
}

/// Which of the fields a key names.
enum Key {
    Text,
    Id,
    Url,
    Other,
}

impl<'a> Visitor<'a> for Wanted<'_> {
    type Value = Fields<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> std::result::Result<Fields<'a>, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key_seed(&self)? {
            match key {
                Key::Text => fields.text = Some(map.next_value()?),
                Key::Id => fields.id = Some(map.next_value()?),
                Key::Url => fields.url = Some(map.next_value()?),
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }
}

impl<'a> DeserializeSeed<'a> for &Wanted<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> std::result::Result<Key, D::Error> {
        struct KeyVisitor<'f>(&'f str);
        impl Visitor<'_> for KeyVisitor<'_> {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_str<E>(self, key: &str) -> std::result::Result<Key, E> {
                Ok(if key == self.0 {
                    Key::Text
                } else {
                    match key {
                        "id" => Key::Id,
                        "url" => Key::Url,
                        _ => Key::Other,
                    }
                })
            }
        }
        deserializer.deserialize_str(KeyVisitor(self.text_field))
    }
}
