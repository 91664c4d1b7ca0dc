//! `tamis clean`: the input without its junk.

use std::io::{self, Write};

use anyhow::Result;

use super::args::Clean;
use super::pages;
use crate::clean::kept_ranges;
use crate::report::{self, Counts};

/// Reasons shown for each removed block.
const REASONS: usize = 4;

pub(super) fn run(args: &Clean) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let mut worker = classifier.worker();
    let mut out = super::stdout();
    let mut counts = Counts::default();
    let mut scratch = String::new();
    pages::for_each(&args.input, |source| {
        let kept = kept_ranges(source.input(), source.page, worker.classify(source.page));
        source.write_kept(&kept, &mut scratch, &mut out)?;
        if args.verbose {
            // What is shown comes behind the page that it speaks of.
            out.flush()?;
            counts.add(source.page, worker.verdicts());
            let reasons =
                |i| worker.explain_classified(source.page, i).for_junk(REASONS).into_iter().cloned().collect();
            let mut err = anstream::AutoStream::auto(io::stderr().lock());
            report::page(source.name, source.page, worker.verdicts(), reasons, &mut err)?;
        }
        Ok(())
    })?;
    out.flush()?;
    if args.verbose {
        report::summary(&counts, &mut anstream::AutoStream::auto(io::stderr().lock()))?;
    }
    Ok(())
}
