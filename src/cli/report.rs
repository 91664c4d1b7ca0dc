//! `tamis report`: what is junk, and why, for people; or the counts alone, for programs.

use std::io::Write;

use anyhow::Result;

use super::args::{ReportArgs, ReportFormat};
use super::pages;
use crate::error::{Error, ErrorKind};
use crate::formats::write_json;
use crate::report::{self, Counts};

pub(super) fn run(args: &ReportArgs) -> Result<()> {
    if let Some(share) = args.fail_over
        && !(0.0..=1.0).contains(&share)
    {
        return Err(Error::option(format!("--fail-over takes a share between 0 and 1, not {share}")).into());
    }
    let classifier = super::classifier(&args.sieve)?;
    let mut worker = classifier.worker();
    let mut out = super::styled_stdout();
    let mut counts = Counts::default();
    pages::for_each(&args.input, |source| {
        worker.classify(source.page);
        let verdicts = worker.verdicts();
        counts.add(source.page, verdicts);
        if args.format == ReportFormat::Text {
            let reasons = |i| {
                if args.reasons == 0 {
                    return Vec::new();
                }
                worker.explain_classified(source.page, i).for_junk(args.reasons).into_iter().cloned().collect()
            };
            report::page(source.name, source.page, verdicts, reasons, &mut out)?;
            writeln!(out)?;
        }
        Ok(())
    })?;
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
