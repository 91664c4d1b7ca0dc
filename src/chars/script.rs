//! The script group of a text: calibration and thresholds differ by it.

use super::{CLASSES, Class};

/// Letters of hiragana and katakana among the Han and kana letters, in percent, from which on a text is Japanese.
/// Japanese prose has 50 and more, headlines 20; Chinese text has a stray の.
const KANA_PERCENT: u64 = 15;

/// The script, or group of scripts, that most letters of a text belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ScriptGroup {
    /// Han: Chinese, with bopomofo.
    Han = 0,
    /// Kana: Japanese, with its Han characters.
    Kana = 1,
    /// Hangul: Korean.
    Hangul = 2,
    /// Latin.
    Latin = 3,
    /// Cyrillic.
    Cyrillic = 4,
    /// All other scripts together.
    Other = 5,
}

impl ScriptGroup {
    /// How many groups there are.
    pub const COUNT: usize = 6;

    /// All groups in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Han, Self::Kana, Self::Hangul, Self::Latin, Self::Cyrillic, Self::Other];

    /// The name of the group, as in model files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Han => "han",
            Self::Kana => "kana",
            Self::Hangul => "hangul",
            Self::Latin => "latin",
            Self::Cyrillic => "cyrillic",
            Self::Other => "other",
        }
    }

    /// The group of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

/// The group that most letters of a text belong to, from how often each class of characters occurs in it; `None` for
/// text without letters. Of groups with equally many letters the first one wins.
///
/// Where kana make up at least 15 % of Han and kana together, the text is Japanese and its Han characters count for
/// [`ScriptGroup::Kana`].
pub fn script_group(counts: &[u32; CLASSES]) -> Option<ScriptGroup> {
    let count = |class: Class| u64::from(counts[class as usize]);
    let (mut han, mut kana) = (count(Class::Han), count(Class::Kana));
    if kana > 0 && kana * 100 >= (han + kana) * KANA_PERCENT {
        kana += han;
        han = 0;
    }
    let other = [Class::Greek, Class::Arabic, Class::Indic, Class::SoutheastAsian, Class::OtherLetter];
    let letters = [
        han + count(Class::Bopomofo),
        kana,
        count(Class::Hangul),
        count(Class::Latin),
        count(Class::Cyrillic),
        other.into_iter().map(count).sum(),
    ];
    let mut best = None;
    let mut most = 0;
    for (group, letters) in ScriptGroup::ALL.into_iter().zip(letters) {
        if letters > most {
            (best, most) = (Some(group), letters);
        }
    }
    best
}
