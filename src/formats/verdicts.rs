//! The records that `classify` writes: one for a block, one for a page, or a page's spans as attributes.

use std::io::Write;
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::clean::lines_of;
use crate::error::Result;
use crate::explain::Reason;
use crate::page::{Kind, Label, Page, Part, Verdict};
use crate::report::Counts;

/// One block's verdict: `{"id","block","start","end","label","kind","score","parts"?,"path"?,"text"?,"reasons"?}`.
#[derive(Debug, Serialize)]
pub struct BlockRecord<'a> {
    /// The page: the record's own `id`, or the file's name or the record's number.
    #[serde(serialize_with = "raw")]
    pub id: &'a RawValue,
    /// The block's number on its page, from 0 on.
    pub block: usize,
    /// The number of the part that the record is about, if it is not about the whole block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// First byte of the block in the page's text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Content or junk.
    pub label: Label,
    /// The sort of junk; null for content.
    pub kind: Option<Kind>,
    /// Calibrated P(junk).
    pub score: f32,
    /// The parts of a block of both content and junk: `{"start","end","label","kind","score"}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartRecord>,
    /// The element of HTML that the block stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The text, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    /// What speaks for the verdict, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<Reason>>,
}

/// The verdict on a part of a block.
#[derive(Debug, Serialize)]
pub struct PartRecord {
    /// First byte of the part in the page's text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Content or junk.
    pub label: Label,
    /// The sort of junk; null for content.
    pub kind: Option<Kind>,
    /// Calibrated P(junk).
    pub score: f32,
}

impl From<&Part> for PartRecord {
    fn from(part: &Part) -> Self {
        let Part { range: Range { start, end }, label, kind, score } = part.clone();
        Self { start, end, label, kind, score }
    }
}

fn raw<S: Serializer>(value: &&RawValue, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

impl<'a> BlockRecord<'a> {
    /// The record of a block without text and reasons.
    ///
    /// # Panics
    /// If the page has no block of this number.
    pub fn new(id: &'a RawValue, page: &Page<'_>, number: usize, verdict: &Verdict) -> Self {
        let block = &page.blocks[number];
        let Range { start, end } = block.range;
        let Verdict { label, kind, score, ref parts } = *verdict;
        let parts = parts.iter().map(PartRecord::from).collect();
        let path = block.markup.map(|markup| page.elements.path(markup.element));
        Self { id, block: number, part: None, start, end, label, kind, score, parts, path, text: None, reasons: None }
    }

    /// The record of a part of that block.
    #[must_use]
    pub fn of_part(self, number: usize, part: &Part) -> Self {
        let PartRecord { start, end, label, kind, score } = part.into();
        Self { part: Some(number), start, end, label, kind, score, parts: Vec::new(), ..self }
    }
}

/// One page's verdict: `{"id","blocks","bytes","junk_blocks","junk_bytes","junk_share","label","kind","score"}`.
#[derive(Debug, Serialize)]
pub struct PageRecord<'a> {
    /// The page, as in [`BlockRecord`].
    #[serde(serialize_with = "raw")]
    pub id: &'a RawValue,
    /// Blocks.
    pub blocks: u64,
    /// Bytes of the blocks.
    pub bytes: u64,
    /// Junk blocks.
    pub junk_blocks: u64,
    /// Bytes of the junk blocks.
    pub junk_bytes: u64,
    /// Junk bytes / bytes; 0 without blocks.
    pub junk_share: f64,
    /// Junk if the share is over the limit.
    pub label: Label,
    /// The kind of most of the junk, by blocks; null for a content page.
    pub kind: Option<Kind>,
    /// Mean P(junk) of the page's bytes.
    pub score: f64,
}

impl<'a> PageRecord<'a> {
    /// The record of a page that is junk if more than `over` of its bytes are, a share in `[0, 1]`.
    pub fn new(id: &'a RawValue, page: &Page<'_>, verdicts: &[Verdict], over: f64) -> Self {
        let mut counts = Counts::default();
        counts.add(page, verdicts);
        let weighted = page
            .blocks
            .iter()
            .zip(verdicts)
            .map(|(block, verdict)| f64::from(verdict.score) * block.range.len() as f64);
        let junk_share = counts.junk_share();
        let label = if junk_share > over { Label::Junk } else { Label::Content };
        let kind = if counts.spam > counts.boilerplate { Kind::Spam } else { Kind::Boilerplate };
        Self {
            id,
            blocks: counts.blocks,
            bytes: counts.bytes,
            junk_blocks: counts.boilerplate + counts.spam,
            junk_bytes: counts.junk_bytes,
            junk_share,
            label,
            kind: (label == Label::Junk).then_some(kind),
            score: weighted.sum::<f64>() / counts.bytes.max(1) as f64,
        }
    }
}

/// A page's junk as attributes beside the documents, in the form of the dolma toolkit's taggers.
///
/// `{"id", "attributes": {"tamis__junk__boilerplate": [[start, end, score]…], "tamis__junk__spam": […],
/// "tamis__junk__share": [[0, length, junk share]]}}`. Offsets count code points of the text, as that toolkit's do. A span
/// is a whole line with its line end, so that dropping it leaves no blank line, or a part of a line.
#[derive(Debug, Serialize)]
pub struct Attributes<'a> {
    #[serde(serialize_with = "raw")]
    id: &'a RawValue,
    attributes: Spans,
}

#[derive(Debug, Default, Serialize)]
struct Spans {
    #[serde(rename = "tamis__junk__boilerplate")]
    boilerplate: Vec<(usize, usize, f32)>,
    #[serde(rename = "tamis__junk__spam")]
    spam: Vec<(usize, usize, f32)>,
    #[serde(rename = "tamis__junk__share")]
    share: [(usize, usize, f64); 1],
}

impl<'a> Attributes<'a> {
    /// The attributes of a page with this text.
    pub fn new(id: &'a RawValue, text: &str, page: &Page<'_>, verdicts: &[Verdict]) -> Self {
        let mut counts = Counts::default();
        counts.add(page, verdicts);
        let mut spans = Spans::default();
        let mut places = CodePoints { text, byte: 0, count: 0 };
        for (block, verdict) in page.blocks.iter().zip(verdicts) {
            for (_, Part { range, kind, score, .. }) in verdict.junk(&block.range) {
                let range = if range == block.range { lines_of(text.as_bytes(), &range) } else { range };
                let span = (places.at(range.start), places.at(range.end), score);
                match kind {
                    Some(Kind::Spam) => spans.spam.push(span),
                    _ => spans.boilerplate.push(span),
                }
            }
        }
        spans.share = [(0, places.at(text.len()), counts.junk_share())];
        Self { id, attributes: spans }
    }
}

/// Byte offsets to code points, for offsets that only grow.
struct CodePoints<'a> {
    text: &'a str,
    byte: usize,
    count: usize,
}

impl CodePoints<'_> {
    fn at(&mut self, byte: usize) -> usize {
        self.count += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.count
    }
}

/// Writes a value as one JSON line.
///
/// # Errors
/// If writing fails.
pub fn write_json(value: &impl Serialize, out: &mut impl Write) -> Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}
