//! The one pass over a block's characters. Everything the statistics need is counted here, and every n-gram is handed
//! to a [`Sink`], so that prediction, training and explanation read text with the same code.

use std::sync::LazyLock;

use super::ngrams;
use super::words::{StopWords, stop_words};
use crate::chars::{self, CLASSES, Class};

/// Receives the hashed n-grams of a block while it is scanned.
pub(crate) trait Sink {
    /// The next symbol stands at `bytes` of the text. Hashes that follow end with this symbol.
    #[inline(always)]
    fn symbol(&mut self, _start: usize, _end: usize) {}
    /// The hash of the last `span` symbols.
    fn hash(&mut self, hash: u32, span: u32);
}

/// A sink that forgets.
impl Sink for () {
    #[inline(always)]
    fn hash(&mut self, _hash: u32, _span: u32) {}
}

/// Slots of the packed counters behind the classes.
const UPPER: usize = CLASSES;
const TRADITIONAL: usize = CLASSES + 1;
const SLOTS: usize = 32;
const _: () = assert!(TRADITIONAL < SLOTS);

/// Symbols over which a bigram counts as repeated.
const REPEAT_WINDOW: u32 = 256;
const REPEAT_BITS: u32 = 11;
const SEGMENT_BITS: u32 = 9;
/// Bigrams of a block that take part in the comparison with the rest of its page.
pub(crate) const SKETCHED: usize = 128;
const VARIANT: u32 = 1;
/// Blocks up to this many symbols have a hash of their own as a whole.
const LINE_SYMBOLS: u32 = 32;

/// What one pass over a block counts. Units: characters (Unicode scalar values) unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    pub chars: u32,
    pub classes: [u32; CLASSES],
    /// Letters that folding turned to lower case.
    pub upper: u32,
    /// Han characters that folding turned to their simplified form.
    pub traditional: u32,
    pub sentence_ends: u32,
    pub opens: u32,
    pub closes: u32,
    pub separators: u32,
    pub function_chars: u32,
    pub compat: u32,
    /// Symbols: characters without zero-width ones and with white space collapsed.
    pub symbols: u32,
    /// Hashes given to the sink.
    pub hashes: u32,
    pub words: u32,
    pub stop_words: u32,
    /// Pieces between separators.
    pub segments: u32,
    pub longest_segment: u32,
    pub single_segments: u32,
    pub repeated_segments: u32,
    pub repeated_bigrams: u32,
    pub digit_runs: u32,
    pub longest_digit_run: u32,
    /// Digit runs of 7 to 12 digits, as in telephone and account numbers.
    pub contact_numbers: u32,
    pub dates: u32,
    pub times: u32,
    pub urls: u32,
    /// Distinct symbols, up to hash collisions in 256 buckets.
    pub distinct: u32,
    /// Shannon entropy of the symbols, in bits.
    pub entropy: f32,
    pub starts_open: bool,
    pub starts_digit: bool,
    pub ends_sentence: bool,
    pub ends_punctuation: bool,
    /// Hash of all symbols: equal for blocks of equal folded text.
    pub line: u32,
}

/// How a character takes part in words and segments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A letter of a script that is not cut into words here.
    Ideograph,
    /// A letter of an alphabet: runs of these are words.
    Alphabet,
    Digit,
    /// White space, punctuation, symbols.
    Rest,
}

const ROLES: [Role; SLOTS] = {
    let mut roles = [Role::Rest; SLOTS];
    let mut i = 0;
    while i < CLASSES {
        roles[i] = match Class::from_index(i) {
            Class::Latin | Class::Greek | Class::Cyrillic | Class::Arabic | Class::Indic => Role::Alphabet,
            Class::Han
            | Class::Kana
            | Class::Hangul
            | Class::Bopomofo
            | Class::SoutheastAsian
            | Class::OtherLetter
            | Class::Mark => Role::Ideograph,
            Class::Digit => Role::Digit,
            _ => Role::Rest,
        };
        i += 1;
    }
    roles
};

/// One increment per class in byte-wide lanes, twice: for characters that folding leaves alone and for others. Adding a
/// whole row of lanes costs less than a counter in memory that the next character has to wait for.
const LANES: [[u64; 4]; 64] = {
    let mut lanes = [[0u64; 4]; 64];
    let mut i = 0;
    while i < CLASSES {
        lanes[i][i / 8] |= 1 << (8 * (i % 8));
        lanes[i + 32] = lanes[i];
        let slot = match Class::from_index(i) {
            Class::Latin | Class::Greek | Class::Cyrillic => UPPER,
            Class::Han => TRADITIONAL,
            _ => SLOTS,
        };
        if slot < SLOTS {
            lanes[i + 32][slot / 8] |= 1 << (8 * (slot % 8));
        }
        i += 1;
    }
    lanes
};

/// `c * log2(c)` for the counts that occur in nearly every block.
static C_LOG_C: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|c| if c == 0 { 0.0 } else { c as f32 * (c as f32).log2() }));

/// The scanner's memory, reused from block to block.
pub(crate) struct Scanner {
    histogram: [u32; 256],
    touched: [u8; 256],
    /// Stamps of the last window that held a bigram; stamps never come back, so nothing is cleared.
    bigrams: Box<[u32; 1 << REPEAT_BITS]>,
    segments: Box<[u64; 1 << SEGMENT_BITS]>,
    stamp: u32,
    c_log_c: &'static [f32; 256],
    stop_words: &'static StopWords,
}

impl Scanner {
    pub(crate) fn new() -> Self {
        Self {
            histogram: [0; 256],
            touched: [0; 256],
            bigrams: Box::new([0; 1 << REPEAT_BITS]),
            segments: Box::new([0; 1 << SEGMENT_BITS]),
            stamp: 0,
            c_log_c: &C_LOG_C,
            stop_words: stop_words(),
        }
    }

    fn next_stamp(&mut self) -> u32 {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.bigrams.fill(0);
            self.segments.fill(0);
            self.stamp = 1;
        }
        self.stamp
    }

    /// Reads a block. The hashes of the first [`SKETCHED`] bigrams are appended to `sketch`.
    pub(crate) fn scan<S: Sink>(&mut self, text: &str, sketch: &mut Vec<u32>, sink: &mut S) -> Scan {
        let mut out = Scan::default();
        let mut wide = [0u32; SLOTS];
        let mut wide_flags = [0u32; 8];
        let mut lanes = [0u64; 4];
        let mut flag_lanes = 0u64;
        let mut until_flush = 255u32;

        let start = ngrams::mix(ngrams::START);
        let (mut before, mut last) = (start, start);
        let mut symbols = 0u32;
        let mut hashes = 0u32;
        let mut line = 0u32;
        let mut distinct = 0usize;
        let mut repeated = 0u32;
        let segment_stamp = u64::from(self.next_stamp()) << 32;
        let mut stamp = self.next_stamp();
        let mut window_end = REPEAT_WINDOW;
        let mut last_was_space = true; // leading white space is trimmed by the segmenter; treat it so anyway
        let mut role = Role::Rest;
        let mut words = Words::default();
        let mut segment = Segment::default();
        let mut digits = Digits::default();
        let mut last_flags = 0u32;

        for (at, c) in text.char_indices() {
            let c = u32::from(c);
            let info = chars::lookup(c);
            let class = info.class_index();
            let flags = info.flags();
            let folded = info.fold(c);
            let changed = u32::from(folded != c) & u32::from(flags & chars::COMPAT == 0);
            let row = &LANES[(class | (changed << 5) as usize) & 63];
            for (lane, add) in lanes.iter_mut().zip(row) {
                *lane += add;
            }
            // Spreads six flag bits over six bytes.
            flag_lanes += (u64::from(flags).wrapping_mul(0x0002_0408_1020_4081)) & 0x0101_0101_0101_0101;
            until_flush -= 1;
            if until_flush == 0 {
                flush(&mut wide, &mut wide_flags, &mut lanes, &mut flag_lanes);
                until_flush = 255;
            }
            if class == Class::ZeroWidth as usize {
                continue;
            }
            let is_space = class == Class::Space as usize;
            if is_space && last_was_space {
                continue;
            }
            last_was_space = is_space;
            let now = ROLES[class & 31];
            let symbol = if now == Role::Digit { u32::from(b'0') } else { folded };
            let mixed = ngrams::mix(symbol);
            sink.symbol(at, at + char_len(c));

            if now != role || now == Role::Rest {
                match role {
                    Role::Alphabet => hashes += words.end(&mut out, symbols, self.stop_words, sink),
                    Role::Digit => digits.end(&mut out, symbols, symbol),
                    _ => {}
                }
                match now {
                    Role::Alphabet => words.start(symbols),
                    Role::Digit => digits.start(symbols),
                    Role::Rest => {
                        let separates = flags & chars::SEPARATOR != 0 || (is_space && role == Role::Ideograph);
                        if separates {
                            self.end_segment(&mut out, &mut segment, segment_stamp);
                        }
                        if flags & chars::SENTENCE_END != 0 {
                            words.previous = 0;
                        }
                        last_flags = if is_space { last_flags } else { flags };
                    }
                    Role::Ideograph => {}
                }
                role = now;
            }
            match now {
                Role::Alphabet => words.hash = ngrams::extend(words.hash, mixed),
                Role::Digit => digits.push(folded),
                Role::Rest | Role::Ideograph => {}
            }
            if now != Role::Rest {
                last_flags = 0;
                segment.hash = ngrams::extend(segment.hash, mixed);
                segment.length += 1;
            }

            let bigram = ngrams::bigram(last, mixed);
            if now == Role::Alphabet {
                if VARIANT == 2 {
                    sink.hash(ngrams::trigram(before, last, mixed), 3);
                    hashes += 1;
                }
            } else {
                sink.hash(ngrams::unigram(mixed), 1);
                sink.hash(bigram, 2);
                sink.hash(ngrams::trigram(before, last, mixed), 3);
                hashes += 3;
            }
            before = last;
            last = mixed;
            line = ngrams::extend(line, mixed);

            let bucket = (mixed >> 24) as usize;
            let count = &mut self.histogram[bucket];
            self.touched[distinct & 255] = bucket as u8;
            distinct += usize::from(*count == 0);
            *count += 1;

            let seen = &mut self.bigrams[ngrams::bucket(bigram, REPEAT_BITS)];
            repeated += u32::from(*seen == stamp);
            *seen = stamp;
            if symbols < SKETCHED as u32 {
                sketch.push(bigram);
                if symbols == 0 {
                    out.starts_open = flags & chars::OPEN != 0;
                    out.starts_digit = now == Role::Digit;
                }
            }
            symbols += 1;
            if symbols == window_end {
                window_end = window_end.wrapping_add(REPEAT_WINDOW);
                stamp = self.next_stamp();
            }
        }
        flush(&mut wide, &mut wide_flags, &mut lanes, &mut flag_lanes);

        // The end symbol closes what is open.
        let end = ngrams::mix(ngrams::END);
        sink.symbol(text.len(), text.len());
        match role {
            Role::Alphabet => hashes += words.end(&mut out, symbols, self.stop_words, sink),
            Role::Digit => digits.end(&mut out, symbols, ngrams::END),
            _ => {}
        }
        self.end_segment(&mut out, &mut segment, segment_stamp);
        sink.hash(ngrams::bigram(last, end), 2);
        sink.hash(ngrams::trigram(before, last, end), 3);
        hashes += 2;
        if symbols <= LINE_SYMBOLS {
            sink.hash(ngrams::line(line), symbols + 1);
            hashes += 1;
        }

        out.classes.copy_from_slice(&wide[..CLASSES]);
        out.upper = wide[UPPER];
        out.traditional = wide[TRADITIONAL];
        out.chars = wide[..CLASSES].iter().sum();
        let flag = |mask: u32| wide_flags[mask.trailing_zeros() as usize];
        out.sentence_ends = flag(chars::SENTENCE_END);
        out.opens = flag(chars::OPEN);
        out.closes = flag(chars::CLOSE);
        out.separators = flag(chars::SEPARATOR);
        out.function_chars = flag(chars::FUNCTION);
        out.compat = flag(chars::COMPAT);
        out.symbols = symbols;
        out.hashes = hashes;
        out.repeated_bigrams = repeated;
        out.distinct = distinct as u32;
        out.line = line;
        out.ends_sentence = last_flags & chars::SENTENCE_END != 0;
        out.ends_punctuation = role == Role::Rest;
        out.entropy = self.entropy(symbols, distinct);
        if out.classes[Class::AsciiPunct as usize] > 2 && out.words > 0 {
            out.urls = urls(text);
        }
        out
    }

    fn end_segment(&mut self, out: &mut Scan, segment: &mut Segment, stamp: u64) {
        if segment.length > 0 {
            out.segments += 1;
            out.longest_segment = out.longest_segment.max(segment.length);
            out.single_segments += u32::from(segment.length == 1);
            let entry = &mut self.segments[ngrams::bucket(ngrams::word(segment.hash), SEGMENT_BITS)];
            let key = stamp | u64::from(segment.hash);
            out.repeated_segments += u32::from(*entry == key);
            *entry = key;
        }
        *segment = Segment::default();
    }

    /// Entropy of the histogram in bits; leaves the histogram empty.
    fn entropy(&mut self, symbols: u32, distinct: usize) -> f32 {
        let mut sum = 0.0;
        for &bucket in &self.touched[..distinct] {
            let count = std::mem::take(&mut self.histogram[bucket as usize]);
            sum += match self.c_log_c.get(count as usize) {
                Some(value) => *value,
                None => count as f32 * (count as f32).log2(),
            };
        }
        if symbols == 0 {
            return 0.0;
        }
        let n = symbols as f32;
        (n.log2() - sum / n).max(0.0)
    }
}

#[derive(Default)]
struct Segment {
    hash: u32,
    length: u32,
}

/// Runs of letters of an alphabet. Pairs of words do not reach over the end of a sentence.
#[derive(Default)]
struct Words {
    hash: u32,
    start: u32,
    previous: u32,
    previous_start: u32,
}

impl Words {
    fn start(&mut self, symbol: u32) {
        self.start = symbol;
        self.hash = 0;
    }

    /// A word ended before symbol number `end`, which the sink has been told of. Returns how many hashes it gave.
    #[inline]
    fn end<S: Sink>(&mut self, out: &mut Scan, end: u32, stop_words: &StopWords, sink: &mut S) -> u32 {
        if end - self.start < 2 {
            return 0; // single letters are the unigrams' business
        }
        sink.hash(ngrams::word(self.hash), end + 1 - self.start);
        out.words += 1;
        out.stop_words += u32::from(stop_words.contains(self.hash));
        let mut hashes = 1;
        if self.previous != 0 {
            sink.hash(ngrams::word_pair(self.previous, self.hash), end + 1 - self.previous_start);
            hashes = 2;
        }
        (self.previous, self.previous_start) = (self.hash, self.start);
        hashes
    }
}

/// Digit runs, and the dates and times they make: `2024-05-06`, `2024年5月`, `5/6`, `08:30`.
#[derive(Default)]
struct Digits {
    start: u32,
    value: u32,
    last_length: u32,
    last_end: u32,
    last_value: u32,
    separator: u32,
}

impl Digits {
    fn start(&mut self, symbol: u32) {
        self.start = symbol;
        self.value = 0;
    }

    fn push(&mut self, folded: u32) {
        // Folded digits of other scripts have other values; only ASCII ones take part in dates.
        self.value = self.value.wrapping_mul(10).wrapping_add(folded.wrapping_sub(u32::from(b'0')));
    }

    /// A run ended at symbol number `end`; `next` follows it.
    fn end(&mut self, out: &mut Scan, end: u32, next: u32) {
        let length = end - self.start;
        out.digit_runs += 1;
        out.longest_digit_run = out.longest_digit_run.max(length);
        out.contact_numbers += u32::from((7..=12).contains(&length));
        if self.last_length > 0 && self.last_end + 1 == self.start && length <= 2 {
            let year = self.last_length == 4 && (1900..2100).contains(&self.last_value);
            let part = |c: char| self.separator == u32::from(c);
            out.dates += u32::from(year && self.value <= 12 && (part('-') || part('/') || part('.') || part('年')));
            out.times += u32::from(self.last_length <= 2 && length == 2 && part(':') && self.value < 60);
        }
        (self.last_length, self.last_end, self.last_value, self.separator) = (length, end, self.value, next);
    }
}

fn flush(wide: &mut [u32; SLOTS], wide_flags: &mut [u32; 8], lanes: &mut [u64; 4], flags: &mut u64) {
    for (slots, lane) in wide.chunks_exact_mut(8).zip(lanes.iter_mut()) {
        for (slot, byte) in slots.iter_mut().zip(lane.to_le_bytes()) {
            *slot += u32::from(byte);
        }
        *lane = 0;
    }
    for (slot, byte) in wide_flags.iter_mut().zip(flags.to_le_bytes()) {
        *slot += u32::from(byte);
    }
    *flags = 0;
}

#[inline(always)]
fn char_len(c: u32) -> usize {
    match c {
        0..0x80 => 1,
        0x80..0x800 => 2,
        0x800..0x1_0000 => 3,
        _ => 4,
    }
}

/// Occurrences of what addresses are made of.
fn urls(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut count = 0;
    for at in memchr::memchr3_iter(b':', b'.', b'@', bytes) {
        let behind = &bytes[at + 1..];
        count += u32::from(match bytes[at] {
            b':' => behind.starts_with(b"//"),
            b'@' => behind.first().is_some_and(u8::is_ascii_alphanumeric) && at > 0 && bytes[at - 1].is_ascii_alphanumeric(),
            _ => ["com", "net", "org", "cn", "html", "php", "top", "vip", "cc", "info", "example"].iter().any(|end| {
                behind.starts_with(end.as_bytes()) && !behind.get(end.len()).is_some_and(u8::is_ascii_alphanumeric)
            }),
        });
    }
    count
}
