use super::*;

const NONE: u32 = 0;

/// Character, class, folded form, flags.
#[rustfmt::skip]
const GOLDEN: &[(char, Class, char, u32)] = &[
    // white space
    (' ', Class::Space, ' ', NONE),
    ('\t', Class::Space, ' ', NONE),
    ('\n', Class::Space, ' ', NONE),
    ('\u{85}', Class::Space, ' ', NONE),
    ('\u{A0}', Class::Space, ' ', NONE),
    ('\u{2028}', Class::Space, ' ', NONE),
    ('\u{3000}', Class::Space, ' ', NONE),
    // Han: simplified, traditional, function characters, radicals, iteration marks, compatibility forms
    ('国', Class::Han, '国', NONE),
    ('國', Class::Han, '国', NONE),
    ('後', Class::Han, '后', NONE),
    ('臺', Class::Han, '台', NONE),
    ('働', Class::Han, '働', NONE),
    ('的', Class::Han, '的', FUNCTION),
    ('這', Class::Han, '这', FUNCTION),
    ('於', Class::Han, '于', FUNCTION),
    ('著', Class::Han, '著', FUNCTION),
    ('々', Class::Han, '々', NONE),
    ('〇', Class::Han, '〇', NONE),
    ('⺮', Class::Han, '⺮', NONE),
    ('⼀', Class::Han, '一', COMPAT),
    ('㈱', Class::Han, '株', COMPAT),
    ('㊙', Class::Han, '秘', COMPAT),
    ('㊀', Class::Han, '一', COMPAT),
    ('\u{F900}', Class::Han, '岂', COMPAT),
    ('\u{20000}', Class::Han, '\u{20000}', NONE),
    // kana, hangul, bopomofo
    ('あ', Class::Kana, 'あ', NONE),
    ('ー', Class::Kana, 'ー', NONE),
    ('ｱ', Class::Kana, 'ア', COMPAT),
    ('ﾞ', Class::Kana, '\u{3099}', COMPAT),
    ('㋐', Class::Kana, 'ア', COMPAT),
    ('한', Class::Hangul, '한', NONE),
    ('ㅋ', Class::Hangul, '\u{110F}', NONE),
    ('ﾡ', Class::Hangul, '\u{1100}', COMPAT),
    ('ㄅ', Class::Bopomofo, 'ㄅ', NONE),
    // letters of alphabets
    ('a', Class::Latin, 'a', NONE),
    ('A', Class::Latin, 'a', NONE),
    ('É', Class::Latin, 'é', NONE),
    ('İ', Class::Latin, 'i', NONE),
    ('ẞ', Class::Latin, 'ß', NONE),
    ('ﬁ', Class::Latin, 'ﬁ', NONE),
    ('Ａ', Class::Latin, 'a', COMPAT),
    ('ⓥ', Class::Latin, 'v', COMPAT),
    ('⒜', Class::Latin, 'a', COMPAT),
    ('🅰', Class::Latin, 'a', COMPAT),
    ('🄰', Class::Latin, 'a', COMPAT),
    ('🅐', Class::Latin, 'a', COMPAT),
    ('𝐀', Class::Latin, 'a', COMPAT),
    ('ſ', Class::Latin, 's', COMPAT),
    ('Ⅴ', Class::Latin, 'v', COMPAT),
    ('α', Class::Greek, 'α', NONE),
    ('µ', Class::Greek, 'μ', COMPAT),
    ('а', Class::Cyrillic, 'а', NONE),
    ('Ж', Class::Cyrillic, 'ж', NONE),
    ('ع', Class::Arabic, 'ع', NONE),
    ('א', Class::Arabic, 'א', NONE),
    ('क', Class::Indic, 'क', NONE),
    ('\u{93F}', Class::Indic, '\u{93F}', NONE),
    ('ก', Class::SoutheastAsian, 'ก', NONE),
    ('\u{E49}', Class::SoutheastAsian, '\u{E49}', NONE),
    ('Ա', Class::OtherLetter, 'ա', NONE),
    ('\u{301}', Class::Mark, '\u{301}', NONE),
    // digits
    ('7', Class::Digit, '7', NONE),
    ('７', Class::Digit, '7', COMPAT),
    ('①', Class::Digit, '1', COMPAT),
    ('⑴', Class::Digit, '1', COMPAT),
    ('⒈', Class::Digit, '1', COMPAT),
    ('⑩', Class::Digit, '1', COMPAT),
    ('㉑', Class::Digit, '2', COMPAT),
    ('❶', Class::Digit, '1', COMPAT),
    ('➓', Class::Digit, '1', COMPAT),
    ('²', Class::Digit, '2', COMPAT),
    ('𝟎', Class::Digit, '0', COMPAT),
    ('½', Class::Digit, '½', NONE),
    ('٣', Class::Digit, '٣', NONE),
    // punctuation
    ('。', Class::CjkPunct, '。', SENTENCE_END),
    ('！', Class::CjkPunct, '!', SENTENCE_END),
    ('？', Class::CjkPunct, '?', SENTENCE_END),
    ('｡', Class::CjkPunct, '。', SENTENCE_END | COMPAT),
    ('，', Class::CjkPunct, ',', SEPARATOR),
    ('、', Class::CjkPunct, '、', SEPARATOR),
    ('｜', Class::CjkPunct, '|', SEPARATOR),
    ('（', Class::CjkPunct, '(', OPEN),
    ('》', Class::CjkPunct, '》', CLOSE),
    ('～', Class::CjkPunct, '~', NONE),
    ('︰', Class::CjkPunct, '︰', NONE),
    ('.', Class::AsciiPunct, '.', SENTENCE_END),
    ('$', Class::AsciiPunct, '$', NONE),
    ('_', Class::AsciiPunct, '_', SEPARATOR),
    ('[', Class::AsciiPunct, '[', OPEN),
    ('…', Class::OtherPunct, '…', SENTENCE_END),
    ('؟', Class::OtherPunct, '؟', SENTENCE_END),
    ('।', Class::OtherPunct, '।', SENTENCE_END),
    ('“', Class::OtherPunct, '“', OPEN),
    ('”', Class::OtherPunct, '”', CLOSE),
    ('’', Class::OtherPunct, '’', NONE),
    ('—', Class::OtherPunct, '—', SEPARATOR),
    ('·', Class::OtherPunct, '·', SEPARATOR),
    ('»', Class::OtherPunct, '»', CLOSE | SEPARATOR),
    // symbols, emoji, the invisible
    ('→', Class::Symbol, '→', SEPARATOR),
    ('©', Class::Symbol, '©', NONE),
    ('™', Class::Symbol, '™', NONE),
    ('￥', Class::Symbol, '¥', NONE),
    ('㎡', Class::Symbol, '㎡', NONE),
    ('😀', Class::Emoji, '😀', NONE),
    ('☎', Class::Emoji, '☎', NONE),
    ('🇨', Class::Emoji, '🇨', NONE),
    ('🏻', Class::Emoji, '🏻', NONE),
    ('\u{200B}', Class::ZeroWidth, '\u{200B}', NONE),
    ('\u{200D}', Class::ZeroWidth, '\u{200D}', NONE),
    ('\u{FEFF}', Class::ZeroWidth, '\u{FEFF}', NONE),
    ('\u{AD}', Class::ZeroWidth, '\u{AD}', NONE),
    ('\u{FE0F}', Class::ZeroWidth, '\u{FE0F}', NONE),
    ('\u{3164}', Class::ZeroWidth, '\u{3164}', NONE),
    ('\u{E0041}', Class::ZeroWidth, '\u{E0041}', NONE),
    ('\u{E000}', Class::PrivateUse, '\u{E000}', NONE),
    ('\u{10FFFD}', Class::PrivateUse, '\u{10FFFD}', NONE),
    ('\0', Class::Control, '\0', NONE),
    ('\u{FFFD}', Class::Control, '\u{FFFD}', NONE),
    ('\u{378}', Class::Other, '\u{378}', NONE),
    ('\u{10FFFF}', Class::Other, '\u{10FFFF}', NONE),
];

#[test]
fn golden() {
    for &(c, class, folded, flags) in GOLDEN {
        let info = lookup(u32::from(c));
        assert_eq!((info.class(), fold(c), info.flags()), (class, folded, flags), "{c:?}");
    }
}

/// The whole table is part of the model format: models count and hash what it says. If this fails, either the table is
/// wrong, or the schema version of the features has to change with it.
#[test]
fn table_is_frozen() {
    let mut hasher = crc32fast::Hasher::new();
    for code in 0..0x11_0000 {
        hasher.update(&lookup(code).0.to_le_bytes());
    }
    assert_eq!(hasher.finalize(), 0x6B5F_38D4);
}

#[test]
fn folding_is_idempotent() {
    for c in '\0'..=char::MAX {
        let once = fold(c);
        assert_eq!(fold(once), once, "{c:?}");
        let info = lookup(u32::from(c));
        assert!(char::from_u32(info.fold(u32::from(c))).is_some(), "{c:?} folds to no character");
        assert!(info.class_index() < CLASSES, "{c:?}");
    }
}

#[test]
fn folding_keeps_what_the_scanner_relies_on() {
    for c in '\0'..=char::MAX {
        let (from, to) = (lookup(u32::from(c)).class(), lookup(u32::from(fold(c))).class());
        assert_eq!(from == Class::Space, to == Class::Space, "{c:?}");
        assert_eq!(from == Class::ZeroWidth, to == Class::ZeroWidth, "{c:?}");
        assert_eq!(from == Class::Han, to == Class::Han, "{c:?}");
        assert_eq!(from == Class::Digit, to == Class::Digit, "{c:?}");
    }
}

#[test]
fn every_class_occurs() {
    let mut counts = [0u32; CLASSES];
    for c in '\0'..=char::MAX {
        counts[lookup(u32::from(c)).class_index()] += 1;
    }
    for class in Class::ALL {
        assert!(counts[class as usize] > 0, "{class:?}");
        assert_eq!(Class::from_index(class as usize), class);
    }
    assert_eq!(Class::from_index(CLASSES), Class::Other);
}

#[test]
fn numbers_that_are_no_characters() {
    for code in [0xD800, 0xDFFF, 0x11_0000, 0x1F_FFFF, u32::MAX] {
        assert_eq!(lookup(code), CharInfo(0), "{code:#x}");
    }
}

#[test]
fn fold_into_drops_zero_width_characters() {
    let mut out = String::from("> ");
    fold_into("加\u{200B}微\u{FEFF}ⓥ：ＡＢ①\u{3000}國\u{FE0F}", &mut out);
    assert_eq!(out, "> 加微v:ab1 国");
}

#[test]
fn script_groups() {
    let group = |text: &str| {
        let mut counts = [0; CLASSES];
        for c in text.chars() {
            counts[lookup(u32::from(c)).class_index()] += 1;
        }
        script_group(&counts)
    };
    assert_eq!(group("昨天下午，镇上的老木匠来了。OK"), Some(ScriptGroup::Han));
    assert_eq!(group("今天のお得な大家一起来看看新年的花灯吧朋友们都说好看"), Some(ScriptGroup::Han));
    assert_eq!(group("東京都は昨日、新しい計画を発表した。"), Some(ScriptGroup::Kana));
    assert_eq!(group("ﾗｰﾒﾝ"), Some(ScriptGroup::Kana));
    assert_eq!(group("오늘은 날씨가 좋습니다 OK"), Some(ScriptGroup::Hangul));
    assert_eq!(group("The quick brown fox 狐"), Some(ScriptGroup::Latin));
    assert_eq!(group("Быстрая лиса"), Some(ScriptGroup::Cyrillic));
    assert_eq!(group("مرحبا بالعالم"), Some(ScriptGroup::Other));
    assert_eq!(group("ㄅㄆㄇ"), Some(ScriptGroup::Han));
    assert_eq!(group("a狐"), Some(ScriptGroup::Han));
    assert_eq!(group("2024-05-06 😀！"), None);
    assert_eq!(group(""), None);

    let mut counts = [0; CLASSES];
    (counts[Class::Han as usize], counts[Class::Kana as usize]) = (85, 15);
    assert_eq!(script_group(&counts), Some(ScriptGroup::Kana));
    counts[Class::Han as usize] = 86;
    assert_eq!(script_group(&counts), Some(ScriptGroup::Han));
    assert_eq!(script_group(&[u32::MAX; CLASSES]), Some(ScriptGroup::Other));
}

#[test]
fn script_group_names() {
    for (number, group) in ScriptGroup::ALL.into_iter().enumerate() {
        assert_eq!(group as usize, number);
        assert_eq!(ScriptGroup::from_name(group.name()), Some(group));
    }
    assert_eq!(ScriptGroup::from_name("Han"), None);
}
