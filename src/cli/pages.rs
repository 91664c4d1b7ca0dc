//! From files to pages: opens the inputs one after the other and hands every page to a verb.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::value::{RawValue, to_raw_value};

use super::BUFFER;
use super::args::{Input, InputFormat};
use crate::error::{Error, Result};
use crate::formats::{JsonLine, Lines};
use crate::page::Page;
use crate::segment;

/// A page and where it came from.
pub(super) struct Source<'a> {
    pub page: &'a Page<'a>,
    /// The `id` of classify's records: the record's own, else its number; the file's name for text.
    pub id: &'a RawValue,
    /// The file and, for records, the number.
    pub name: &'a str,
    origin: Origin<'a>,
}

enum Origin<'a> {
    Text(&'a [u8]),
    Json(&'a JsonLine<'a>),
}

impl Source<'_> {
    /// The bytes that the page's ranges speak of.
    pub(super) fn input(&self) -> &[u8] {
        match &self.origin {
            Origin::Text(input) => input,
            Origin::Json(line) => line.text.as_bytes(),
        }
    }

    /// Writes the record with only these pieces of its text.
    pub(super) fn write_kept(&self, kept: &[Range<usize>], scratch: &mut String, out: &mut impl Write) -> Result<()> {
        match &self.origin {
            Origin::Text(input) => {
                for range in kept {
                    out.write_all(&input[range.clone()])?;
                }
                Ok(())
            }
            Origin::Json(line) => line.write_kept(kept, scratch, out),
        }
    }
}

/// Reads all inputs and calls `visit` for every page, in order.
///
/// # Errors
/// The first error of reading or of `visit`, with its place.
pub(super) fn for_each(input: &Input, mut visit: impl FnMut(&Source<'_>) -> Result<()>) -> Result<()> {
    let standard = [PathBuf::from("-")];
    let files = if input.files.is_empty() { &standard } else { input.files.as_slice() };
    for file in files {
        let format = input.input_format.unwrap_or_else(|| guess(file));
        let name = if file.as_os_str() == "-" { Cow::Borrowed("-") } else { file.to_string_lossy() };
        let reader: Box<dyn Read> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(file).map_err(|error| Error::from(error).in_file(file))?)
        };
        match format {
            InputFormat::Text => text(reader, &name, &mut visit),
            InputFormat::Jsonl => jsonl(reader, &name, &input.text_field, &mut visit),
        }
        .map_err(|error| if is_output(&error) { error } else { error.in_file(file) })?;
    }
    Ok(())
}

/// A closed pipe is the reader's doing, whatever file was being read.
fn is_output(error: &Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn guess(file: &Path) -> InputFormat {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl" | "ndjson") => InputFormat::Jsonl,
        _ => InputFormat::Text,
    }
}

fn text(mut reader: impl Read, name: &str, visit: &mut impl FnMut(&Source<'_>) -> Result<()>) -> Result<()> {
    let mut input = Vec::new();
    reader.read_to_end(&mut input)?;
    let (page, damage) = segment::bytes(&input);
    if let Some(damage) = damage {
        let _ = writeln!(
            io::stderr(),
            "tamis: {name}, byte {}: not valid UTF-8 ({} block{}); classified with replacement characters, bytes are kept",
            damage.first,
            damage.blocks,
            if damage.blocks == 1 { "" } else { "s" }
        );
    }
    let id = to_raw_value(name).map_err(io::Error::from)?;
    visit(&Source { page: &page, id: &id, name, origin: Origin::Text(&input) })
}

fn jsonl(
    reader: impl Read,
    name: &str,
    text_field: &str,
    visit: &mut impl FnMut(&Source<'_>) -> Result<()>,
) -> Result<()> {
    let mut lines = Lines::new(BufReader::with_capacity(BUFFER, reader));
    while let Some((line, number, start)) = lines.next_line()? {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let record = JsonLine::parse(line, text_field).map_err(|error| {
            let inside = error.position().byte.unwrap_or(0);
            error.at_record(number).shifted(start, inside)
        })?;
        let page = segment::text(&record.text);
        let counted;
        let id = match record.id {
            Some(id) => id,
            None => {
                counted = to_raw_value(&number).map_err(io::Error::from)?;
                &*counted
            }
        };
        let name = format!("{name}:{number}");
        visit(&Source { page: &page, id, name: &name, origin: Origin::Json(&record) })?;
    }
    Ok(())
}
