//! Counting characters by class and flag in byte-wide lanes: adding a whole row of lanes costs less than a counter in
//! memory that the next character has to wait for.

use std::sync::LazyLock;

use super::scan::Scan;
use crate::chars::{self, CLASSES, CharInfo, Class, FLAGS};

/// Slots behind the classes: one for each flag, then these.
const UPPER: usize = CLASSES + FLAGS;
const TRADITIONAL: usize = UPPER + 1;
const SLOTS: usize = 32;
const _: () = assert!(TRADITIONAL < SLOTS);

/// The increments of a character: for every class, set of flags, and whether folding changes it. Few of the rows are
/// ever read, so few of them take a place in the cache.
type Rows = [[u64; 4]; 2 << (5 + FLAGS)];

static ROWS: LazyLock<Box<Rows>> = LazyLock::new(|| {
    let mut rows = Box::new([[0u64; 4]; 2 << (5 + FLAGS)]);
    for (key, row) in rows.iter_mut().enumerate() {
        let (class, flags, changed) = (key & 31, (key >> 5) & ((1 << FLAGS) - 1), key >> (5 + FLAGS) != 0);
        if class >= CLASSES {
            continue;
        }
        let mut count = |slot: usize| row[slot / 8] |= 1 << (8 * (slot % 8));
        count(class);
        (0..FLAGS).filter(|flag| flags >> flag & 1 != 0).for_each(|flag| count(CLASSES + flag));
        // Compatibility folding is counted by its flag.
        if changed && flags as u32 & chars::COMPAT == 0 {
            match Class::from_index(class) {
                Class::Latin | Class::Greek | Class::Cyrillic => count(UPPER),
                Class::Han => count(TRADITIONAL),
                _ => {}
            }
        }
    }
    rows
});

/// Counts characters.
pub(super) struct Counter {
    rows: &'static Rows,
    slots: [u32; SLOTS],
}

impl Counter {
    /// Characters after which the lanes, which are bytes, must be emptied.
    pub(super) const MOST: usize = 255;

    pub(super) fn new() -> Self {
        Self { rows: &ROWS, slots: [0; SLOTS] }
    }

    pub(super) fn clear(&mut self) {
        self.slots = [0; SLOTS];
    }

    /// Counts up to [`Counter::MOST`] characters.
    #[inline(always)]
    pub(super) fn count(&mut self, infos: &[CharInfo]) {
        debug_assert!(infos.len() <= Self::MOST);
        let mut lanes = [0u64; 4];
        for info in infos {
            let key = info.key() | usize::from(info.is_changed()) << (5 + FLAGS);
            let row = &self.rows[key & (self.rows.len() - 1)];
            for (lane, add) in lanes.iter_mut().zip(row) {
                *lane += add;
            }
        }
        for (slots, lane) in self.slots.chunks_exact_mut(8).zip(lanes) {
            for (slot, byte) in slots.iter_mut().zip(lane.to_le_bytes()) {
                *slot += u32::from(byte);
            }
        }
    }

    /// Counts characters that are no symbols.
    pub(super) fn add(&mut self, class: Class, characters: u32) {
        self.slots[class as usize] += characters;
    }

    /// Writes the counts down.
    pub(super) fn fill(&self, out: &mut Scan) {
        out.classes.copy_from_slice(&self.slots[..CLASSES]);
        out.upper = self.slots[UPPER];
        out.traditional = self.slots[TRADITIONAL];
        out.chars = out.classes.iter().sum();
        let flag = |mask: u32| self.slots[CLASSES + mask.trailing_zeros() as usize];
        out.sentence_ends = flag(chars::SENTENCE_END);
        out.opens = flag(chars::OPEN);
        out.closes = flag(chars::CLOSE);
        out.separators = flag(chars::SEPARATOR);
        out.function_chars = flag(chars::FUNCTION);
        out.compat = flag(chars::COMPAT);
    }
}
