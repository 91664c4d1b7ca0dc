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
/// Of HTML, besides: made of the scores in the elements around.
pub(crate) const OF_ELEMENTS: [&str; 3] = ["group1", "group2", "style"];

/// How many factors there are.
pub(crate) const FACTORS: usize = 1 + OF_SCORES.len() + OF_BLOCK.len();

/// How many products there are.
pub(crate) const fn count(markup: bool) -> usize {
    let factors = if markup { FACTORS + OF_ELEMENTS.len() } else { FACTORS };
    factors * (factors + 1) / 2
}

/// Fills in the products of all pairs of factors, then of those of elements with all before and with themselves.
#[inline]
pub(crate) fn fill(factors: &[f32; FACTORS], elements: Option<&[f32; OF_ELEMENTS.len()]>, out: &mut [f32]) {
    let mut rest = out;
    for (i, b) in factors.iter().enumerate() {
        rest = multiply(&factors[..=i], *b, rest);
    }
    for (i, b) in elements.into_iter().flatten().enumerate() {
        rest = multiply(factors, *b, rest);
        rest = multiply(elements.map_or(&[][..], |elements| &elements[..=i]), *b, rest);
    }
    debug_assert!(rest.is_empty());
}

/// Fills the places at the start with products by `b`; those behind.
#[inline(always)]
fn multiply<'a>(factors: &[f32], b: f32, out: &'a mut [f32]) -> &'a mut [f32] {
    let (places, rest) = out.split_at_mut(factors.len().min(out.len()));
    for (place, a) in places.iter_mut().zip(factors) {
        *place = a * b;
    }
    rest
}

/// What the products of the first pass and of the second say of themselves, those of HTML behind the others.
static FEATURES: LazyLock<[Vec<Feature>; 2]> = LazyLock::new(|| ["", "again_"].map(features_of));

fn features_of(again: &str) -> Vec<Feature> {
    let of_scores = |name: &str| (format!("{again}{name}"), true);
    let of_block = |name: &str| (name.to_owned(), false);
    let names: Vec<(String, bool)> = [of_block("score")]
        .into_iter()
        .chain(OF_SCORES.map(of_scores))
        .chain(OF_BLOCK.map(of_block))
        .chain(OF_ELEMENTS.map(of_scores))
        .collect();
    let mut out = Vec::with_capacity(count(true));
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

pub(crate) fn features(again: bool, markup: bool) -> &'static [Feature] {
    &FEATURES[usize::from(again)][..count(markup)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_stand_where_their_names_say() {
        let factors: [f32; FACTORS] = std::array::from_fn(|i| (i + 2) as f32);
        let elements: [f32; OF_ELEMENTS.len()] = std::array::from_fn(|i| (i + 100) as f32);
        let mut out = [0.0; count(true)];
        fill(&factors, Some(&elements), &mut out);
        let mut short = [0.0; count(false)];
        fill(&factors, None, &mut short);
        assert_eq!(out[..short.len()], short);
        let names = ["score"].into_iter().chain(OF_SCORES).chain(OF_BLOCK).chain(OF_ELEMENTS);
        let values: std::collections::BTreeMap<&str, f32> = names.zip(factors.into_iter().chain(elements)).collect();
        for (feature, product) in features(false, true).iter().zip(out) {
            let Some((a, b)) = feature.name.split_once('*') else { panic!("{} is no product", feature.name) };
            assert_eq!(values[a] * values[b], product, "{}", feature.name);
        }
        let all = [false, true].iter().flat_map(|again| features(*again, true)).map(|feature| feature.name);
        assert_eq!(all.collect::<std::collections::BTreeSet<_>>().len(), 2 * count(true), "names are unique");
    }
}
