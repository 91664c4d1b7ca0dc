//! Blocks to numbers. [`Featurizer`] reads every block of a page once ([`scan`]), makes the block model's rows of it
//! ([`stats`], [`tokens`], the lexical score of [`ngrams`]) and the facts that the page model's [`context`] is made of.

mod container;
pub(crate) mod context;
mod feature;
pub(crate) mod inputs;
pub(crate) mod markup;
mod matrix;
mod names;
pub(crate) mod ngrams;
mod numbering;
mod products;
pub(crate) mod scan;
mod schema;
pub(crate) mod stats;
pub(crate) mod tokens;
mod tree;
mod words;

pub use feature::Feature;
pub(crate) use matrix::Matrix;
use numbering::Numbering;
use schema::LEXICAL;
pub use schema::{Groups, SCHEMA_VERSION};
pub(crate) use schema::{row, row_names};
use tree::Tree;

use std::ops::Range;

use crate::chars::{self, CLASSES, Class, ScriptGroup};
use crate::model::{NAME_PLACES, NgramTable};
use crate::page::{Block, Elements};
use scan::{Scan, Scanner, Sink};

/// What the page model needs to know of a block besides its score.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockFacts {
    #[cfg(feature = "train")]
    pub symbols: u32,
    /// Length in Han characters that would say as much.
    pub units: f32,
    /// `ln(1 + units)`.
    pub length: f32,
    pub group: Option<ScriptGroup>,
    pub han: u32,
    /// Share of the Han characters in a traditional form.
    pub traditional: f32,
    pub hashes: u32,
    /// Some pieces of the text are of another sort than others.
    pub mixed: bool,
    pub date: bool,
    /// Short, and starts with a label such as `Editor:`.
    pub labeled: bool,
    /// Long, and a sentence ends in it.
    pub body: bool,
    pub duplicates: u32,
    pub overlap: f32,
    pub overlap_body: f32,
    /// Characters without white space.
    chars: u32,
    /// Share of the block's shingles that stand in the page's title, and of the title's that stand in the block.
    title_share: f32,
    title_cover: f32,
    line: u32,
    /// The number of the line among the page's different ones.
    line_number: u32,
    /// Where the block's first shingles stand in the page's sketch.
    sketch: Range<usize>,
}

/// The features of one page; the memory is reused from page to page.
#[derive(Clone, Default)]
pub(crate) struct PageFeatures {
    /// The block model's input.
    pub rows: Matrix,
    pub facts: Vec<BlockFacts>,
    /// The first shingles of every block, one block after the other.
    sketch: Vec<u32>,
    /// The script of most letters of the page.
    pub group: Option<ScriptGroup>,
    /// Share of the page's Han characters in a traditional form.
    pub traditional: f32,
    /// The elements around the blocks; none if the page is not of HTML, or if nobody asked.
    pub tree: Tree,
    name_sums: markup::NameSums,
}

impl PageFeatures {
    /// Takes everything away; rows to come are for these groups.
    fn clear(&mut self, groups: Groups) {
        self.rows.clear(row::length(groups.markup));
        self.facts.clear();
        self.sketch.clear();
        self.tree.clear();
    }

    /// Appends blocks of another page.
    fn extend(&mut self, other: &Self, blocks: Range<usize>) {
        for i in blocks {
            self.rows.push().copy_from_slice(other.rows.row(i));
            let start = self.sketch.len();
            self.sketch.extend_from_slice(other.shingles(i));
            self.facts.push(BlockFacts { sketch: start..self.sketch.len(), ..other.facts[i].clone() });
        }
    }

    /// The first shingles of block `i`: words of alphabets, pairs of neighbouring symbols elsewhere.
    pub(crate) fn shingles(&self, i: usize) -> &[u32] {
        &self.sketch[self.facts[i].sketch.clone()]
    }

    /// Puts the scores of the elements' names into the rows.
    pub(crate) fn set_names(&mut self, table: &NgramTable<NAME_PLACES>) {
        if self.tree.is_empty() {
            return;
        }
        self.name_sums.load(&self.tree, table);
        for (i, row) in self.rows.rows_mut().enumerate() {
            let (sum, number) = self.name_sums.of(&self.tree, i);
            set_names(row, sum, number);
        }
    }

    /// The number of name hashes that count for block `i`, and the elements around it, the innermost first, with the
    /// sums of their weights; nothing if the page is not of HTML.
    pub(crate) fn name_weights(&self, i: usize) -> Option<(u32, impl Iterator<Item = (u32, f32)>)> {
        let tree = (!self.tree.is_empty()).then_some(&self.tree)?;
        Some((self.name_sums.of(tree, i).1, self.name_sums.along(tree, i)))
    }
}

/// The hashes of all names that count for block `i`; none if the page is not of HTML.
#[cfg(feature = "train")]
pub(crate) fn name_hashes(page: &PageFeatures, i: usize, out: &mut Vec<u32>) {
    out.clear();
    if !page.tree.is_empty() {
        markup::name_hashes(&page.tree, i, out);
    }
}

/// Places of the names' scores in a row: the one over the root, the mean.
pub(crate) fn name_places() -> [usize; 2] {
    [row::MARKUP + markup::NAMES, row::MARKUP + markup::NAMES + 1]
}

/// Puts the names' scores of a block into its row, from the sum of their weights and their number.
pub(crate) fn set_names(row: &mut [f32], sum: f32, number: u32) {
    fill(row, row::MARKUP, |row| markup::set_names(row, sum, number));
}

/// What features are made of.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    /// The groups that are wanted.
    pub groups: Groups,
    /// All blocks of a page, or a part of them.
    pub blocks: &'a [Block<'a>],
    /// No block of the page stands before them.
    pub is_first: bool,
    /// All elements of the page.
    pub elements: &'a Elements,
}

/// What a page with some blocks cut into parts is made of.
pub(crate) enum Piece<'a> {
    /// Blocks that are as they were.
    Blocks(Range<usize>),
    /// A part of block `of`.
    Part { of: usize, text: &'a str },
}

/// Gives every block a sink for its n-grams.
pub(crate) trait Lexicon {
    type Sink<'a>: Sink
    where
        Self: 'a;
    /// The sink for the next block.
    fn open(&mut self) -> Self::Sink<'_>;
}

/// Marks and numbers in the table of bigrams: a second block held it, a long one did, the first that did.
const SHARED: u32 = 1 << 31;
const BODY: u32 = 1 << 30;
const BLOCK: u32 = BODY - 1;

/// Turns pages into features. Holds scratch memory only: the same page gives the same features, whatever came before.
pub(crate) struct Featurizer {
    scanner: Scanner,
    #[cfg(feature = "jieba")]
    tokens: Option<tokens::Tokens>,
    sketch_table: Vec<u32>,
    lines: Numbering,
    line_counts: Vec<u32>,
    title: Vec<u32>,
    outline: markup::Outline,
}

impl Featurizer {
    /// # Errors
    /// If the groups need the segmenter and the crate was built without it.
    pub(crate) fn check(groups: Groups) -> crate::Result<()> {
        if groups.tokens && !cfg!(feature = "jieba") {
            return Err(crate::Error::model(
                "it uses the `tokens` features, and this build has no segmenter (cargo feature `jieba`)",
            ));
        }
        Ok(())
    }

    pub(crate) fn new() -> Self {
        Self {
            scanner: Scanner::new(),
            #[cfg(feature = "jieba")]
            tokens: None,
            sketch_table: Vec::new(),
            lines: Numbering::default(),
            line_counts: Vec::new(),
            title: Vec::new(),
            outline: markup::Outline::default(),
        }
    }

    /// Fills `out` with the features of blocks of a page, but for the scores of names.
    pub(crate) fn page<L: Lexicon>(&mut self, input: &Input<'_>, lexicon: &mut L, out: &mut PageFeatures) {
        let Input { groups, blocks, .. } = *input;
        out.clear(groups);
        let mut classes = [0u32; CLASSES];
        let mut traditional = 0;
        for block in blocks {
            let scan = self.block(&block.text, groups, lexicon.open(), out);
            add(&mut classes, &scan);
            traditional += scan.traditional;
        }
        out.group = chars::script_group(&classes);
        out.traditional = traditional as f32 / classes[Class::Han as usize].max(1) as f32;
        self.compare(out);
        self.find_duplicates(out);
        if groups.markup {
            self.markup(input, out);
        }
    }

    /// Fills `out` with the features of a page of which some blocks are cut into parts, from those that were made last.
    /// Only the parts are read; what is said of the others stays. A part is compared with the blocks but for its own.
    pub(crate) fn divide<L: Lexicon>(
        &mut self,
        pieces: &[Piece<'_>],
        groups: Groups,
        page: &PageFeatures,
        lexicon: &mut L,
        out: &mut PageFeatures,
    ) {
        out.clear(groups);
        (out.group, out.traditional) = (page.group, page.traditional);
        for piece in pieces {
            match piece {
                Piece::Blocks(blocks) => out.extend(page, blocks.clone()),
                Piece::Part { of, text } => {
                    self.block(text, groups, lexicon.open(), out);
                    let Some(facts) = out.facts.last_mut() else { continue };
                    let own_body = page.facts[*of].units > context::BODY_UNITS;
                    self.overlap(*of as u32 + 1, own_body, &out.sketch, facts);
                    let same = self.lines.get(ngrams::line(facts.line));
                    facts.duplicates = same.map_or(0, |number| self.line_counts[number as usize]);
                }
            }
        }
    }

    /// Appends the features of a block that do not depend on others.
    #[inline]
    fn block<S: Sink>(&mut self, text: &str, groups: Groups, sink: S, out: &mut PageFeatures) -> Scan {
        let sketch_start = out.sketch.len();
        let (scan, mut sink) = self.scanner.scan(text, &mut out.sketch, sink);
        let mixed = sink.is_mixed();
        let lexical = sink.sum();
        let row = out.rows.push();
        fill(row, row::STATS, |out| stats::compute(&scan, out));
        #[cfg(not(feature = "jieba"))]
        let _ = groups;
        #[cfg(feature = "jieba")]
        if groups.tokens {
            let tokens = self.tokens.get_or_insert_with(tokens::Tokens::new);
            fill(row, row::TOKENS, |out| tokens.compute(text, out));
        }
        let group = chars::script_group(&scan.classes);
        set_lexical(row, group, lexical, scan.hashes);
        out.facts.push(BlockFacts {
            #[cfg(feature = "train")]
            symbols: scan.symbols,
            units: scan.units,
            length: row[row::STATS],
            group,
            han: scan.classes[Class::Han as usize],
            traditional: scan.traditional as f32 / scan.classes[Class::Han as usize].max(1) as f32,
            hashes: scan.hashes,
            mixed,
            chars: scan.chars - scan.classes[Class::Space as usize],
            date: scan.units <= 40.0 && scan.dates + scan.times > 0,
            labeled: scan.label > 1 && scan.units <= 20.0,
            body: scan.units > context::BODY_UNITS && scan.sentence_ends > 0,
            line: scan.line,
            sketch: sketch_start..out.sketch.len(),
            ..BlockFacts::default()
        });
        scan
    }

    /// Fills in what HTML tells.
    fn markup(&mut self, input: &Input<'_>, out: &mut PageFeatures) {
        self.title.clear();
        if let Some(title) = input.elements.title() {
            self.scanner.scan(title, &mut self.title, ());
            self.compare_title(out);
        }
        out.tree.load(input, &out.facts);
        if out.tree.is_empty() {
            return;
        }
        self.outline.load(&out.tree, &out.facts);
        for ((i, block), row) in input.blocks.iter().enumerate().zip(out.rows.rows_mut()) {
            let markup = block.markup.unwrap_or_default();
            fill(row, row::MARKUP, |row| markup::compute(&out.tree, i, &out.facts[i], markup, &self.outline, row));
        }
    }

    /// Fills in which shingles of blocks stand in the title and the other way around.
    fn compare_title(&mut self, out: &mut PageFeatures) {
        const BITS: u32 = 12;
        let mut in_title = [0u64; 1 << (BITS - 6)];
        for &hash in &self.title {
            let bucket = ngrams::bucket(hash, BITS);
            in_title[bucket >> 6] |= 1 << (bucket & 63);
        }
        for facts in &mut out.facts {
            if facts.units > context::COMPARED_UNITS {
                continue;
            }
            let shingles = &out.sketch[facts.sketch.clone()];
            let found = shingles.iter().filter(|hash| {
                let bucket = ngrams::bucket(**hash, BITS);
                in_title[bucket >> 6] & (1 << (bucket & 63)) != 0
            });
            let found = found.count() as f32;
            facts.title_share = found / shingles.len().max(1) as f32;
            facts.title_cover = (found / self.title.len().max(1) as f32).min(1.0);
        }
    }

    /// Fills in the overlaps: which bigrams of a block stand in other blocks too.
    ///
    /// The table has one entry for a hash bucket: the first block that held it (plus 1), whether a second one did, and
    /// whether a long one did. It has four times as many entries as there are bigrams, so few fall together.
    fn compare(&mut self, out: &mut PageFeatures) {
        let bits = (out.sketch.len().max(64) * 4).next_power_of_two().trailing_zeros().min(18);
        self.sketch_table.clear();
        self.sketch_table.resize(1 << bits, 0);
        for (id, facts) in (1u32..).zip(&out.facts) {
            let id = id & BLOCK;
            let body = if facts.units > context::BODY_UNITS { BODY } else { 0 };
            for &hash in &out.sketch[facts.sketch.clone()] {
                let entry = &mut self.sketch_table[ngrams::bucket(hash, bits)];
                let old = *entry;
                let shared = if old == 0 || old & BLOCK == id { 0 } else { SHARED };
                *entry = (if old == 0 { id } else { old }) | shared | body;
            }
        }
        for (id, facts) in (1u32..).zip(&mut out.facts) {
            self.overlap(id, facts.units > context::BODY_UNITS, &out.sketch, facts);
        }
    }

    /// Fills in the overlaps of a block, or of a part of one, with other blocks than number `id`, from 1 on.
    #[inline]
    fn overlap(&self, id: u32, own_body: bool, sketch: &[u32], facts: &mut BlockFacts) {
        if facts.units > context::COMPARED_UNITS {
            return; // long blocks share words with their page anyway
        }
        let id = id & BLOCK;
        let bits = self.sketch_table.len().trailing_zeros();
        let (mut elsewhere, mut in_body) = (0u32, 0u32);
        for &hash in &sketch[facts.sketch.clone()] {
            let entry = self.sketch_table[ngrams::bucket(hash, bits)];
            // No short circuits: which way they go cannot be foretold.
            let other = (entry & SHARED != 0) | (entry & BLOCK != id);
            elsewhere += u32::from(other);
            in_body += u32::from((entry & BODY != 0) & (other | !own_body));
        }
        let count = facts.sketch.len().max(1) as f32;
        facts.overlap = elsewhere as f32 / count;
        facts.overlap_body = in_body as f32 / count;
    }

    /// Counts blocks of equal folded text.
    fn find_duplicates(&mut self, out: &mut PageFeatures) {
        self.lines.clear(out.facts.len());
        self.line_counts.clear();
        for facts in &mut out.facts {
            facts.line_number = self.lines.number(ngrams::line(facts.line));
            self.line_counts.resize(self.lines.len(), 0);
            self.line_counts[facts.line_number as usize] += 1;
        }
        for facts in &mut out.facts {
            facts.duplicates = self.line_counts[facts.line_number as usize] - 1;
        }
    }
}

/// Places of the lexical features of a script group in a row: the one over the root, the mean.
pub(crate) fn lexical_places(group: Option<ScriptGroup>) -> [usize; 2] {
    let script = match group {
        Some(ScriptGroup::Han) => 0,
        Some(ScriptGroup::Latin) => 1,
        _ => 2,
    };
    [row::LEXICAL_AT + script, row::LEXICAL_AT + LEXICAL.len() / 2 + script]
}

/// Puts the lexical features of a block into its row, from the sum of its n-grams' weights and their number.
pub(crate) fn set_lexical(row: &mut [f32], group: Option<ScriptGroup>, sum: f32, hashes: u32) {
    let n = hashes.max(1) as f32;
    row[row::LEXICAL_AT..row::MARKUP].fill(0.0);
    let [root, mean] = lexical_places(group);
    row[root] = sum / n.sqrt();
    row[mean] = sum / n;
}

/// Names of the page model's inputs, in order.
pub(crate) fn context_names(markup: bool) -> impl Iterator<Item = &'static str> {
    let [first, again] = inputs::features(markup).map(|features| features.map(|feature| feature.name));
    first.chain(row_names(markup)).chain(again)
}

/// Lets `write` fill the `N` places of a row from `at` on.
#[inline(always)]
fn fill<const N: usize>(row: &mut [f32], at: usize, write: impl FnOnce(&mut [f32; N])) {
    if let Some(places) = row[at..].first_chunk_mut() {
        write(places);
    }
}

fn add(classes: &mut [u32; CLASSES], scan: &Scan) {
    for (sum, count) in classes.iter_mut().zip(&scan.classes) {
        *sum += count;
    }
}
