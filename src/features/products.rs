//! Products of two inputs of the page model. What an input means depends on others: a low score before and behind says
//! more of a short block than of a long one, more on a page that has text than on one that has none. A linear model of the
//! products is a quadratic one of the inputs, and each product is a contribution like any other.

use std::sync::LazyLock;

use super::feature::Feature;

/// Names of what is multiplied, in order: with each other, and each with itself. The second pass takes the scores of the
/// first for all but `score`. Chosen by what boosted trees branch on together.
const FACTORS: [&str; TEXT] = [
    "score",
    "score-1",
    "score+1",
    "neighbours_min",
    "neighbours_max",
    "window3",
    "window8",
    "mass_own",
    "mass_balance",
    "page_content",
    "page_share",
    "length",
    "letters",
    "overlap",
];
/// The factors that depend on the neighbours' scores.
const OF_NEIGHBOURS: std::ops::Range<usize> = 1..11;

/// Factors of a page of text.
pub(crate) const TEXT: usize = 14;

/// How many products so many factors have.
pub(crate) const fn count(factors: usize) -> usize {
    factors * (factors + 1) / 2
}

/// Fills in the products of all pairs of factors.
#[inline]
pub(crate) fn fill<const FACTORS: usize>(factors: &[f32; FACTORS], out: &mut [f32]) {
    debug_assert_eq!(out.len(), count(FACTORS));
    let mut rest = out;
    for (i, a) in factors.iter().enumerate() {
        let Some((row, behind)) = rest.split_at_mut_checked(FACTORS - i) else { return };
        for (place, b) in row.iter_mut().zip(&factors[i..]) {
            *place = a * b;
        }
        rest = behind;
    }
}

/// What the products say of themselves, of the first pass and of the second.
static FEATURES: LazyLock<[Vec<Feature>; 2]> = LazyLock::new(|| [false, true].map(features_of));

fn features_of(again: bool) -> Vec<Feature> {
    let name = |at: usize| {
        let again = if again && OF_NEIGHBOURS.contains(&at) { "again_" } else { "" };
        format!("{again}{}", FACTORS[at])
    };
    let mut out = Vec::with_capacity(count(FACTORS.len()));
    for i in 0..FACTORS.len() {
        for j in i..FACTORS.len() {
            // Made once, for as long as the program runs.
            let text: &'static str = format!("{}*{}{}", name(i), name(j), if again { ", again" } else { "" }).leak();
            out.push(Feature { name: text, formula: "the product", source: "measured" });
        }
    }
    out
}

pub(crate) fn features(again: bool) -> &'static [Feature] {
    &FEATURES[usize::from(again)]
}
