//! The frozen hash of folded character n-grams and words. Changing anything here breaks every model file:
//! golden values stand in `tests/compat`.
//!
//! A *symbol* is a folded character, with every decimal digit folded to `0` and every run of white space to one space.
//! An n-gram is the last two or three symbols up to each symbol that is no letter of an alphabet, where two start
//! symbols stand before the text and one end symbol behind it. A *word* is a run of letters of an alphabet, hashed whole
//! and with the word before it; a *line* is all of a short block; a *label* is what a block has before its first colon.
//! The hashing trick is Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (ICML 2009); the mix is a
//! rotate-multiply after Fibonacci hashing (Knuth, TAOCP 3, 6.4).

/// Stands twice before the first symbol of a block.
pub(crate) const START: u32 = 0x11_0000;
/// Stands once behind the last symbol of a block.
pub(crate) const END: u32 = 0x11_0001;

const GOLDEN: u32 = 0x9E37_79B1;

/// Spreads a symbol over 32 bits; every hash below is made of mixed symbols.
#[inline(always)]
pub(crate) const fn mix(symbol: u32) -> u32 {
    symbol.wrapping_mul(GOLDEN)
}

#[inline(always)]
fn finish(x: u32, salt: u32) -> u32 {
    (x ^ salt).wrapping_mul(0x85EB_CA6B)
}

/// Hash of two mixed symbols, in reading order.
#[inline(always)]
pub(crate) fn bigram(a: u32, b: u32) -> u32 {
    finish(a.rotate_left(11) ^ b ^ (b >> 13), 0x13C6_EF37)
}

/// Hash of three mixed symbols, in reading order.
#[inline(always)]
pub(crate) fn trigram(a: u32, b: u32, c: u32) -> u32 {
    finish(a.rotate_left(22) ^ b.rotate_left(9) ^ c ^ (c >> 14), 0x6C62_272E)
}

/// Takes one more mixed symbol into a running hash of a word, one more hash into that of a segment.
#[inline(always)]
pub(crate) fn extend(hash: u32, symbol: u32) -> u32 {
    (hash.rotate_left(5) ^ symbol).wrapping_mul(0xC2B2_AE35)
}

/// Hash of a word, from the running hash of its symbols.
#[inline(always)]
pub(crate) fn word(hash: u32) -> u32 {
    finish(hash ^ (hash >> 16), 0x8FD5_1CB7)
}

/// Hash of two words in reading order, from their running hashes.
#[inline(always)]
pub(crate) fn word_pair(a: u32, b: u32) -> u32 {
    finish(a.rotate_left(13) ^ b ^ (b >> 16), 0x3C6E_F372)
}

/// Hash of a whole short block, from the sum of its other hashes.
#[inline(always)]
pub(crate) fn line(hash: u32) -> u32 {
    finish(hash ^ (hash >> 16), 0xA54F_F53A)
}

/// Hash of what stands before a block's first colon, if that is not far, from the sum of the hashes up to there.
#[inline(always)]
pub(crate) fn label(hash: u32) -> u32 {
    finish(hash ^ (hash >> 16), 0x510E_527F)
}

/// The row of a table with `2^bits` rows that a hash falls into: the highest bits, which are the best mixed.
#[inline(always)]
pub(crate) fn bucket(hash: u32, bits: u32) -> usize {
    (hash >> (32 - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes are part of the model format. If this fails, no model file can be read any more: raise `SCHEMA_VERSION`.
    #[test]
    fn hashes_are_frozen() {
        let [a, b, c] = ['新', '闻', '0'].map(|c| mix(u32::from(c)));
        assert_eq!([a, b, c], [GOLDEN_MIXED[0], GOLDEN_MIXED[1], GOLDEN_MIXED[2]]);
        let word_hash = "news".chars().fold(0, |hash, c| extend(hash, mix(u32::from(c))));
        let hashes = [
            bigram(a, b),
            trigram(mix(START), a, b),
            trigram(b, c, mix(END)),
            word_hash,
            word(word_hash),
            word_pair(word_hash, extend(0, b)),
            line(bigram(a, b)),
            label(bigram(a, b)),
        ];
        assert_eq!(hashes, GOLDEN_HASHES);
        assert_eq!(bucket(hashes[0], 19), (hashes[0] >> 13) as usize);
    }

    const GOLDEN_MIXED: [u32; 3] = [2_837_872_304, 1_782_076_811, 2_858_864_944];
    const GOLDEN_HASHES: [u32; 8] = [
        1_476_032_253,
        3_560_904_946,
        2_887_634_517,
        1_244_498_215,
        3_004_147_199,
        3_440_586_284,
        1_886_836_607,
        577_827_624,
    ];

    #[test]
    fn order_and_place_matter() {
        let [a, b] = ['上', '下'].map(|c| mix(u32::from(c)));
        assert_ne!(bigram(a, b), bigram(b, a));
        assert_ne!(trigram(a, a, b), trigram(a, b, a));
        assert_ne!(bigram(mix(START), a), bigram(a, mix(END)));
    }
}
