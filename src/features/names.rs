//! What elements are called, as hashes: tags, ids, classes, roles and item properties, whole and in pieces. Frozen like
//! those of [`super::ngrams`].

use super::ngrams;
use super::numbering::Numbering;
use crate::page::Elements;

/// Hashes of a name are told from those of text and from those of the innermost element.
const NAME: u32 = 0x9B05_688C;
const NEAREST: u32 = 0x1F83_D9AB;

/// Hashes of one element that are kept.
const MOST: usize = 24;

/// Different tags with names, in the order in which they were met. Most elements of a page look like others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    hashes: Vec<u32>,
    kinds: Vec<Kind>,
    numbers: Numbering,
}

/// Elements with the same tag and the same names.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// One of them.
    element: u32,
    /// Where its hashes end.
    end: u32,
    /// Equal for kinds that only digits tell apart.
    signature: u32,
    traits: u32,
}

impl Names {
    /// Forgets all; at most so many elements come.
    pub(crate) fn clear(&mut self, elements: usize) {
        self.hashes.clear();
        self.kinds.clear();
        self.numbers.clear(elements);
    }

    /// Takes in an element; the number of its kind.
    pub(crate) fn push(&mut self, elements: &Elements, element: u32) -> u32 {
        let (tag, names) = elements.get(element).unwrap_or_default();
        let (chunks, rest) = names.as_bytes().as_chunks::<4>();
        let mut key = tag.bytes().fold(NAME, |hash, byte| ngrams::extend(hash, u32::from(byte)));
        let signature = key;
        key = chunks.iter().fold(key, |hash, chunk| ngrams::extend(hash, u32::from_le_bytes(*chunk)));
        key = rest.iter().fold(key, |hash, byte| ngrams::extend(hash, u32::from(*byte)));
        let same = |kind: u32| elements.get(self.kinds[kind as usize].element) == Some((tag, names));
        let kind = self.numbers.number_if(ngrams::word(key), same);
        if (kind as usize) < self.kinds.len() {
            return kind;
        }
        let start = self.hashes.len();
        self.hashes.push(ngrams::word(signature));
        let signature = if names.is_empty() { signature } else { self.pieces(names, start, signature) };
        let traits = super::markup::traits_of(tag, names);
        self.kinds.push(Kind { element, end: self.hashes.len() as u32, signature, traits });
        kind
    }

    /// Cuts names at everything but letters, and where a capital follows a small letter. Digits all look the same.
    fn pieces(&mut self, names: &str, start: usize, mut signature: u32) -> u32 {
        let (mut whole, mut piece, mut length) = (NAME, NAME, 0u32);
        let mut before = 0u8;
        let end = |this: &mut Self, hash: u32, length: u32| {
            if length > 1 && this.hashes.len() - start < MOST {
                this.hashes.push(ngrams::word(hash));
            }
        };
        for &byte in names.as_bytes().iter().chain(b".") {
            let letter = byte.is_ascii_alphabetic() || byte >= 0x80;
            if !letter || (byte.is_ascii_uppercase() && before.is_ascii_lowercase()) {
                end(self, piece, length);
                (piece, length) = (NAME, 0);
            }
            if matches!(byte, b'.' | b'#' | b'[' | b']' | b'=') {
                // A name of one piece stands there already.
                if whole != NAME && self.hashes.last() != Some(&ngrams::word(whole)) {
                    end(self, whole, 2);
                }
                signature = ngrams::extend(signature, whole);
                whole = NAME;
            } else {
                let folded = if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_lowercase() };
                // `a11` and `a2` are one name.
                if folded != b'0' || before != b'0' {
                    whole = ngrams::extend(whole, u32::from(folded));
                }
                if letter {
                    piece = ngrams::extend(piece, u32::from(folded));
                    length += 1;
                }
            }
            before = if byte.is_ascii_digit() { b'0' } else { byte };
        }
        signature
    }

    /// The hashes of all kinds, in order.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.kinds.len() as u32).map(|kind| self.of(kind))
    }

    /// The hashes of a kind.
    pub(crate) fn of(&self, kind: u32) -> &[u32] {
        let start = (kind as usize).checked_sub(1).map_or(0, |before| self.kinds[before].end);
        &self.hashes[start as usize..self.kinds[kind as usize].end as usize]
    }

    /// What elements of a kind have in common with those that only digits tell apart.
    pub(crate) fn signature(&self, kind: u32) -> u32 {
        self.kinds[kind as usize].signature
    }

    /// What elements of a kind are: see [`super::markup::traits_of`].
    pub(crate) fn traits(&self, kind: u32) -> u32 {
        self.kinds[kind as usize].traits
    }
}

/// The hash of a name of the innermost element around a block, which counts besides that of the name itself.
#[inline(always)]
pub(crate) fn nearest(hash: u32) -> u32 {
    (hash ^ NEAREST).wrapping_mul(0x85EB_CA6B)
}

#[cfg(all(test, feature = "html"))]
mod tests {
    use super::*;

    fn hashes(html: &str) -> (Vec<u32>, u32) {
        let page = crate::segment::html(html);
        let element = page.blocks[0].markup.expect("a block of HTML").element;
        let mut names = Names::default();
        names.clear(1);
        let kind = names.push(&page.elements, element);
        (names.of(kind).to_vec(), names.signature(kind))
    }

    /// Part of the model format, as those of n-grams.
    #[test]
    fn hashes_are_frozen() {
        let (all, signature) = hashes("<div id=sideBar class='related-posts w12'>x");
        assert_eq!((all.len(), signature), GOLDEN.0);
        assert_eq!(all.iter().fold(0u32, |sum, hash| sum.rotate_left(3) ^ hash), GOLDEN.1);
        assert_eq!(nearest(all[0]), GOLDEN.2);
    }

    const GOLDEN: ((usize, u32), u32, u32) = ((8, 2_523_252_950), 851_105_673, 552_813_037);

    #[test]
    fn names_are_cut_into_pieces() {
        let (whole, _) = hashes("<div class=related-posts>x");
        let (pieces, _) = hashes("<div class='related posts'>x");
        assert!(pieces.iter().all(|hash| whole.contains(hash)), "{pieces:?} of {whole:?}");
        assert_eq!(whole.len(), pieces.len() + 1, "and the whole");
        let (camel, _) = hashes("<div class=relatedPosts>x");
        assert!(pieces.iter().all(|hash| camel.contains(hash)));
    }

    #[test]
    fn numbers_make_no_difference() {
        assert_eq!(hashes("<li class='item-3 w9'>x"), hashes("<li class='item-12 w9'>x"));
        assert_ne!(hashes("<li class=item>x").1, hashes("<p class=item>x").1);
    }
}
