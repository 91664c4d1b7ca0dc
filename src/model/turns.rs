//! The best way through pieces of text, each of which is content or junk, where every turn from one to the other has a
//! price: a Viterbi search with two states. Whole numbers, so the result is exact; linear in the pieces.

/// Where the best ways that end in content and in junk have got to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turns {
    content: i64,
    junk: i64,
}

impl Turns {
    /// One more piece, whose weight speaks for junk above 0 and for content below; whether the ways that end in content
    /// and in junk turned before it.
    #[inline(always)]
    pub(crate) fn push(&mut self, weight: i32, price: i32) -> [bool; 2] {
        let (weight, price) = (i64::from(weight), i64::from(price));
        let (from_junk, from_content) = (self.junk - price, self.content - price);
        let turned = [from_junk > self.content, from_content > self.junk];
        let (content, junk) = (self.content.max(from_junk), self.junk.max(from_content));
        self.content = content - weight;
        self.junk = junk + weight;
        turned
    }

    /// Whether the best way ends in junk.
    pub(crate) fn ends_in_junk(&self) -> bool {
        self.junk > self.content
    }

    /// Whether the best way turns, if all weights add up to `sum`.
    #[inline(always)]
    pub(crate) fn any(&self, sum: i64) -> bool {
        self.content.max(self.junk) > sum.abs()
    }
}
