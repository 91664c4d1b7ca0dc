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
use crate::page::{Kind, Label, Verdict};
use crate::report;
use crate::stream::{Classified, Out, Shape, Verb};

#[derive(Serialize)]
struct Record<'a> {
    id: &'a RawValue,
    block: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<usize>,
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
            // Of a block in parts, all parts are told behind it.
            let told = verdict.label == Label::Junk || !verdict.parts.is_empty();
            if self.args.block.map_or(!told, |wanted| wanted != i) {
                continue;
            }
            self.found.store(true, Ordering::Relaxed);
            let path = block.markup.map(|markup| page.elements.path(markup.element));
            let whole = (None, &*block.text, verdict.label, verdict.kind, verdict.score);
            let parts = verdict.parts.iter().enumerate();
            let parts =
                parts.map(|(number, part)| (Some(number), block.part(&part.range), part.label, part.kind, part.score));
            for (part, text, label, kind, score) in std::iter::once(whole).chain(parts) {
                let mut explanation = worker.explain_classified(page, i, part);
                let left_out = explanation.reasons.iter().skip(self.args.top).map(|reason| reason.contribution).sum();
                explanation.reasons.truncate(self.args.top);
                let path = path.clone();
                match self.args.format {
                    ReportFormat::Json => {
                        let id = &record.id;
                        let told = Record { id, block: i, part, label, kind, score, path, explanation };
                        write_json(&told, &mut out.bytes)?;
                    }
                    ReportFormat::Text => {
                        if let Some(path) = path {
                            writeln!(out.bytes, "{path}")?;
                        }
                        let name = part.map_or_else(|| format!("block {i}"), |part| format!("block {i}, part {part}"));
                        let verdict = Verdict::new(label, kind, score);
                        report::explanation(&name, text, &verdict, &explanation, left_out, &mut out.bytes)?;
                        writeln!(out.bytes)?;
                    }
                }
            }
        }
        Ok(())
    }
}
