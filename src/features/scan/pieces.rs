//! What is carried along a block: the segment, the word and the number under way; and addresses.

use super::{SEGMENT_BITS, Scan};
use crate::features::ngrams;

/// The piece between separators that is being read.
#[derive(Clone, Copy, Default)]
pub(super) struct Segment {
    hash: u32,
    length: u32,
}

impl Segment {
    /// One more symbol behind the symbol `last`. Equal pieces have equal hashes wherever they stand: what stands before
    /// a piece takes no part.
    #[inline(always)]
    pub(super) fn push(&mut self, last: u32, mixed: u32) {
        let hash = if self.length == 0 { mixed } else { ngrams::bigram(last, mixed) };
        self.hash = self.hash.wrapping_add(hash);
        self.length += 1;
    }

    /// A whole word.
    #[inline(always)]
    pub(super) fn push_word(&mut self, hash: u32, length: usize) {
        self.hash = ngrams::extend(self.hash, hash);
        self.length += length as u32;
    }
}

/// The pieces of a block so far.
pub(super) struct Segments {
    stamp: u64,
    count: u32,
    longest: u32,
    single: u32,
    repeated: u32,
}

impl Segments {
    /// `stamp` is the block's.
    pub(super) fn new(stamp: u32) -> Self {
        Self { stamp: u64::from(stamp) << 32, count: 0, longest: 0, single: 0, repeated: 0 }
    }

    /// A piece ended. `seen` holds pieces with the stamps of their blocks.
    #[inline(never)]
    pub(super) fn end(&mut self, segment: Segment, seen: &mut [u64; 1 << SEGMENT_BITS]) {
        let Segment { hash, length } = segment;
        if length == 0 {
            return;
        }
        self.count += 1;
        self.longest = self.longest.max(length);
        self.single += u32::from(length == 1);
        let entry = &mut seen[ngrams::bucket(ngrams::word(hash), SEGMENT_BITS)];
        let key = self.stamp | u64::from(hash);
        self.repeated += u32::from(*entry == key);
        *entry = key;
    }

    pub(super) fn fill(&self, out: &mut Scan) {
        out.segments = self.count;
        out.longest_segment = self.longest;
        out.single_segments = self.single;
        out.repeated_segments = self.repeated;
    }
}

/// The word being read and the one before it. Pairs of words do not reach over the end of a sentence.
#[derive(Default)]
pub(super) struct Words {
    /// Running hash of the word's symbols.
    pub(super) hash: u32,
    pub(super) start: usize,
    pub(super) previous: u32,
    pub(super) previous_start: usize,
    pub(super) count: u32,
    pub(super) pairs: u32,
    pub(super) stop_words: u32,
}

impl Words {
    #[inline(always)]
    pub(super) fn begin(&mut self, symbol: usize) {
        self.start = symbol;
        self.hash = 0;
    }
}

/// Digit runs, and the dates and times they make: `2024-05-06`, `2024年5月`, `08:30`.
#[derive(Default)]
pub(super) struct Digits {
    start: usize,
    value: u32,
    last_length: usize,
    last_end: usize,
    last_value: u32,
    /// The mixed symbol behind the last run.
    separator: u32,
    runs: u32,
    longest: u32,
    contacts: u32,
    dates: u32,
    times: u32,
    at_start: bool,
}

impl Digits {
    #[inline(always)]
    pub(super) fn begin(&mut self, symbol: usize) {
        self.at_start |= symbol == 0;
        self.start = symbol;
        self.value = 0;
    }

    /// The next digit of a run; 10 stands for digits that have no part in dates.
    #[inline(always)]
    pub(super) fn push(&mut self, digit: u32) {
        self.value = self.value.saturating_mul(10).saturating_add(digit);
    }

    /// A run ended before symbol number `end`, whose mixed symbol is `next`.
    #[inline(never)]
    pub(super) fn end(&mut self, end: usize, next: u32) {
        let length = end - self.start;
        self.runs += 1;
        self.longest = self.longest.max(length as u32);
        self.contacts += u32::from((7..=12).contains(&length));
        if self.last_length > 0 && self.last_end + 1 == self.start && length <= 2 {
            let year = self.last_length == 4 && (1900..2100).contains(&self.last_value);
            let part = |c: char| self.separator == ngrams::mix(u32::from(c));
            self.dates += u32::from(year && self.value <= 12 && (part('-') || part('/') || part('.') || part('年')));
            self.times += u32::from(self.last_length <= 2 && length == 2 && part(':') && self.value < 60);
        }
        (self.last_length, self.last_end, self.last_value, self.separator) = (length, end, self.value, next);
    }

    pub(super) fn fill(&self, out: &mut Scan) {
        out.digit_runs = self.runs;
        out.longest_digit_run = self.longest;
        out.contact_numbers = self.contacts;
        out.dates = self.dates;
        out.times = self.times;
        out.starts_digit = self.at_start;
    }
}

/// Occurrences of what addresses are made of.
pub(super) fn urls(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut count = 0;
    for at in memchr::memchr3_iter(b':', b'.', b'@', bytes) {
        let behind = &bytes[at + 1..];
        count += u32::from(match bytes[at] {
            b':' => behind.starts_with(b"//"),
            b'@' => {
                behind.first().is_some_and(u8::is_ascii_alphanumeric) && at > 0 && bytes[at - 1].is_ascii_alphanumeric()
            }
            _ => is_domain_end(behind),
        });
    }
    count
}

/// Whether a text starts with what often stands behind the last dot of an address.
fn is_domain_end(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
    matches!(
        &text[..end],
        b"com" | b"net" | b"org" | b"cn" | b"html" | b"php" | b"top" | b"vip" | b"cc" | b"info" | b"example"
    )
}
