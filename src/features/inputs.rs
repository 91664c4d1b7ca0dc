//! Names and places of the page model's inputs. [`context`](super::context) computes them.

use super::feature::{self, Feature};
use super::{container, products, row, stats};

/// Defines the inputs that are made of scores twice: of the block model's scores for the first pass, and, but for the
/// block's own, of the first pass's scores for the second.
macro_rules! of_scores {
    ($own:literal $own_formula:literal $own_source:literal; $($name:literal $formula:literal $source:literal;)*) => {
        const OWN: &[Feature] = &[Feature { name: $own, formula: $own_formula, source: $own_source }];
        const OF_SCORES: &[Feature] = &[$(Feature { name: $name, formula: $formula, source: $source }),*];
        const AGAIN: &[Feature] = &[$(Feature {
            name: concat!("again_", $name),
            formula: concat!($formula, "; with the scores of the first pass"),
            source: $source,
        }),*];
    };
}

of_scores! {
    "score" "the block's own score" "stacking, Wolpert 1992";
    "score-1" "score of the block before, 0 if there is none" "Web2Text, Vogels et al. 2018";
    "score-2" "score two blocks before" "Web2Text";
    "score-3" "score three blocks before" "Web2Text";
    "score+1" "score of the block behind, 0 if there is none" "Web2Text";
    "score+2" "score two blocks behind" "Web2Text";
    "score+3" "score three blocks behind" "Web2Text";
    "neighbours_min" "the lower of the scores before and behind" "jusText, Pomikálek 2011";
    "neighbours_max" "the higher of the scores before and behind" "jusText";
    "window3" "mean score of up to 3 blocks on each side" "jusText";
    "window8" "mean score of up to 8 blocks on each side" "jusText";
    "window20" "mean score of up to 20 blocks on each side" "jusText";
    "before8" "mean score of up to 8 blocks before" "jusText";
    "behind8" "mean score of up to 8 blocks behind" "jusText";
    "page_score" "mean score of the page" "measured";
    "mass_own" "share of the page's predicted content that the block is" "measured";
    "mass_balance" "share of the page's predicted content before the block - share behind" "measured";
    "mass_none_before" "1 - min(1, 20 * share of the predicted content before)" "measured";
    "mass_none_behind" "1 - min(1, 20 * share of the predicted content behind)" "measured";
    "mass_near" "ln(1 + predicted content within 3 blocks, without its own)" "measured";
    "page_content" "ln(1 + predicted content of the page)" "measured";
    "page_share" "predicted content / all text of the page, in units" "measured";
    "title_like" "overlap_body * mass_none_before, for blocks of 3 to 40 units" "title-body overlap";
    "credit_like" "mass_none_behind, for blocks of up to 20 units that start with a label and a colon" "measured";
}

/// Inputs that scores have no part in. A *body* is a block of over 30 units in which a sentence ends.
pub(super) const FIXED: &[Feature] = &[
    Feature { name: "first", formula: "1 if no block stands before", source: "edge of the windows" },
    Feature { name: "last", formula: "1 if no block stands behind", source: "edge of the windows" },
    Feature { name: "length-1", formula: "length of the block before", source: "Kohlschütter et al. 2010" },
    Feature { name: "length+1", formula: "length of the block behind", source: "Kohlschütter et al. 2010" },
    Feature {
        name: "overlap",
        formula: "share of the block's shingles (words, or pairs of symbols) that stand in other blocks; 0 above 60 units",
        source: "title-body overlap",
    },
    Feature {
        name: "overlap_body",
        formula: "share of the block's shingles that stand in other blocks of over 30 units; 0 above 60 units",
        source: "title-body overlap",
    },
    Feature { name: "other_script", formula: "1 if the block's script is not the page's", source: "label guideline" },
    Feature {
        name: "other_variant",
        formula: "|traditional share - the page's|, for blocks of 6 Han characters or more",
        source: "label guideline",
    },
    Feature {
        name: "labeled",
        formula: "1 for blocks of up to 20 units that start with a label and a colon",
        source: "measured",
    },
    Feature { name: "no_letters", formula: "1 if the block has no letters", source: "label guideline" },
    Feature {
        name: "duplicates",
        formula: "ln(1 + other blocks of the page with the same folded text)",
        source: "Gopher rules",
    },
    Feature { name: "date", formula: "1 if the block is short and holds a date or a time", source: "label guideline" },
    Feature { name: "date-1", formula: "date of the block before", source: "label guideline" },
    Feature { name: "date+1", formula: "date of the block behind", source: "label guideline" },
    Feature { name: "body_before", formula: "share of the page's bodies before the block", source: "measured" },
    Feature { name: "body_behind", formula: "share of the page's bodies behind the block", source: "measured" },
    Feature { name: "no_body_before", formula: "1 if no body stands before the block", source: "measured" },
    Feature { name: "no_body_behind", formula: "1 if no body stands behind the block", source: "measured" },
    Feature { name: "bodies", formula: "1 if the page has a body", source: "measured" },
    Feature {
        name: "to_body_before",
        formula: "ln(1 + blocks to the next body before), 60 at most",
        source: "measured",
    },
    Feature {
        name: "to_body_behind",
        formula: "ln(1 + blocks to the next body behind), 60 at most",
        source: "measured",
    },
    Feature { name: "to_body", formula: "the smaller of the two", source: "measured" },
];

pub(super) const SCORED: usize = OF_SCORES.len();

/// Where the inputs of one pass stand that are made of its scores: those of the neighbours, those of the elements around
/// (of HTML), products.
pub(super) struct Pass {
    pub scores: usize,
    pub container: usize,
    pub products: usize,
    pub end: usize,
}

/// Where all inputs stand: the own score, [`FIXED`] behind the scores of the first pass, the block model's row behind its
/// products, then the second pass.
pub(super) struct Layout {
    pub fixed: usize,
    pub passes: [Pass; 2],
    pub row: usize,
    /// The first pass reads so many.
    pub first: usize,
}

pub(super) const fn layout(markup: bool) -> Layout {
    let containers = if markup { container::COUNT } else { 0 };
    let fixed = 1 + SCORED;
    let first = pass(1, fixed + FIXED.len(), containers);
    let row = first.end;
    let end = row + row::length(markup);
    let second = pass(end, end + SCORED, containers);
    Layout { fixed, passes: [first, second], row, first: end }
}

const fn pass(scores: usize, container: usize, containers: usize) -> Pass {
    let products = container + containers;
    Pass { scores, container, products, end: products + products::COUNT }
}

/// How many inputs the first pass reads.
pub(crate) const fn first_count(markup: bool) -> usize {
    layout(markup).first
}

/// How many inputs the second pass reads: those of the first, then what is made of the first pass's scores.
pub(crate) const fn count(markup: bool) -> usize {
    layout(markup).passes[1].end
}

/// Where the block model's row stands among the inputs.
pub(crate) fn row_range(markup: bool) -> std::ops::Range<usize> {
    layout(markup).row..layout(markup).first
}

/// Names and formulas of all inputs of one block but for those of the block model's row: what stands before it and what
/// stands behind, in order. "Score" is the block model's log-odds of junk, cut at ±8.
pub(crate) fn features(markup: bool) -> [impl Iterator<Item = &'static Feature>; 2] {
    let of = |features: &'static [Feature]| if markup { features } else { &[] };
    [
        [OWN, OF_SCORES, FIXED, of(container::FEATURES), products::features(false)].into_iter().flatten(),
        [AGAIN, of(container::AGAIN), products::features(true), &[], &[]].into_iter().flatten(),
    ]
}

/// Places of the factors in what is made of scores, in [`FIXED`] and in the block model's row.
const SCORES_AT: [usize; products::OF_SCORES.len()] = {
    let mut at = [0; products::OF_SCORES.len()];
    let mut i = 0;
    while i < at.len() {
        at[i] = feature::place(OF_SCORES, products::OF_SCORES[i]);
        i += 1;
    }
    at
};
const OVERLAP_AT: usize = feature::place(FIXED, "overlap");
const LENGTH_AT: usize = row::STATS + feature::place(stats::FEATURES, "length");
const LETTERS_AT: usize = row::STATS + feature::place(stats::FEATURES, "letters");

/// Fills in the products of one pass, from the inputs that are there.
pub(super) fn multiply(inputs: &mut [f32], markup: bool, number: usize) {
    let layout = layout(markup);
    let pass = &layout.passes[number];
    let mut factors = [0.0; products::FACTORS];
    let [own, of_scores @ .., length, letters, overlap] = &mut factors;
    *own = inputs[0];
    for (factor, at) in of_scores.iter_mut().zip(SCORES_AT) {
        *factor = inputs[pass.scores + at];
    }
    *length = inputs[layout.row + LENGTH_AT];
    *letters = inputs[layout.row + LETTERS_AT];
    *overlap = inputs[layout.fixed + OVERLAP_AT];
    products::fill(&factors, &mut inputs[pass.products..pass.end]);
}
