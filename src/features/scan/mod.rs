//! The one pass over a block's characters. Everything the statistics need is counted here, and every n-gram is handed
//! to a [`Sink`], so that prediction, training and explanation read text with the same code.
//!
//! One look-up a character, and one loop for the runs of each [`Role`], so that the end of a run is the only branch that
//! cannot be foretold.

mod pieces;
mod symbols;
#[cfg(test)]
mod tests;
mod units;

use std::sync::LazyLock;

use pieces::{Digits, Segment, Segments, Words};
use symbols::{ALPHABETS, Role, Symbol, Symbols};

use crate::chars::{self, CLASSES, Class};
use crate::features::ngrams;
use crate::features::words::{StopWords, stop_words};
use crate::math::log2;

/// Receives the hashed n-grams of a block while it is scanned.
pub(crate) trait Sink {
    /// The next symbol stands at these bytes of the text.
    #[inline(always)]
    fn symbol(&mut self, _start: usize, _end: usize) {}
    /// Whether [`Sink::symbol`] is to be called.
    const PLACES: bool = false;
    /// The hash of `span` symbols, the last of which is number `last`; the first may reach before the text.
    fn hash(&mut self, hash: u32, last: usize, span: usize);
    /// A clause or another piece of the text has ended.
    #[inline(always)]
    fn cut(&mut self) {}
    /// Whether some pieces are of another sort than others, once the block is read.
    fn is_mixed(&mut self) -> bool {
        false
    }
    /// What the n-grams of the block add up to, once it is read.
    fn sum(self) -> f32
    where
        Self: Sized,
    {
        0.0
    }
}

/// A sink that forgets.
impl Sink for () {
    #[inline(always)]
    fn hash(&mut self, _hash: u32, _last: usize, _span: usize) {}
}

/// Windows of `2^WINDOW_BITS` symbols, in which a shingle that comes again counts as repeated.
const WINDOW_BITS: u32 = 9;
const REPEAT_BITS: u32 = 12;
const SEGMENT_BITS: u32 = 9;
/// Symbols of a block whose shingles take part in the comparison with the rest of its page.
const SKETCHED: usize = 128;
/// Blocks up to this many symbols have a hash of their own as a whole.
const LINE_SYMBOLS: usize = 32;

/// A colon after at most this many symbols makes what stands before it a label.
const LABEL_SYMBOLS: usize = 24;

/// What one pass over a block counts. Units: characters (Unicode scalar values) unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    pub chars: u32,
    /// Length in Han characters that would say as much: see [`units::units`].
    pub units: f32,
    pub classes: [u32; CLASSES],
    /// Characters without width that writing has no use for where they stand.
    pub hidden: u32,
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
    /// Symbols before the first colon, 0 without one or if they are many.
    pub label: u32,
    pub starts_open: bool,
    pub starts_digit: bool,
    pub ends_sentence: bool,
    pub ends_punctuation: bool,
    /// Sum of all hashes: equal for blocks of equal folded text.
    pub line: u32,
}

/// `c * log2(c)` for the counts that occur in nearly every block.
static C_LOG_C: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|c| if c == 0 { 0.0 } else { c as f32 * log2(c as f32) }));

/// All white space folds to this.
const SPACE: u32 = ngrams::mix(b' ' as u32);
const COLON: u32 = ngrams::mix(b':' as u32);

/// The scanner's memory, reused from block to block.
pub(crate) struct Scanner {
    histogram: [u32; 256],
    touched: [u8; 256],
    /// Stamps of the last window that held a shingle, so that nothing has to be cleared.
    shingles: Box<[u16; 1 << REPEAT_BITS]>,
    segments: Box<[u64; 1 << SEGMENT_BITS]>,
    /// The first stamp that was not given out.
    stamp: u32,
    sketch: [u32; SKETCHED],
    c_log_c: &'static [f32; 256],
    stop_words: &'static StopWords,
}

/// What changes at every symbol. Only ever touched by code that is inlined, so that it can live in registers.
struct State {
    /// The last two mixed symbols.
    before: u32,
    last: u32,
    /// Symbols so far.
    symbols: usize,
    distinct: usize,
    /// Stamp of the block's first window.
    stamp: u32,
    repeated_shingles: u32,
    sketched: usize,
    line: u32,
    segment: Segment,
}

impl Scanner {
    pub(crate) fn new() -> Self {
        Self {
            histogram: [0; 256],
            touched: [0; 256],
            shingles: Box::new([0; 1 << REPEAT_BITS]),
            segments: Box::new([0; 1 << SEGMENT_BITS]),
            stamp: 1,
            sketch: [0; SKETCHED],
            c_log_c: &C_LOG_C,
            stop_words: stop_words(),
        }
    }

    /// Reads a block. Appends to `sketch` the shingles of its first [`SKETCHED`] symbols.
    // Out of line: it wants all registers for itself.
    #[inline(never)]
    pub(crate) fn scan<S: Sink>(&mut self, text: &str, sketch: &mut Vec<u32>, mut sink: S) -> (Scan, S) {
        let mut out = Scan::default();
        let mut state = State {
            before: ngrams::mix(ngrams::START),
            last: ngrams::mix(ngrams::START),
            symbols: 0,
            distinct: 0,
            stamp: self.stamps(text.len()),
            repeated_shingles: 0,
            sketched: 0,
            line: 0,
            segment: Segment::default(),
        };
        let (mut word, mut digits, mut segments) = (Words::default(), Digits::default(), Segments::new(state.stamp));
        let end = ngrams::mix(ngrams::END);
        let mut symbols = Symbols::new(text);
        let mut previous = Role::Rest;
        let mut has_colon = false;
        let mut current = symbols.next::<S>();
        while let Some(first) = current {
            match first.role {
                Role::Ideograph => {
                    while let Some(symbol) = current
                        && symbol.role == Role::Ideograph
                    {
                        let mixed = symbol.open(&mut sink);
                        out.function_chars += symbol.has(chars::FUNCTION);
                        out.compat += symbol.has(chars::COMPAT);
                        out.traditional += symbol.is_traditional();
                        state.segment.push(state.last, mixed);
                        self.ngrams(mixed, &mut state, &mut sink);
                        self.take(mixed, &mut state);
                        current = symbols.next::<S>();
                    }
                    out.ends_sentence = false;
                }
                Role::Alphabet => {
                    word.begin(state.symbols);
                    while let Some(symbol) = current
                        && symbol.role == Role::Alphabet
                    {
                        let mixed = symbol.open(&mut sink);
                        out.compat += symbol.has(chars::COMPAT);
                        out.upper += symbol.is_upper();
                        word.hash = ngrams::extend(word.hash, mixed);
                        self.take(mixed, &mut state);
                        current = symbols.next::<S>();
                    }
                    self.end_word(&mut word, &mut state, &mut sink);
                    out.ends_sentence = false;
                }
                Role::Digit => {
                    digits.begin(state.symbols);
                    while let Some(symbol) = current
                        && symbol.role == Role::Digit
                    {
                        let mixed = symbol.open(&mut sink);
                        out.compat += symbol.has(chars::COMPAT);
                        digits.push(symbol.info.fold(symbol.code).wrapping_sub(u32::from(b'0')).min(10));
                        state.segment.push(state.last, mixed);
                        self.ngrams(mixed, &mut state, &mut sink);
                        self.take(mixed, &mut state);
                        current = symbols.next::<S>();
                    }
                    digits.end(state.symbols, current.map_or(end, Symbol::mixed));
                    out.ends_sentence = false;
                }
                Role::Rest | Role::Hidden => {
                    let is_space = first.is(Class::Space);
                    let is_again = is_space && previous == Role::Rest && state.last == SPACE;
                    if is_again || (is_space && state.symbols == 0) {
                        current = symbols.next::<S>();
                        continue;
                    }
                    let mixed = first.open(&mut sink);
                    if state.symbols == 0 {
                        out.starts_open = first.has(chars::OPEN) != 0;
                    }
                    if mixed == COLON && !std::mem::replace(&mut has_colon, true) && state.symbols <= LABEL_SYMBOLS {
                        sink.hash(ngrams::label(state.line), state.symbols, state.symbols + 1);
                        out.hashes += 1;
                        out.label = state.symbols as u32;
                    }
                    let ends_sentence = first.has(chars::SENTENCE_END) != 0;
                    let separates = first.has(chars::SEPARATOR) != 0;
                    out.compat += first.has(chars::COMPAT);
                    out.sentence_ends += u32::from(ends_sentence);
                    out.opens += first.has(chars::OPEN);
                    out.closes += first.has(chars::CLOSE);
                    out.separators += u32::from(separates);
                    // Segments end at separators, and at white space behind ideographs; pairs of words end with the
                    // sentence.
                    if separates | (is_space & (previous == Role::Ideograph)) {
                        segments.end(std::mem::take(&mut state.segment), &mut self.segments);
                    }
                    out.ends_sentence = if is_space { out.ends_sentence } else { ends_sentence };
                    word.previous = if ends_sentence { 0 } else { word.previous };
                    self.ngrams(mixed, &mut state, &mut sink);
                    if separates | ends_sentence | (is_space & (previous == Role::Ideograph)) {
                        sink.cut();
                    }
                    self.take(mixed, &mut state);
                    current = symbols.next::<S>();
                }
            }
            previous = first.role;
        }

        // The end symbol closes what is open.
        let count = state.symbols;
        segments.end(std::mem::take(&mut state.segment), &mut self.segments);
        sink.symbol(text.len(), text.len());
        sink.hash(ngrams::bigram(state.last, end), count, 2);
        sink.hash(ngrams::trigram(state.before, state.last, end), count, 3);
        out.line = state.line.wrapping_add(ngrams::bigram(state.last, end));
        if count <= LINE_SYMBOLS {
            sink.hash(ngrams::line(out.line), count, count + 1);
        }
        sketch.extend_from_slice(&self.sketch[..state.sketched]);

        let classes = symbols.classes;
        out.classes.copy_from_slice(&classes[..CLASSES]);
        out.chars = out.classes.iter().sum();
        out.hidden = symbols.hidden;
        out.units = units::units(&out.classes);
        out.symbols = count as u32;
        let in_words: u32 = ALPHABETS.iter().map(|class| classes[*class as usize]).sum();
        out.shingles = out.symbols - in_words + word.count;
        out.hashes += 2 * (out.symbols - in_words + 1) + word.count + word.pairs + u32::from(count <= LINE_SYMBOLS);
        out.repeated_shingles = state.repeated_shingles;
        (out.words, out.stop_words) = (word.count, word.stop_words);
        segments.fill(&mut out);
        digits.fill(&mut out);
        out.ends_punctuation = previous == Role::Rest;
        out.distinct = state.distinct as u32;
        out.entropy = self.entropy(count, state.distinct);
        if out.classes[Class::AsciiPunct as usize] > 1 && out.words > 0 {
            out.urls = pieces::urls(text);
        }
        (out, sink)
    }

    /// The symbol is the last one now.
    #[inline(always)]
    fn take(&mut self, mixed: u32, state: &mut State) {
        let bucket = (mixed >> 24) as usize;
        let seen = &mut self.histogram[bucket];
        self.touched[state.distinct & 255] = bucket as u8;
        state.distinct += usize::from(*seen == 0);
        *seen += 1;
        state.before = state.last;
        state.last = mixed;
        state.symbols += 1;
    }

    /// Two and three symbols up to this one; pairs are shingles.
    #[inline(always)]
    fn ngrams<S: Sink>(&mut self, mixed: u32, state: &mut State, sink: &mut S) {
        let two = ngrams::bigram(state.last, mixed);
        let three = ngrams::trigram(state.before, state.last, mixed);
        sink.hash(two, state.symbols, 2);
        sink.hash(three, state.symbols, 3);
        state.line = state.line.wrapping_add(three);
        self.shingle(two, state);
    }

    /// Counts a shingle: a word of an alphabet, or a pair of neighbouring symbols.
    #[inline(always)]
    fn shingle(&mut self, hash: u32, state: &mut State) {
        let window = state.stamp.wrapping_add((state.symbols >> WINDOW_BITS) as u32) as u16;
        let seen = &mut self.shingles[ngrams::bucket(hash, REPEAT_BITS)];
        state.repeated_shingles += u32::from(*seen == window);
        *seen = window;
        if state.symbols <= SKETCHED
            && let Some(place) = self.sketch.get_mut(state.sketched)
        {
            *place = hash;
            state.sketched += 1;
        }
    }

    /// The word that was running ends.
    #[inline(always)]
    fn end_word<S: Sink>(&mut self, word: &mut Words, state: &mut State, sink: &mut S) {
        let at = state.symbols;
        let length = at - word.start;
        state.segment.push_word(word.hash, length);
        // Single letters say little as words.
        if length > 1 {
            let hash = ngrams::word(word.hash);
            sink.hash(hash, at - 1, length);
            state.line = state.line.wrapping_add(hash);
            self.shingle(hash, state);
            if word.previous != 0 {
                let pair = ngrams::word_pair(word.previous, word.hash);
                sink.hash(pair, at - 1, at - word.previous_start);
                state.line = state.line.wrapping_add(pair);
                word.pairs += 1;
            }
            word.count += 1;
            word.stop_words += u32::from(self.stop_words.contains(word.hash));
            (word.previous, word.previous_start) = (word.hash, word.start);
        }
    }

    /// Entropy of the histogram in bits; leaves the histogram empty.
    fn entropy(&mut self, symbols: usize, distinct: usize) -> f32 {
        let mut sum = 0.0;
        for &bucket in &self.touched[..distinct] {
            let count = std::mem::take(&mut self.histogram[bucket as usize]);
            sum += match self.c_log_c.get(count as usize) {
                Some(value) => *value,
                None => count as f32 * log2(count as f32),
            };
        }
        if symbols == 0 {
            return 0.0;
        }
        let n = symbols as f32;
        (log2(n) - sum / n).max(0.0)
    }

    /// The first of as many stamps as a block of so many bytes has windows. When they run out, they start again.
    fn stamps(&mut self, bytes: usize) -> u32 {
        let windows = (bytes >> WINDOW_BITS) as u32 + 1;
        if self.stamp + windows > u32::from(u16::MAX) {
            self.shingles.fill(0);
            self.segments.fill(0);
            self.stamp = 1;
        }
        let first = self.stamp;
        self.stamp += windows;
        first
    }
}
