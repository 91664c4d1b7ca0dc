//! The classes and flags of characters. Their numbers are part of the model format; the generator of `table.rs` reads
//! this very file, so that there is one list of them.

/// How many classes there are.
pub const CLASSES: usize = 23;

/// What a character is: its script if it is a letter, its kind otherwise.
///
/// The class is that of the character as written: a full-width letter is [`Class::Latin`] and a circled digit is
/// [`Class::Digit`], but full-width punctuation is [`Class::CjkPunct`], because it is how Chinese punctuates. The
/// numbers are frozen: they index counters and are part of the model format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Class {
    /// Unassigned code points and noncharacters.
    Other = 0,
    /// White space, line ends and the ideographic space among it.
    Space = 1,
    /// Han characters, their radicals, iteration marks and numerals.
    Han = 2,
    /// Hiragana and katakana, half-width katakana among them.
    Kana = 3,
    /// Hangul syllables and jamo.
    Hangul = 4,
    /// Bopomofo (zhuyin).
    Bopomofo = 5,
    /// Letters of the Latin script, also as mathematical, circled or full-width letters, and Roman numerals.
    Latin = 6,
    /// Greek letters.
    Greek = 7,
    /// Cyrillic letters.
    Cyrillic = 8,
    /// Arabic and Hebrew letters.
    Arabic = 9,
    /// Letters and marks of the scripts of India and Sri Lanka, Devanagari to Sinhala in the code charts.
    Indic = 10,
    /// Letters and marks of Thai, Lao, Khmer and Myanmar.
    SoutheastAsian = 11,
    /// Letters of all other scripts, and of no script.
    OtherLetter = 12,
    /// Combining marks, except those of the scripts of [`Class::Indic`] and [`Class::SoutheastAsian`].
    Mark = 13,
    /// Decimal digits of any script and all other numerals that are not letters.
    Digit = 14,
    /// Punctuation of Chinese and Japanese, and full-width, small and vertical forms of other punctuation.
    CjkPunct = 15,
    /// Everything in ASCII that is no letter, digit, white space or control character.
    AsciiPunct = 16,
    /// All other punctuation, `“” ‘’ — … ·` among it: many scripts share them.
    OtherPunct = 17,
    /// Symbols that are not emoji.
    Symbol = 18,
    /// Pictographs, regional indicators and skin tones.
    Emoji = 19,
    /// What takes no space: joiners, direction marks, variation selectors, soft hyphens, blank fillers.
    ZeroWidth = 20,
    /// Private use.
    PrivateUse = 21,
    /// Control characters that are not white space, and U+FFFD.
    Control = 22,
}

impl Class {
    /// All classes in the order of their numbers.
    pub const ALL: [Self; CLASSES] = [
        Self::Other,
        Self::Space,
        Self::Han,
        Self::Kana,
        Self::Hangul,
        Self::Bopomofo,
        Self::Latin,
        Self::Greek,
        Self::Cyrillic,
        Self::Arabic,
        Self::Indic,
        Self::SoutheastAsian,
        Self::OtherLetter,
        Self::Mark,
        Self::Digit,
        Self::CjkPunct,
        Self::AsciiPunct,
        Self::OtherPunct,
        Self::Symbol,
        Self::Emoji,
        Self::ZeroWidth,
        Self::PrivateUse,
        Self::Control,
    ];

    /// The class of a number; [`Class::Other`] for numbers that are none.
    pub const fn from_index(index: usize) -> Self {
        if index < CLASSES { Self::ALL[index] } else { Self::Other }
    }
}

/// Flag of a character that ends sentences: `.` `。` `！` `？` `…` and their like in all scripts.
pub const SENTENCE_END: u32 = 1 << 0;
/// Flag of opening brackets and quotation marks, except `‘`: see [`CLOSE`].
pub const OPEN: u32 = 1 << 1;
/// Flag of closing brackets and quotation marks, except `’`, which is an apostrophe far more often.
pub const CLOSE: u32 = 1 << 2;
/// Flag of what stands between the items of a list or a menu: `|` `_` `-` `/` `,` `、` `·` `;` `»` `>` and their like.
pub const SEPARATOR: u32 = 1 << 3;
/// Flag of Chinese function characters (的 了 是 ...), simplified and traditional.
pub const FUNCTION: u32 = 1 << 4;
/// Flag of a character that stands in for a plain one: circled, superscript, mathematical and full-width letters and
/// digits, half-width katakana, compatibility ideographs.
///
/// Folding changes all of these by more than case and simplification. The converse does not hold: white space,
/// full-width punctuation and currency signs and the compatibility jamo fold too, but they are ordinary typography, and
/// to flag them would make the flag another count of Chinese punctuation.
pub const COMPAT: u32 = 1 << 5;
