//! The group `tokens`: statistics of the words that the segmenter finds in Han text. Other scripts have none.

use super::feature::Feature;

/// Names and formulas, in the order of [`Tokens::compute`]. All are 0 where a block has fewer than two Han characters.
pub(crate) const FEATURES: &[Feature] = &[
    Feature {
        name: "token_rate",
        formula: "words per Han character, after folding",
        source: "jieba dictionary, without its HMM",
    },
    Feature { name: "single_tokens", formula: "share of words of one character", source: "jieba" },
    Feature { name: "distinct_tokens", formula: "distinct words / words", source: "type-token ratio" },
    Feature { name: "top_token", formula: "share of the most frequent word", source: "Gopher rules" },
    Feature {
        name: "known_chars",
        formula: "share of Han characters in words of two or more, which the dictionary knows",
        source: "jieba",
    },
];

pub(crate) const COUNT: usize = FEATURES.len();

#[cfg(feature = "jieba")]
pub(crate) use with_jieba::{Tokens, segmenter};

#[cfg(feature = "jieba")]
mod with_jieba {
    use std::sync::LazyLock;

    use jieba_rs::Jieba;

    use super::COUNT;
    use crate::chars::{self, Class};

    /// The segmenter, loaded at first use: its dictionary takes a tenth of a second.
    pub(crate) fn segmenter() -> &'static Jieba {
        static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);
        &JIEBA
    }

    /// Scratch memory of the token statistics.
    pub(crate) struct Tokens {
        jieba: &'static Jieba,
        folded: String,
        words: Vec<u32>,
    }

    impl Tokens {
        pub(crate) fn new() -> Self {
            Self { jieba: segmenter(), folded: String::new(), words: Vec::new() }
        }

        /// Cuts every run of Han characters into words and counts them.
        pub(crate) fn compute(&mut self, text: &str, out: &mut [f32; COUNT]) {
            *out = [0.0; COUNT];
            self.words.clear();
            let (mut chars, mut singles, mut known) = (0u32, 0u32, 0u32);
            let mut rest = text.char_indices().peekable();
            while let Some((_, c)) = rest.next() {
                if !is_han(c) {
                    continue;
                }
                self.folded.clear();
                self.folded.push(chars::fold(c));
                while let Some((_, c)) = rest.next_if(|&(_, c)| is_han(c)) {
                    self.folded.push(chars::fold(c));
                }
                for token in self.jieba.cut(&self.folded, false) {
                    let length = (token.end - token.start) as u32;
                    chars += length;
                    singles += u32::from(length == 1);
                    known += if length > 1 { length } else { 0 };
                    self.words.push(crc32fast::hash(token.word.as_bytes()));
                }
            }
            let count = self.words.len();
            if chars < 2 {
                return;
            }
            self.words.sort_unstable();
            let (mut distinct, mut top) = (0u32, 0u32);
            for group in self.words.chunk_by(|a, b| a == b) {
                distinct += 1;
                top = top.max(group.len() as u32);
            }
            let per_word = 1.0 / count as f32;
            *out = [
                count as f32 / chars as f32,
                singles as f32 * per_word,
                distinct as f32 * per_word,
                top as f32 * per_word,
                known as f32 / chars as f32,
            ];
        }
    }

    fn is_han(c: char) -> bool {
        chars::lookup(u32::from(c)).class_index() == Class::Han as usize
    }
}
