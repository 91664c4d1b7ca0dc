//! Labeled pages to training matrices: the features of every block, its n-grams as a sparse row, and its weight.

use std::collections::BTreeMap;

use rayon::prelude::*;
use sprs::CsMatI;

use super::compose::base;
use super::dataset::LabeledPage;
use super::recipe::Recipe;
use crate::features::{Featurizer, Groups, Input, Lexicon, PageFeatures, name_hashes, ngrams, scan::Sink};
use crate::model;
use crate::page::Label;

/// The kinds' table has `2^KIND_BITS` buckets.
const KIND_BITS: u32 = model::KIND_PLACES.trailing_zeros();
/// The table of elements' names has `2^NAME_BITS` buckets.
const NAME_BITS: u32 = model::NAME_PLACES.trailing_zeros();

/// A page that takes part in training, with its role settled.
pub(super) struct TrainingPage {
    pub page: LabeledPage,
    /// Name of its data set.
    pub set: String,
    /// Weight of its blocks before the caps.
    pub weight: f32,
    /// Whether the page model may learn from it.
    pub context: bool,
    /// Whether a generator wrote it: then it is not measured.
    pub generated: bool,
}

impl TrainingPage {
    /// Whether the linear heads learn from it. Those of a model for HTML learn from such pages alone; texts teach it
    /// n-grams.
    pub(super) fn teaches(&self, groups: Groups) -> bool {
        !groups.markup || self.page.has_markup()
    }
}

/// All pages as numbers. Blocks are numbered through.
pub(super) struct Examples {
    pub features: Vec<PageFeatures>,
    /// Number of the first block of each page, and one past the last.
    pub starts: Vec<usize>,
    /// Bucket -> count / sqrt(n-grams of the block), a row for every block.
    pub ngrams: CsMatI<f32, u32, usize>,
    /// The same for the first shingles of the block, in the smaller table of the kinds.
    pub shingles: CsMatI<f32, u32, usize>,
    /// The same for the names of the elements around the block; empty rows for texts.
    pub names: CsMatI<f32, u32, usize>,
    /// Per block: how many names those are.
    pub name_counts: Vec<u32>,
    /// Per block; 0 for "don't care".
    pub weights: Vec<f32>,
    /// Per block: whether it is junk.
    pub junk: Vec<bool>,
}

impl Examples {
    pub(super) fn new(pages: &[TrainingPage], recipe: &Recipe, groups: Groups) -> Self {
        let bits = recipe.table_bits;
        let read: Vec<(PageFeatures, Recorder)> = pages
            .par_iter()
            .map_init(Featurizer::new, |featurizer, page| {
                let page = page.page.page();
                let mut features = PageFeatures::default();
                let mut recorder = Recorder { block: Vec::new(), rows: SparseRows::new(bits) };
                let input = Input { groups, blocks: &page.blocks, is_first: true, elements: &page.elements };
                featurizer.page(&input, &mut recorder, &mut features);
                (features, recorder)
            })
            .collect();
        let mut features = Vec::with_capacity(pages.len());
        let mut starts = vec![0];
        let (mut ngrams, mut shingles) = (SparseRows::new(bits), SparseRows::new(KIND_BITS));
        let mut names = SparseRows::new(NAME_BITS);
        let (mut hashes, mut name_counts) = (Vec::new(), Vec::new());
        for (page, recorder) in read {
            starts.push(starts[starts.len() - 1] + page.facts.len());
            ngrams.append(&recorder.rows);
            for i in 0..page.facts.len() {
                shingles.push(&mut page.shingles(i).to_vec());
                name_hashes(&page, i, &mut hashes);
                name_counts.push(hashes.len() as u32);
                names.push(&mut hashes);
            }
            features.push(page);
        }
        let blocks = || pages.iter().flat_map(|page| &page.page.blocks);
        Self {
            features,
            starts,
            ngrams: ngrams.into_matrix(),
            shingles: shingles.into_matrix(),
            names: names.into_matrix(),
            name_counts,
            weights: weights(pages, recipe),
            junk: blocks().map(|block| block.label == Some(Label::Junk)).collect(),
        }
    }

    /// The blocks of page `i`.
    pub(super) fn blocks(&self, i: usize) -> std::ops::Range<usize> {
        self.starts[i]..self.starts[i + 1]
    }
}

/// Weights by block: the page's own, times caps by page, by group and by data set, times nothing for "don't care".
fn weights(pages: &[TrainingPage], recipe: &Recipe) -> Vec<f32> {
    let scale = |total: f32, cap: f32| if total > cap { cap / total } else { 1.0 };
    let mut by_page: Vec<f32> = Vec::with_capacity(pages.len());
    for page in pages {
        let labeled = page.page.blocks.iter().filter(|block| block.label.is_some()).count() as f32;
        by_page.push(scale(labeled, recipe.page_cap) * page.weight);
    }
    let total = |i: usize, weight: f32| {
        weight * pages[i].page.blocks.iter().filter(|block| block.label.is_some()).count() as f32
    };
    for (cap, by_site) in [(recipe.site_cap, true), (recipe.set_cap, false)] {
        let key = |page: &TrainingPage| -> (String, String) {
            (page.set.clone(), if by_site { page.page.site.clone() } else { String::new() })
        };
        let mut sums: BTreeMap<(String, String), f32> = BTreeMap::new();
        for (i, page) in pages.iter().enumerate() {
            // A cap speaks of blocks of full weight, so that a heavier data set is not cut off.
            *sums.entry(key(page)).or_default() += total(i, by_page[i]) / page.weight.max(1e-6);
        }
        for (weight, page) in by_page.iter_mut().zip(pages) {
            *weight *= scale(sums[&key(page)], cap);
        }
    }
    let balance = balance(pages, &by_page);
    pages
        .iter()
        .zip(by_page)
        .flat_map(|(page, weight)| {
            let factors = balance[base(&page.page.lang)];
            page.page.blocks.iter().map(move |block| block.label.map_or(0.0, |label| weight * factors[label as usize]))
        })
        .collect()
}

/// Factors for content and junk that give each language as much of the one as of the other: which labels a language
/// happens to have in the data must not speak for or against its letters. No factor is above 3.
fn balance<'a>(pages: &'a [TrainingPage], by_page: &[f32]) -> BTreeMap<&'a str, [f32; 2]> {
    let mut sums: BTreeMap<&str, [f32; 2]> = BTreeMap::new();
    for (page, weight) in pages.iter().zip(by_page) {
        let sums = sums.entry(base(&page.page.lang)).or_default();
        for label in page.page.blocks.iter().filter_map(|block| block.label) {
            sums[label as usize] += weight;
        }
    }
    for sums in sums.values_mut() {
        let half = 0.5 * (sums[0] + sums[1]);
        *sums = sums.map(|sum| (half / sum.max(1e-6)).min(3.0));
    }
    sums
}

/// Sparse rows under construction: bucket -> count / sqrt(hashes of the block), the scale that prediction uses too.
struct SparseRows {
    bits: u32,
    indices: Vec<u32>,
    values: Vec<f32>,
    ends: Vec<usize>,
}

impl SparseRows {
    fn new(bits: u32) -> Self {
        Self { bits, indices: Vec::new(), values: Vec::new(), ends: vec![0] }
    }

    /// Adds a row of the hashes of a block. Sorts them.
    fn push(&mut self, hashes: &mut [u32]) {
        hashes.sort_unstable();
        let scale = 1.0 / (hashes.len().max(1) as f32).sqrt();
        // Buckets are the highest bits of hashes: in order too.
        for same in hashes.chunk_by(|a, b| ngrams::bucket(*a, self.bits) == ngrams::bucket(*b, self.bits)) {
            self.indices.push(ngrams::bucket(same[0], self.bits) as u32);
            self.values.push(same.len() as f32 * scale);
        }
        self.ends.push(self.indices.len());
    }

    fn append(&mut self, other: &Self) {
        let offset = self.indices.len();
        self.indices.extend_from_slice(&other.indices);
        self.values.extend_from_slice(&other.values);
        self.ends.extend(other.ends.iter().skip(1).map(|end| offset + end));
    }

    fn into_matrix(self) -> CsMatI<f32, u32, usize> {
        CsMatI::new((self.ends.len() - 1, 1 << self.bits), self.ends, self.indices, self.values)
    }
}

/// Writes down the n-grams of a page's blocks.
struct Recorder {
    block: Vec<u32>,
    rows: SparseRows,
}

impl Sink for &mut Recorder {
    #[inline(always)]
    fn hash(&mut self, hash: u32, _last: usize, _span: usize) {
        self.block.push(hash);
    }

    /// The block is a row now.
    fn sum(self) -> f32 {
        self.rows.push(&mut self.block);
        0.0
    }
}

impl Lexicon for Recorder {
    type Sink<'a> = &'a mut Self;

    fn open(&mut self) -> Self::Sink<'_> {
        self.block.clear();
        self
    }
}
