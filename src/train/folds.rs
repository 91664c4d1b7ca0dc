//! Folds by group: what belongs together (a site, the sites of one owner) is never on both sides of a split.

use super::dataset::LabeledPage;

/// The fold of a group, in `0..folds`: a hash of its name, so that a group's fold does not depend on the other data.
pub(super) fn fold_of(group: &str, seed: u64, folds: usize) -> usize {
    (hash(group.as_bytes(), seed) % folds as u64) as usize
}

/// The fold of every page. Groups are hashed; where that leaves a fold empty, as happens with few groups, they are
/// dealt out in order of hash instead.
pub(super) fn folds_of(pages: &[&LabeledPage], seed: u64, folds: usize) -> Vec<usize> {
    let mut groups: Vec<&str> = pages.iter().map(|page| page.group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    if groups.len() >= 12 * folds {
        return pages.iter().map(|page| fold_of(&page.group, seed, folds)).collect();
    }
    groups.sort_by_key(|group| (hash(group.as_bytes(), seed), *group));
    let dealt: std::collections::BTreeMap<&str, usize> =
        groups.iter().enumerate().map(|(i, group)| (*group, i % folds)).collect();
    pages.iter().map(|page| dealt[page.group.as_str()]).collect()
}

/// The part, in `0..parts`, that a page of this group belongs to when data is split to train on some parts and measure
/// on the others. It depends on nothing but the name of the group, so files that are split one by one fit together.
pub fn part(group: &str, parts: usize) -> usize {
    fold_of(group, 0, parts.max(1))
}

/// FNV-1a with a final mix (SplitMix64): stable over versions and machines.
pub(super) fn hash(bytes: &[u8], seed: u64) -> u64 {
    let mut state = 0xCBF2_9CE4_8422_2325 ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for byte in bytes {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}
