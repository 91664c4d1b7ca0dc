//! What users get to see: blocks with verdicts, and explanations.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use tamis::{Explanation, Kind, Label, Page, Verdict};

use crate::source::CodePoints;

pub(crate) fn label(label: Label) -> &'static str {
    match label {
        Label::Content => "content",
        Label::Junk => "junk",
    }
}

pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Boilerplate => "boilerplate",
        Kind::Spam => "spam",
    }
}

/// A block of a page with its verdict. Immutable, can be compared and pickled.
///
/// `text`: without white space around it. `start`, `end`: where it stands in the page's text or HTML source, in code points.
/// `label`: `"content"` or `"junk"`. `kind`: `"boilerplate"` (the site's own furniture) or `"spam"`; `None` for content.
/// `score`: the calibrated probability that it is junk, in [0, 1]. `index`: its number on the page, from 0 on.
/// `path`: of HTML the element it stands in (`body>div#main.post>p`), else `None`.
#[pyclass(name = "Block", module = "tamis", frozen, eq, get_all, from_py_object)]
#[derive(Clone, PartialEq)]
pub(crate) struct PyBlock {
    pub(crate) text: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) label: String,
    kind: Option<String>,
    score: f32,
    pub(crate) index: usize,
    path: Option<String>,
}

impl PyBlock {
    pub(crate) fn is_junk(&self) -> bool {
        self.label == label(Label::Junk)
    }
}

#[pymethods]
impl PyBlock {
    #[new]
    #[pyo3(signature = (text, start, end, label, kind, score, index, path=None))]
    #[allow(clippy::too_many_arguments, reason = "the fields")]
    fn new(
        text: String,
        start: usize,
        end: usize,
        label: String,
        kind: Option<String>,
        score: f32,
        index: usize,
        path: Option<String>,
    ) -> Self {
        Self { text, start, end, label, kind, score, index, path }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let fields = (
            &self.text,
            self.start,
            self.end,
            &self.label,
            self.kind.as_deref(),
            self.score,
            self.index,
            self.path.as_deref(),
        );
        Ok((py.get_type::<Self>().into_any(), fields.into_pyobject(py)?))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let text = self.text.as_str().into_pyobject(py)?.repr()?;
        let kind = self.kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
        Ok(format!("<Block {}..{} {}{kind} {:.3} {text}>", self.start, self.end, self.label, self.score))
    }
}

/// The blocks of a page whose ranges speak of `source`.
pub(crate) fn blocks(source: &str, page: &Page<'_>, verdicts: &[Verdict]) -> Vec<PyBlock> {
    let mut places = CodePoints::new(source);
    let pairs = page.blocks.iter().zip(verdicts).enumerate();
    pairs
        .map(|(index, (block, verdict))| PyBlock {
            text: block.text.clone().into_owned(),
            start: places.before(block.range.start),
            end: places.before(block.range.end),
            label: label(verdict.label).to_owned(),
            kind: verdict.kind.map(|of| kind(of).to_owned()),
            score: verdict.score,
            index,
            path: block.markup.map(|markup| page.elements.path(markup.element)),
        })
        .collect()
}

/// One share of a score.
///
/// `feature`: the feature's name with its group (`stats.length`, `context.window8`), `word` for a piece of text, `rule.` and a name for
/// the rule that decided. `word`, `start`, `end`: the piece of text and where it stands in the block's text, in code points; else
/// `None`. `value`: the feature's value, or how often the word stands in the block. `contribution`: what it adds to the log-odds of
/// junk: above 0 speaks for junk, below 0 for content.
#[pyclass(name = "Reason", module = "tamis", frozen, get_all)]
#[derive(Clone)]
pub(crate) struct PyReason {
    feature: String,
    word: Option<String>,
    start: Option<usize>,
    end: Option<usize>,
    value: f32,
    contribution: f32,
}

#[pymethods]
impl PyReason {
    fn __repr__(&self) -> String {
        let word = self.word.as_ref().map(|word| format!(" {word:?}")).unwrap_or_default();
        format!("<Reason {}{word} {:+.3}>", self.feature, self.contribution)
    }
}

/// A score, taken apart.
///
/// `log_odds`: the calibrated log-odds of junk: `base` plus all contributions, up to rounding. `score`: the probability they stand
/// for. `base`: what an average block without words would get. `reasons`: all contributions, the largest first, whatever their sign.
#[pyclass(name = "Explanation", module = "tamis", frozen, get_all)]
pub(crate) struct PyExplanation {
    log_odds: f32,
    base: f32,
    score: f32,
    reasons: Vec<PyReason>,
}

#[pymethods]
impl PyExplanation {
    fn __repr__(&self) -> String {
        format!("<Explanation score {:.3}, {} reasons>", self.score, self.reasons.len())
    }
}

impl PyExplanation {
    /// Of a block with this text.
    pub(crate) fn new(text: &str, explanation: Explanation) -> Self {
        let score = explanation.score();
        let reasons = explanation.reasons.into_iter().map(|reason| {
            let place = |byte| CodePoints::new(text).before(byte);
            PyReason {
                feature: reason.feature.into_owned(),
                word: reason.word,
                start: reason.range.as_ref().map(|range| place(range.start)),
                end: reason.range.as_ref().map(|range| place(range.end)),
                value: reason.value,
                contribution: reason.contribution,
            }
        });
        Self { log_odds: explanation.log_odds, base: explanation.base, score, reasons: reasons.collect() }
    }
}
