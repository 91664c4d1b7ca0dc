//! The hashed n-gram weights: for every bucket one weight for "junk" and one for "spam, if junk".

use std::borrow::Cow;

use crate::features::{Lexicon, ngrams, scan::Sink};

/// Weights in `i8`, scaled by the largest one, never clipped: quantising costs no accuracy that could be measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NgramTable {
    /// `2^bits` pairs of signed bytes.
    pairs: Cow<'static, [u8]>,
    bits: u32,
    /// Weight of one step: of junk, of spam.
    scales: [f32; 2],
}

impl NgramTable {
    pub(crate) fn from_parts(pairs: Cow<'static, [u8]>, scales: [f32; 2]) -> Option<Self> {
        let rows = pairs.len() / 2;
        let valid = rows.is_power_of_two() && pairs.len() % 2 == 0 && (8..=24).contains(&rows.trailing_zeros());
        valid.then_some(Self { bits: rows.trailing_zeros(), pairs, scales })
    }

    /// Quantises two tables of equal length, a power of two.
    #[cfg(feature = "train")]
    pub(crate) fn quantise(junk: &[f32], spam: &[f32]) -> Option<Self> {
        let scale = |weights: &[f32]| weights.iter().fold(0f32, |max, weight| max.max(weight.abs())).max(1e-6) / 127.0;
        let scales = [scale(junk), scale(spam)];
        let step = |weight: f32, scale: f32| ((weight / scale).round() as i8).cast_unsigned();
        let pairs = junk.iter().zip(spam).flat_map(|(a, b)| [step(*a, scales[0]), step(*b, scales[1])]).collect();
        Self::from_parts(Cow::Owned(pairs), scales)
    }

    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    pub(crate) fn scales(&self) -> [f32; 2] {
        self.scales
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.pairs
    }

    /// The steps of a hash: of junk, of spam.
    #[inline(always)]
    fn steps(&self, hash: u32) -> (i32, i32) {
        let at = 2 * ngrams::bucket(hash, self.bits);
        match self.pairs.get(at..at + 2) {
            Some(&[junk, spam]) => (i32::from(junk.cast_signed()), i32::from(spam.cast_signed())),
            _ => (0, 0), // out of reach: there are 2^bits pairs
        }
    }

    /// The junk weight of a hash.
    pub(crate) fn weight(&self, hash: u32) -> f32 {
        self.steps(hash).0 as f32 * self.scales[0]
    }
}

/// Sums the weights of a block's n-grams.
pub(crate) struct Weighing<'m> {
    table: &'m NgramTable,
    sums: (i32, i32),
}

impl<'m> Weighing<'m> {
    pub(crate) fn new(table: &'m NgramTable) -> Self {
        Self { table, sums: (0, 0) }
    }
}

impl Sink for &mut Weighing<'_> {
    #[inline(always)]
    fn hash(&mut self, hash: u32, _span: u32) {
        let (junk, spam) = self.table.steps(hash);
        self.sums.0 = self.sums.0.wrapping_add(junk);
        self.sums.1 = self.sums.1.wrapping_add(spam);
    }
}

impl Lexicon for Weighing<'_> {
    type Sink<'a>
        = &'a mut Self
    where
        Self: 'a;

    fn open(&mut self) -> Self::Sink<'_> {
        self.sums = (0, 0);
        self
    }

    fn sums(&mut self) -> [f32; 2] {
        [self.sums.0 as f32 * self.table.scales[0], self.sums.1 as f32 * self.table.scales[1]]
    }
}
