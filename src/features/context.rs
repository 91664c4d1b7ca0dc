//! The group `context`: how a block fits its page. These are the inputs of the page model; most are made of the block
//! model's scores of the neighbours. A second pass looks at the scores that the first one gave to the neighbours
//! (stacked sequential learning, Cohen and Carvalho 2005). No raw position takes part: it does not carry over to unseen
//! sites.

use super::container::Container;
use super::inputs::{FIXED, SCORED, layout, multiply};
use super::{BlockFacts, Matrix, PageFeatures};
use crate::math::{exp, ln_1p};

/// Scores beyond this are as certain as it gets.
pub(crate) const SCORE_LIMIT: f32 = 8.0;
/// Neighbours on each side whose scores are read one by one.
pub(crate) const NEIGHBOURS: usize = 3;
const WINDOWS: [usize; 3] = [3, 8, 20];

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
    /// The first pass: fills all inputs of the wanted blocks but those made of its own scores. Takes the block model's
    /// log-odds of all blocks.
    pub(crate) fn first(
        &mut self,
        page: &PageFeatures,
        markup: bool,
        scores: &[f32],
        wanted: impl Iterator<Item = usize> + Clone,
        out: &mut Matrix,
    ) {
        let layout = layout(markup);
        self.load(page, scores);
        out.reset(layout.passes[1].end, scores.len());
        for i in wanted.clone() {
            let inputs = out.row_mut(i);
            inputs[0] = self.scores[i];
            inputs[layout.row..layout.first].copy_from_slice(page.rows.row(i));
        }
        self.fixed(page, layout.fixed, out);
        self.fill(page, markup, 0, wanted, out);
    }

    /// The second pass: fills in what is made of the first pass's log-odds.
    pub(crate) fn second(
        &mut self,
        page: &PageFeatures,
        markup: bool,
        scores: &[f32],
        wanted: impl Iterator<Item = usize>,
        out: &mut Matrix,
    ) {
        self.load(page, scores);
        self.fill(page, markup, 1, wanted, out);
    }

    /// Fills in what is made of the scores that were loaded last.
    fn fill(
        &mut self,
        page: &PageFeatures,
        markup: bool,
        number: usize,
        wanted: impl Iterator<Item = usize>,
        out: &mut Matrix,
    ) {
        let pass = &layout(markup).passes[number];
        let elements = markup && !page.tree.is_empty();
        if elements {
            self.container.load(page, &self.scores);
        }
        for i in wanted {
            let inputs = out.row_mut(i);
            inputs[pass.scores..pass.scores + SCORED].copy_from_slice(&self.of_scores(page, i));
            if elements {
                inputs[pass.container..pass.products].copy_from_slice(&self.container.of(page, i));
            }
            multiply(inputs, markup, number);
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

    /// What scores have no part in, from place `start` on.
    fn fixed(&mut self, page: &PageFeatures, start: usize, out: &mut Matrix) {
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
            inputs[start..start + FIXED.len()].copy_from_slice(&fixed);
            before += usize::from(own.body);
            distance = step(distance, own.body);
        }
    }
}
