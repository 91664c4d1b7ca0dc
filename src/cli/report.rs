//! `tamis report`: what is junk, and why, for people; or the counts alone, for programs.

use std::io::Write;

use anyhow::Result;

use super::args::{ReportArgs, ReportFormat};
use crate::error::{Error, ErrorKind};
use crate::formats::{Format, write_json};
use crate::report;
use crate::stream::{Classified, Out, Shape, Verb};

pub(super) fn run(args: &ReportArgs) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let options = crate::stream::Options { styled: true, ..super::options(&args.input, None) };
    let counts = crate::stream::run(&options, &classifier, args)?.blocks;
    let mut out = super::styled_stdout();
    match args.format {
        ReportFormat::Text => report::summary(&counts, &mut out)?,
        ReportFormat::Json => write_json(&counts, &mut out)?,
    }
    out.flush()?;
    match args.fail_over {
        Some(share) if counts.junk_share() > share => {
            let why = format!("{:.1} % of the text is junk, over {:.1} %", 100.0 * counts.junk_share(), 100.0 * share);
            Err(Error::new(ErrorKind::Gate(why)).into())
        }
        _ => Ok(()),
    }
}

impl Verb for ReportArgs {
    fn shape(&self, _: Format) -> crate::Result<Shape> {
        Ok(Shape::Text)
    }

    fn page(&self, classified: Classified<'_, '_>, out: &mut Out) -> crate::Result<()> {
        if self.format != ReportFormat::Text {
            return Ok(());
        }
        let name = classified.name();
        let Classified { page, verdicts, worker, .. } = classified;
        let reasons = |i| match self.reasons {
            0 => Vec::new(),
            most => worker.explain_classified(page, i).for_junk(most).into_iter().cloned().collect(),
        };
        report::page(&name, page, verdicts, reasons, &mut out.bytes)?;
        writeln!(out.bytes)?;
        Ok(())
    }
}
