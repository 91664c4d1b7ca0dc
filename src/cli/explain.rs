//! `tamis explain`: a block's score, taken apart.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use serde_json::value::RawValue;

use super::args::{Explain, ReportFormat};
use super::pages;
use crate::error::Error;
use crate::explain::Explanation;
use crate::formats::write_json;
use crate::page::{Kind, Label};
use crate::report;

#[derive(Serialize)]
struct Record<'a> {
    id: &'a RawValue,
    block: usize,
    label: Label,
    kind: Option<Kind>,
    score: f32,
    #[serde(flatten)]
    explanation: Explanation,
}

pub(super) fn run(args: &Explain) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let mut worker = classifier.worker();
    let mut out = super::styled_stdout();
    let mut found = false;
    pages::for_each(&args.input, |source| {
        worker.classify(source.page);
        let verdicts = worker.verdicts();
        for (i, (block, verdict)) in source.page.blocks.iter().zip(verdicts.iter().copied()).enumerate() {
            if args.block.map_or(verdict.label == Label::Content, |wanted| wanted != i) {
                continue;
            }
            found = true;
            let mut explanation = worker.explain_classified(source.page, i);
            let left_out: f32 = explanation.reasons.iter().skip(args.top).map(|reason| reason.contribution).sum();
            explanation.reasons.truncate(args.top);
            match args.format {
                ReportFormat::Json => {
                    let (label, kind, score) = (verdict.label, verdict.kind, verdict.score);
                    write_json(&Record { id: source.id, block: i, label, kind, score, explanation }, &mut out)?;
                }
                ReportFormat::Text => {
                    report::explanation(i, &block.text, verdict, &explanation, left_out, &mut out)?;
                    writeln!(out)?;
                }
            }
        }
        Ok(())
    })?;
    out.flush()?;
    match args.block {
        Some(wanted) if !found => {
            Err(Error::option(format!("there is no block {wanted}; blocks count from 0 on")).into())
        }
        _ => Ok(()),
    }
}
