//! The group `context`: how a block fits its page. These are the inputs of the page model; most are made of the block
//! model's scores of the neighbours. No raw position takes part: it does not carry over to unseen sites.

use super::schema::Feature;
use super::{BlockFacts, PageFeatures};

/// Scores beyond this are as certain as it gets.
pub(crate) const SCORE_LIMIT: f32 = 8.0;
/// Neighbours on each side whose scores are read one by one.
pub(crate) const NEIGHBOURS: usize = 3;
const WINDOWS: [usize; 3] = [3, 8, 20];

/// Names and formulas, in the order of [`Context::compute`]. "Score" is the block model's log-odds of junk, cut at ±8.
pub(crate) const FEATURES: &[Feature] = &[
    Feature { name: "score", formula: "the block's own score", source: "stacking, Wolpert 1992" },
    Feature {
        name: "score-1",
        formula: "score of the block before, 0 if there is none",
        source: "Web2Text, Vogels et al. 2018",
    },
    Feature { name: "score-2", formula: "score two blocks before", source: "Web2Text" },
    Feature { name: "score-3", formula: "score three blocks before", source: "Web2Text" },
    Feature { name: "score+1", formula: "score of the block behind, 0 if there is none", source: "Web2Text" },
    Feature { name: "score+2", formula: "score two blocks behind", source: "Web2Text" },
    Feature { name: "score+3", formula: "score three blocks behind", source: "Web2Text" },
    Feature {
        name: "neighbours_min",
        formula: "the lower of the scores before and behind",
        source: "jusText, Pomikálek 2011",
    },
    Feature {
        name: "neighbours_max",
        formula: "the higher of the scores before and behind",
        source: "jusText, Pomikálek 2011",
    },
    Feature { name: "window3", formula: "mean score of up to 3 blocks on each side", source: "jusText" },
    Feature { name: "window8", formula: "mean score of up to 8 blocks on each side", source: "jusText" },
    Feature { name: "window20", formula: "mean score of up to 20 blocks on each side", source: "jusText" },
    Feature { name: "before8", formula: "mean score of up to 8 blocks before", source: "jusText" },
    Feature { name: "behind8", formula: "mean score of up to 8 blocks behind", source: "jusText" },
    Feature { name: "page_score", formula: "mean score of the page", source: "measured" },
    Feature { name: "first", formula: "1 if no block stands before", source: "edge of the windows" },
    Feature { name: "last", formula: "1 if no block stands behind", source: "edge of the windows" },
    Feature { name: "length", formula: "ln(1 + units)", source: "Kohlschütter et al. 2010" },
    Feature { name: "length-1", formula: "length of the block before", source: "Kohlschütter et al. 2010" },
    Feature { name: "length+1", formula: "length of the block behind", source: "Kohlschütter et al. 2010" },
    Feature {
        name: "mass_before",
        formula: "share of the page's predicted content before the block",
        source: "measured",
    },
    Feature {
        name: "mass_behind",
        formula: "share of the page's predicted content behind the block",
        source: "measured",
    },
    Feature { name: "mass_none_before", formula: "1 - min(1, 20 mass_before)", source: "measured" },
    Feature { name: "mass_none_behind", formula: "1 - min(1, 20 mass_behind)", source: "measured" },
    Feature {
        name: "mass_near",
        formula: "ln(1 + predicted content within 3 blocks, without its own)",
        source: "measured",
    },
    Feature { name: "page_content", formula: "ln(1 + predicted content of the page)", source: "measured" },
    Feature { name: "page_share", formula: "predicted content / all characters of the page", source: "measured" },
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
    Feature {
        name: "title_like",
        formula: "overlap_body * mass_none_before, for blocks of 3 to 40 units",
        source: "title-body overlap",
    },
    Feature { name: "other_script", formula: "1 if the block's script is not the page's", source: "label guideline" },
    Feature {
        name: "other_variant",
        formula: "|traditional share - the page's|, for blocks of 6 Han characters or more",
        source: "label guideline",
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
];

pub(crate) const COUNT: usize = FEATURES.len();

/// Blocks of more units are not compared with the rest of the page: their overlaps are 0.
pub(crate) const COMPARED_UNITS: f32 = 60.0;
/// A block of more units than this counts as body text.
pub(crate) const BODY_UNITS: f32 = 30.0;

/// Sums over the blocks of one page, from which every window is two look-ups. Reused from page to page.
#[derive(Default)]
pub(crate) struct Context {
    scores: Vec<f32>,
    score_sums: Vec<f64>,
    mass_sums: Vec<f64>,
    page_score: f32,
    page_content: f32,
    page_share: f32,
}

impl Context {
    /// Takes the block scores (log-odds of junk) of a page.
    pub(crate) fn load(&mut self, page: &PageFeatures, scores: &[f32]) {
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
            mass_sum += f64::from(facts.units / (1.0 + score.exp()));
            units += f64::from(facts.units);
            self.score_sums.push(score_sum);
            self.mass_sums.push(mass_sum);
        }
        self.page_score = (score_sum / scores.len().max(1) as f64) as f32;
        self.page_content = (mass_sum as f32).ln_1p();
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

    /// The page model's input for block `i`.
    pub(crate) fn compute(&self, page: &PageFeatures, i: usize, out: &mut [f32; COUNT]) {
        let n = self.scores.len();
        let facts: &[BlockFacts] = &page.facts;
        let own = &facts[i];
        let score = |at: Option<usize>| at.and_then(|at| self.scores.get(at)).copied().unwrap_or(0.0);
        let before = |k: usize| score(i.checked_sub(k));
        let behind = |k: usize| score(Some(i + k));
        let window = |w: usize| (i.saturating_sub(w), (i + w + 1).min(n));
        let previous = i.checked_sub(1).map(|at| &facts[at]);
        let next = facts.get(i + 1);
        let flag = |on: bool| f32::from(u8::from(on));
        let length = |facts: Option<&BlockFacts>| facts.map_or(0.0, |facts| facts.length);
        let date = |facts: Option<&BlockFacts>| flag(facts.is_some_and(|facts| facts.date));

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
        *out = [
            self.scores[i],
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
            flag(i == 0),
            flag(i + 1 == n),
            own.length,
            length(previous),
            length(next),
            mass_before,
            mass_behind,
            none_before,
            none_behind,
            (mass_near.max(0.0) as f32).ln_1p(),
            self.page_content,
            self.page_share,
            own.overlap,
            own.overlap_body,
            if titled { own.overlap_body * none_before } else { 0.0 },
            flag(own.group.is_some() && own.group != page.group),
            if own.han >= 6 { (own.traditional - page.traditional).abs() } else { 0.0 },
            flag(own.group.is_none()),
            (own.duplicates as f32).ln_1p(),
            flag(own.date),
            date(previous),
            date(next),
        ];
    }
}
