//! `tamis clean`: the input without its junk.

use std::io::Write;

use anyhow::Result;

use super::args::Clean;
use super::pages;
use crate::clean::kept_ranges;

pub(super) fn run(args: &Clean) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let mut worker = classifier.worker();
    let mut out = super::stdout();
    let mut scratch = String::new();
    pages::for_each(&args.input, |source| {
        let verdicts = worker.classify(source.page);
        let kept = kept_ranges(source.input(), source.page, verdicts);
        source.write_kept(&kept, &mut scratch, &mut out)
    })?;
    out.flush()?;
    Ok(())
}
