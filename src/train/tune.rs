//! Thresholds for what a user asks for, measured on the user's own labeled pages.
//!
//! A limit is promised with 95 % confidence twice: of the blocks, by the exact binomial bound (Clopper and Pearson 1934),
//! which says how many blocks it takes at all; and of other sites, by the ratio estimator that training uses, which knows
//! that blocks of one site are not independent.

use std::collections::BTreeMap;

use statrs::function::beta::{beta_reg, inv_beta_reg};

use super::calibrate::{ENOUGH_BLOCKS, ENOUGH_SITES, Loss};
use super::dataset::{DataSet, LabeledPage};
use super::evaluate::each_block;
use crate::chars::ScriptGroup;
use crate::classify::Classifier;
use crate::error::{Error, Result};
use crate::model::{self, Metric, Model, Preset, TunedScript, Tuning, script_index};
use crate::page::Label;

/// Chance that a promise about the blocks is wrong.
const RISK: f64 = 0.05;
/// Places from which a threshold for a precision is looked for, each with its part of the risk: precision has no end to
/// start at where it is known to hold, as loss has (multi-start fixed-sequence testing, Angelopoulos et al., "Learn then
/// test", 2021).
const STARTS: u32 = 5;

/// What thresholds are tuned for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// Remove as much as can be while at most this share of the content characters is lost.
    ContentLost(f64),
    /// Remove as much as can be while at least this share of the removed blocks is junk.
    Precision(f64),
    /// Make the sum of costs the smallest. It promises no limit.
    Cost {
        /// Of a lost content character.
        lost: f64,
        /// Of a kept junk character.
        kept: f64,
    },
}

impl Goal {
    /// The preset that is nearest in meaning: `cautious` for a loss up to 1 %, `balanced` for a larger one and for a
    /// precision, `strict` for costs.
    pub fn preset(self) -> Preset {
        match self {
            Self::ContentLost(limit) if limit <= 0.01 => Preset::Cautious,
            Self::ContentLost(_) | Self::Precision(_) => Preset::Balanced,
            Self::Cost { .. } => Preset::Strict,
        }
    }

    fn check(self) -> Result<()> {
        let (fits, what) = match self {
            Self::ContentLost(share) | Self::Precision(share) => {
                (share > 0.0 && share < 1.0, "a share to tune for is above 0 and below 1")
            }
            Self::Cost { lost, kept } => {
                let fit = |cost: f64| cost > 0.0 && cost.is_finite();
                (fit(lost) && fit(kept), "a cost to tune for is above 0")
            }
        };
        if fits { Ok(()) } else { Err(Error::option(what)) }
    }

    fn metrics(self) -> Vec<Metric> {
        match self {
            Self::ContentLost(limit) => vec![metric("content_lost", limit)],
            Self::Precision(limit) => vec![metric("precision", limit)],
            Self::Cost { lost, kept } => vec![metric("cost_lost", lost), metric("cost_kept", kept)],
        }
    }

    /// Content blocks, junk blocks, and sites of either where there must be any, without which nothing can be promised.
    fn needs(self) -> [usize; 2] {
        match self {
            Self::ContentLost(limit) => [blocks_needed(limit, RISK), 0],
            Self::Precision(limit) => [0, blocks_needed(1.0 - limit, RISK / f64::from(STARTS))],
            Self::Cost { .. } => [ENOUGH_BLOCKS; 2],
        }
    }
}

fn metric(name: &str, value: f64) -> Metric {
    Metric { name: name.to_owned(), value }
}

/// The fewest blocks without one failure that bound the share of failures by `limit`.
fn blocks_needed(limit: f64, risk: f64) -> usize {
    (risk.ln() / (-limit).ln_1p()).ceil() as usize
}

/// Whether `failures` of `blocks` bound the share of failures by `limit`.
fn bounded(failures: usize, blocks: usize, limit: f64, risk: f64) -> bool {
    // P(X <= k) of a binomial is the regularised incomplete beta function I(1 - p; n - k, k + 1).
    failures < blocks && beta_reg((blocks - failures) as f64, (failures + 1) as f64, 1.0 - limit) <= risk
}

/// The one-sided upper bound of the share of failures.
fn upper_bound(failures: usize, blocks: usize, risk: f64) -> f64 {
    if failures >= blocks {
        return 1.0;
    }
    inv_beta_reg((failures + 1) as f64, (blocks - failures) as f64, 1.0 - risk)
}

/// A model with new thresholds.
#[derive(Clone, Debug)]
pub struct Tuned {
    /// The model; its metadata tells of the tuning.
    pub model: Model,
    /// What was tuned, and what the new thresholds do to the data.
    pub tuning: Tuning,
    /// Scripts of the data that have kept their threshold, with the reason.
    pub kept: Vec<String>,
}

/// Puts thresholds for `goal` in the place of those of `preset`, for each script that the data has enough of.
///
/// The pages must not be those that the model was trained on: of those it knows the labels. A model for HTML (of the
/// feature group `markup`) is tuned on the pages of HTML among them.
///
/// # Errors
/// If the data has too little of every script to promise the goal (the error says how much it takes), if no threshold
/// keeps it, or if the goal makes no sense.
pub fn tune(model: Model, sets: &[DataSet], goal: Goal, preset: Preset) -> Result<Tuned> {
    goal.check()?;
    let markup = model.metadata().groups.markup;
    let counts = |page: &LabeledPage| !markup || page.has_markup();
    let data = used(sets, counts);
    if data.is_empty() {
        return Err(Error::data(if markup {
            "no page is of HTML, and a model with the feature group `markup` is tuned on such pages"
        } else {
            "there is no page in it"
        }));
    }
    let mut sites: BTreeMap<&str, usize> = BTreeMap::new();
    for page in sets.iter().flat_map(|set| &set.pages) {
        let next = sites.len();
        sites.entry(&page.site).or_insert(next);
    }
    let classifier = Classifier::new(model.clone())?;
    let samples = each_block(&classifier, sets, |_, _, page, b, facts, score| {
        let label = page.blocks[b].label.filter(|_| counts(page))?;
        let site = sites[page.site.as_str()];
        let chars = f64::from(facts.symbols);
        Some((script_index(facts.group), Sample { score, junk: label == Label::Junk, chars, site }))
    });
    let mut by_script: [Vec<Sample>; ScriptGroup::COUNT] = std::array::from_fn(|_| Vec::new());
    for (script, sample) in samples.into_iter().flatten() {
        by_script[script].push(sample);
    }

    let mut model = model;
    let (mut scripts, mut kept) = (Vec::new(), Vec::new());
    for ((group, samples), threshold) in
        ScriptGroup::ALL.iter().zip(by_script).zip(&mut model.thresholds[preset as usize])
    {
        if samples.is_empty() {
            continue;
        }
        let curve = Curve::new(samples, sites.len());
        if let Some(why) = curve.lacks(goal) {
            kept.push(format!("{}: {why}", group.name()));
            continue;
        }
        let found = curve.find(goal).map_err(|why| Error::data(format!("{}: {why}", group.name())))?;
        scripts.push(curve.tuned(group.name(), *threshold, &found));
        *threshold = found.threshold;
    }
    if scripts.is_empty() {
        return Err(Error::data(format!("it is too small to promise that; {}", kept.join("; "))));
    }
    let tuning = Tuning { preset, goal: goal.metrics(), data, scripts };
    let about = &mut model.metadata;
    about.tuning.retain(|old| old.preset != preset);
    about.tuning.push(tuning.clone());
    // Those were measured with the thresholds that are gone.
    about.metrics.retain(|metric| !metric.name.starts_with(&format!("{}.", preset.name())));
    Ok(Tuned { model, tuning, kept })
}

fn used(sets: &[DataSet], counts: impl Fn(&LabeledPage) -> bool) -> Vec<model::DataSet> {
    let mut data = Vec::new();
    for set in sets {
        let pages = || set.pages.iter().filter(|page| counts(page));
        let blocks = pages().flat_map(|page| &page.blocks).filter(|block| block.label.is_some()).count();
        if blocks > 0 {
            data.push(model::DataSet { name: set.name.clone(), pages: pages().count() as u64, blocks: blocks as u64 });
        }
    }
    data
}

/// A scored block.
#[derive(Clone)]
struct Sample {
    score: f32,
    junk: bool,
    chars: f64,
    site: usize,
}

/// The labeled blocks of one script, the surest junk first.
struct Curve {
    samples: Vec<Sample>,
    /// Blocks, characters and sites of each label.
    blocks: [usize; 2],
    chars: [f64; 2],
    sites: [usize; 2],
    all_sites: usize,
    /// Content characters of every site.
    content_of: Vec<f64>,
}

/// A threshold and what it does.
#[derive(Clone, Debug)]
struct Found {
    threshold: f32,
    lost: f64,
    removed_junk: f64,
    /// Blocks removed, and how many of them are content.
    removed: [usize; 2],
    /// The bound of what was asked for; none for costs.
    bound: Option<f64>,
}

impl Curve {
    fn new(mut samples: Vec<Sample>, sites: usize) -> Self {
        samples.sort_by(|a, b| b.score.total_cmp(&a.score));
        let (mut blocks, mut chars) = ([0; 2], [0.0; 2]);
        let mut seen = [vec![false; sites], vec![false; sites]];
        let mut content_of = vec![0.0; sites];
        for sample in &samples {
            let label = usize::from(sample.junk);
            blocks[label] += 1;
            chars[label] += sample.chars;
            seen[label][sample.site] = true;
            if !sample.junk {
                content_of[sample.site] += sample.chars;
            }
        }
        let all_sites = seen[0].iter().zip(&seen[1]).filter(|(content, junk)| **content || **junk).count();
        let sites = seen.map(|seen| seen.into_iter().filter(|seen| *seen).count());
        Self { samples, blocks, chars, sites, all_sites, content_of }
    }

    /// What there is too little of to promise the goal.
    fn lacks(&self, goal: Goal) -> Option<String> {
        let lacking: Vec<String> = ["content", "junk"]
            .into_iter()
            .zip(goal.needs())
            .zip(self.blocks.iter().zip(self.sites))
            .filter(|((_, needed), (blocks, sites))| *needed > 0 && (*blocks < needed || *sites < ENOUGH_SITES))
            .map(|((label, needed), (blocks, sites))| {
                format!("{blocks} {label} blocks of {sites} sites, and it takes {needed} of {ENOUGH_SITES} sites")
            })
            .collect();
        (!lacking.is_empty()).then(|| lacking.join(" and "))
    }

    /// The threshold that removes most of what the goal allows, or why there is none.
    fn find(&self, goal: Goal) -> std::result::Result<Found, String> {
        let mut loss = Loss::new(self.content_of.clone());
        // Among what is removed, content is what is lost.
        let mut wrong = Loss::new(vec![0.0; self.content_of.len()]);
        let mut removed = [0usize; 2];
        let mut removed_junk = 0.0;
        let mut start = goal.needs()[1].max(1);
        let mut starts = 0;
        let mut open = matches!(goal, Goal::ContentLost(_));
        let mut best: Option<Found> = None;
        let mut nearest = 1.0f64;
        let mut least_cost = match goal {
            Goal::Cost { kept, .. } => kept * self.chars[1],
            _ => 0.0,
        };
        for tied in self.samples.chunk_by(|a, b| a.score == b.score) {
            for sample in tied {
                removed[0] += 1;
                wrong.grow(sample.site, 1.0);
                if sample.junk {
                    removed_junk += sample.chars;
                } else {
                    removed[1] += 1;
                    wrong.add(sample.site, 1.0);
                    loss.add(sample.site, sample.chars);
                }
            }
            let found = |bound| {
                let lost = loss.lost / loss.all.max(1.0);
                Found { threshold: tied[0].score, lost, removed_junk, removed, bound }
            };
            match goal {
                Goal::ContentLost(limit) => {
                    let of_sites = loss.upper_bound();
                    let holds = of_sites <= limit && bounded(removed[1], self.blocks[0], limit, RISK);
                    if !holds {
                        nearest = of_sites.max(upper_bound(removed[1], self.blocks[0], RISK));
                        break;
                    }
                    best = Some(found(Some(of_sites)));
                }
                Goal::Precision(limit) => {
                    let risk = RISK / f64::from(STARTS);
                    let started = removed[0] >= start && starts < STARTS;
                    if started {
                        starts += 1;
                        start *= 2;
                    }
                    let of_sites = wrong.upper_bound();
                    let holds = of_sites <= 1.0 - limit && bounded(removed[1], removed[0], 1.0 - limit, risk);
                    open = (open || started) && holds;
                    if open {
                        best = Some(found(Some(of_sites)));
                    } else if started {
                        nearest = nearest.min(of_sites.max(upper_bound(removed[1], removed[0], risk)));
                    }
                }
                Goal::Cost { lost, kept } => {
                    let cost = lost * loss.lost + kept * (self.chars[1] - removed_junk);
                    if cost < least_cost {
                        least_cost = cost;
                        best = Some(found(None));
                    }
                }
            }
        }
        let mut found = best.ok_or_else(|| match goal {
            Goal::Precision(limit) => {
                format!("no threshold promises a precision of {limit}: the best that can be is {:.4}", 1.0 - nearest)
            }
            Goal::Cost { .. } => "it costs the least to keep everything".to_owned(),
            Goal::ContentLost(_) => format!(
                "no threshold promises it: where the least is removed, the loss is bounded by {nearest:.4} only"
            ),
        })?;
        found.bound = found.bound.map(|of_sites| match goal {
            Goal::Precision(_) => {
                1.0 - of_sites.max(upper_bound(found.removed[1], found.removed[0], RISK / f64::from(STARTS)))
            }
            _ => of_sites.max(upper_bound(found.removed[1], self.blocks[0], RISK)),
        });
        Ok(found)
    }

    fn tuned(&self, script: &str, before: f32, found: &Found) -> TunedScript {
        let [removed, wrong] = found.removed;
        let mut measured = vec![
            metric("content_lost", found.lost),
            metric("junk_removed", found.removed_junk / self.chars[1].max(1.0)),
            metric("precision", (removed - wrong) as f64 / removed as f64),
        ];
        measured.extend(found.bound.map(|bound| metric("bound", bound)));
        for metric in &mut measured {
            metric.value = (metric.value * 1e5).round() / 1e5;
        }
        TunedScript {
            script: script.to_owned(),
            sites: self.all_sites as u64,
            content: self.blocks[0] as u64,
            junk: self.blocks[1] as u64,
            before,
            threshold: found.threshold,
            measured,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomial_bounds_are_those_of_the_tables() {
        assert_eq!(blocks_needed(0.005, 0.05), 598);
        assert!(bounded(0, 598, 0.005, 0.05) && !bounded(0, 597, 0.005, 0.05));
        // 3 of 100: the two-sided 95 % interval of Clopper and Pearson ends at 0.0852.
        assert!((upper_bound(3, 100, 0.025) - 0.0852).abs() < 5e-5);
        assert!(bounded(3, 100, 0.0853, 0.025) && !bounded(3, 100, 0.0851, 0.025));
        assert!(!bounded(5, 5, 0.5, 0.05) && upper_bound(5, 5, 0.05) == 1.0);
        let large = upper_bound(2000, 1_000_000, 0.05);
        assert!((0.002..0.0021).contains(&large), "{large}");
    }
}
