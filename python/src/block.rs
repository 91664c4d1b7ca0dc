//! What users get to see: blocks with verdicts, and explanations.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use tamis::{Explanation, Kind, Label, Page, Part, Verdict};

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

/// A part of a block of both content and junk, judged as if it were a block of its own. Immutable, can be compared and pickled.
///
/// `start`, `end`: where it stands in the page's text, in code points. `label`, `kind`, `score`: as those of a block.
#[pyclass(name = "Part", module = "tamis", frozen, eq, get_all, from_py_object)]
#[derive(Clone, PartialEq)]
pub(crate) struct PyPart {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) label: String,
    kind: Option<String>,
    score: f32,
}

impl PyPart {
    pub(crate) fn is_junk(&self) -> bool {
        self.label == label(Label::Junk)
    }
}

#[pymethods]
impl PyPart {
    #[new]
    fn new(start: usize, end: usize, label: String, kind: Option<String>, score: f32) -> Self {
        Self { start, end, label, kind, score }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let fields = (self.start, self.end, &self.label, self.kind.as_deref(), self.score);
        Ok((py.get_type::<Self>().into_any(), fields.into_pyobject(py)?))
    }

    fn __repr__(&self) -> String {
        let kind = self.kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
        format!("<Part {}..{} {}{kind} {:.3}>", self.start, self.end, self.label, self.score)
    }
}

/// A block of a page with its verdict. Immutable, can be compared and pickled.
///
/// `text`: without white space around it. `start`, `end`: where it stands in the page's text or HTML source, in code points.
/// `label`: `"content"` or `"junk"`. `kind`: `"boilerplate"` (the site's own furniture) or `"spam"`; `None` for content.
/// `score`: the calibrated probability that it is junk, in [0, 1]. `index`: its number on the page, from 0 on.
/// `path`: of HTML the element it stands in (`body>div#main.post>p`), else `None`.
/// `parts`: a tuple of the parts of a block of both content and junk, in order and without gaps; empty for a block that is one thing.
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
    pub(crate) parts: Parts,
}

/// A tuple in Python.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Parts(pub(crate) Vec<PyPart>);

impl<'py> IntoPyObject<'py> for Parts {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        PyTuple::new(py, self.0)
    }
}

impl PyBlock {
    pub(crate) fn is_junk(&self) -> bool {
        self.label == label(Label::Junk)
    }
}

#[pymethods]
impl PyBlock {
    #[new]
    #[pyo3(signature = (text, start, end, label, kind, score, index, path=None, parts=Vec::new()))]
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
        parts: Vec<PyPart>,
    ) -> Self {
        Self { text, start, end, label, kind, score, index, path, parts: Parts(parts) }
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
            self.parts.clone(),
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
            // Offsets only grow: those of the parts come before the block's end.
            parts: Parts(verdict.parts.iter().map(|of| part(of, &mut places)).collect()),
            end: places.before(block.range.end),
            label: label(verdict.label).to_owned(),
            kind: verdict.kind.map(|of| kind(of).to_owned()),
            score: verdict.score,
            index,
            path: block.markup.map(|markup| page.elements.path(markup.element)),
        })
        .collect()
}

fn part(of: &Part, places: &mut CodePoints<'_>) -> PyPart {
    let Part { range, label: of_label, kind: of_kind, score } = of;
    let (start, end) = (places.before(range.start), places.before(range.end));
    PyPart {
        start,
        end,
        label: label(*of_label).to_owned(),
        kind: of_kind.map(|of| kind(of).to_owned()),
        score: *score,
    }
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
