//! `tamis clean`: the input without its junk.

use std::borrow::Cow;
use std::io::Write;

use anyhow::Result;

use super::args::{Clean, Drop};
use crate::Worker;
#[cfg(feature = "html")]
use crate::clean::kept_html;
use crate::clean::kept_ranges;
use crate::explain::Reason;
#[cfg(feature = "parquet")]
use crate::formats::writer::Chunk;
use crate::formats::{BlockRecord, Format, Origin, Pieces, Record, write_json};
use crate::page::{Kind, Label, Page, Verdict};
use crate::report::{self, Counts};
#[cfg(feature = "html")]
use crate::segment;
use crate::stream::{Classified, Out, Plan, Shape, Verb};

/// Reasons shown for each removed block.
const REASONS: usize = 4;

pub(super) fn run(args: &Clean) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let mut options = super::options(&args.input, Some(&args.output));
    options.removed.clone_from(&args.removed);
    options.fingerprint = super::fingerprint(&classifier, &args.sieve, &args.output, || {
        let mut args = args.clone();
        super::forget(&mut args.input, &mut args.output);
        args
    })?;
    let summary = crate::stream::run(&options, &classifier, args)?;
    if args.verbose {
        report::summary(&summary.blocks, &mut super::styled_stderr())?;
    }
    Ok(())
}

impl Verb for Clean {
    fn shape(&self, input: Format) -> crate::Result<Shape> {
        let shape = super::shape(&self.output).unwrap_or(match input {
            Format::Text | Format::Html => Shape::Text,
            Format::Jsonl | Format::Warc => Shape::Jsonl,
            Format::Parquet => Shape::Parquet,
        });
        if shape == Shape::Parquet && input == Format::Jsonl {
            return Err(crate::Error::option(
                "JSON Lines have no columns; `clean` makes Parquet of text, WET and Parquet",
            ));
        }
        let of_html = matches!(shape, Shape::Markdown | Shape::Html);
        if of_html && input != Format::Html && !(shape == Shape::Markdown && input == Format::Warc) {
            return Err(crate::Error::option("Markdown and HTML are made of HTML only"));
        }
        if of_html && self.mark {
            return Err(crate::Error::option("--mark marks text, not Markdown or HTML"));
        }
        Ok(shape)
    }

    #[cfg(feature = "parquet")]
    fn table(&self, input: Option<&crate::formats::parquet::Table>) -> crate::Result<crate::formats::parquet::Table> {
        use arrow_schema::{DataType, Field};
        Ok(input.cloned().unwrap_or_else(|| {
            let names = ["id", "url", "date", "language", "text"];
            crate::formats::parquet::Table::of(names.map(|name| Field::new(name, DataType::Utf8, true)).to_vec())
        }))
    }

    fn page(&self, classified: Classified<'_, '_>, out: &mut Out) -> crate::Result<()> {
        let name = if self.verbose { classified.name() } else { String::new() };
        let Classified { plan, record, page, verdicts: all, worker } = classified;
        let verdicts = self.dropped(all);
        let over = self.drop_pages_over.is_some_and(|limit| {
            let mut counts = Counts::default();
            counts.add(page, &verdicts);
            counts.junk_share() > limit
        });
        if self.removed.is_some() {
            for (i, verdict) in verdicts.iter().enumerate() {
                let block = &page.blocks[i];
                let whole = Verdict::new(Label::Junk, None, 1.0);
                for (number, junk) in if over { &whole } else { verdict }.junk(&block.range) {
                    let mut record = BlockRecord::new(&record.id, page, i, &all[i]);
                    record.text = Some(&block.text);
                    if let Some(number) = number {
                        record = record.of_part(number, &junk);
                        record.text = Some(block.part(&junk.range));
                    }
                    record.reasons = Some(reasons(worker, page, i, number));
                    write_json(&record, &mut out.removed)?;
                }
            }
        }
        if self.verbose {
            report::page(&name, page, &verdicts, |i, part| reasons(worker, page, i, part), &mut out.notes)?;
            if over {
                writeln!(out.notes, "the page is left out as a whole")?;
            }
        }
        let text = &*record.text;
        #[cfg(feature = "html")]
        if record.html && matches!(plan.shape, Shape::Markdown | Shape::Html) {
            let source = std::str::from_utf8(text).unwrap_or_default();
            let rendered;
            let pieces = if plan.shape == Shape::Html {
                Pieces(kept_html(source, page, &verdicts).into_iter().map(|range| &text[range]).collect())
            } else {
                let kept = |i: usize| verdicts[i].label == Label::Content;
                rendered = segment::markdown(source, page, kept);
                Pieces(vec![rendered.as_bytes()])
            };
            return write(plan, record, &pieces, over, out);
        }
        let pieces = match (record.html, self.mark) {
            (true, mark) => paragraphs(page, &verdicts, mark),
            (false, true) => marked(text, page, &verdicts),
            (false, false) => kept(text, page, &verdicts),
        };
        write(plan, record, &pieces, over, out)
    }

    #[cfg(feature = "parquet")]
    fn chunk(&self, batch: &crate::formats::Batch, plan: &Plan, out: &mut Out) -> crate::Result<Chunk> {
        use crate::formats::{Data, parquet};
        match (&batch.data, plan.shape, &plan.table) {
            (Data::Rows(rows), Shape::Parquet, _) => Ok(rows.chunk(rows.with_texts(&out.texts)?)),
            (Data::Rows(rows), Shape::Jsonl, _) => {
                Ok(Chunk::Bytes(parquet::json_of_rows(&rows.with_texts(&out.texts)?)?))
            }
            (_, Shape::Parquet, Some(table)) => {
                let rows = parquet::rows_of_json(&table.schema, &out.bytes, out.lines)?;
                Ok(Chunk::Rows { rows, group_ends: false })
            }
            _ => Ok(Chunk::Bytes(std::mem::take(&mut out.bytes))),
        }
    }
}

impl Clean {
    /// The verdicts, with junk that is not to be dropped as content.
    fn dropped<'v>(&self, verdicts: &'v [Verdict]) -> Cow<'v, [Verdict]> {
        let dropped = match self.drop {
            Drop::All => return Cow::Borrowed(verdicts),
            Drop::Spam => Kind::Spam,
            Drop::Boilerplate => Kind::Boilerplate,
        };
        let spare = |label: &mut Label, kind: &mut Option<Kind>| {
            if kind.is_some_and(|kind| kind != dropped) {
                (*label, *kind) = (Label::Content, None);
            }
        };
        let drop = |verdict: &Verdict| {
            let mut verdict = verdict.clone();
            spare(&mut verdict.label, &mut verdict.kind);
            verdict.parts.iter_mut().for_each(|part| spare(&mut part.label, &mut part.kind));
            verdict
        };
        verdicts.iter().map(drop).collect()
    }
}

fn kept<'t>(text: &'t [u8], page: &Page<'_>, verdicts: &[Verdict]) -> Pieces<'t> {
    Pieces(kept_ranges(text, page, verdicts).into_iter().map(|range| &text[range]).collect())
}

/// The text of HTML that is kept, with a blank line between blocks; with `mark`, all of it with marks.
fn paragraphs<'t>(page: &'t Page<'_>, verdicts: &[Verdict], mark: bool) -> Pieces<'t> {
    let mut pieces: Vec<&[u8]> = Vec::new();
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        let sign = mark_of(verdict.label, verdict.kind);
        if sign.is_some() && !mark {
            continue;
        }
        if !pieces.is_empty() {
            pieces.push(b"\n\n");
        }
        pieces.extend(sign);
        pieces.push(block.text.as_bytes());
    }
    if !pieces.is_empty() {
        pieces.push(b"\n");
    }
    Pieces(pieces)
}

/// What stands before a junk block, or a junk part of one, of marked text.
fn mark_of(label: Label, kind: Option<Kind>) -> Option<&'static [u8]> {
    match (label, kind) {
        (Label::Content, _) => None,
        (Label::Junk, Some(Kind::Spam)) => Some(b"[junk:spam] "),
        (Label::Junk, _) => Some(b"[junk:boilerplate] "),
    }
}

/// The whole text, with a mark before every junk block and junk part, and before a content part behind one.
fn marked<'t>(text: &'t [u8], page: &Page<'_>, verdicts: &[Verdict]) -> Pieces<'t> {
    let mut pieces = Vec::new();
    let mut written = 0;
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        let whole = (block.range.start, mark_of(verdict.label, verdict.kind));
        let parts = verdict.parts.iter().enumerate();
        let parts = parts
            .map(|(i, part)| (part.range.start, mark_of(part.label, part.kind).or((i > 0).then_some(b"[content] "))));
        for (at, mark) in std::iter::once(whole).filter(|_| verdict.parts.is_empty()).chain(parts) {
            let Some(mark) = mark else { continue };
            pieces.extend([&text[written..at], mark]);
            written = at;
        }
    }
    pieces.push(&text[written..]);
    Pieces(pieces)
}

fn write(plan: &Plan, record: &Record<'_>, text: &Pieces<'_>, over: bool, out: &mut Out) -> crate::Result<()> {
    out.dropped += u64::from(over);
    match (&record.origin, plan.shape) {
        #[cfg(feature = "parquet")]
        (Origin::Row { null }, Shape::Parquet | Shape::Jsonl) => out.texts.push((!null).then_some(text), !over),
        _ if over => {}
        (Origin::File, Shape::Text | Shape::Markdown | Shape::Html) => text.write(&mut out.bytes),
        (_, Shape::Text | Shape::Markdown | Shape::Html) => {
            // Pages stand apart by a blank line.
            text.write(&mut out.bytes);
            out.bytes.extend_from_slice(if out.bytes.ends_with(b"\n") { b"\n" } else { b"\n\n" });
        }
        _ => {
            out.lines += 1;
            record.write_json(text, &mut out.bytes)?;
        }
    }
    Ok(())
}

/// What speaks for removing block `i`, or a part of it.
fn reasons(worker: &mut Worker<'_>, page: &Page<'_>, i: usize, part: Option<usize>) -> Vec<Reason> {
    worker.explain_classified(page, i, part).for_junk(REASONS).into_iter().cloned().collect()
}
