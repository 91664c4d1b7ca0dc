//! What a run did, in numbers.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::report::Counts;

/// Counts over all inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Inputs that were read to their ends.
    pub files: u64,
    /// Inputs that could not be read, or not to their ends.
    pub failed_files: u64,
    /// Records that were read, good or bad. All of them are in one of the next four numbers.
    pub records_in: u64,
    /// Records in the output.
    pub records_out: u64,
    /// Pages that were left out as a whole.
    pub records_dropped: u64,
    /// Bad records that were left out.
    pub records_skipped: u64,
    /// Bad records that went to the quarantine file.
    pub records_quarantined: u64,
    /// WARC records of other sorts than text; not in `records_in`.
    pub other_records: u64,
    /// Characters that could not be decoded.
    pub replaced_characters: u64,
    /// Blocks of plain text that were not UTF-8 and stayed as they were.
    pub damaged_blocks: u64,
    /// Bytes of text.
    pub text_bytes: u64,
    /// Pages and blocks.
    pub blocks: Counts,
}

impl Summary {
    /// Takes in the counts of a part.
    pub(super) fn add(&mut self, part: &Self) {
        self.files += part.files;
        self.failed_files += part.failed_files;
        self.records_in += part.records_in;
        self.records_out += part.records_out;
        self.records_dropped += part.records_dropped;
        self.records_skipped += part.records_skipped;
        self.records_quarantined += part.records_quarantined;
        self.other_records += part.other_records;
        self.replaced_characters += part.replaced_characters;
        self.damaged_blocks += part.damaged_blocks;
        self.text_bytes += part.text_bytes;
        self.blocks.merge(&part.blocks);
    }

    /// For people, in two lines; `speed` in MB/s.
    pub(super) fn write(&self, speed: f64, out: &mut dyn Write) -> Result<()> {
        let part = |count: u64, what: &str| if count > 0 { format!(", {count} {what}") } else { String::new() };
        writeln!(
            out,
            "{} record{} in, {} out{}{}{}{}{}{}",
            self.records_in,
            if self.records_in == 1 { "" } else { "s" },
            self.records_out,
            part(self.records_dropped, "pages dropped"),
            part(self.records_skipped, "skipped"),
            part(self.records_quarantined, "quarantined"),
            part(
                self.failed_files,
                if self.failed_files == 1 { "input not read to its end" } else { "inputs not read to their ends" }
            ),
            part(self.other_records, "of other sorts passed over"),
            part(self.replaced_characters, "characters could not be decoded"),
        )?;
        writeln!(
            out,
            "{} blocks, {} boilerplate, {} spam; {:.1} % of the text is junk; {:.1} MB, {speed:.1} MB/s",
            self.blocks.blocks,
            self.blocks.boilerplate,
            self.blocks.spam,
            100.0 * self.blocks.junk_share(),
            self.text_bytes as f64 / 1e6,
        )?;
        Ok(())
    }
}

/// What `--stats` writes: the counts, and how long they took.
#[derive(Serialize)]
pub(super) struct Stats<'a> {
    #[serde(flatten)]
    pub summary: &'a Summary,
    pub junk_share: f64,
    /// Of this run, without what an earlier one had done.
    pub seconds: f64,
}
