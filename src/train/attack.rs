//! Tricks that hide spam from filters, and damage that happens to honest text, at any strength.
//!
//! What looks alike or stands in for words is data: `data/pinyin.tsv` (syllable, characters) and `data/stand-ins.tsv`
//! (attack, characters, what may take their place).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fastrand::Rng;

use crate::chars::{self, Class};

static PINYIN: &str = include_str!("../../data/pinyin.tsv");
static STAND_INS: &str = include_str!("../../data/stand-ins.tsv");

/// A way to change a text that readers still understand and programs may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attack {
    /// Characters that take no space, between letters.
    ZeroWidth,
    /// ASCII in full width.
    FullWidth,
    /// Latin letters and digits in circles, in squares, as mathematical letters, as flags.
    Circled,
    /// Letters of other scripts, and letters for digits.
    Homoglyphs,
    /// White space between letters, as in spread titles and text taken from print.
    Spaces,
    /// Emoji or punctuation between letters.
    Symbols,
    /// Han characters by their reading in Latin letters.
    Pinyin,
    /// Other Han characters of the same reading.
    Homophones,
    /// Variants and look-alikes of Han characters, and their parts.
    Variants,
    /// Simplified Han characters in a traditional form, wrong ones too, and traditional ones simplified.
    Conversion,
    /// Words and digits of contacts and promotion: `薇`, `V`, `➕`.
    Contacts,
    /// Readings in brackets behind Han characters.
    Glosses,
    /// `?`, `?!`, U+FFFD or what becomes of it, in the place of characters outside of ASCII.
    Bytes,
}

impl Attack {
    /// What spammers do.
    pub const SPAM: [Self; 11] = [
        Self::ZeroWidth,
        Self::FullWidth,
        Self::Circled,
        Self::Homoglyphs,
        Self::Spaces,
        Self::Symbols,
        Self::Pinyin,
        Self::Homophones,
        Self::Variants,
        Self::Conversion,
        Self::Contacts,
    ];
    /// What happens to content: filters of words, schoolbooks, converters, wrong encodings, typography.
    pub const DAMAGE: [Self; 5] = [Self::Spaces, Self::Pinyin, Self::Conversion, Self::Glosses, Self::Bytes];

    /// A name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZeroWidth => "zero-width",
            Self::FullWidth => "full-width",
            Self::Circled => "circled",
            Self::Homoglyphs => "homoglyphs",
            Self::Spaces => "spaces",
            Self::Symbols => "symbols",
            Self::Pinyin => "pinyin",
            Self::Homophones => "homophones",
            Self::Variants => "variants",
            Self::Conversion => "conversion",
            Self::Contacts => "contacts",
            Self::Glosses => "glosses",
            Self::Bytes => "bytes",
        }
    }

    /// The text with a share of `strength` (0 to 1) of what the attack can touch changed. One seed is one look: texts
    /// with the same seed get the same signs put in.
    pub fn apply(self, text: &str, strength: f64, seed: u64) -> String {
        let mut rng = Rng::with_seed(seed);
        let style = rng.usize(..);
        let mut out = String::with_capacity(text.len() * 2);
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let length = match self.touch(rest, c, style, &mut rng) {
                Some((length, instead)) if rng.f64() < strength => {
                    out.push_str(&instead);
                    length
                }
                _ => {
                    out.push(c);
                    c.len_utf8()
                }
            };
            rest = &rest[length..];
        }
        out
    }

    /// How many bytes at the start of `rest`, whose first character is `c`, the attack replaces, and by what; `None`
    /// where it can do nothing.
    fn touch(self, rest: &str, c: char, style: usize, rng: &mut Rng) -> Option<(usize, String)> {
        let instead = match self {
            Self::ZeroWidth => between(rest, c, rng.choice(ZERO_WIDTH)?)?,
            Self::FullWidth => is_visible_ascii(c).then(|| char::from_u32(u32::from(c) + 0xFEE0))??.into(),
            Self::Circled => circled(c, style)?.into(),
            Self::Spaces => between(rest, c, SPACES[style % SPACES.len()])?,
            Self::Symbols => {
                let signs = SIGNS[style % SIGNS.len()];
                between(rest, c, rng.choice(signs)?)?
            }
            Self::Pinyin => TABLES.readings.get(&c)?.to_string(),
            Self::Homophones => {
                let same = TABLES.syllables.get(TABLES.readings.get(&c)?)?;
                let others: Vec<char> = same.chars().filter(|other| chars::fold(*other) != chars::fold(c)).collect();
                (*rng.choice(&others)?).into()
            }
            Self::Conversion => convert(c)?.into(),
            Self::Glosses => format!("{c}({})", TABLES.readings.get(&c)?),
            Self::Bytes => (!c.is_ascii()).then(|| LOST[style % LOST.len()].to_owned())?,
            Self::Homoglyphs | Self::Variants | Self::Contacts => return stand_in(self.name(), rest, rng),
        };
        Some((c.len_utf8(), instead))
    }
}

const ZERO_WIDTH: [&str; 5] = ["\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}"];
const SPACES: [&str; 4] = [" ", " ", "\u{3000}", "  "];
/// Signs of one look; where there are several, they alternate.
const SIGNS: [&[&str]; 14] = [
    &["❤", "💰", "🔥", "🎁", "✅", "🍓", "💋", "🎰"],
    &["❤️"],
    &["🌸", "🍀", "✨"],
    &["★"],
    &["☆", "★"],
    &["❀"],
    &["·"],
    &["."],
    &["-"],
    &["/"],
    &["|", "丨"],
    &["*"],
    &["_"],
    &["~", "^", "＋", "=", "#"],
];
/// What wrong encodings leave of a character.
const LOST: [&str; 5] = ["?", "?!", "\u{FFFD}", "\u{FFFD}\u{FFFD}", "锟斤拷"];

/// First upper-case letter, first lower-case letter, 0, 1. Sets without lower case or digits name others.
const LETTERS: [[u32; 4]; 9] = [
    [0x24B6, 0x24D0, 0x24EA, 0x2460],     // Ⓐ ⓐ ⓪ ①
    [0x1F150, 0x1F150, 0x24FF, 0x2776],   // 🅐 ⓿ ❶
    [0x1F170, 0x1F170, 0x24EA, 0x2460],   // 🅰
    [0x1F130, 0x1F130, 0x24EA, 0x24F5],   // 🄰 ⓵
    [0x249C, 0x249C, 0x24EA, 0x2474],     // ⒜ ⑴
    [0x1D400, 0x1D41A, 0x1D7CE, 0x1D7CF], // 𝐀 𝐚 𝟎 𝟏
    [0x1D5D4, 0x1D5EE, 0x1D7EC, 0x1D7ED], // 𝗔 𝗮 𝟬 𝟭
    [0x1D670, 0x1D68A, 0x1D7F6, 0x1D7F7], // 𝙰 𝚊 𝟶 𝟷
    [0x1F1E6, 0x1F1E6, 0x24EA, 0x2460],   // 🇦
];

fn circled(c: char, style: usize) -> Option<char> {
    let [upper, lower, zero, one] = LETTERS[style % LETTERS.len()];
    let code = u32::from(c);
    char::from_u32(match c {
        'A'..='Z' => upper + code - u32::from('A'),
        'a'..='z' => lower + code - u32::from('a'),
        '0' => zero,
        '1'..='9' => one + code - u32::from('1'),
        _ => return None,
    })
}

fn is_visible_ascii(c: char) -> bool {
    ('!'..='~').contains(&c)
}

/// The character and a sign, if it is a letter or digit before another one.
fn between(rest: &str, c: char, sign: &str) -> Option<String> {
    let next = rest.chars().nth(1)?;
    (c.is_alphanumeric() && next.is_alphanumeric()).then(|| format!("{c}{sign}"))
}

/// The longest entry of a table of `data/stand-ins.tsv` that `rest` starts with, by one of its stand-ins.
fn stand_in(table: &str, rest: &str, rng: &mut Rng) -> Option<(usize, String)> {
    let entries = TABLES.stand_ins.get(table)?;
    let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST);
    let (word, instead) = ends.filter_map(|end| entries.get_key_value(&rest[..end])).last()?;
    Some((word.len(), (*rng.choice(instead)?).to_owned()))
}

/// Characters of the longest entry of `data/stand-ins.tsv`, at most.
const LONGEST: usize = 8;

/// The traditional form of a simplified character that a converter takes that knows no words: the first one.
pub(super) fn traditional(c: char) -> Option<char> {
    TABLES.traditional.get(&c).copied()
}

/// The other form of a Han character.
fn convert(c: char) -> Option<char> {
    let folded = chars::fold(c);
    let is_han = chars::lookup(u32::from(c)).class() == Class::Han;
    traditional(c).or((is_han && folded != c).then_some(folded))
}

struct Tables {
    /// Han character -> its most frequent reading, without tone.
    readings: BTreeMap<char, &'static str>,
    /// The inverse.
    syllables: BTreeMap<&'static str, &'static str>,
    /// Attack -> what it replaces -> by what.
    stand_ins: BTreeMap<&'static str, BTreeMap<&'static str, Vec<&'static str>>>,
    /// The inverse of folding, as far as it has one.
    traditional: BTreeMap<char, char>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let syllables: BTreeMap<_, _> = PINYIN.lines().filter_map(|line| line.split_once('\t')).collect();
    let mut stand_ins: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for line in STAND_INS.lines() {
        if let [attack, what, instead] = line.split('\t').collect::<Vec<_>>()[..] {
            stand_ins.entry(attack).or_default().insert(what, instead.split(' ').collect());
        }
    }
    Tables {
        readings: syllables.iter().flat_map(|(syllable, all)| all.chars().map(|c| (c, *syllable))).collect(),
        syllables,
        stand_ins,
        traditional: ('\u{4E00}'..='\u{9FFF}')
            .rev()
            .map(|c| (chars::fold(c), c))
            .filter(|(folded, c)| folded != c)
            .collect(),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "加微信 abc123 免费领取，官方网站 www.example.com 注册送彩金";
    const STRENGTHS: [f64; 4] = [0.1, 0.3, 0.6, 1.0];

    fn all() -> impl Iterator<Item = Attack> {
        Attack::SPAM.into_iter().chain(Attack::DAMAGE)
    }

    #[test]
    fn strength_0_changes_nothing() {
        for attack in all() {
            for seed in 0..50 {
                assert_eq!(attack.apply(TEXT, 0.0, seed), TEXT, "{}", attack.name());
            }
        }
    }

    #[test]
    fn a_seed_is_a_text() {
        for attack in all() {
            let texts = |seed| STRENGTHS.map(|strength| attack.apply(TEXT, strength, seed));
            assert_eq!(texts(3), texts(3));
            assert!((0..20).any(|seed| texts(seed) != texts(3)), "{}: the seed does not act", attack.name());
        }
    }

    #[test]
    fn more_strength_touches_more() {
        let long = TEXT.repeat(40);
        for attack in all() {
            let left = |strength| {
                let after = attack.apply(&long, strength, 5);
                let mut kept: BTreeMap<char, usize> = BTreeMap::new();
                after.chars().for_each(|c| *kept.entry(c).or_default() += 1);
                // What was put in, and what was taken out.
                let before = long.chars().fold(BTreeMap::<char, usize>::new(), |mut counts, c| {
                    *counts.entry(c).or_default() += 1;
                    counts
                });
                let keys = before.keys().chain(kept.keys()).copied().collect::<std::collections::BTreeSet<char>>();
                let count = |counts: &BTreeMap<char, usize>, c| counts.get(&c).copied().unwrap_or(0);
                keys.into_iter().map(|c| count(&before, c).abs_diff(count(&kept, c))).sum::<usize>()
            };
            let touched = STRENGTHS.map(left);
            assert!(touched[0] > 0 && touched.is_sorted(), "{}: {touched:?}", attack.name());
            assert!(touched[3] > 5 * touched[0], "{}: {touched:?}", attack.name());
        }
    }

    /// At full strength nothing is left of what an attack says it replaces.
    #[test]
    fn attacks_change_what_they_say() {
        for seed in 0..30 {
            let full = |attack: Attack, text: &str| attack.apply(text, 1.0, seed);
            let plain = |text: &str| {
                let mut out = String::new();
                chars::fold_into(text, &mut out);
                out
            };
            assert_eq!(plain(&full(Attack::ZeroWidth, TEXT)), plain(TEXT));
            assert_eq!(plain(&full(Attack::FullWidth, TEXT)), plain(TEXT));
            assert!(!full(Attack::FullWidth, TEXT).contains(is_visible_ascii));
            assert!(!full(Attack::Circled, TEXT).contains(|c: char| c.is_ascii_alphanumeric()));
            assert!(full(Attack::Homoglyphs, "casino").chars().all(|c| !c.is_ascii()));
            assert_eq!(full(Attack::Spaces, TEXT).split_whitespace().collect::<String>(), TEXT.replace(' ', ""));
            assert!(full(Attack::Symbols, "免费领取").chars().count() > 6);
            assert_eq!(full(Attack::Pinyin, "微信 abc"), "weixin abc");
            assert_eq!(full(Attack::Glosses, "中a"), "中(zhong)a");
            assert_eq!(full(Attack::Conversion, "门網"), "門网");
            assert!(full(Attack::Homophones, "网站").chars().all(|c| !"网站網".contains(c)));
            assert!(!full(Attack::Variants, "网站").contains(['网', '站']));
            assert!(!full(Attack::Contacts, "加微信").contains('加'));
            assert!(full(Attack::Bytes, "abc 中文").starts_with("abc ") && !full(Attack::Bytes, "中文").contains('中'));
        }
    }

    /// An entry that can't be read, is twice there or replaces something by itself would be lost silently.
    #[test]
    fn the_tables_are_whole() {
        assert_eq!(TABLES.syllables.len(), PINYIN.lines().count());
        assert_eq!(TABLES.readings.len(), PINYIN.chars().filter(|c| !c.is_ascii()).count());
        assert_eq!(TABLES.stand_ins.values().map(BTreeMap::len).sum::<usize>(), STAND_INS.lines().count());
        for (attack, entries) in &TABLES.stand_ins {
            assert!(Attack::SPAM.iter().any(|known| known.name() == *attack), "{attack}");
            for (what, instead) in entries {
                assert!((1..=LONGEST).contains(&what.chars().count()), "{what}");
                assert!(instead.iter().all(|text| !text.is_empty() && text != what), "{what}");
            }
        }
    }
}
