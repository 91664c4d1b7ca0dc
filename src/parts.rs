//! Lines of which a piece is of another sort than the rest: spam glued to a sentence, a whole page in one line.
//!
//! The scan that scores a block tells whether the weights of its pieces turn from content to junk or back and are worth
//! the price of it ([`Turns`]). Such a block is cut where they turn, and its parts are classified as blocks of their
//! own in the place of the block, between the others: they have the same models, calibration and thresholds as everything else.
//! What was made of whole blocks stays, so that parts cost little more than their own text.

use std::ops::Range;

use crate::chars::{self, Class};
use crate::classify::{SECTION, Worker, section_of};
use crate::features::Piece;
use crate::features::scan::{Scanner, Sink};
use crate::model::{LEXICAL_PLACES, NgramTable, Turns};
use crate::page::{Block, Label, Page, Part, Verdict};

/// What a turn from content to junk or back costs, in weights of n-grams. This and what follows were chosen among
/// about a dozen settings with `examples/parts.rs`: what removes much, and costs lines of one sort little at `balanced`.
const PRICE: f32 = 16.0;
/// The same where it is only asked whether a block is worth a closer look.
pub(crate) const MIXED: f32 = 24.0;
/// What it costs besides where no clause or other piece of the text ends.
const INSIDE: f32 = 12.0;

/// Cuts blocks into parts. Reused from block to block.
pub(crate) struct Cutter {
    scanner: Scanner,
    sketch: Vec<u32>,
    symbols: Vec<Symbol>,
}

/// A symbol of the text: a character, or a run of white space.
struct Symbol {
    at: usize,
    /// Its share of the weights of the n-grams that cover it.
    weight: f32,
    /// Whether the best ways that end in content and in junk turned before it.
    turned: [bool; 2],
}

/// Shares the weights of n-grams out among symbols.
struct Shares<'a> {
    table: &'a NgramTable<LEXICAL_PLACES>,
    symbols: &'a mut Vec<Symbol>,
}

impl Sink for Shares<'_> {
    const PLACES: bool = true;

    fn symbol(&mut self, start: usize, _end: usize) {
        self.symbols.push(Symbol { at: start, weight: 0.0, turned: [false; 2] });
    }

    fn hash(&mut self, hash: u32, last: usize, span: usize) {
        let covered = &mut self.symbols[(last + 1).saturating_sub(span)..=last];
        let share = self.table.weight(hash) / covered.len() as f32;
        covered.iter_mut().for_each(|symbol| symbol.weight += share);
    }
}

/// Shorter blocks are one thing, in Han characters that would say as much: little is known of their parts.
const LONG: f32 = 32.0;

/// What words and numbers are made of that are not cut.
const WORDS: [Class; 6] = [Class::Latin, Class::Greek, Class::Cyrillic, Class::Arabic, Class::Indic, Class::Digit];

/// How good a place before a character is for a cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a word or a number, or before what belongs to the text before it.
    Never,
    Inside,
    /// Behind what ends or separates, or before what opens.
    Between,
}

/// The place between two characters that are neighbours but for white space, if there is any.
fn place(before: char, spaced: bool, behind: char) -> Place {
    let [last, next] = [before, behind].map(|c| chars::lookup(u32::from(c)));
    let is = |info: chars::CharInfo, flags: u32| info.flags() & flags != 0;
    if is(next, chars::SENTENCE_END | chars::CLOSE | chars::SEPARATOR) && !spaced {
        return Place::Never;
    }
    if is(last, chars::SENTENCE_END | chars::SEPARATOR | chars::CLOSE) || is(next, chars::OPEN) {
        return Place::Between;
    }
    let [in_word, goes_on] = [last, next].map(|info| WORDS.contains(&info.class()));
    match (spaced, in_word && goes_on) {
        (true, false) => Place::Between,
        (false, true) => Place::Never,
        _ => Place::Inside,
    }
}

impl Cutter {
    pub(crate) fn new() -> Self {
        Self { scanner: Scanner::new(), sketch: Vec::new(), symbols: Vec::new() }
    }

    /// Appends the ends of a text's parts, the last of which is that of the text.
    fn cut(&mut self, text: &str, table: &NgramTable<LEXICAL_PLACES>, ends: &mut Vec<usize>) {
        const STEP: f32 = 1.0 / 1024.0;
        let steps = |weight: f32| (weight / STEP) as i32;
        self.sketch.clear();
        self.symbols.clear();
        self.scanner.scan(text, &mut self.sketch, Shares { table, symbols: &mut self.symbols });
        let mut turns = Turns::default();
        let (mut before, mut spaced) = (None, false);
        for symbol in &mut self.symbols {
            let next = text[symbol.at..].chars().next();
            let place = match (before, next) {
                (Some(_), None) => Place::Never,
                (Some(_), Some(next)) if next.is_whitespace() => Place::Never,
                (Some(before), Some(next)) => place(before, spaced, next),
                _ => Place::Never,
            };
            let price = match place {
                Place::Never => i32::MAX,
                Place::Inside => steps(PRICE + INSIDE),
                Place::Between => steps(PRICE),
            };
            symbol.turned = turns.push(steps(symbol.weight), price);
            spaced = next.is_some_and(char::is_whitespace);
            before = next.filter(|_| !spaced).or(before);
        }
        let first = ends.len();
        // Backwards along the best way.
        let mut state = usize::from(turns.ends_in_junk());
        for symbol in self.symbols.iter().rev() {
            if symbol.turned[state] {
                ends.push(symbol.at);
                state = 1 - state;
            }
        }
        ends[first..].reverse();
        ends.push(text.len());
    }
}

/// A page, or a section of one, with some of its blocks cut into parts.
#[derive(Default)]
pub(crate) struct Division {
    /// The blocks that are cut, with the number of their parts, in order.
    blocks: Vec<(usize, usize)>,
    /// Where their parts end in the texts.
    ends: Vec<usize>,
}

impl Division {
    /// The blocks with parts in the place of those that are cut.
    pub(crate) fn pieces<'a>(&self, blocks: &'a [Block<'_>]) -> Vec<Piece<'a>> {
        let mut pieces = Vec::with_capacity(2 * self.blocks.len() + self.ends.len() + 1);
        let (mut ends, mut from) = (self.ends.iter(), 0);
        for &(of, parts) in &self.blocks {
            pieces.push(Piece::Blocks(from..of));
            let mut start = 0;
            for &end in ends.by_ref().take(parts) {
                pieces.push(Piece::Part { of, text: blocks[of].text[start..end].trim() });
                start = end;
            }
            from = of + 1;
        }
        pieces.push(Piece::Blocks(from..blocks.len()));
        pieces
    }
}

impl Worker<'_> {
    /// Cuts the mixed blocks of the section that was scored last, if there are any.
    fn cut(&mut self, blocks: &[Block<'_>]) {
        self.division.blocks.clear();
        self.division.ends.clear();
        for (i, block) in blocks.iter().enumerate() {
            // Of text that was decoded it is not known where its characters stand.
            let facts = &self.features.facts[i];
            if !facts.mixed || facts.units < LONG || block.text.len() != block.range.len() || self.is_ruled(i) {
                continue;
            }
            let cutter = self.cutter.get_or_insert_with(Cutter::new);
            let before = self.division.ends.len();
            cutter.cut(&block.text, &self.model.ngrams, &mut self.division.ends);
            match self.division.ends.len() - before {
                parts @ 2.. if self.division.ends.len() <= SECTION => self.division.blocks.push((i, parts)),
                _ => self.division.ends.truncate(before),
            }
        }
    }

    /// Finds the parts of the blocks of the section that was judged last, whose verdicts are the last ones.
    pub(crate) fn divide(&mut self, page: &Page<'_>) {
        let blocks = &page.blocks[section_of(page, self.section)];
        self.cut(blocks);
        if self.division.blocks.is_empty() {
            return;
        }
        let mut scored = self.score_divided(blocks).into_iter();
        let first = self.verdicts.len() - blocks.len();
        let mut ends = self.division.ends.iter();
        for &(i, count) in &self.division.blocks {
            let mut start = blocks[i].range.start;
            let Verdict { label, kind: whole, .. } = self.verdicts[first + i];
            let is_junk = label == Label::Junk;
            let parts = ends.by_ref().zip(scored.by_ref()).take(count).map(|(end, at)| {
                let end = blocks[i].range.start + end;
                let range = std::mem::replace(&mut start, end)..end;
                let Verdict { label, kind, score, .. } = self.verdict(at);
                // In doubt, a part of junk is junk: pieces of a list of keywords say less than all of it.
                let (label, kind) = if is_junk && score >= 0.5 { (Label::Junk, kind.or(whole)) } else { (label, kind) };
                Part { range, label, kind, score }
            });
            let parts: Vec<Part> = parts.collect();
            if parts.iter().any(|part| part.label != parts[0].label) {
                self.verdicts[first + i].parts = parts;
            }
        }
    }

    /// Turns to the section that holds block `i` of the page that was classified last, with the parts of blocks as blocks of
    /// their own; the number of the block's part `part` among them, and where it stands in the block's text. `None` if
    /// there is no such part.
    pub(crate) fn turn_to_part(&mut self, page: &Page<'_>, i: usize, part: usize) -> Option<(usize, Range<usize>)> {
        if !self.divided || !section_of(page, self.section).contains(&i) {
            self.turn_to(page, i);
            let blocks = &page.blocks[section_of(page, self.section)];
            self.cut(blocks);
            self.score_divided(blocks);
        }
        let at = i - section_of(page, self.section).start;
        let Division { blocks, ends } = &self.division;
        let mut before = 0;
        for &(block, parts) in blocks {
            if block == at && part < parts {
                let start = if part == 0 { 0 } else { ends[before + part - 1] };
                let cut = blocks.iter().take_while(|(block, _)| *block < at).count();
                return Some((at + before - cut + part, start..ends[before + part]));
            }
            before += parts;
        }
        None
    }
}
