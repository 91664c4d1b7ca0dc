//! The group `context`: how a block fits its page. These are the inputs of the page model; most are made of the block
//! model's scores of the neighbours. A second pass looks at the scores that the first one gave to the neighbours
//! (stacked sequential learning, Cohen and Carvalho 2005). No raw position takes part: it does not carry over to unseen
//! sites.

use super::container::{self, Container};
use super::feature::Feature;
use super::{BlockFacts, Matrix, PageFeatures, products, row, stats};
use crate::math::{exp, ln_1p};

/// Scores beyond this are as certain as it gets.
pub(crate) const SCORE_LIMIT: f32 = 8.0;
/// Neighbours on each side whose scores are read one by one.
pub(crate) const NEIGHBOURS: usize = 3;
const WINDOWS: [usize; 3] = [3, 8, 20];

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
const FIXED: &[Feature] = &[
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

const SCORED: usize = OF_SCORES.len();
const PRODUCTS: usize = products::count(products::TEXT);

/// Where the inputs of the first pass stand: the own score, what is made of scores, what is not, products, for pages of
/// HTML what is made of the scores of the elements around, the block model's row. Then those of the second pass: the same,
/// made of the first pass's scores.
struct Layout {
    products: usize,
    container: usize,
    row: usize,
    /// The first pass reads so many.
    first: usize,
    again_products: usize,
    again_container: usize,
    count: usize,
}

const fn layout(markup: bool) -> Layout {
    let containers = if markup { container::COUNT } else { 0 };
    let products = 1 + SCORED + FIXED.len();
    let container = products + PRODUCTS;
    let row = container + containers;
    let first = row + row::length(markup);
    let again_products = first + SCORED;
    let again_container = again_products + PRODUCTS;
    let count = again_container + containers;
    Layout { products, container, row, first, again_products, again_container, count }
}

/// How many inputs the first pass reads.
pub(crate) const fn first_count(markup: bool) -> usize {
    layout(markup).first
}

/// How many inputs the second pass reads: those of the first, then what is made of the first pass's scores.
pub(crate) const fn count(markup: bool) -> usize {
    layout(markup).count
}

/// Where the block model's row stands among the inputs.
pub(crate) fn row_range(markup: bool) -> std::ops::Range<usize> {
    layout(markup).row..layout(markup).first
}

/// Names and formulas of all inputs of one block, in order, without those of the block model's row. "Score" is the block
/// model's log-odds of junk, cut at ±8.
pub(crate) fn features(markup: bool) -> [impl Iterator<Item = &'static Feature>; 2] {
    let of = |features: &'static [Feature]| if markup { features } else { &[] };
    [
        [OWN, OF_SCORES, FIXED, products::features(false), of(container::FEATURES)].into_iter().flatten(),
        [AGAIN, products::features(true), of(container::AGAIN), &[], &[]].into_iter().flatten(),
    ]
}

/// Blocks of more units are not compared with the rest of the page: their overlaps are 0.
pub(crate) const COMPARED_UNITS: f32 = 60.0;
/// A block of more units than this counts as body text.
pub(crate) const BODY_UNITS: f32 = 30.0;

/// A body this far away is as good as none.
const FAR: u32 = 60;

/// Sums over the blocks of one page, from which every window is two look-ups. Reused from page to page.
#[derive(Default)]
pub(crate) struct Context {
    scores: Vec<f32>,
    score_sums: Vec<f64>,
    mass_sums: Vec<f64>,
    page_score: f32,
    page_content: f32,
    page_share: f32,
    /// Per block: blocks to the next body behind.
    to_body_behind: Vec<u32>,
    container: Container,
}

impl Context {
    /// The first pass: fills all inputs but those made of its own scores. Takes the block model's log-odds.
    pub(crate) fn first(&mut self, page: &PageFeatures, markup: bool, scores: &[f32], out: &mut Matrix) {
        let layout = layout(markup);
        self.load(page, scores);
        out.clear(layout.count);
        for i in 0..scores.len() {
            let inputs = out.push();
            inputs[0] = self.scores[i];
            let of_scores = self.of_scores(page, i);
            inputs[1..=SCORED].copy_from_slice(&of_scores);
            inputs[layout.row..layout.first].copy_from_slice(page.rows.row(i));
            multiply(page, i, inputs[0], &of_scores, &mut inputs[layout.products..layout.container]);
        }
        self.fixed(page, out);
        self.around(page, markup, layout.container, out);
    }

    /// The second pass: fills in what is made of the first pass's log-odds.
    pub(crate) fn second(&mut self, page: &PageFeatures, markup: bool, scores: &[f32], out: &mut Matrix) {
        let layout = layout(markup);
        self.load(page, scores);
        for (i, inputs) in out.rows_mut().enumerate() {
            let of_scores = self.of_scores(page, i);
            inputs[layout.first..layout.again_products].copy_from_slice(&of_scores);
            multiply(page, i, inputs[0], &of_scores, &mut inputs[layout.again_products..layout.again_container]);
        }
        self.around(page, markup, layout.again_container, out);
    }

    /// Fills in what is made of the scores of the elements around, from place `start` on.
    fn around(&mut self, page: &PageFeatures, markup: bool, start: usize, out: &mut Matrix) {
        if !markup || page.tree.is_empty() {
            return;
        }
        self.container.load(page, &self.scores);
        for (i, inputs) in out.rows_mut().enumerate() {
            inputs[start..start + container::COUNT].copy_from_slice(&self.container.of(page, i));
        }
    }

    fn load(&mut self, page: &PageFeatures, scores: &[f32]) {
        self.scores.clear();
        self.score_sums.clear();
        self.mass_sums.clear();
        let (mut score_sum, mut mass_sum, mut units) = (0.0f64, 0.0f64, 0.0f64);
        self.score_sums.push(0.0);
        self.mass_sums.push(0.0);
        for (score, facts) in scores.iter().zip(&page.facts) {
            let score = score.clamp(-SCORE_LIMIT, SCORE_LIMIT);
            self.scores.push(score);
            score_sum += f64::from(score);
            mass_sum += f64::from(facts.units / (1.0 + exp(score)));
            units += f64::from(facts.units);
            self.score_sums.push(score_sum);
            self.mass_sums.push(mass_sum);
        }
        self.page_score = (score_sum / scores.len().max(1) as f64) as f32;
        self.page_content = ln_1p(mass_sum as f32);
        self.page_share = (mass_sum / units.max(1.0)) as f32;
    }

    /// Mean score of the blocks in `from..to`, without block `without`; 0 for an empty range.
    fn mean(&self, from: usize, to: usize, without: usize) -> f32 {
        let inside = (from..to).contains(&without);
        let count = to - from - usize::from(inside);
        if count == 0 {
            return 0.0;
        }
        let own = if inside { f64::from(self.scores[without]) } else { 0.0 };
        ((self.score_sums[to] - self.score_sums[from] - own) / count as f64) as f32
    }

    /// What is made of the scores loaded last, for block `i`.
    fn of_scores(&self, page: &PageFeatures, i: usize) -> [f32; SCORED] {
        let n = self.scores.len();
        let own = &page.facts[i];
        let score = |at: Option<usize>| at.and_then(|at| self.scores.get(at)).copied().unwrap_or(0.0);
        let before = |k: usize| score(i.checked_sub(k));
        let behind = |k: usize| score(Some(i + k));
        let window = |w: usize| (i.saturating_sub(w), (i + w + 1).min(n));

        let all = self.mass_sums[n];
        let share = |mass: f64| (mass / all.max(1e-9)) as f32;
        let mass_before = share(self.mass_sums[i]);
        let mass_behind = share(all - self.mass_sums[i + 1]);
        let none_before = 1.0 - (20.0 * mass_before).min(1.0);
        let none_behind = 1.0 - (20.0 * mass_behind).min(1.0);
        let (near_from, near_to) = window(NEIGHBOURS);
        let mass_near =
            self.mass_sums[near_to] - self.mass_sums[near_from] - (self.mass_sums[i + 1] - self.mass_sums[i]);
        let (edge_low, edge_high) = match (i > 0, i + 1 < n) {
            (true, true) => (before(1).min(behind(1)), before(1).max(behind(1))),
            (true, false) => (before(1), before(1)),
            _ => (behind(1), behind(1)),
        };
        let windows = WINDOWS.map(|w| {
            let (from, to) = window(w);
            self.mean(from, to, i)
        });
        let titled = (3.0..=40.0).contains(&own.units);
        [
            before(1),
            before(2),
            before(3),
            behind(1),
            behind(2),
            behind(3),
            edge_low,
            edge_high,
            windows[0],
            windows[1],
            windows[2],
            self.mean(i.saturating_sub(8), i, i),
            self.mean(i + 1, (i + 9).min(n).max(i + 1), i),
            self.page_score,
            1.0 - mass_before - mass_behind,
            mass_before - mass_behind,
            none_before,
            none_behind,
            ln_1p(mass_near.max(0.0) as f32),
            self.page_content,
            self.page_share,
            if titled { own.overlap_body * none_before } else { 0.0 },
            if own.labeled { none_behind } else { 0.0 },
        ]
    }

    /// What scores have no part in.
    fn fixed(&mut self, page: &PageFeatures, out: &mut Matrix) {
        let facts: &[BlockFacts] = &page.facts;
        let n = facts.len();
        let flag = |on: bool| f32::from(u8::from(on));
        let length = |facts: Option<&BlockFacts>| facts.map_or(0.0, |facts| facts.length);
        let date = |facts: Option<&BlockFacts>| flag(facts.is_some_and(|facts| facts.date));
        let step = |distance: u32, body: bool| if body { 0 } else { (distance + 1).min(FAR) };
        self.to_body_behind.clear();
        self.to_body_behind.resize(n, FAR);
        let mut distance = FAR;
        for (place, facts) in self.to_body_behind.iter_mut().zip(facts).rev() {
            *place = distance;
            distance = step(distance, facts.body);
        }
        let bodies = facts.iter().filter(|facts| facts.body).count();
        let (mut before, mut distance) = (0usize, FAR);
        for (i, (inputs, own)) in out.rows_mut().zip(facts).enumerate() {
            let previous = i.checked_sub(1).map(|at| &facts[at]);
            let next = facts.get(i + 1);
            let behind = bodies - before - usize::from(own.body);
            let to_before = ln_1p(distance as f32);
            let to_behind = ln_1p(self.to_body_behind[i] as f32);
            let share = |count: usize| count as f32 / bodies.max(1) as f32;
            let fixed: [f32; FIXED.len()] = [
                flag(i == 0),
                flag(i + 1 == n),
                length(previous),
                length(next),
                own.overlap,
                own.overlap_body,
                flag(own.group.is_some() && own.group != page.group),
                if own.han >= 6 { (own.traditional - page.traditional).abs() } else { 0.0 },
                flag(own.labeled),
                flag(own.group.is_none()),
                ln_1p(own.duplicates as f32),
                flag(own.date),
                date(previous),
                date(next),
                share(before),
                share(behind),
                flag(before == 0),
                flag(behind == 0),
                flag(bodies > 0),
                to_before,
                to_behind,
                to_before.min(to_behind),
            ];
            inputs[1 + SCORED..][..FIXED.len()].copy_from_slice(&fixed);
            before += usize::from(own.body);
            distance = step(distance, own.body);
        }
    }
}

/// The place of the block's share of letters in the block model's row.
const LETTERS: usize = row::STATS + place(stats::FEATURES, "letters");

/// The place of a feature in a list that has it.
const fn place(features: &[Feature], name: &str) -> usize {
    let mut at = 0;
    while !same(features[at].name, name) {
        at += 1;
    }
    at
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// Fills in the products of block `i`.
fn multiply(page: &PageFeatures, i: usize, score: f32, of_scores: &[f32; SCORED], out: &mut [f32]) {
    let of = |name: usize| of_scores[name];
    const AT: [usize; 10] = [
        place(OF_SCORES, "score-1"),
        place(OF_SCORES, "score+1"),
        place(OF_SCORES, "neighbours_min"),
        place(OF_SCORES, "neighbours_max"),
        place(OF_SCORES, "window3"),
        place(OF_SCORES, "window8"),
        place(OF_SCORES, "mass_own"),
        place(OF_SCORES, "mass_balance"),
        place(OF_SCORES, "page_content"),
        place(OF_SCORES, "page_share"),
    ];
    let facts = &page.facts[i];
    let [a, b, c, d, e, f, g, h, j, k] = AT.map(of);
    let factors = [score, a, b, c, d, e, f, g, h, j, k, facts.length, page.rows.row(i)[LETTERS], facts.overlap];
    products::fill(&factors, out);
}
