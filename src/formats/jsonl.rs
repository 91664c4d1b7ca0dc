//! JSON Lines: one object a line, with the page's text in one field. All other bytes of a line pass through untouched.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, Write};
use std::ops::Range;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// Reads lines with their place in the input; the buffer is reused.
pub struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
    start: u64,
}

impl<R: BufRead> Lines<R> {
    /// Lines of a reader.
    pub fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), number: 0, start: 0 }
    }

    /// The next line with its line end, its number from 1 on, and the byte it starts at.
    ///
    /// # Errors
    /// If reading fails.
    pub fn next_line(&mut self) -> Result<Option<(&[u8], u64, u64)>> {
        self.start += self.line.len() as u64;
        self.line.clear();
        self.number += 1;
        let read = self.reader.read_until(b'\n', &mut self.line)?;
        Ok((read > 0).then_some((self.line.as_slice(), self.number, self.start)))
    }
}

/// One parsed line.
#[derive(Debug)]
pub struct JsonLine<'a> {
    line: &'a [u8],
    /// Where the text field's JSON string stands in the line, quotes included.
    value: Range<usize>,
    /// The decoded text.
    pub text: Cow<'a, str>,
    /// The `id` field as it stands in the line.
    pub id: Option<&'a RawValue>,
}

impl<'a> JsonLine<'a> {
    /// Parses a line.
    ///
    /// # Errors
    /// If it is not a JSON object in UTF-8 with a string in the field `text_field`; with the byte inside the line.
    pub fn parse(line: &'a [u8], text_field: &str) -> Result<Self> {
        let text = simdutf8::compat::from_utf8(line)
            .map_err(|error| Error::record("the line is not UTF-8 text").at_byte(error.valid_up_to() as u64))?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let at_column = |error: &serde_json::Error| {
            Error::record(error.to_string()).at_byte(error.column().saturating_sub(1) as u64)
        };
        let fields = deserializer.deserialize_map(Wanted { text_field }).map_err(|error| at_column(&error))?;
        deserializer.end().map_err(|error| at_column(&error))?;
        let raw = fields.text.ok_or_else(|| Error::record(format!("the record has no field `{text_field}`")))?.get();
        let start = raw.as_ptr() as usize - line.as_ptr() as usize;
        let decoded = decode(raw)
            .ok_or_else(|| Error::record(format!("the field `{text_field}` is not a string")).at_byte(start as u64))?;
        Ok(Self { line, value: start..start + raw.len(), text: decoded, id: fields.id })
    }

    /// Writes the line with the pieces of the text that are kept in the place of its text. Nothing else changes; a text
    /// that is kept whole is written as it came.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write_kept(&self, kept: &[Range<usize>], scratch: &mut String, out: &mut impl Write) -> Result<()> {
        if matches!(kept, [all] if *all == (0..self.text.len())) || self.text.is_empty() {
            out.write_all(self.line)?;
        } else {
            scratch.clear();
            kept.iter().for_each(|range| scratch.push_str(&self.text[range.clone()]));
            out.write_all(&self.line[..self.value.start])?;
            serde_json::to_writer(&mut *out, scratch.as_str()).map_err(std::io::Error::from)?;
            out.write_all(&self.line[self.value.end..])?;
        }
        if !self.line.ends_with(b"\n") {
            out.write_all(b"\n")?;
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
}

/// Which of the fields a key names.
enum Key {
    Text,
    Id,
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
                } else if key == "id" {
                    Key::Id
                } else {
                    Key::Other
                })
            }
        }
        deserializer.deserialize_str(KeyVisitor(self.text_field))
    }
}
