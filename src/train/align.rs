//! Labels for the blocks of an HTML page, from a text that tells its content, or from labeled texts that another tool cut
//! out of the same page. Blocks are found in that *reference* in its order; white space does not count.

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use super::dataset::LabeledBlock;
use crate::page::{Label, Page};

/// Bytes without white space from which on a text that stands once in the reference is taken to be that very place.
const TELLING: usize = 24;
/// Bytes from which on a text that stands nowhere is compared piece by piece.
const COMPARED: usize = 60;
/// Bytes of the pieces: four Chinese characters.
const PIECE: usize = 12;

/// What labels come from.
pub(super) enum Reference<'a> {
    /// The content; whatever does not stand in it is junk.
    Content(&'a str),
    /// Texts with labels; what stands in none of them is "don't care".
    Blocks(&'a [LabeledBlock]),
}

/// The reference without white space.
struct Haystack {
    text: String,
    /// Where its lines or blocks end.
    ends: Vec<usize>,
}

impl Haystack {
    fn new<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for line in lines {
            text.extend(line.chars().filter(|c| !c.is_whitespace()));
            ends.push(text.len());
        }
        Self { text, ends }
    }

    /// The line that a byte is in.
    fn line(&self, at: usize) -> usize {
        self.ends.partition_point(|end| *end <= at)
    }

    fn starts_line(&self, at: usize) -> bool {
        at == 0 || self.ends.binary_search(&at).is_ok()
    }
}

/// The blocks of a page with labels.
pub(super) fn align(page: Page<'_>, reference: &Reference<'_>) -> Vec<LabeledBlock> {
    let haystack = match reference {
        Reference::Content(text) => Haystack::new(text.lines()),
        Reference::Blocks(blocks) => Haystack::new(blocks.iter().map(|block| block.text.as_str())),
    };
    let needles: Vec<String> =
        page.blocks.iter().map(|block| block.text.chars().filter(|c| !c.is_whitespace()).collect()).collect();
    let places = places(&needles, &haystack);
    let pieces: HashSet<&[u8]> = match reference {
        Reference::Content(_) => haystack.text.as_bytes().windows(PIECE).collect(),
        Reference::Blocks(_) => HashSet::new(),
    };
    let mut labeled = Vec::with_capacity(needles.len());
    for ((block, needle), place) in page.blocks.into_iter().zip(&needles).zip(places) {
        let mut out = LabeledBlock { text: block.text.into_owned(), markup: block.markup, ..LabeledBlock::default() };
        match (reference, place) {
            (Reference::Content(_), Place::Found(_)) => out.label = Some(Label::Content),
            (Reference::Content(_), Place::Nowhere) => out.label = compare(needle, &pieces),
            (Reference::Blocks(blocks), Place::Found(range)) => take_over(blocks, &haystack, range, &mut out),
            (Reference::Blocks(_), Place::Nowhere) | (_, Place::Unsure) => {}
        }
        labeled.push(out);
    }
    labeled
}

#[derive(Clone, Debug, PartialEq)]
enum Place {
    Found(Range<usize>),
    /// It stands in the reference, but perhaps as a part of something else.
    Unsure,
    Nowhere,
}

/// Where each text stands. Long texts that stand there once and in order are certain; the others are looked for between
/// them.
fn places(needles: &[String], haystack: &Haystack) -> Vec<Place> {
    let mut places = vec![Place::Nowhere; needles.len()];
    let telling = needles.iter().enumerate().filter(|(_, needle)| needle.len() >= TELLING);
    let once: Vec<(usize, usize)> = telling
        .filter_map(|(i, needle)| {
            let mut found = memmem::find_iter(haystack.text.as_bytes(), needle.as_bytes());
            found.next().filter(|_| found.next().is_none()).map(|at| (i, at))
        })
        .collect();
    let anchors = increasing(&once);
    for &(i, at) in &anchors {
        places[i] = Place::Found(at..at + needles[i].len());
    }
    let mut cursor = 0;
    let mut anchors = anchors.into_iter().peekable();
    for (i, needle) in needles.iter().enumerate() {
        if anchors.next_if(|(anchor, _)| *anchor == i).is_some() {
            if let Place::Found(range) = &places[i] {
                cursor = range.end;
            }
            continue;
        }
        let limit = anchors.peek().map_or(haystack.text.len(), |(_, at)| *at).max(cursor);
        let gap = &haystack.text.as_bytes()[cursor..limit];
        let mut unsure = false;
        let found = memmem::find_iter(gap, needle.as_bytes()).map(|at| cursor + at).find(|&at| {
            // A short text may be part of a longer one by chance.
            let fits = at == cursor
                || needle.len() >= TELLING
                || haystack.starts_line(at) && haystack.ends.binary_search(&(at + needle.len())).is_ok();
            unsure |= !fits;
            fits
        });
        places[i] = match found {
            Some(at) => {
                cursor = at + needle.len();
                Place::Found(at..cursor)
            }
            None if unsure => Place::Unsure,
            None => Place::Nowhere,
        };
    }
    places
}

/// The longest run of pairs whose second numbers increase too (patience sorting).
fn increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (at, pair) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|&top| pairs[top].1 < pair.1);
        before[at] = pile.checked_sub(1).map(|pile| tops[pile]);
        if pile == tops.len() {
            tops.push(at);
        } else {
            tops[pile] = at;
        }
    }
    let mut run: Vec<_> = std::iter::successors(tops.last().copied(), |&at| before[at]).map(|at| pairs[at]).collect();
    run.reverse();
    run
}

/// The label of a text that stands nowhere as a whole: content if nearly all its pieces do, junk if hardly any does.
fn compare(needle: &str, pieces: &HashSet<&[u8]>) -> Option<Label> {
    if needle.len() < COMPARED {
        return Some(Label::Junk);
    }
    let all = needle.len() - PIECE + 1;
    let found = needle.as_bytes().windows(PIECE).filter(|piece| pieces.contains(piece)).count();
    match found as f64 / all as f64 {
        share if share >= 0.8 => Some(Label::Content),
        share if share <= 0.2 => Some(Label::Junk),
        _ => None,
    }
}

/// Takes the label of the reference block that a range is in; "don't care" if it is in several of different labels.
fn take_over(blocks: &[LabeledBlock], haystack: &Haystack, range: Range<usize>, out: &mut LabeledBlock) {
    let (first, last) = (haystack.line(range.start), haystack.line(range.end - 1));
    let (Some(from), Some(all)) = (blocks.get(first), blocks.get(first..=last)) else { return };
    (out.kind, out.subkind) = (from.kind, from.subkind.clone());
    out.label = from.label.filter(|label| all.iter().all(|block| block.label == Some(*label)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(html: &str, reference: &Reference<'_>) -> Vec<(String, Option<Label>)> {
        align(crate::segment::html(html), reference).into_iter().map(|block| (block.text, block.label)).collect()
    }

    const HTML: &str = "<ul><li>首页<li>长椅</ul><h1>长椅</h1><p>老木匠把修好的长椅搬回了河边的小公园。<p>孩子们围着他，\
                        <b>问个不停</b>。<p>长椅<ul><li>老木匠的故事</ul>";

    #[test]
    fn content_is_found_in_order() {
        let gold = "长椅\n老木匠把修好的长椅 搬回了河边的小公园。\n孩子们围着他，问个不停。";
        let labels: Vec<_> = labels(HTML, &Reference::Content(gold)).into_iter().map(|(_, label)| label).collect();
        let (content, junk) = (Some(Label::Content), Some(Label::Junk));
        // The first `长椅` is taken for the heading: nothing tells the two apart.
        assert_eq!(labels[0], junk);
        assert_eq!(labels[3..5], [content, content]);
        assert_eq!(labels[6], junk);
    }

    #[test]
    fn labels_of_other_tools_are_taken_over() {
        let block = |text: &str, label| LabeledBlock { text: text.to_owned(), label, ..LabeledBlock::default() };
        let (content, junk) = (Some(Label::Content), Some(Label::Junk));
        let blocks = [
            block("首页 长椅", junk),
            block("长椅", content),
            block("老木匠把修好的长椅搬回了河边的小公园。", content),
            block("孩子们围着他，问个不停。", None),
            block("长椅", junk),
            block("老木匠的故事", junk),
        ];
        let labels = labels(HTML, &Reference::Blocks(&blocks));
        let labels: Vec<_> = labels.into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, [junk, junk, content, content, None, junk, junk], "{labels:?}");
    }

    #[test]
    fn the_longest_run_is_kept() {
        assert_eq!(increasing(&[(0, 50), (1, 10), (2, 20), (3, 5), (4, 30)]), [(1, 10), (2, 20), (4, 30)]);
        assert_eq!(increasing(&[]), []);
    }
}
