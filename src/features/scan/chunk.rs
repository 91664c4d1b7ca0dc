//! A piece of text between the loops: characters looked up and folded to symbols.

use std::str::Chars;

use super::{CHUNK, Sink, State};
use crate::chars::{self, CLASSES, CharInfo, Class};
use crate::features::ngrams;

/// How a character takes part in words and segments.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Role {
    /// A letter of a script that is not cut into words here.
    Ideograph = 0,
    /// A letter of an alphabet: runs of these are words.
    Alphabet = 1,
    Digit = 2,
    /// White space, punctuation, symbols.
    Rest = 3,
}

impl Role {
    #[inline(always)]
    pub(super) fn of(info: CharInfo) -> Self {
        ROLES[info.class_index() & 31]
    }
}

const ROLES: [Role; 32] = {
    let mut roles = [Role::Rest; 32];
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

/// A piece of text between the loops.
pub(super) struct Chunk {
    pub(super) chars: [u32; CHUNK],
    pub(super) infos: [CharInfo; CHUNK],
    /// Mixed symbols, behind the last two of the chunk before.
    pub(super) mixed: [u32; CHUNK + 2],
    /// Where runs of one role end.
    pub(super) ends: [u16; CHUNK],
    pub(super) runs: usize,
    /// Symbols in the chunk.
    pub(super) count: usize,
    pub(super) bigrams: [u32; CHUNK],
    /// Running sums of the pairs' hashes, from the last letter of an alphabet on.
    pub(super) sums: [u32; CHUNK],
    pub(super) trigrams: [u32; CHUNK],
}

impl Chunk {
    pub(super) fn new() -> Box<Self> {
        Box::new(Self {
            chars: [0; CHUNK],
            infos: [chars::lookup(0); CHUNK],
            mixed: [0; CHUNK + 2],
            ends: [0; CHUNK],
            runs: 0,
            count: 0,
            bigrams: [0; CHUNK],
            sums: [0; CHUNK],
            trigrams: [0; CHUNK],
        })
    }

    /// Hash of a run's symbols. The pair that reaches over its start is left out: a run is the same wherever it stands.
    pub(super) fn run_hash(&self, from: usize, to: usize) -> u32 {
        self.sums[to - 1].wrapping_sub(self.sums[from]).wrapping_add(self.mixed[from + 2])
    }

    /// The value of the digit that symbol `i` was. Digits of other scripts have none below 10: only ASCII ones take part
    /// in dates.
    pub(super) fn digit(&self, i: usize) -> u32 {
        self.infos[i].fold(self.chars[i]).wrapping_sub(u32::from(b'0')).min(10)
    }

    /// Takes characters off the text until the chunk is full or the text ends: looked up, folded, without zero-width
    /// characters and repeated white space, which are counted in `skipped`.
    #[inline(always)]
    pub(super) fn read<S: Sink>(&mut self, state: &mut State<'_>, text: &str, rest: &mut Chars<'_>, sink: &mut S) {
        let mut count = 0;
        let mut runs = 0;
        let mut after_space = state.last_was_space;
        let mut last_role = Role::Rest;
        while count < CHUNK {
            let Some(c) = rest.next() else { break };
            let code = u32::from(c);
            let info = chars::lookup(code);
            let class = info.class_index();
            let is_space = class == Class::Space as usize;
            if (is_space & after_space) | (class == Class::ZeroWidth as usize) {
                state.skipped[usize::from(is_space)] += 1;
                continue;
            }
            after_space = is_space;
            let role = ROLES[class & 31];
            let symbol = if role == Role::Digit { u32::from(b'0') } else { info.fold(code) };
            self.chars[count] = code;
            self.infos[count] = info;
            self.mixed[count + 2] = ngrams::mix(symbol);
            // A run ends before a symbol of another role; the first symbol ends none.
            self.ends[runs] = count as u16;
            runs += usize::from((role != last_role) & (count > 0));
            last_role = role;
            if S::PLACES {
                let end = text.len() - rest.as_str().len();
                sink.symbol(end - c.len_utf8(), end);
            }
            count += 1;
        }
        if count > 0 {
            self.ends[runs] = count as u16;
            runs += 1;
        }
        self.runs = runs;
        self.count = count;
        state.last_was_space = after_space;
    }
}
