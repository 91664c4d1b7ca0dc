//! The group `stats`: what is counted about a block's characters, punctuation, words and repetition.

use super::feature::Feature;
use super::scan::Scan;
use crate::chars::Class;
use crate::math::{ln, ln_1p, log2};

/// Defines the names, the documentation and the computation of a group of statistics in one place, in the order of the
/// model file.
macro_rules! statistics {
    ($scan:ident, $per_char:ident, $log:ident; $($name:literal $formula:literal $source:literal $value:expr;)*) => {
        /// Names and formulas, in the order of [`compute`].
        pub(crate) const FEATURES: &[Feature] =
            &[$(Feature { name: $name, formula: $formula, source: $source }),*];
        /// How many statistics there are.
        pub(crate) const COUNT: usize = FEATURES.len();

        /// Turns the counts of one block into statistics.
        #[allow(clippy::cast_precision_loss)] // counts stay far below 2^24, and a ratio needs no more
        pub(crate) fn compute($scan: &Scan, out: &mut [f32; COUNT]) {
            let $per_char = 1.0 / ($scan.chars.max(1) as f32);
            let $log = ln_1p($scan.units);
            *out = [$($value),*];
        }
    };
}

/// Share of the block's characters that are of one class.
#[inline(always)]
fn share(scan: &Scan, class: Class, per_char: f32) -> f32 {
    scan.classes[class as usize] as f32 * per_char
}

/// Letters of all scripts. No statistic says which script it is: what little text a script has in training must not
/// decide for or against the script.
#[inline(always)]
fn letters(scan: &Scan) -> u32 {
    scan.classes[Class::Han as usize..=Class::Mark as usize].iter().sum()
}

#[inline(always)]
fn latin(scan: &Scan) -> u32 {
    scan.classes[Class::Latin as usize]
}

/// `a / b`, or 0 where there is nothing to divide by.
#[inline(always)]
fn ratio(a: u32, b: u32) -> f32 {
    a as f32 / b.max(1) as f32
}

#[inline(always)]
fn flag(on: bool) -> f32 {
    f32::from(u8::from(on))
}

statistics! { s, per_char, log;
    "length" "ln(1 + units), units: characters, weighted by how much they say (a Han character 1, a letter 0.4)" "Kohlschütter et al. 2010" log;
    "length>3" "max(0, length - ln 4)" "piecewise linear in length" (log - 1.386).max(0.0);
    "length>7" "max(0, length - ln 8)" "piecewise linear in length" (log - 2.079).max(0.0);
    "length>15" "max(0, length - ln 16)" "piecewise linear in length" (log - 2.773).max(0.0);
    "length>31" "max(0, length - ln 32)" "piecewise linear in length" (log - 3.466).max(0.0);
    "length>63" "max(0, length - ln 64)" "piecewise linear in length" (log - 4.159).max(0.0);
    "length>127" "max(0, length - ln 128)" "piecewise linear in length" (log - 4.852).max(0.0);
    "letters" "share of letters of any script" "Unicode Script" letters(s) as f32 * per_char;
    "mixed_latin" "min(Latin, other letters) / letters" "Unicode Script"
        ratio(latin(s).min(letters(s) - latin(s)), letters(s));
    "digit" "share of digits" "Ntoulas et al. 2006" share(s, Class::Digit, per_char);
    "space" "share of white space" "C4 and Gopher rules" share(s, Class::Space, per_char);
    "cjk_punct" "share of CJK punctuation" "Unicode General_Category" share(s, Class::CjkPunct, per_char);
    "ascii_punct" "share of ASCII punctuation" "Unicode General_Category" share(s, Class::AsciiPunct, per_char);
    "other_punct" "share of other punctuation" "Unicode General_Category" share(s, Class::OtherPunct, per_char);
    "symbol" "share of symbols" "Gopher rules" share(s, Class::Symbol, per_char);
    "emoji" "share of emoji" "UTS 51" share(s, Class::Emoji, per_char);
    "hidden" "share of private-use and control characters, and of those without width that writing has no use for"
        "Unicode General_Category"
        (s.hidden + s.classes[Class::PrivateUse as usize] + s.classes[Class::Control as usize]) as f32 * per_char;
    "compat" "share of characters that only compatibility folding makes plain (full width, circled, ...)" "NFKC, UAX 15"
        s.compat as f32 * per_char;
    "upper" "upper-case share of the cased letters" "Kohlschütter et al. 2010"
        ratio(s.upper, s.classes[Class::Latin as usize] + s.classes[Class::Cyrillic as usize]);
    "sentence_ends" "sentence ends per character" "C4 rules" s.sentence_ends as f32 * per_char;
    "has_sentence" "1 if a sentence ends anywhere" "C4 rules" flag(s.sentence_ends > 0);
    "ends_sentence" "1 if the block ends with a sentence end" "C4 rules" flag(s.ends_sentence);
    "ends_punct" "1 if the block ends with punctuation or a symbol" "C4 rules" flag(s.ends_punctuation);
    "starts_open" "1 if the block starts with an opening bracket or quote" "label guideline" flag(s.starts_open);
    "starts_digit" "1 if the block starts with a digit" "label guideline" flag(s.starts_digit);
    "unclosed" "min(3, |opening - closing brackets and quotes|)" "label guideline"
        s.opens.abs_diff(s.closes).min(3) as f32;
    "brackets" "opening brackets and quotes per character" "label guideline" s.opens as f32 * per_char;
    "separators" "separators (| _ - / , and the like) per character" "label guideline" s.separators as f32 * per_char;
    "segments" "ln(pieces between separators, at least 1)" "label guideline" ln(s.segments.max(1) as f32);
    "segment_length" "ln(1 + mean length of a piece)" "label guideline"
        ln_1p(ratio(s.symbols, s.segments));
    "longest_segment" "longest piece / block, in symbols" "label guideline" ratio(s.longest_segment, s.symbols);
    "single_segments" "share of pieces of one character (spelled-out text)" "label guideline"
        ratio(s.single_segments, s.segments);
    "repeated_segments" "share of pieces that stood in the block before" "Gopher rules"
        ratio(s.repeated_segments, s.segments);
    "function_chars" "function characters (的 了 是 ...) among the Han characters" "stop word density, Pomikálek 2011"
        ratio(s.function_chars, s.classes[Class::Han as usize]);
    "function_words" "function words among the words" "stop word density, Pomikálek 2011"
        ratio(s.stop_words, s.words);
    "words" "ln(1 + words of an alphabet)" "Kohlschütter et al. 2010" ln_1p(s.words as f32);
    "word_length" "letters of alphabets per word, at most 20" "Gopher rules"
        ratio(s.classes[Class::Latin as usize] + s.classes[Class::Cyrillic as usize], s.words).min(20.0);
    "digit_runs" "digit runs per character" "label guideline" s.digit_runs as f32 * per_char;
    "longest_number" "longest digit run, at most 16" "label guideline" s.longest_digit_run.min(16) as f32;
    "contact_numbers" "min(3, runs of 7 to 12 digits)" "label guideline" s.contact_numbers.min(3) as f32;
    "dates" "min(2, dates)" "label guideline" s.dates.min(2) as f32;
    "times" "min(2, clock times)" "label guideline" s.times.min(2) as f32;
    "date_share" "dates and times per symbol of the block" "label guideline"
        ratio(s.dates + s.times, s.symbols) * 10.0;
    "urls" "min(3, addresses)" "RefinedWeb line rules" s.urls.min(3) as f32;
    "repeated_shingles" "share of shingles (words, or pairs of symbols) seen before in a window of 256" "Gopher rules"
        ratio(s.repeated_shingles, s.shingles);
    "distinct" "distinct symbols per symbol (256 hash buckets)" "type-token ratio" ratio(s.distinct, s.symbols);
    "entropy" "Shannon entropy of the symbols in bits" "Shannon 1948" s.entropy;
    "entropy_gap" "log2(min(symbols, 256)) - entropy: what repetition takes away" "Shannon 1948"
        (log2(s.symbols.clamp(1, 256) as f32) - s.entropy).max(0.0);
    "traditional" "share of Han characters in a traditional form" "OpenCC" ratio(s.traditional, s.classes[Class::Han as usize]);
}
