//! `tamis explain`: a block's score, taken apart.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use serde::Serialize;
use serde_json::value::RawValue;

use super::args::{Explain, ReportFormat};
use crate::error::Error;
use crate::explain::Explanation;
use crate::formats::{Format, write_json};
use crate::page::{Kind, Label};
use crate::report;
use crate::stream::{Classified, Out, Shape, Verb};

#[derive(Serialize)]
struct Record<'a> {
    id: &'a RawValue,
    block: usize,
    label: Label,
    kind: Option<Kind>,
    score: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(flatten)]
    explanation: Explanation,
}

pub(super) fn run(args: &Explain) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let options = crate::stream::Options { styled: true, ..super::options(&args.input, None) };
    let verb = Explainer { args, found: AtomicBool::new(false) };
    crate::stream::run(&options, &classifier, &verb)?;
    match args.block {
        Some(wanted) if !verb.found.into_inner() => {
            Err(Error::option(format!("there is no block {wanted}; blocks count from 0 on")).into())
        }
        _ => Ok(()),
    }
}

struct Explainer<'a> {
    args: &'a Explain,
    /// Whether any page had the block that was asked for.
    found: AtomicBool,
}

impl Verb for Explainer<'_> {
    fn shape(&self, _: Format) -> crate::Result<Shape> {
        Ok(Shape::Text)
    }

    fn page(&self, classified: Classified<'_, '_>, out: &mut Out) -> crate::Result<()> {
        let Classified { record, page, verdicts, worker, .. } = classified;
        for (i, (block, verdict)) in page.blocks.iter().zip(verdicts).enumerate() {
            if self.args.block.map_or(verdict.label == Label::Content, |wanted| wanted != i) {
                continue;
            }
            self.found.store(true, Ordering::Relaxed);
            let mut explanation = worker.explain_classified(page, i);
            let left_out: f32 = explanation.reasons.iter().skip(self.args.top).map(|reason| reason.contribution).sum();
            explanation.reasons.truncate(self.args.top);
            let path = block.markup.map(|markup| page.elements.path(markup.element));
            match self.args.format {
                ReportFormat::Json => {
                    let (label, kind, score) = (verdict.label, verdict.kind, verdict.score);
                    let id = &record.id;
                    write_json(&Record { id, block: i, label, kind, score, path, explanation }, &mut out.bytes)?;
                }
                ReportFormat::Text => {
                    if let Some(path) = path {
                        writeln!(out.bytes, "{path}")?;
                    }
                    report::explanation(i, &block.text, verdict, &explanation, left_out, &mut out.bytes)?;
                    writeln!(out.bytes)?;
                }
            }
        }
        Ok(())
    }
}
