//! Generates `src/chars/table.rs`: the class, the folded form and the flags of every code point.
//!
//! The table is part of the model format. A newer version of a source therefore must not change it unnoticed: the
//! sources are pinned exactly in `Cargo.toml`, and the tests of `tamis::chars` know the checksum of the table.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};
use icu_properties::props::{
    DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic, GeneralCategory as Gc,
    GeneralCategoryGroup as Group, PrependedConcatenationMark, RegionalIndicator, Script, SentenceTerminal, WhiteSpace,
};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed, CodePointSetData};

use class::{CLOSE, COMPAT, Class, FUNCTION, OPEN, SENTENCE_END, SEPARATOR};

#[path = "../../src/chars/class.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library's own file, of which only the numbers are needed here")]
mod class;

const BLOCK_BITS: u32 = 5;
const BLOCK: usize = 1 << BLOCK_BITS;
const CODE_POINTS: u32 = 0x11_0000;
const CODE_POINT_MASK: u32 = (1 << 21) - 1;

/// Characters that stand between the items of lists and menus, after folding.
const SEPARATORS: &str = "|¦│┃_-‐‒–—―/,、،·•‧∙⋅・;؛»›>→";

/// Chinese function characters. Traditional forms are listed where the rest of the table does not fold them.
const FUNCTION_CHARACTERS: &str = "的了是在和不有我他她它这也就都而及与之为以于其中所但\
    把被让从到对等将会能可要没很还又已着著吗呢吧啊";

/// Rewrites the table, or with `check` fails if it is not what it would be rewritten to.
pub(crate) fn run(check: bool) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/chars/table.rs");
    let table = source(&Sources::new()?.entries()?)?;
    if !check {
        return fs::write(&path, table).context("src/chars/table.rs could not be written");
    }
    let found = fs::read_to_string(&path).context("src/chars/table.rs could not be read")?;
    ensure!(found == table, "src/chars/table.rs is not what its sources give; run `cargo xtask tables`");
    Ok(())
}

/// Everything that is known about characters.
struct Sources {
    category: CodePointMapDataBorrowed<'static, Gc>,
    script: CodePointMapDataBorrowed<'static, Script>,
    nfkc: ComposingNormalizerBorrowed<'static>,
    case: CaseMapperBorrowed<'static>,
    simplified: HashMap<char, char>,
}

impl Sources {
    fn new() -> Result<Self> {
        Ok(Self {
            category: CodePointMapData::<Gc>::new(),
            script: CodePointMapData::<Script>::new(),
            nfkc: ComposingNormalizer::new_nfkc(),
            case: CaseMapper::new(),
            simplified: simplified()?,
        })
    }

    fn entries(&self) -> Result<Vec<u32>> {
        let mut entries = Vec::with_capacity(CODE_POINTS as usize);
        for code in 0..CODE_POINTS {
            // Surrogates do not occur in text; their entries are those of an unassigned code point.
            entries.push(match char::from_u32(code) {
                Some(c) => self.entry(c)?,
                None => 0,
            });
        }
        Ok(entries)
    }

    fn entry(&self, c: char) -> Result<u32> {
        let (folded, compat) = self.fold(c)?;
        let class = self.class(c, folded);
        let flags = self.flags(c, folded) | if compat && !is_ordinary(c, class) { COMPAT } else { 0 };
        let delta = u32::from(folded).wrapping_sub(u32::from(c)) & CODE_POINT_MASK;
        Ok(delta | (class as u32) << 21 | flags << 26)
    }

    /// The folded form of a character, and whether it took more than lower case and simplification to get there.
    fn fold(&self, c: char) -> Result<(char, bool)> {
        if is_space(c) {
            return Ok((' ', c != ' '));
        }
        if self.is_zero_width(c) {
            return Ok((c, false));
        }
        let (mut folded, mut compat) = (c, false);
        // One round can make room for the next: a compatibility ideograph may be a traditional character.
        for _ in 0..8 {
            let plain = self.plain(folded);
            let lower = self.case.simple_lowercase(plain);
            let next = self.simplified.get(&lower).copied().unwrap_or(lower);
            if next == folded {
                return Ok((folded, compat));
            }
            compat |= plain != folded;
            folded = next;
        }
        bail!("U+{:04X} has no folded form that folding leaves alone", u32::from(c))
    }

    /// The plain form of a compatibility character: what NFKC gives where that is one character; of an enclosed or
    /// punctuated number its first digit, and of an enclosed letter the letter.
    fn plain(&self, c: char) -> char {
        if let Some(plain) = enclosed(c) {
            return plain;
        }
        let normalized: Vec<char> = self.nfkc.normalize(&c.to_string()).chars().collect();
        let inner = match normalized.as_slice() {
            [one] => return *one,
            ['(', inner @ .., ')'] | ['〔', inner @ .., '〕'] | [inner @ .., '.' | ','] => inner,
            all => all,
        };
        match inner {
            [first, rest @ ..] if first.is_ascii_digit() && rest.iter().all(char::is_ascii_digit) => *first,
            [one] if self.is_letter(*one) => *one,
            _ => c,
        }
    }

    fn class(&self, c: char, folded: char) -> Class {
        let category = self.category.get(c);
        match c {
            ' '..='~' if !c.is_ascii_alphanumeric() && c != ' ' => return Class::AsciiPunct,
            '\u{FFFD}' => return Class::Control,
            _ if is_space(c) => return Class::Space,
            _ if self.is_zero_width(c) => return Class::ZeroWidth,
            // Iteration marks, and half-width marks that combine in folded form, belong to no script or to several.
            '\u{3006}' => return Class::Han,
            '\u{3031}'..='\u{3035}' | '\u{303C}' | '\u{30FC}' | '\u{FF70}' | '\u{FF9E}' | '\u{FF9F}' => {
                return Class::Kana;
            }
            _ => {}
        }
        let script = self.script.get(c);
        match category {
            Gc::PrivateUse => Class::PrivateUse,
            Gc::Control => Class::Control,
            Gc::Unassigned | Gc::Surrogate if is_pictograph(c) => Class::Emoji,
            Gc::Unassigned | Gc::Surrogate => Class::Other,
            Gc::DecimalNumber => Class::Digit,
            Gc::OtherNumber if c != folded && self.is_letter(folded) => self.class(folded, folded),
            Gc::OtherNumber => Class::Digit,
            _ if Group::Letter.contains(category) || category == Gc::LetterNumber => {
                // Mathematical letters belong to no script, but what they fold to does.
                let script = if script == Script::Common { self.script.get(folded) } else { script };
                letter(script)
            }
            // Signs such as the Arabic number sign stand before digits and are seen.
            Gc::Format => letter(script),
            _ if Group::Mark.contains(category) => match letter(script) {
                class @ (Class::Indic | Class::SoutheastAsian) => class,
                _ => Class::Mark,
            },
            _ if is_cjk_punctuation(c, folded, Group::Punctuation.contains(category)) => Class::CjkPunct,
            _ if Group::Punctuation.contains(category) => Class::OtherPunct,
            // Enclosed letters and digits, and Han radicals, are symbols in name only.
            _ if folded != c && (self.is_letter(folded) || folded.is_ascii_digit()) => self.class(folded, folded),
            _ if script == Script::Han && matches!(c, '\u{2E80}'..='\u{2FDF}') => Class::Han,
            _ if is_pictograph(c) => Class::Emoji,
            _ => Class::Symbol,
        }
    }

    fn flags(&self, c: char, folded: char) -> u32 {
        let terminal = CodePointSetData::new::<SentenceTerminal>();
        let any = |is: &dyn Fn(char) -> bool| is(c) || is(folded);
        let mut flags = 0;
        // The vertical ellipsis has no one-character plain form.
        if any(&|c| terminal.contains(c) || matches!(c, '…' | '︙')) {
            flags |= SENTENCE_END;
        }
        if any(&|c| matches!(self.category.get(c), Gc::OpenPunctuation | Gc::InitialPunctuation) && c != '‘') {
            flags |= OPEN;
        }
        if any(&|c| matches!(self.category.get(c), Gc::ClosePunctuation | Gc::FinalPunctuation) && c != '’') {
            flags |= CLOSE;
        }
        if any(&|c| SEPARATORS.contains(c)) {
            flags |= SEPARATOR;
        }
        if any(&|c| FUNCTION_CHARACTERS.contains(c)) {
            flags |= FUNCTION;
        }
        flags
    }

    fn is_letter(&self, c: char) -> bool {
        let category = self.category.get(c);
        Group::Letter.contains(category) || category == Gc::LetterNumber
    }

    fn is_zero_width(&self, c: char) -> bool {
        let format =
            self.category.get(c) == Gc::Format && !CodePointSetData::new::<PrependedConcatenationMark>().contains(c);
        format || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
    }
}

/// OpenCC's table of traditional characters and their simplified forms; of several forms the first one.
fn simplified() -> Result<HashMap<char, char>> {
    let converter =
        OpenCC::from_config(BuiltinConfig::T2s).context("no OpenCC configuration from traditional to simplified")?;
    let mut simplified = HashMap::new();
    for code in 0x80..CODE_POINTS {
        let Some(c) = char::from_u32(code) else { continue };
        let converted = converter.convert(c.encode_utf8(&mut [0; 4]));
        let mut chars = converted.chars();
        if let (Some(to), None) = (chars.next(), chars.next())
            && to != c
        {
            simplified.insert(c, to);
        }
    }
    // A wrong or empty dictionary must not pass for a small one.
    ensure!(simplified.len() > 3900, "OpenCC simplifies only {} characters", simplified.len());
    Ok(simplified)
}

/// Enclosed digits and letters that Unicode gives no decomposition: white on black, double circled and sans-serif ones.
fn enclosed(c: char) -> Option<char> {
    const ONE_TO_TEN: [RangeInclusive<char>; 4] =
        ['\u{2776}'..='\u{277F}', '\u{2780}'..='\u{2789}', '\u{278A}'..='\u{2793}', '\u{24F5}'..='\u{24FE}'];
    const LETTERS: [RangeInclusive<char>; 2] = ['\u{1F150}'..='\u{1F169}', '\u{1F170}'..='\u{1F189}'];
    let place = |range: &RangeInclusive<char>| range.contains(&c).then(|| u32::from(c) - u32::from(*range.start()));
    if let Some(n) = ONE_TO_TEN.iter().find_map(place) {
        return char::from_digit(if n == 9 { 1 } else { n + 1 }, 10);
    }
    if let Some(n) = LETTERS.iter().find_map(place) {
        return char::from_u32(u32::from('A') + n);
    }
    match c {
        '\u{24EB}'..='\u{24F3}' => Some('1'), // 11 to 19
        '\u{24F4}' => Some('2'),              // 20
        '\u{24FF}' | '\u{1F10B}' | '\u{1F10C}' => Some('0'),
        // 10, 20, .. 80
        '\u{3248}'..='\u{324F}' => char::from_digit(u32::from(c) - 0x3247, 10),
        _ => None,
    }
}

fn letter(script: Script) -> Class {
    match script {
        Script::Han => Class::Han,
        Script::Hiragana | Script::Katakana => Class::Kana,
        Script::Hangul => Class::Hangul,
        Script::Bopomofo => Class::Bopomofo,
        Script::Latin => Class::Latin,
        Script::Greek => Class::Greek,
        Script::Cyrillic => Class::Cyrillic,
        Script::Arabic | Script::Hebrew => Class::Arabic,
        Script::Devanagari
        | Script::Bengali
        | Script::Gurmukhi
        | Script::Gujarati
        | Script::Oriya
        | Script::Tamil
        | Script::Telugu
        | Script::Kannada
        | Script::Malayalam
        | Script::Sinhala => Class::Indic,
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar => Class::SoutheastAsian,
        _ => Class::OtherLetter,
    }
}

fn is_space(c: char) -> bool {
    CodePointSetData::new::<WhiteSpace>().contains(c)
}

fn is_pictograph(c: char) -> bool {
    let pictograph = CodePointSetData::new::<ExtendedPictographic>().contains(c)
        || CodePointSetData::new::<EmojiModifier>().contains(c)
        || CodePointSetData::new::<RegionalIndicator>().contains(c);
    pictograph && !matches!(c, '©' | '®' | '™')
}

fn is_cjk_punctuation(c: char, folded: char, punctuation: bool) -> bool {
    match c {
        '\u{3000}'..='\u{303F}' | '\u{30A0}' | '\u{30FB}' | '\u{FE10}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE4F}' => {
            punctuation
        }
        '\u{FE50}'..='\u{FE6F}' | '\u{FF00}'..='\u{FFEF}' => punctuation || folded.is_ascii_punctuation(),
        _ => false,
    }
}

/// Whether a character that folds counts as ordinary typography all the same, see `COMPAT`.
fn is_ordinary(c: char, class: Class) -> bool {
    let full_width = matches!(c, '\u{FF01}'..='\u{FF5E}' | '\u{FFE0}'..='\u{FFE6}');
    (full_width && matches!(class, Class::CjkPunct | Class::Symbol))
        || class == Class::Space
        || matches!(c, '\u{3131}'..='\u{318E}')
}

/// The text of `table.rs`.
fn source(entries: &[u32]) -> Result<String> {
    let mut offsets = HashMap::new();
    let mut unique: Vec<u32> = Vec::new();
    let mut runs: Vec<(u16, u16)> = Vec::new();
    let mut push_row = |offset: u16| match runs.last_mut() {
        Some((rows, last)) if *last == offset => *rows += 1,
        _ => runs.push((1, offset)),
    };
    for block in entries.chunks_exact(BLOCK) {
        let offset = match offsets.get(block) {
            Some(&offset) => offset,
            None => {
                let offset = u16::try_from(unique.len()).context("the entries do not fit 16-bit offsets")?;
                offsets.insert(block, offset);
                unique.extend(block);
                offset
            }
        };
        push_row(offset);
    }
    // The row of everything beyond Unicode is a block without a single assigned character.
    push_row(offsets[[0; BLOCK].as_slice()]);

    let mut out = String::from(HEADER);
    writeln!(out, "\npub(super) const BITS: u32 = {BLOCK_BITS};\n")?;
    for class in Class::ALL {
        writeln!(out, "const {}: u32 = {} << 21; // {class:?}", name(class as usize), class as usize)?;
    }
    writeln!(out, "\n// (rows, offset of their block in `ENTRIES`)\n#[rustfmt::skip]")?;
    writeln!(out, "const RUNS: [(u16, u16); {}] = [", runs.len())?;
    for line in runs.chunks(10) {
        let line: Vec<String> = line.iter().map(|(rows, offset)| format!("({rows},{offset}),")).collect();
        writeln!(out, "    {}", line.join(" "))?;
    }
    writeln!(out, "];\n\npub(super) static INDEX: [u16; {}] = {EXPAND}", entries.len() / BLOCK + 1)?;
    writeln!(out, "#[rustfmt::skip]\npub(super) static ENTRIES: [u32; {}] = [", unique.len())?;
    for block in unique.chunks(BLOCK) {
        let block: String = block.iter().map(|&entry| format!("{},", literal(entry))).collect();
        writeln!(out, "    {block}")?;
    }
    out.push_str("];\n");
    Ok(out)
}

/// An entry as it is written in the table: most only have a class.
fn literal(entry: u32) -> String {
    let class = (entry >> 21) as usize;
    if entry & CODE_POINT_MASK == 0 && class < Class::ALL.len() { name(class) } else { format!("{entry:#x}") }
}

fn name(class: usize) -> String {
    char::from(b'A' + class as u8).to_string()
}

const HEADER: &str = "\
// Generated by `cargo xtask tables`; do not edit. Part of the model format: see the tests.
//
// Sources:
// - Unicode Character Database 18.0: General_Category, Script, White_Space, Default_Ignorable_Code_Point,
//   Prepended_Concatenation_Mark, Sentence_Terminal, Extended_Pictographic, Emoji_Modifier, Regional_Indicator,
//   simple lower case mappings, NFKC; by way of the crates icu_properties, icu_casemap and icu_normalizer 2.4.0.
//   Copyright (c) Unicode, Inc. License: Unicode-3.0.
// - Open Chinese Convert (OpenCC), TSCharacters; by way of the crate ferrous-opencc 0.4.0.
//   Copyright (c) the OpenCC authors. License: Apache-2.0. Changed: of several forms only the first one is used.
//
// The notices stand in NOTICE.md.
";

const EXPAND: &str = "\
{
    let mut index = [0; _];
    let (mut run, mut row) = (0, 0);
    while run < RUNS.len() {
        let (rows, offset) = RUNS[run];
        let end = row + rows as usize;
        while row < end {
            index[row] = offset;
            row += 1;
        }
        run += 1;
    }
    assert!(row == index.len());
    index
};
";
