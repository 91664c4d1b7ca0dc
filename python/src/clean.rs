//! Verdicts to what remains.

use std::ops::Range;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyList, PySlice, PyString};
use tamis::{Label, Page, Verdict, Worker, kept_ranges, segment};

use crate::block::PyBlock;
use crate::error::wrong;
use crate::source::{CodePoints, page};

/// The text without its junk lines.
pub(crate) fn cleaned_text(worker: &mut Worker<'_>, text: &str, url: Option<&str>) -> String {
    let page = page(text, false, url);
    let verdicts = worker.classify(&page);
    kept_ranges(text.as_bytes(), &page, verdicts).into_iter().filter_map(|range| text.get(range)).collect()
}

/// The same as ranges of code points, for [`cut`].
pub(crate) fn kept_text(worker: &mut Worker<'_>, text: &str, url: Option<&str>) -> Vec<Range<usize>> {
    let page = page(text, false, url);
    let verdicts = worker.classify(&page);
    kept(text, &page, verdicts)
}

fn kept(text: &str, page: &Page<'_>, verdicts: &[Verdict]) -> Vec<Range<usize>> {
    let mut places = CodePoints::new(text);
    let ranges = kept_ranges(text.as_bytes(), page, verdicts);
    ranges.into_iter().map(|range| places.before(range.start)..places.before(range.end)).collect()
}

/// Parts of a string. Python copies its own characters, which takes a fifth of the time that it takes to decode UTF-8.
pub(crate) fn cut<'py>(text: &Bound<'py, PyString>, kept: &[Range<usize>]) -> PyResult<Bound<'py, PyString>> {
    // A slice of all is the string itself. Asking whether it is a sequence would run code in Python, where Ctrl-C gets lost.
    let part = |range: &Range<usize>| -> PyResult<_> {
        let slice = PySlice::new(text.py(), range.start as isize, range.end as isize, 1);
        Ok(text.as_any().get_item(slice)?.cast_into::<PyString>()?)
    };
    let empty = PyString::new(text.py(), "");
    match kept {
        [] => Ok(empty),
        [one] => part(one),
        many => {
            let parts: Vec<_> = many.iter().map(part).collect::<PyResult<_>>()?;
            Ok(empty.call_method1("join", (PyList::new(text.py(), parts)?,))?.cast_into()?)
        }
    }
}

/// The text of HTML that is kept, with a blank line between blocks, as the command writes it.
pub(crate) fn cleaned_html(worker: &mut Worker<'_>, source: &str, url: Option<&str>) -> String {
    let page = page(source, true, url);
    let verdicts = worker.classify(&page);
    let mut out = String::new();
    for (block, _) in page.blocks.iter().zip(verdicts).filter(|(_, verdict)| verdict.label == Label::Content) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&block.text);
        out.push('\n');
    }
    out
}

/// A text without the blocks among `blocks` that are junk; all others stay. `clean` without classifying again, or with junk of
/// your choice: `remove_junk(text, [b for b in clf.classify(text) if b.kind == "spam"])`.
///
/// `blocks`: of this text, in any order. Raises `TamisError` if one is not.
#[pyfunction]
pub(crate) fn remove_junk<'py>(
    py: Python<'py>,
    text: PyBackedStr,
    blocks: Vec<PyBlock>,
) -> PyResult<Bound<'py, PyString>> {
    let kept = py.detach(|| {
        let page = segment::text(&text);
        let content = Verdict { label: Label::Content, kind: None, score: 0.0 };
        let mut verdicts = vec![content; page.blocks.len()];
        let mut places = CodePoints::new(&text);
        let ranges: Vec<_> = page
            .blocks
            .iter()
            .map(|block| (places.before(block.range.start), places.before(block.range.end)))
            .collect();
        for block in &blocks {
            if ranges.get(block.index) != Some(&(block.start, block.end)) {
                return Err(wrong(format!("block {} is none of this text", block.index)));
            }
            if block.is_junk() {
                verdicts[block.index].label = Label::Junk;
            }
        }
        Ok(kept(&text, &page, &verdicts))
    })?;
    cut(text.as_py_str().bind(py), &kept)
}
