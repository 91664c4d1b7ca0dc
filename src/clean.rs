//! Removing junk: deletes byte ranges of the input and changes nothing else.

use std::ops::Range;

use crate::chars;
use crate::page::{Block, Label, Page, Part, Verdict};

/// The byte ranges of `input` that remain when the blocks labeled junk are removed, and the junk parts of blocks that have
/// parts, in order and not overlapping.
///
/// Whole lines go, with their line ends. Of the blank lines before and after a run of removed lines only the longer
/// group stays, so that they don't pile up; at the start and the end of the page they go with the junk. At a new start or
/// end of a line, separators such as `|` and white space go with the part. When nothing is removed, the one range is the
/// whole input.
///
/// # Panics
/// If `verdicts` has another length than the page has blocks.
pub fn kept_ranges(input: &[u8], page: &Page<'_>, verdicts: &[Verdict]) -> Vec<Range<usize>> {
    assert_eq!(page.blocks.len(), verdicts.len(), "one verdict a block");
    let mut removed = Vec::new();
    let mut i = 0;
    while i < verdicts.len() {
        if !is_gone(&verdicts[i]) {
            remove_parts(&page.blocks[i], &verdicts[i].parts, &mut removed);
            i += 1;
            continue;
        }
        let mut next = i;
        while next < verdicts.len() && is_gone(&verdicts[next]) {
            next += 1;
        }
        // Blank lines before the run, the run, blank lines after it.
        let before = if i == 0 { 0 } else { line_end(input, page.blocks[i - 1].range.end) };
        let first = line_start(input, page.blocks[i].range.start);
        let last = line_end(input, page.blocks[next - 1].range.end);
        let after = match page.blocks.get(next) {
            Some(block) => line_start(input, block.range.start),
            None => input.len(),
        };
        removed.push(match (i == 0, next == verdicts.len()) {
            (true, _) => 0..after,
            (false, true) => before..after,
            (false, false) if lines(&input[before..first]) >= lines(&input[last..after]) => first..after,
            (false, false) => before..last,
        });
        i = next;
    }
    rest(&removed, input.len())
}

/// Nothing of the block stays.
fn is_gone(verdict: &Verdict) -> bool {
    match verdict.parts.as_slice() {
        [] => verdict.label == Label::Junk,
        parts => parts.iter().all(|part| part.label == Label::Junk),
    }
}

/// Adds what goes of a block that stays.
fn remove_parts(block: &Block<'_>, parts: &[Part], removed: &mut Vec<Range<usize>>) {
    let runs: Vec<(Label, Range<usize>)> = parts
        .chunk_by(|one, next| one.label == next.label)
        .filter_map(|run| Some((run[0].label, run.first()?.range.start..run.last()?.range.end)))
        .collect();
    let text = |range: &Range<usize>| block.part(range);
    for (at, (label, run)) in runs.iter().enumerate() {
        if *label == Label::Content {
            continue;
        }
        let before = at.checked_sub(1).map(|at| text(&runs[at].1));
        let behind = runs.get(at + 1).map(|(_, run)| text(run));
        let mut range = run.clone();
        match (before, behind) {
            // Words do not grow together.
            (Some(before), Some(_)) if !before.ends_with(char::is_whitespace) => {
                range.end -= text(run).len() - text(run).trim_end().len();
            }
            (Some(before), None) => range.start -= dangling(before, before.trim_end_matches(dangles)),
            (None, Some(behind)) => range.end += dangling(behind, behind.trim_start_matches(dangles)),
            _ => {}
        }
        removed.push(range);
    }
}

/// White space and what separates titles, links and keywords; not what stands between clauses.
fn dangles(c: char) -> bool {
    let separates = chars::lookup(u32::from(c)).flags() & chars::SEPARATOR != 0;
    c.is_whitespace() || (separates && !matches!(chars::fold(c), ',' | '、' | ';' | '؛'))
}

/// The bytes that dangle at the new end of a text, if anything else is left of it.
fn dangling(text: &str, trimmed: &str) -> usize {
    if trimmed.is_empty() { 0 } else { text.len() - trimmed.len() }
}

/// What is left when ranges in order are removed, of so many bytes.
fn rest(removed: &[Range<usize>], length: usize) -> Vec<Range<usize>> {
    let mut kept = Vec::new();
    let mut from = 0;
    for range in removed {
        if from < range.start {
            kept.push(from..range.start);
        }
        from = from.max(range.end);
    }
    if from < length {
        kept.push(from..length);
    }
    kept
}

/// The byte ranges of an HTML source that remain when the blocks labeled junk are removed: whole elements where all text
/// in them is junk, else the text alone. Elements that show no text stay.
///
/// # Panics
/// If `verdicts` has another length than the page has blocks.
#[cfg(feature = "html")]
pub fn kept_html(source: &str, page: &Page<'_>, verdicts: &[Verdict]) -> Vec<Range<usize>> {
    assert_eq!(page.blocks.len(), verdicts.len(), "one verdict a block");
    let elements = &page.elements;
    // Blocks and junk blocks in each element; inner elements have higher numbers.
    let mut counts = vec![(0u32, 0u32); elements.len()];
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        if let Some(markup) = block.markup
            && let Some((all, junk)) = counts.get_mut(markup.element as usize)
        {
            *all += 1;
            *junk += u32::from(verdict.label == Label::Junk);
        }
    }
    let numbers = 0..u32::try_from(elements.len()).unwrap_or(u32::MAX);
    for element in numbers.clone().rev() {
        if let Some(parent) = elements.parent(element) {
            let (all, junk) = counts[element as usize];
            counts[parent as usize].0 += all;
            counts[parent as usize].1 += junk;
        }
    }
    let gone = |element: u32| {
        let (all, junk) = counts[element as usize];
        all > 0 && all == junk && !matches!(elements.get(element), Some(("html" | "body", _)))
    };
    let mut removed: Vec<Range<usize>> =
        numbers.filter(|&element| gone(element)).filter_map(|at| elements.range(at)).collect();
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        let inside =
            block.markup.is_some_and(|markup| (markup.element as usize) < counts.len() && gone(markup.element));
        if verdict.label == Label::Junk && !inside {
            removed.extend(between_tags(source, block.range.clone()));
        }
    }
    removed.sort_by_key(|range| range.start);
    rest(&removed, source.len())
}

/// The parts of a block's source that are no tags.
#[cfg(feature = "html")]
fn between_tags(source: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let text = memchr::memchr(b'<', &source.as_bytes()[at..range.end]).map_or(range.end, |found| at + found);
        if at < text {
            parts.push(at..text);
        }
        at = memchr::memchr(b'>', &source.as_bytes()[text..range.end]).map_or(range.end, |found| text + found + 1);
    }
    parts
}

/// The whole lines that hold a block, with the last one's line end.
pub(crate) fn lines_of(input: &[u8], block: &Range<usize>) -> Range<usize> {
    line_start(input, block.start)..line_end(input, block.end)
}

/// Where the line that holds the byte at `at` starts.
fn line_start(input: &[u8], at: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', &input[..at]).map_or(0, |end| end + 1)
}

/// Where the line after the one that holds the byte before `at` starts.
fn line_end(input: &[u8], at: usize) -> usize {
    match memchr::memchr2(b'\n', b'\r', &input[at..]) {
        Some(end) if input[at + end..].starts_with(b"\r\n") => at + end + 2,
        Some(end) => at + end + 1,
        None => input.len(),
    }
}

fn lines(blank: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', blank).count().max(memchr::memchr_iter(b'\r', blank).count())
}
