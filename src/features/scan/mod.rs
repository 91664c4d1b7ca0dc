//! The one pass over a block's characters. Everything the statistics need is counted here, and every n-gram is handed
//! to a [`Sink`], so that prediction, training and explanation read text with the same code.
//!
//! The text is read in chunks that stay in the nearest cache. Short loops over a chunk beat one long loop: decode,
//! look up and fold ([`Chunk::read`]), count ([`Counter::count`]), go through runs of like characters ([`Scanner::runs`]).

mod chunk;
mod pieces;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use chunk::{Chunk, Role};
use pieces::{Digits, Segment, Words};

use crate::chars::{self, CLASSES, Class};
use crate::features::lanes::Counter;
use crate::features::ngrams;
use crate::features::words::{StopWords, stop_words};

/// Receives the hashed n-grams of a block while it is scanned.
pub(crate) trait Sink {
    /// The next symbol stands at these bytes of the text.
    #[inline(always)]
    fn symbol(&mut self, _start: usize, _end: usize) {}
    /// Whether [`Sink::symbol`] is to be called.
    const PLACES: bool = false;
    /// The hash of `span` symbols, the last of which is number `last`; the first may reach before the text.
    fn hash(&mut self, hash: u32, last: usize, span: usize);
    /// The hashes of `span` symbols each, the last of which are number `first`, `first + 1`, ...
    #[inline(always)]
    fn hashes(&mut self, hashes: &[u32], first: usize, span: usize) {
        hashes.iter().enumerate().for_each(|(i, hash)| self.hash(*hash, first + i, span));
    }
}

/// A sink that forgets.
impl Sink for () {
    #[inline(always)]
    fn hash(&mut self, _hash: u32, _last: usize, _span: usize) {}
}

/// Characters of a chunk.
const CHUNK: usize = 2 * Counter::MOST;
/// Shingles over which one counts as repeated.
const REPEAT_WINDOW: usize = 256;
const REPEAT_BITS: u32 = 11;
const SEGMENT_BITS: u32 = 9;
/// Shingles of a block that take part in the comparison with the rest of its page.
pub(crate) const SKETCHED: usize = 128;
/// Blocks up to this many symbols have a hash of their own as a whole.
const LINE_SYMBOLS: usize = 32;

/// What one pass over a block counts. Units: characters (Unicode scalar values) unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    pub chars: u32,
    /// Length in Han characters that would say as much: see [`crate::features::stats::units`].
    pub units: f32,
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
    /// Shingles: words of alphabets, pairs of neighbouring symbols elsewhere.
    pub shingles: u32,
    pub repeated_shingles: u32,
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
    /// Sum of all hashes: equal for blocks of equal folded text.
    pub line: u32,
}

/// `c * log2(c)` for the counts that occur in nearly every block.
static C_LOG_C: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|c| if c == 0 { 0.0 } else { c as f32 * (c as f32).log2() }));

/// The scanner's memory, reused from block to block.
pub(crate) struct Scanner {
    chunk: Box<Chunk>,
    counter: Counter,
    histogram: [u32; 256],
    touched: [u8; 256],
    /// Stamps of the last window that held a shingle; stamps never come back, so nothing is cleared.
    shingles: Box<[u32; 1 << REPEAT_BITS]>,
    segments: Box<[u64; 1 << SEGMENT_BITS]>,
    stamp: u32,
    c_log_c: &'static [f32; 256],
    stop_words: &'static StopWords,
}

/// What is carried from chunk to chunk of one block.
struct State<'s> {
    out: Scan,
    last_was_space: bool,
    /// Zero-width characters and repeated white space.
    skipped: [u32; 2],
    role: Role,
    word: Words,
    digits: Digits,
    segment: Segment,
    segment_stamp: u64,
    window_stamp: u32,
    window_left: usize,
    distinct: usize,
    /// The last symbol that is not white space ends a sentence.
    ends_sentence: bool,
    sketch: &'s mut Vec<u32>,
    sketch_left: usize,
}

impl Scanner {
    pub(crate) fn new() -> Self {
        Self {
            chunk: Chunk::new(),
            counter: Counter::new(),
            histogram: [0; 256],
            touched: [0; 256],
            shingles: Box::new([0; 1 << REPEAT_BITS]),
            segments: Box::new([0; 1 << SEGMENT_BITS]),
            stamp: 0,
            c_log_c: &C_LOG_C,
            stop_words: stop_words(),
        }
    }

    /// Reads a block. Its first [`SKETCHED`] shingles are appended to `sketch`.
    pub(crate) fn scan<S: Sink>(&mut self, text: &str, sketch: &mut Vec<u32>, sink: &mut S) -> Scan {
        let mut state = State {
            out: Scan::default(),
            last_was_space: true, // leading white space is trimmed by the segmenter; treat it so anyway
            skipped: [0; 2],
            role: Role::Rest,
            word: Words::default(),
            digits: Digits::default(),
            segment: Segment::default(),
            segment_stamp: u64::from(self.next_stamp()) << 32,
            window_stamp: self.next_stamp(),
            window_left: REPEAT_WINDOW,
            distinct: 0,
            ends_sentence: false,
            sketch,
            sketch_left: SKETCHED,
        };
        self.counter.clear();
        self.chunk.mixed[..2].fill(ngrams::mix(ngrams::START));
        let mut rest = text.chars();
        let mut symbols = 0;
        loop {
            self.chunk.read(&mut state, text, &mut rest, sink);
            let count = self.chunk.count;
            if count == 0 {
                break;
            }
            let infos = &self.chunk.infos[..count];
            infos.chunks(Counter::MOST).for_each(|infos| self.counter.count(infos));
            if symbols == 0 {
                state.out.starts_open = infos[0].flags() & chars::OPEN != 0;
                state.out.starts_digit = Role::of(infos[0]) == Role::Digit;
            }
            self.runs(symbols, &mut state, sink);
            self.count(&mut state.distinct);
            symbols += count;
            self.chunk.mixed.copy_within(count..count + 2, 0);
        }
        let [zero_width, spaces] = state.skipped;
        self.counter.add(Class::ZeroWidth, zero_width);
        self.counter.add(Class::Space, spaces);
        self.finish(text, symbols, state, sink)
    }

    /// Goes through the runs of one role: words, numbers, segments; between words of alphabets the n-grams. `first` is
    /// the number of the chunk's first symbol.
    ///
    /// Runs are short and their lengths cannot be foretold, so nothing here loops over a run but what must: a wrong guess
    /// at the end of a loop costs more than the loop.
    fn runs<S: Sink>(&mut self, first: usize, state: &mut State<'_>, sink: &mut S) {
        let mut at = 0;
        let mut hashed = 0; // up to where n-grams have been made
        for run in 0..self.chunk.runs {
            let end = usize::from(self.chunk.ends[run]);
            let role = Role::of(self.chunk.infos[at]);
            if role != state.role {
                if state.role == Role::Alphabet {
                    self.end_word(first + at, state, sink);
                } else if state.role == Role::Digit {
                    state.digits.end(&mut state.out, first + at, self.chunk.mixed[at + 2]);
                }
                if role == Role::Alphabet {
                    state.word.start(first + at);
                } else if role == Role::Digit {
                    state.digits.start(first + at);
                }
            }
            if role == Role::Alphabet {
                state.word.hash = self.chunk.mixed[at + 2..end + 2]
                    .iter()
                    .fold(state.word.hash, |hash, mixed| ngrams::extend(hash, *mixed));
            } else {
                if hashed <= at {
                    hashed = self.ngrams(at, run, first, state, sink);
                }
                if role == Role::Rest {
                    let after_ideograph = state.role == Role::Ideograph;
                    self.punctuation(at, after_ideograph, state);
                    for i in at + 1..end {
                        self.punctuation(i, false, state);
                    }
                } else {
                    if role == Role::Digit {
                        (at..end).for_each(|i| state.digits.push(self.chunk.digit(i)));
                    }
                    state.segment.add(self.chunk.run_hash(at, end), end - at);
                }
            }
            state.ends_sentence &= role == Role::Rest;
            state.role = role;
            at = end;
        }
    }

    /// Segments end at separators, and at white space behind ideographs; pairs of words end with the sentence.
    #[inline(always)]
    fn punctuation(&mut self, i: usize, after_ideograph: bool, state: &mut State<'_>) {
        let info = self.chunk.infos[i];
        let is_space = info.class_index() == Class::Space as usize;
        let ends_sentence = info.flags() & chars::SENTENCE_END != 0;
        if (info.flags() & chars::SEPARATOR != 0) | (is_space & after_ideograph) {
            self.end_segment(state);
        }
        state.ends_sentence = if is_space { state.ends_sentence } else { ends_sentence };
        state.word.previous = if ends_sentence { 0 } else { state.word.previous };
    }

    /// Two and three symbols up to each of the symbols from `from` to the next letter of an alphabet; pairs are
    /// shingles. Returns where it stopped.
    fn ngrams<S: Sink>(&mut self, from: usize, run: usize, first: usize, state: &mut State<'_>, sink: &mut S) -> usize {
        let chunk = &mut *self.chunk;
        let mut to = chunk.count;
        for end in &chunk.ends[run..chunk.runs] {
            let end = usize::from(*end);
            if end < chunk.count && Role::of(chunk.infos[end]) == Role::Alphabet {
                to = end;
                break;
            }
        }
        let length = to - from;
        let mixed = &chunk.mixed[from..to + 2];
        let (two, three) = (&mut chunk.bigrams[from..to], &mut chunk.trigrams[from..to]);
        // The lengths are said so that the loop needs no check of bounds.
        if mixed.len() == length + 2 && two.len() == length && three.len() == length {
            for i in 0..length {
                two[i] = ngrams::bigram(mixed[i + 1], mixed[i + 2]);
                three[i] = ngrams::trigram(mixed[i], mixed[i + 1], mixed[i + 2]);
            }
        }
        sink.hashes(&chunk.bigrams[from..to], first + from, 2);
        sink.hashes(&chunk.trigrams[from..to], first + from, 3);
        state.out.hashes += 2 * (to - from) as u32;
        state.out.line = state.out.line.wrapping_add(sum(&chunk.trigrams[from..to]));
        let mut at = from;
        let mut total = 0u32;
        while at < to {
            let part = state.window_left.min(to - at);
            let mut repeated = 0;
            let pairs = self.chunk.bigrams[at..at + part].iter().zip(&mut self.chunk.sums[at..at + part]);
            for (hash, running) in pairs {
                let seen = &mut self.shingles[ngrams::bucket(*hash, REPEAT_BITS)];
                repeated += u32::from(*seen == state.window_stamp);
                *seen = state.window_stamp;
                total = total.wrapping_add(*hash);
                *running = total;
            }
            state.out.repeated_shingles += repeated;
            self.close_window(part, state);
            at += part;
        }
        let sketched = state.sketch_left.min(to - from);
        state.sketch.extend_from_slice(&self.chunk.bigrams[from..from + sketched]);
        state.sketch_left -= sketched;
        to
    }

    /// A word is a shingle.
    #[inline(always)]
    fn word_shingle(&mut self, hash: u32, state: &mut State<'_>) {
        let seen = &mut self.shingles[ngrams::bucket(hash, REPEAT_BITS)];
        state.out.repeated_shingles += u32::from(*seen == state.window_stamp);
        *seen = state.window_stamp;
        self.close_window(1, state);
        if state.sketch_left > 0 {
            state.sketch_left -= 1;
            state.sketch.push(hash);
        }
    }

    /// Counts shingles, and begins a new window where one is full.
    #[inline(always)]
    fn close_window(&mut self, shingles: usize, state: &mut State<'_>) {
        state.out.shingles += shingles as u32;
        state.window_left -= shingles;
        if state.window_left == 0 {
            state.window_left = REPEAT_WINDOW;
            state.window_stamp = self.next_stamp();
        }
    }

    /// The word that was running when symbol number `at` came ends before it.
    #[inline(always)]
    fn end_word<S: Sink>(&mut self, at: usize, state: &mut State<'_>, sink: &mut S) {
        let length = at - state.word.start;
        let hash = state.word.hash;
        state.segment.add(hash, length);
        // Single letters say little as words.
        if length > 1 {
            let word = ngrams::word(hash);
            sink.hash(word, at - 1, length);
            state.out.words += 1;
            state.out.hashes += 1;
            state.out.line = state.out.line.wrapping_add(word);
            state.out.stop_words += u32::from(self.stop_words.contains(hash));
            self.word_shingle(word, state);
            if state.word.previous != 0 {
                let pair = ngrams::word_pair(state.word.previous, hash);
                sink.hash(pair, at - 1, at - state.word.previous_start);
                state.out.hashes += 1;
                state.out.line = state.out.line.wrapping_add(pair);
            }
            (state.word.previous, state.word.previous_start) = (hash, state.word.start);
        }
    }

    fn end_segment(&mut self, state: &mut State<'_>) {
        let Segment { hash, length } = std::mem::take(&mut state.segment);
        if length == 0 {
            return;
        }
        state.out.segments += 1;
        state.out.longest_segment = state.out.longest_segment.max(length);
        state.out.single_segments += u32::from(length == 1);
        let entry = &mut self.segments[ngrams::bucket(ngrams::word(hash), SEGMENT_BITS)];
        let key = state.segment_stamp | u64::from(hash);
        state.out.repeated_segments += u32::from(*entry == key);
        *entry = key;
    }

    /// Counts the chunk's symbols for the entropy.
    #[inline(always)]
    fn count(&mut self, total: &mut usize) {
        let mut distinct = *total;
        for mixed in &self.chunk.mixed[2..self.chunk.count + 2] {
            let bucket = (mixed >> 24) as usize;
            let seen = &mut self.histogram[bucket];
            self.touched[distinct & 255] = bucket as u8;
            distinct += usize::from(*seen == 0);
            *seen += 1;
        }
        *total = distinct;
    }

    /// The end symbol closes what is open; then the counts are put together.
    fn finish<S: Sink>(&mut self, text: &str, symbols: usize, mut state: State<'_>, sink: &mut S) -> Scan {
        let end = ngrams::mix(ngrams::END);
        if state.role == Role::Alphabet {
            self.end_word(symbols, &mut state, sink);
        } else if state.role == Role::Digit {
            state.digits.end(&mut state.out, symbols, end);
        }
        self.end_segment(&mut state);
        sink.symbol(text.len(), text.len());
        let [before, last, ..] = self.chunk.mixed;
        sink.hash(ngrams::bigram(last, end), symbols, 2);
        sink.hash(ngrams::trigram(before, last, end), symbols, 3);
        let mut out = state.out;
        out.hashes += 2;
        out.line = out.line.wrapping_add(ngrams::bigram(last, end));
        if symbols <= LINE_SYMBOLS {
            sink.hash(ngrams::line(out.line), symbols, symbols + 1);
            out.hashes += 1;
        }
        self.counter.fill(&mut out);
        out.units = crate::features::stats::units(&out.classes);
        out.symbols = symbols as u32;
        out.ends_sentence = state.ends_sentence;
        out.ends_punctuation = state.role == Role::Rest;
        out.distinct = state.distinct as u32;
        out.entropy = self.entropy(symbols, state.distinct);
        if out.classes[Class::AsciiPunct as usize] > 1 && out.words > 0 {
            out.urls = pieces::urls(text);
        }
        out
    }

    /// Entropy of the histogram in bits; leaves the histogram empty.
    fn entropy(&mut self, symbols: usize, distinct: usize) -> f32 {
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

    fn next_stamp(&mut self) -> u32 {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.shingles.fill(0);
            self.segments.fill(0);
            self.stamp = 1;
        }
        self.stamp
    }
}

/// Wrapping sum of hashes.
#[inline(always)]
fn sum(hashes: &[u32]) -> u32 {
    hashes.iter().fold(0, |sum, hash| sum.wrapping_add(*hash))
}
