//! Removing junk: deletes byte ranges of the input and changes nothing else.

use std::ops::Range;

use crate::page::{Label, Page, Verdict};

/// The byte ranges of `input` that remain when the blocks labeled junk are removed, in order and not overlapping.
///
/// Whole lines go, with their line ends. Of the blank lines before and after a run of removed lines only the longer
/// group stays, so that they don't pile up; at the start and the end of the page they go with the junk. When nothing
/// is removed, the one range is the whole input.
///
/// # Panics
/// If `verdicts` has another length than the page has blocks.
pub fn kept_ranges(input: &[u8], page: &Page<'_>, verdicts: &[Verdict]) -> Vec<Range<usize>> {
    assert_eq!(page.blocks.len(), verdicts.len(), "one verdict a block");
    let mut kept = Vec::new();
    let mut from = 0; // start of the kept range being built
    let mut i = 0;
    while i < verdicts.len() {
        if verdicts[i].label == Label::Content {
            i += 1;
            continue;
        }
        let mut next = i;
        while next < verdicts.len() && verdicts[next].label == Label::Junk {
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
        let (start, end) = match (i == 0, next == verdicts.len()) {
            (true, _) => (0, after),
            (false, true) => (before, after),
            (false, false) if lines(&input[before..first]) >= lines(&input[last..after]) => (first, after),
            (false, false) => (before, last),
        };
        if from < start {
            kept.push(from..start);
        }
        from = end;
        i = next;
    }
    if from < input.len() {
        kept.push(from..input.len());
    }
    kept
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
