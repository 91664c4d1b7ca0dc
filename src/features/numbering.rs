//! Numbers for hashes: what is equal gets the same one.

use super::ngrams;

/// An open-addressing table with twice as many places as hashes, reused from page to page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbering {
    /// A hash, and its number plus 1; 0 is free.
    places: Vec<(u32, u32)>,
    given: u32,
}

impl Numbering {
    /// Forgets all numbers; at most so many hashes come.
    pub(crate) fn clear(&mut self, most: usize) {
        self.places.clear();
        self.places.resize((most.max(8) * 2).next_power_of_two(), (0, 0));
        self.given = 0;
    }

    /// How many numbers were given; all are below.
    pub(crate) fn len(&self) -> usize {
        self.given as usize
    }

    /// The number of a hash, counted from 0 in the order in which they come.
    #[inline]
    pub(crate) fn number(&mut self, hash: u32) -> u32 {
        self.number_if(hash, |_| true)
    }

    /// The number that a hash has got, if it has.
    pub(crate) fn get(&self, hash: u32) -> Option<u32> {
        self.places[self.find(hash, |_| true)].1.checked_sub(1)
    }

    /// As [`Numbering::number`] where a hash alone does not tell: `same` says whether what a number stands for is meant.
    #[inline]
    pub(crate) fn number_if(&mut self, hash: u32, same: impl Fn(u32) -> bool) -> u32 {
        let at = self.find(hash, same);
        let (_, number) = self.places[at];
        if number > 0 {
            return number - 1;
        }
        self.given += 1;
        self.places[at] = (hash, self.given);
        self.given - 1
    }

    /// The place of a hash, or the free one that it would get.
    #[inline]
    fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> usize {
        let mask = self.places.len() - 1;
        let mut at = ngrams::bucket(hash, self.places.len().trailing_zeros());
        while let (other, number) = self.places[at]
            && number > 0
            && (other != hash || !same(number - 1))
        {
            at = (at + 1) & mask;
        }
        at
    }
}
