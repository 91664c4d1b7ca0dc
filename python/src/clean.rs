//! Verdicts to what remains.

use std::ops::Range;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyList, PySlice, PyString};
use tamis::{Block, Label, Page, Part, Verdict, Worker, kept_ranges, segment};

use crate::block::{PyBlock, PyPart};
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

/// A text without the blocks among `blocks` that are junk, and without the junk parts of those that have parts; all
/// others stay. `clean` without classifying again, or with junk of your choice: `remove_junk(text, [b for b in clf.classify(text) if b.kind == "spam"])`.
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
        let mut verdicts = vec![Verdict::new(Label::Content, None, 0.0); page.blocks.len()];
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
            let parts = parts(&page.blocks[block.index], block.start, &block.parts.0);
            verdicts[block.index].parts =
                parts.ok_or_else(|| wrong(format!("parts of block {} are none of it", block.index)))?;
        }
        Ok(kept(&text, &page, &verdicts))
    })?;
    cut(text.as_py_str().bind(py), &kept)
}

/// Parts with their places in bytes, of a block that starts at this code point; `None` if they do not make up the block.
fn parts(block: &Block<'_>, start: usize, parts: &[PyPart]) -> Option<Vec<Part>> {
    let mut places = block.text.char_indices().map(|(at, _)| at).chain([block.text.len()]);
    let (mut before, mut byte) = (start, places.next()?);
    let mut found = Vec::with_capacity(parts.len());
    for part in parts {
        let length = part.end.checked_sub(part.start).filter(|_| part.start == before)?;
        let end = if length == 0 { byte } else { places.nth(length - 1)? };
        let label = if part.is_junk() { Label::Junk } else { Label::Content };
        let range = block.range.start + byte..block.range.start + end;
        found.push(Part { range, label, kind: None, score: 0.0 });
        (before, byte) = (part.end, end);
    }
    (parts.is_empty() || byte == block.text.len()).then_some(found)
}
