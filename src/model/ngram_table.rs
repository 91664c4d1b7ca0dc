//! Hashed n-gram weights.

use super::turns::Turns;
use crate::features::{Lexicon, ngrams, scan::Sink};

/// Places of the lexical table in memory: models may have fewer buckets, not more.
pub(crate) const LEXICAL_PLACES: usize = 1 << 20;
/// Places of the kinds' table.
pub(crate) const KIND_PLACES: usize = 1 << 16;
/// Places of the table of elements' names.
pub(crate) const NAME_PLACES: usize = 1 << 16;

/// `2^bits` weights in `i8`, scaled by the largest one, never clipped: quantising costs no accuracy that could be
/// measured. n-grams that fall into one bucket share its weight.
///
/// In memory every table has `PLACES` places, a power of two that the compiler knows, so that look-ups need no check of
/// bounds; each bucket of a smaller table fills several neighbouring places.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NgramTable<const PLACES: usize> {
    /// Signed bytes.
    places: Box<[u8; PLACES]>,
    bits: u32,
    /// Weight of one step.
    scale: f32,
}

impl<const PLACES: usize> NgramTable<PLACES> {
    const BITS: u32 = PLACES.trailing_zeros();

    /// From a step for every bucket; `None` if there is no valid number of them.
    pub(crate) fn from_parts(steps: &[u8], scale: f32) -> Option<Self> {
        let bits = steps.len().trailing_zeros();
        if !steps.len().is_power_of_two() || !(8..=Self::BITS).contains(&bits) {
            return None;
        }
        let places: Vec<u8> = match PLACES >> bits {
            1 => steps.to_vec(),
            each => steps.iter().flat_map(|step| std::iter::repeat_n(*step, each)).collect(),
        };
        Some(Self { places: places.into_boxed_slice().try_into().ok()?, bits, scale })
    }

    /// Quantises weights, of which there must be a power of two.
    #[cfg(feature = "train")]
    pub(crate) fn quantise(weights: &[f32]) -> Option<Self> {
        let scale = weights.iter().fold(0f32, |max, weight| max.max(weight.abs())).max(1e-6) / 127.0;
        let steps: Vec<u8> = weights.iter().map(|weight| ((weight / scale).round() as i8).cast_unsigned()).collect();
        Self::from_parts(&steps, scale)
    }

    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    /// A step for every bucket, as in the file.
    pub(crate) fn steps(&self) -> Vec<u8> {
        self.places.iter().copied().step_by(PLACES >> self.bits).collect()
    }

    /// The weight of a hash.
    pub(crate) fn weight(&self, hash: u32) -> f32 {
        step(&self.places, hash) as f32 * self.scale
    }

    /// The sum of the weights of hashes.
    pub(crate) fn sum(&self, hashes: &[u32]) -> f32 {
        hashes.iter().fold(0i32, |sum, hash| sum.wrapping_add(step(&self.places, *hash))) as f32 * self.scale
    }
}

#[inline(always)]
fn step<const PLACES: usize>(places: &[u8; PLACES], hash: u32) -> i32 {
    i32::from(places[ngrams::bucket(hash, PLACES.trailing_zeros())].cast_signed())
}

/// Sums the weights of a block's n-grams.
pub(crate) struct Weighing<'m> {
    table: &'m NgramTable<LEXICAL_PLACES>,
    price: i32,
}

impl<'m> Weighing<'m> {
    /// `price` is that of a turn from content to junk or back, in weights.
    pub(crate) fn new(table: &'m NgramTable<LEXICAL_PLACES>, price: f32) -> Self {
        Self { table, price: (price / table.scale) as i32 }
    }
}

/// The sum so far. Small enough to live in registers.
pub(crate) struct Sum<'m> {
    places: &'m [u8; LEXICAL_PLACES],
    steps: i32,
    scale: f32,
    /// The sum at the last cut.
    cut: i32,
    turns: Turns,
    price: i32,
}

impl Sink for Sum<'_> {
    #[inline(always)]
    fn hash(&mut self, hash: u32, _last: usize, _span: usize) {
        self.steps = self.steps.wrapping_add(step(self.places, hash));
    }

    #[inline(always)]
    fn cut(&mut self) {
        self.turns.push(self.steps.wrapping_sub(self.cut), self.price);
        self.cut = self.steps;
    }

    fn is_mixed(&mut self) -> bool {
        self.cut();
        self.turns.any(i64::from(self.steps))
    }

    fn sum(self) -> f32 {
        self.steps as f32 * self.scale
    }
}

impl<'m> Lexicon for Weighing<'m> {
    type Sink<'a>
        = Sum<'m>
    where
        Self: 'a;

    fn open(&mut self) -> Sum<'m> {
        Sum {
            places: &self.table.places,
            steps: 0,
            scale: self.table.scale,
            cut: 0,
            turns: Turns::default(),
            price: self.price,
        }
    }
}
