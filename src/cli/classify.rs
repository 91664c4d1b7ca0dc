//! `tamis classify`: one record for every block, or for every page, or fields beside the documents.

use anyhow::Result;
use serde::Serialize;

use super::args::Classify;
use crate::error::Error;
#[cfg(feature = "parquet")]
use crate::formats::writer::Chunk;
use crate::formats::{Attributes, BlockRecord, Format, PageRecord, Pieces, write_json};
use crate::page::{Kind, Label, Part};
#[cfg(feature = "parquet")]
use crate::stream::Plan;
use crate::stream::{Classified, Out, Shape, Verb};

pub(super) fn run(args: &Classify) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let mut options = super::options(&args.input, Some(&args.output));
    options.fingerprint = super::fingerprint(&classifier, &args.sieve, &args.output, || {
        let mut args = args.clone();
        super::forget(&mut args.input, &mut args.output);
        args
    })?;
    crate::stream::run(&options, &classifier, args)?;
    Ok(())
}

/// What `--columns` adds to a record.
#[derive(Serialize)]
struct Columns {
    tamis_label: Label,
    tamis_score: f64,
    tamis_junk_share: f64,
    tamis_junk: Vec<Span>,
}

/// A junk block, or a junk part of one, in the record's text, in bytes.
#[derive(Serialize)]
struct Span {
    start: usize,
    end: usize,
    kind: Option<Kind>,
    score: f32,
}

/// The share of junk from which `--columns` calls a page junk.
const OVER: f64 = 0.5;

impl Verb for Classify {
    fn shape(&self, input: Format) -> crate::Result<Shape> {
        let natural = if self.columns && input == Format::Parquet { Shape::Parquet } else { Shape::Jsonl };
        let shape = super::shape(&self.output).unwrap_or(natural);
        let fits = match shape {
            Shape::Text | Shape::Markdown | Shape::Html => false,
            Shape::Jsonl => natural == Shape::Jsonl,
            Shape::Parquet => !self.attributes && (!self.columns || input == Format::Parquet),
        };
        if fits { Ok(shape) } else { Err(Error::option("these records cannot be written in this output format")) }
    }

    #[cfg(feature = "parquet")]
    fn table(&self, input: Option<&crate::formats::parquet::Table>) -> crate::Result<crate::formats::parquet::Table> {
        use super::tables;
        match input {
            Some(input) if self.columns => input.with(tables::columns()),
            _ if self.pages.is_some() => Ok(crate::formats::parquet::Table::of(tables::pages())),
            _ => Ok(crate::formats::parquet::Table::of(tables::blocks(self.text, self.reasons.is_some()))),
        }
    }

    fn page(&self, classified: Classified<'_, '_>, out: &mut Out) -> crate::Result<()> {
        if classified.record.html && (self.attributes || self.columns) {
            let why = "spans and columns stand beside documents of text; make them of the HTML first (tamis clean --threshold 1)";
            return Err(Error::option(why));
        }
        if self.columns {
            return columns(&classified, out);
        }
        let Classified { record, page, verdicts, worker, .. } = classified;
        if let Some(over) = self.pages {
            out.lines += 1;
            return write_json(&PageRecord::new(&record.id, page, verdicts, over), &mut out.bytes);
        }
        if self.attributes {
            let text = String::from_utf8_lossy(&record.text);
            if text.len() != record.text.len() {
                return Err(Error::record("spans of text that is not UTF-8 would be wrong; see --encoding"));
            }
            return write_json(&Attributes::new(&record.id, &text, page, verdicts), &mut out.bytes);
        }
        for (i, (block, verdict)) in page.blocks.iter().zip(verdicts).enumerate() {
            let mut record = BlockRecord::new(&record.id, page, i, verdict);
            if self.text {
                record.text = Some(&block.text);
            }
            if let Some(most) = self.reasons {
                let mut reasons = worker.explain_classified(page, i, None).reasons;
                reasons.truncate(most);
                record.reasons = Some(reasons);
            }
            out.lines += 1;
            write_json(&record, &mut out.bytes)?;
        }
        Ok(())
    }

    #[cfg(feature = "parquet")]
    fn chunk(&self, batch: &crate::formats::Batch, plan: &Plan, out: &mut Out) -> crate::Result<Chunk> {
        use crate::formats::{Data, parquet};
        match (&batch.data, &plan.table) {
            (Data::Rows(rows), Some(table)) if self.columns => Ok(rows.chunk(rows.with_columns(table, &out.bytes)?)),
            (_, Some(table)) => {
                let rows = parquet::rows_of_json(&table.schema, &out.bytes, out.lines)?;
                Ok(Chunk::Rows { rows, group_ends: false })
            }
            (_, None) => Ok(Chunk::Bytes(std::mem::take(&mut out.bytes))),
        }
    }
}

/// The record as it came, with the columns; for a table only the columns, which are put to its rows later.
fn columns(classified: &Classified<'_, '_>, out: &mut Out) -> crate::Result<()> {
    let Classified { record, page, verdicts, plan, .. } = classified;
    let of_page = PageRecord::new(&record.id, page, verdicts, OVER);
    let junk = page.blocks.iter().zip(*verdicts).flat_map(|(block, verdict)| verdict.junk(&block.range));
    let columns = Columns {
        tamis_label: of_page.label,
        tamis_score: of_page.score,
        tamis_junk_share: of_page.junk_share,
        tamis_junk: junk
            .map(|(_, Part { range, kind, score, .. })| Span { start: range.start, end: range.end, kind, score })
            .collect(),
    };
    out.lines += 1;
    if plan.shape == Shape::Jsonl {
        let start = out.bytes.len();
        record.write_json(&Pieces(vec![&record.text]), &mut out.bytes)?;
        if memchr::memmem::find(&out.bytes[start..], b"\"tamis_").is_some() {
            return Err(
                Error::record("the record seems to have fields of these names already").at_record(record.number)
            );
        }
        // The line ends with the object's brace; it is not empty, so a comma may follow.
        let end = out.bytes.trim_ascii_end().len() - 1;
        out.bytes.truncate(end);
        out.bytes.push(b',');
        let start = out.bytes.len();
        write_json(&columns, &mut out.bytes)?;
        out.bytes.remove(start);
        return Ok(());
    }
    write_json(&columns, &mut out.bytes)
}
