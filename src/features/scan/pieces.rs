//! What is carried along a block: the segment, the word and the number under way; and addresses.

use super::Scan;
use crate::features::ngrams;

#[derive(Default)]
pub(super) struct Segment {
    pub(super) hash: u32,
    pub(super) length: u32,
}

impl Segment {
    #[inline(always)]
    pub(super) fn add(&mut self, hash: u32, length: usize) {
        self.hash = ngrams::extend(self.hash, hash);
        self.length += length as u32;
    }
}

/// The word being read and the one before it. Pairs of words do not reach over the end of a sentence.
#[derive(Default)]
pub(super) struct Words {
    pub(super) hash: u32,
    pub(super) start: usize,
    pub(super) previous: u32,
    pub(super) previous_start: usize,
}

impl Words {
    #[inline(always)]
    pub(super) fn start(&mut self, symbol: usize) {
        self.start = symbol;
        self.hash = 0;
    }
}

/// Digit runs, and the dates and times they make: `2024-05-06`, `2024年5月`, `08:30`.
#[derive(Default)]
pub(super) struct Digits {
    pub(super) start: usize,
    pub(super) value: u32,
    pub(super) last_length: usize,
    pub(super) last_end: usize,
    pub(super) last_value: u32,
    pub(super) separator: u32,
}

impl Digits {
    pub(super) fn start(&mut self, symbol: usize) {
        self.start = symbol;
        self.value = 0;
    }

    pub(super) fn push(&mut self, digit: u32) {
        self.value = self.value.saturating_mul(10).saturating_add(digit);
    }

    /// A run ended at symbol number `end`; the mixed symbol `next` follows it.
    pub(super) fn end(&mut self, out: &mut Scan, end: usize, next: u32) {
        let length = end - self.start;
        out.digit_runs += 1;
        out.longest_digit_run = out.longest_digit_run.max(length as u32);
        out.contact_numbers += u32::from((7..=12).contains(&length));
        if self.last_length > 0 && self.last_end + 1 == self.start && length <= 2 {
            let year = self.last_length == 4 && (1900..2100).contains(&self.last_value);
            let part = |c: char| self.separator == ngrams::mix(u32::from(c));
            out.dates += u32::from(year && self.value <= 12 && (part('-') || part('/') || part('.') || part('年')));
            out.times += u32::from(self.last_length <= 2 && length == 2 && part(':') && self.value < 60);
        }
        (self.last_length, self.last_end, self.last_value, self.separator) = (length, end, self.value, next);
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
pub(super) fn is_domain_end(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
    matches!(
        &text[..end],
        b"com" | b"net" | b"org" | b"cn" | b"html" | b"php" | b"top" | b"vip" | b"cc" | b"info" | b"example"
    )
}
