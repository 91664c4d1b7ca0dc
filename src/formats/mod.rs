//! Records in and out: one file per format.
//!
//! A record is what becomes one page: a whole file of plain text, or the text field of one JSON line.

mod jsonl;
mod verdicts;

pub use jsonl::{JsonLine, Lines};
pub use verdicts::{BlockRecord, write_json};
