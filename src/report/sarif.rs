//! Findings as SARIF 2.1.0 (OASIS): every junk block is a result of the rule `tamis/boilerplate` or `tamis/spam`.

use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use crate::classify::Worker;
use crate::error::Result;
use crate::explain::Reason;
use crate::page::{Kind, Page, Verdict};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Where a page stands.
pub(crate) struct Place<'a> {
    pub file: &'a str,
    /// The text that the page's ranges speak of, if the whole file is the page.
    pub text: Option<&'a [u8]>,
    /// That text's bytes are the file's.
    pub bytes: bool,
    pub record: u64,
}

/// What stands before the results.
///
/// # Errors
/// If writing fails.
pub(crate) fn head(out: &mut impl Write) -> Result<()> {
    let rule = |id: &str, name: &str, short: &str, level: &str| {
        json!({
            "id": id,
            "name": name,
            "shortDescription": { "text": short },
            "defaultConfiguration": { "level": level },
        })
    };
    let driver = json!({
        "name": "tamis",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": [
            rule("tamis/boilerplate", "Boilerplate", "The site's own furniture: menus, legal lines, widgets, related links, promotion.", "note"),
            rule("tamis/spam", "Spam", "Text that abuses the page: stuffed titles, keyword rows, injected advertising, generated text.", "warning"),
        ],
    });
    let schema = json!(SCHEMA);
    write!(
        out,
        "{{\"$schema\":{schema},\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",\"results\":["
    )?;
    Ok(())
}

/// What stands behind them.
///
/// # Errors
/// If writing fails.
pub(crate) fn end(out: &mut impl Write) -> Result<()> {
    Ok(out.write_all(b"\n]}]}\n")?)
}

/// Adds results of [`findings`].
///
/// # Errors
/// If writing fails.
pub(crate) fn add(results: &[u8], first: bool, out: &mut impl Write) -> Result<()> {
    // All of them start with a comma.
    Ok(out.write_all(if first { results.get(1..).unwrap_or_default() } else { results })?)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'a str,
    message: Value,
    locations: [Value; 1],
    /// By text: a finding stays the same when lines move.
    partial_fingerprints: Value,
    rank: f64,
    properties: Value,
}

/// The results of a page, each behind a comma.
///
/// # Errors
/// Never: what is written is memory.
pub(crate) fn findings(
    place: &Place<'_>,
    page: &Page<'_>,
    verdicts: &[Verdict],
    reasons: usize,
    worker: &mut Worker<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let mut lines = place.text.map(Lines::new);
    let blocks = page.blocks.iter().zip(verdicts).enumerate();
    let junk = blocks.flat_map(|(i, (block, verdict))| verdict.junk(&block.range).map(move |found| (i, block, found)));
    for (i, block, (part, junk)) in junk {
        let spam = junk.kind == Some(Kind::Spam);
        let (rule_id, level) = if spam { ("tamis/spam", "warning") } else { ("tamis/boilerplate", "note") };
        let why: Vec<Reason> = match reasons {
            0 => Vec::new(),
            most => worker.explain_classified(page, i, part).for_junk(most).into_iter().cloned().collect(),
        };
        let mut message = format!("{}, P(junk) {:.3}", if spam { "spam" } else { "boilerplate" }, junk.score);
        for (reason, separator) in why.iter().zip([": "].into_iter().chain(std::iter::repeat(", "))) {
            let name = reason.word.as_deref().unwrap_or(&reason.feature);
            let _ = write!(message, "{separator}{name} {:+.2}", reason.contribution);
        }
        let mut physical = json!({ "artifactLocation": { "uri": uri(place.file) } });
        if let Some(lines) = &mut lines {
            physical["region"] = lines.region(junk.range.start, junk.range.end, place.bytes);
        }
        let mut location = json!({ "physicalLocation": physical });
        if lines.is_none() {
            let name = format!("record {}, block {i}", place.record);
            location["logicalLocations"] = json!([{ "name": name, "kind": "element" }]);
        }
        let text = if part.is_some() { block.part(&junk.range) } else { &*block.text };
        let print = format!("{:08x}", crc32fast::hash(text.as_bytes()));
        let finding = Finding {
            rule_id,
            rule_index: usize::from(spam),
            level,
            message: json!({ "text": message }),
            locations: [location],
            partial_fingerprints: json!({ "text/v1": print }),
            rank: f64::from(junk.score) * 100.0,
            properties: json!({
                "record": place.record,
                "block": i,
                "part": part,
                "start": junk.range.start,
                "end": junk.range.end,
                "score": junk.score,
                "reasons": why,
            }),
        };
        out.extend_from_slice(b",\n");
        serde_json::to_writer(&mut *out, &finding).map_err(std::io::Error::from)?;
    }
    Ok(())
}

/// A path as a relative or `file:` URI reference.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    } else if path.as_bytes().get(1) == Some(&b':') {
        uri.push_str("file:///");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// Counts lines and characters on the way through a text.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
    /// Characters before `at`, and before its line.
    chars: usize,
    line_chars: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1, chars: 0, line_chars: 0 }
    }

    /// Goes on to a byte; its line and column from 1 on, and the characters before it.
    fn go(&mut self, to: usize) -> (usize, usize, usize) {
        for &byte in self.text.get(self.at..to).unwrap_or_default() {
            // Bytes that go on with a character count no further.
            self.chars += usize::from(byte & 0xC0 != 0x80);
            if byte == b'\n' {
                self.line += 1;
                self.line_chars = self.chars;
            }
        }
        self.at = self.at.max(to);
        (self.line, self.chars - self.line_chars + 1, self.chars)
    }

    fn region(&mut self, start: usize, end: usize, bytes: bool) -> Value {
        let (line, column, chars) = self.go(start);
        let (end_line, end_column, end_chars) = self.go(end);
        let mut region = json!({
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
            "charOffset": chars,
            "charLength": end_chars - chars,
        });
        if bytes {
            region["byteOffset"] = json!(start);
            region["byteLength"] = json!(end - start);
        }
        region
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_lines() {
        let text = "一行\nzwei\r\n三 三".as_bytes();
        let mut lines = Lines::new(text);
        assert_eq!(lines.go(0), (1, 1, 0));
        assert_eq!(lines.go(7), (2, 1, 3));
        assert_eq!(lines.go(11), (2, 5, 7));
        assert_eq!(lines.go(text.len()), (3, 4, 12));
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/页.txt"), "a%20b/%E9%A1%B5.txt");
        assert_eq!(uri("/x"), "file:///x");
        assert_eq!(uri("a:b"), "file:///a%3Ab");
    }
}
