//! `tamis classify`: one JSON record for every block.

use std::io::Write;

use anyhow::Result;

use super::args::Classify;
use super::pages;
use crate::formats::{BlockRecord, write_json};

pub(super) fn run(args: &Classify) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let mut worker = classifier.worker();
    let mut out = super::stdout();
    pages::for_each(&args.input, |source| {
        worker.classify(source.page);
        let verdicts = worker.verdicts();
        for (i, (block, verdict)) in source.page.blocks.iter().zip(verdicts.iter().copied()).enumerate() {
            let mut record = BlockRecord::new(source.id, i, block, verdict);
            if args.text {
                record.text = Some(&block.text);
            }
            if let Some(most) = args.reasons {
                let mut reasons = worker.explain_classified(source.page, i).reasons;
                reasons.truncate(most);
                record.reasons = Some(reasons);
            }
            write_json(&record, &mut out)?;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(())
}
