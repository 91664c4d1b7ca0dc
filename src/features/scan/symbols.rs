//! Characters to symbols: looked up, counted, with their role in words and segments.

use std::str::Chars;

use super::Sink;
use crate::chars::{self, CLASSES, CharInfo, Class};
use crate::features::ngrams;

/// How a character takes part in words and segments.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Role {
    /// A letter of a script that is not cut into words here.
    Ideograph,
    /// A letter of an alphabet: runs of these are words.
    Alphabet,
    Digit,
    /// White space, punctuation, symbols.
    Rest,
    /// No symbol at all: takes no space.
    Hidden,
}

/// Scripts whose text is read as words.
pub(super) const ALPHABETS: [Class; 5] = [Class::Latin, Class::Greek, Class::Cyrillic, Class::Arabic, Class::Indic];

const ROLES: [Role; 32] = {
    let mut roles = [Role::Rest; 32];
    let mut i = 0;
    while i < CLASSES {
        roles[i] = match Class::from_index(i) {
            Class::Han
            | Class::Kana
            | Class::Hangul
            | Class::Bopomofo
            | Class::SoutheastAsian
            | Class::OtherLetter
            | Class::Mark => Role::Ideograph,
            Class::Digit => Role::Digit,
            Class::ZeroWidth => Role::Hidden,
            _ => Role::Rest,
        };
        i += 1;
    }
    let mut i = 0;
    while i < ALPHABETS.len() {
        roles[ALPHABETS[i] as usize] = Role::Alphabet;
        i += 1;
    }
    roles
};

/// A character that is a symbol.
#[derive(Clone, Copy)]
pub(super) struct Symbol {
    pub(super) code: u32,
    pub(super) info: CharInfo,
    pub(super) role: Role,
    /// Place in the text, in bytes; only known if the sink asks for it.
    place: (usize, usize),
}

impl Symbol {
    /// Tells the sink its place, and gives its hash.
    #[inline(always)]
    pub(super) fn open<S: Sink>(self, sink: &mut S) -> u32 {
        if S::PLACES {
            sink.symbol(self.place.0, self.place.1);
        }
        self.mixed()
    }

    /// The folded character, mixed; digits are one symbol.
    #[inline(always)]
    pub(super) fn mixed(self) -> u32 {
        ngrams::mix(if self.role == Role::Digit { u32::from(b'0') } else { self.info.fold(self.code) })
    }

    #[inline(always)]
    pub(super) fn has(self, flag: u32) -> u32 {
        u32::from(self.info.flags() & flag != 0)
    }

    /// 1 for a letter of an alphabet with cases that folding turned to lower case.
    #[inline(always)]
    pub(super) fn is_upper(self) -> u32 {
        let cased = self.info.class_index() <= Class::Cyrillic as usize;
        u32::from(self.info.is_changed()) & !self.has(chars::COMPAT) & u32::from(cased)
    }

    /// 1 for a Han character in a traditional form.
    #[inline(always)]
    pub(super) fn is_traditional(self) -> u32 {
        u32::from(self.info.is_changed()) & u32::from(self.info.is_plain(Class::Han))
    }

    #[inline(always)]
    pub(super) fn is(self, class: Class) -> bool {
        self.info.class_index() == class as usize
    }
}

/// Characters, looked up and counted; those that take no space are counted only.
pub(super) struct Symbols<'t> {
    text: &'t str,
    rest: Chars<'t>,
    /// Characters by class; of 32 places the last are never used.
    pub(super) classes: [u32; 32],
    /// Characters without width that can only hide something.
    pub(super) hidden: u32,
}

impl<'t> Symbols<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, rest: text.chars(), classes: [0; 32], hidden: 0 }
    }

    #[inline(always)]
    pub(super) fn next<S: Sink>(&mut self) -> Option<Symbol> {
        loop {
            let c = self.rest.next()?;
            let code = u32::from(c);
            let info = chars::lookup(code);
            let class = info.class_index() & 31;
            let role = ROLES[class];
            self.classes[class] += 1;
            if role == Role::Hidden {
                self.hidden += u32::from(hides(self.text, self.rest.as_str().len(), c));
            } else {
                let end = if S::PLACES { self.text.len() - self.rest.as_str().len() } else { 0 };
                let start = if S::PLACES { end - c.len_utf8() } else { 0 };
                return Some(Symbol { code, info, role, place: (start, end) });
            }
        }
    }
}

/// How far from what it belongs to a character without width may stand: flags of regions are seven characters.
const REACH: usize = 6;

/// Whether a character without width, with `rest` bytes of the text behind it, can only hide something, because writing has
/// no use for it where it stands. Selectors, joiners and tags belong to emoji (UTS 51; selectors to digits and signs too),
/// joiners to letters of Arabic and Indic scripts (Unicode, 23.2), soft hyphens to words of alphabets, spaces without
/// width to scripts of Southeast Asia.
#[cold]
fn hides(text: &str, rest: usize, c: char) -> bool {
    let before = &text[..text.len() - rest - c.len_utf8()];
    let mut classes = before.chars().rev().take(REACH).map(|c| chars::lookup(u32::from(c)).class());
    let Some(class) = classes.find(|&class| class != Class::ZeroWidth) else { return true };
    match c {
        '\u{FE00}'..='\u{FE0F}' => !matches!(
            class,
            Class::Emoji | Class::Symbol | Class::Digit | Class::AsciiPunct | Class::OtherPunct | Class::CjkPunct
        ),
        '\u{200C}' | '\u{200D}' => !matches!(class, Class::Emoji | Class::Symbol | Class::Arabic | Class::Indic),
        '\u{E0020}'..='\u{E007F}' => class != Class::Emoji,
        '\u{AD}' => !matches!(class, Class::Latin | Class::Greek | Class::Cyrillic),
        '\u{200B}' => class != Class::SoutheastAsian,
        _ => true,
    }
}
