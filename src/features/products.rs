//! Products of two inputs of the page model. What an input means depends on others: a low score before and behind says
//! more of a short block than of a long one, more on a page that has text than on one that has none. A linear model of the
//! products is a quadratic one of the inputs, and each product is a contribution like any other.

use std::sync::LazyLock;

use super::feature::Feature;

/// What is multiplied, each with each and with itself: the block's own score, inputs that are made of scores (in the second
/// pass, of the first pass's), and what the block itself is. Chosen by what boosted trees branch on together.
pub(crate) const OF_SCORES: [&str; 10] = [
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
];
const OF_BLOCK: [&str; 3] = ["length", "letters", "overlap"];

/// How many factors there are.
pub(crate) const FACTORS: usize = 1 + OF_SCORES.len() + OF_BLOCK.len();

/// How many products they have.
pub(crate) const COUNT: usize = FACTORS * (FACTORS + 1) / 2;

/// Fills in the products of all pairs of factors.
#[inline]
pub(crate) fn fill(factors: &[f32; FACTORS], out: &mut [f32]) {
    debug_assert_eq!(out.len(), COUNT);
    let mut rest = out;
    for (i, b) in factors.iter().enumerate() {
        let Some((places, behind)) = rest.split_at_mut_checked(i + 1) else { return };
        for (place, a) in places.iter_mut().zip(factors) {
            *place = a * b;
        }
        rest = behind;
    }
}

/// What the products of the first pass and of the second say of themselves.
static FEATURES: LazyLock<[Vec<Feature>; 2]> = LazyLock::new(|| ["", "again_"].map(features_of));

fn features_of(again: &str) -> Vec<Feature> {
    let of_scores = |name: &str| (format!("{again}{name}"), true);
    let of_block = |name: &str| (name.to_owned(), false);
    let names: Vec<(String, bool)> =
        [of_block("score")].into_iter().chain(OF_SCORES.map(of_scores)).chain(OF_BLOCK.map(of_block)).collect();
    let mut out = Vec::with_capacity(COUNT);
    for (j, (b, b_changes)) in names.iter().enumerate() {
        for (a, a_changes) in &names[..=j] {
            // What does not change is multiplied in both passes; names are unique all the same.
            let prefix = if *a_changes || *b_changes { "" } else { again };
            // Made once, for as long as the program runs.
            let name: &'static str = format!("{prefix}{a}*{b}").leak();
            out.push(Feature { name, formula: "the product of the two", source: "measured" });
        }
    }
    out
}

pub(crate) fn features(again: bool) -> &'static [Feature] {
    &FEATURES[usize::from(again)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_stand_where_their_names_say() {
        let factors: [f32; FACTORS] = std::array::from_fn(|i| (i + 2) as f32);
        let mut out = [0.0; COUNT];
        fill(&factors, &mut out);
        let names = ["score"].into_iter().chain(OF_SCORES).chain(OF_BLOCK);
        let values: std::collections::BTreeMap<&str, f32> = names.zip(factors).collect();
        for (feature, product) in features(false).iter().zip(out) {
            let Some((a, b)) = feature.name.split_once('*') else { panic!("{} is no product", feature.name) };
            assert_eq!(values[a] * values[b], product, "{}", feature.name);
        }
        let all = [false, true].iter().flat_map(|again| features(*again)).map(|feature| feature.name);
        assert_eq!(all.collect::<std::collections::BTreeSet<_>>().len(), 2 * COUNT, "names are unique");
    }
}
