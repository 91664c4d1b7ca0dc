//! `tamis report`: what is junk, and why: for a terminal, a browser, or as SARIF; or the counts alone, for programs.

use std::io::{BufWriter, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use super::args::{PagesFormat, ReportArgs};
use crate::Classifier;
use crate::error::{Error, ErrorKind};
use crate::formats::{Batch, Encoding, Format, Origin, write_json, writer::Chunk};
use crate::report::html::{self, About, Collector, Seen, Source, Wanted};
use crate::report::{self, sarif};
use crate::stream::{self, Classified, Destination, Options, Out, Plan, Shape, Verb};

pub(super) fn run(args: &ReportArgs) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let options = Options { styled: true, ..super::options(&args.input, None) };
    let text = args.format == PagesFormat::Text;
    let output = stream::report(args.output.as_deref(), &options.inputs, text)?;
    let reporter = Reporter {
        args,
        undecided: html::undecided(&classifier)?,
        wanted: Collector::wanted(),
        state: Mutex::new(State { output: BufWriter::new(output), collector: Collector::new(), findings: 0 }),
    };
    if args.format == PagesFormat::Sarif {
        sarif::head(&mut reporter.state().output)?;
    }
    let counts = stream::run(&options, &classifier, &reporter)?.blocks;
    let State { mut output, collector, .. } = reporter.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match args.format {
        PagesFormat::Text => {
            let mut bytes = Vec::new();
            report::summary(&counts, &mut bytes)?;
            write_text(&bytes, &mut output)?;
        }
        PagesFormat::Json => write_json(&counts, &mut output)?,
        PagesFormat::Html => {
            let about = About::of(&classifier, super::threshold(&args.sieve));
            html::write_page(&collector.report(about), &mut output)?;
        }
        PagesFormat::Sarif => sarif::end(&mut output)?,
    }
    output.into_inner().map_err(|error| Error::from(error.into_error()))?.finish()?;
    match args.fail_over {
        Some(share) if counts.junk_share() > share => {
            let why = format!("{:.1} % of the text is junk, over {:.1} %", 100.0 * counts.junk_share(), 100.0 * share);
            Err(Error::new(ErrorKind::Gate(why)).into())
        }
        _ => Ok(()),
    }
}

/// Colours go to terminals only.
fn write_text(bytes: &[u8], output: &mut BufWriter<Destination>) -> crate::Result<()> {
    match output.get_ref() {
        Destination::File(_) => {
            anstream::adapter::strip_bytes(bytes).try_for_each(|piece| output.write_all(piece))?;
        }
        _ => output.write_all(bytes)?,
    }
    Ok(())
}

struct Reporter<'a> {
    args: &'a ReportArgs,
    undecided: Classifier,
    wanted: Wanted,
    state: Mutex<State>,
}

/// What grows page by page, in order.
struct State {
    output: BufWriter<Destination>,
    collector: Collector,
    findings: u64,
}

impl Reporter<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Verb for Reporter<'_> {
    fn shape(&self, _: Format) -> crate::Result<Shape> {
        Ok(Shape::Text)
    }

    fn page(&self, classified: Classified<'_, '_>, out: &mut Out) -> crate::Result<()> {
        let name = classified.name();
        let Classified { record, page, verdicts, worker, plan } = classified;
        match self.args.format {
            PagesFormat::Json => {}
            PagesFormat::Text => {
                let reasons = |i, part| match self.args.reasons {
                    0 => Vec::new(),
                    most => worker.explain_classified(page, i, part).for_junk(most).into_iter().cloned().collect(),
                };
                report::page(&name, page, verdicts, reasons, &mut out.bytes)?;
                writeln!(out.bytes)?;
            }
            PagesFormat::Html => {
                let source = Source::new(&record.id, name, record.url.as_deref());
                let threshold = super::threshold(&self.args.sieve);
                out.seen.push(Seen::new(source, page, verdicts, worker, &self.undecided, threshold, &self.wanted)?);
            }
            PagesFormat::Sarif => {
                let place = sarif::Place {
                    file: &plan.name,
                    // Only of what is a page as a whole, and is read as it stands.
                    text: matches!(record.origin, Origin::File).then_some(&*record.text),
                    bytes: self.args.input.encoding == Encoding::Utf8,
                    record: record.number,
                };
                sarif::findings(&place, page, verdicts, self.args.reasons, worker, &mut out.bytes)?;
            }
        }
        Ok(())
    }

    /// Everything is written by [`Verb::collect`].
    fn chunk(&self, _: &Batch, _: &Plan, _: &mut Out) -> crate::Result<Chunk> {
        Ok(Chunk::Bytes(Vec::new()))
    }

    fn collect(&self, out: &mut Out) -> crate::Result<()> {
        let state = &mut *self.state();
        out.seen.drain(..).for_each(|seen| state.collector.add(seen, &self.wanted));
        if self.args.format == PagesFormat::Sarif {
            let first = state.findings == 0;
            state.findings += u64::from(!out.bytes.is_empty());
            return sarif::add(&out.bytes, first, &mut state.output);
        }
        write_text(&out.bytes, &mut state.output)
    }
}
