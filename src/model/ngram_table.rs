//! Hashed n-gram weights.

use crate::features::{Lexicon, ngrams, scan::Sink};

/// `2^bits` weights in `i8`, scaled by the largest one, never clipped: quantising costs no accuracy that could be
/// measured. n-grams that fall into one bucket share its weight.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NgramTable {
    /// Signed bytes.
    steps: Vec<u8>,
    bits: u32,
    /// Weight of one step.
    scale: f32,
}

impl NgramTable {
    pub(crate) fn from_parts(steps: Vec<u8>, scale: f32) -> Option<Self> {
        let valid = steps.len().is_power_of_two() && (8..=22).contains(&steps.len().trailing_zeros());
        valid.then_some(Self { bits: steps.len().trailing_zeros(), steps, scale })
    }

    /// Quantises weights, of which there must be a power of two.
    #[cfg(feature = "train")]
    pub(crate) fn quantise(weights: &[f32]) -> Option<Self> {
        let scale = weights.iter().fold(0f32, |max, weight| max.max(weight.abs())).max(1e-6) / 127.0;
        let steps = weights.iter().map(|weight| ((weight / scale).round() as i8).cast_unsigned()).collect();
        Self::from_parts(steps, scale)
    }

    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    pub(crate) fn steps(&self) -> &[u8] {
        &self.steps
    }

    #[inline(always)]
    fn step(&self, hash: u32) -> i32 {
        // There is a step for every bucket.
        self.steps.get(ngrams::bucket(hash, self.bits)).map_or(0, |step| i32::from(step.cast_signed()))
    }

    #[inline(always)]
    fn steps_of(&self, hashes: &[u32]) -> i32 {
        // With a size known to the compiler the look-ups need no check of bounds; this is the default model's.
        match self.steps.first_chunk::<{ 1 << 19 }>() {
            Some(steps) if self.bits == 19 => {
                let step = |hash: &u32| i32::from(steps[ngrams::bucket(*hash, 19)].cast_signed());
                hashes.iter().fold(0i32, |sum, hash| sum.wrapping_add(step(hash)))
            }
            _ => hashes.iter().fold(0i32, |sum, hash| sum.wrapping_add(self.step(*hash))),
        }
    }

    /// The weight of a hash.
    pub(crate) fn weight(&self, hash: u32) -> f32 {
        self.step(hash) as f32 * self.scale
    }

    /// The sum of the weights of hashes.
    pub(crate) fn sum(&self, hashes: &[u32]) -> f32 {
        self.steps_of(hashes) as f32 * self.scale
    }
}

/// Sums the weights of a block's n-grams.
pub(crate) struct Weighing<'m> {
    table: &'m NgramTable,
    sum: i32,
}

impl<'m> Weighing<'m> {
    pub(crate) fn new(table: &'m NgramTable) -> Self {
        Self { table, sum: 0 }
    }
}

impl Sink for &mut Weighing<'_> {
    #[inline(always)]
    fn hash(&mut self, hash: u32, _last: usize, _span: usize) {
        self.sum = self.sum.wrapping_add(self.table.step(hash));
    }

    #[inline(always)]
    fn hashes(&mut self, hashes: &[u32], _first: usize, _span: usize) {
        self.sum = self.sum.wrapping_add(self.table.steps_of(hashes));
    }
}

impl Lexicon for Weighing<'_> {
    type Sink<'a>
        = &'a mut Self
    where
        Self: 'a;

    fn open(&mut self) -> Self::Sink<'_> {
        self.sum = 0;
        self
    }

    fn sum(&mut self) -> f32 {
        self.sum as f32 * self.table.scale
    }
}
