//! Words for people to read in explanations: the segmenter's for Han text (without it, characters that are joined once it is
//! known which way they pull), runs of letters elsewhere.

use std::ops::Range;

use crate::chars::{self, Class};

/// Cuts a text into consecutive pieces that cover all of it: words of Han text (after folding, so that traditional text
/// is cut as well as simplified), runs of letters or digits of one class, and single other characters.
pub(crate) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        let class = class(c);
        let mut end = start + c.len_utf8();
        if is_run(class) {
            while let Some((at, c)) = rest.next_if(|&(_, c)| self::class(c) == class) {
                end = at + c.len_utf8();
            }
        }
        if class == Class::Han as usize {
            han_words(&text[start..end], start, &mut pieces);
        } else {
            pieces.push(start..end);
        }
    }
    pieces
}

fn class(c: char) -> usize {
    chars::lookup(u32::from(c)).class_index()
}

fn is_run(class: usize) -> bool {
    class >= Class::Han as usize && class <= Class::Digit as usize
}

#[cfg(feature = "jieba")]
fn han_words(han: &str, offset: usize, pieces: &mut Vec<Range<usize>>) {
    let mut folded = String::with_capacity(han.len());
    chars::fold_into(han, &mut folded);
    // Folding maps one character to one; byte lengths may differ, so the words are laid out by characters.
    let mut rest = han.char_indices();
    let mut start = 0;
    for token in crate::features::tokens::segmenter().cut(&folded, false) {
        let end = rest.nth(token.end - token.start - 1).map_or(han.len(), |(at, c)| at + c.len_utf8());
        pieces.push(offset + start..offset + end);
        start = end;
    }
}

#[cfg(not(feature = "jieba"))]
fn han_words(han: &str, offset: usize, pieces: &mut Vec<Range<usize>>) {
    pieces.extend(han.char_indices().map(|(at, c)| offset + at..offset + at + c.len_utf8()));
}

/// Han characters that are joined, at most.
#[cfg(not(feature = "jieba"))]
const JOINED: usize = 8;

/// Joins neighbouring Han characters that pull the same way, where no segmenter knows which of them are words.
#[cfg(not(feature = "jieba"))]
pub(crate) fn join(text: &str, pieces: &mut Vec<(Range<usize>, f64)>) {
    let is_han = |c: char| class(c) == Class::Han as usize;
    pieces.dedup_by(|(range, sum), (before, all)| {
        let joined = &text[before.start..range.end];
        let joins = (*sum < 0.0) == (*all < 0.0) && joined.chars().count() <= JOINED && joined.chars().all(is_han);
        if joins {
            before.end = range.end;
            *all += *sum;
        }
        joins
    });
}
