//! The record that `classify` writes for every block.

use std::io::Write;
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::Result;
use crate::explain::Reason;
use crate::page::{Block, Kind, Label, Verdict};

/// One block's verdict: `{"id","block","start","end","label","kind","score","text"?,"reasons"?}`.
#[derive(Debug, Serialize)]
pub struct BlockRecord<'a> {
    /// The page: the record's own `id`, or the file's name or the record's number.
    #[serde(serialize_with = "raw")]
    pub id: &'a RawValue,
    /// The block's number on its page, from 0 on.
    pub block: usize,
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
    /// The text, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    /// What speaks for the verdict, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<Reason>>,
}

fn raw<S: Serializer>(value: &&RawValue, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

impl<'a> BlockRecord<'a> {
    /// The record of a block without text and reasons.
    pub fn new(id: &'a RawValue, number: usize, block: &Block<'_>, verdict: Verdict) -> Self {
        let Range { start, end } = block.range;
        let Verdict { label, kind, score } = verdict;
        Self { id, block: number, start, end, label, kind, score, text: None, reasons: None }
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
