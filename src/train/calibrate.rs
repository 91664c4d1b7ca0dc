//! Scores to probabilities, and the thresholds of the presets: both measured on sites that the scores had not seen.

use std::collections::BTreeSet;

use super::head::{Rows, drawn};
use crate::chars::ScriptGroup;
use crate::error::Result;
use crate::model::{PerScript, Platt, Preset};

/// One scored block.
pub(super) struct Sample {
    /// Script group, as an index.
    pub script: usize,
    /// Log-odds before calibration.
    pub score: f32,
    pub junk: bool,
    /// 0 leaves the block out.
    pub weight: f32,
    /// What a lost block costs.
    pub chars: u32,
    /// The site it stands on, as a number.
    pub site: usize,
}

/// Blocks of each label that a script needs for thresholds of its own.
pub(super) const ENOUGH_BLOCKS: usize = 300;
/// Sites that a script needs for thresholds of its own.
pub(super) const ENOUGH_SITES: usize = 15;
/// Blocks of all scripts that are mixed into the calibration of each: the less there is of a script, the closer it stays
/// to the others.
const SHARED_BLOCKS: f64 = 10_000.0;
const CALIBRATION_ROWS: f64 = 200_000.0;
/// Scores are cut here when thresholds are looked for.
const STEPS: usize = 2000;

/// Platt scaling for each script group, shrunk towards that of all blocks together.
pub(super) fn platt(samples: &[Sample], seed: u64) -> Result<PerScript<Platt>> {
    let total: f64 = samples.iter().map(|sample| f64::from(sample.weight)).sum();
    let mut scales = [Platt { slope: 1.0, offset: 0.0 }; ScriptGroup::COUNT];
    for (script, scale) in scales.iter_mut().enumerate() {
        let shared = (SHARED_BLOCKS / total).min(1.0);
        let weight = |sample: &Sample| {
            let own = if sample.script == script { 1.0 } else { 0.0 };
            f64::from(sample.weight) * (own + shared)
        };
        let total: f64 = samples.iter().map(weight).sum();
        let mut rows = Rows::new(1);
        for (i, sample) in samples.iter().enumerate() {
            if drawn(weight(sample) * CALIBRATION_ROWS / total, i, seed) {
                rows.push(&[sample.score], sample.junk);
            }
        }
        let fitted = rows.fit(1e-6, |_| true)?;
        *scale = Platt { slope: fitted.weights()[0], offset: fitted.bias() };
    }
    Ok(scales)
}

fn enough(samples: &[Sample], script: usize) -> bool {
    let mut blocks = [0usize; 2];
    let mut sites = BTreeSet::new();
    for sample in samples.iter().filter(|sample| sample.script == script && sample.weight > 0.0) {
        blocks[usize::from(sample.junk)] += 1;
        sites.insert(sample.site);
    }
    blocks.iter().all(|count| *count >= ENOUGH_BLOCKS) && sites.len() >= ENOUGH_SITES
}

/// The thresholds of the presets for each script group. `cautious` and `balanced` are the lowest thresholds from 0.5 on (what
/// is more likely content stays) whose share of lost content characters stays below their limit with 95 % confidence on other
/// sites than these; `strict` has the best F1 of junk characters. Scripts with too little data get the most careful threshold
/// of all the others: what was not measured is not promised.
pub(super) fn thresholds(samples: &[Sample], scores: &[f32], losses: [f64; 2]) -> [PerScript<f32>; Preset::ALL.len()] {
    let sites = samples.iter().map(|sample| sample.site + 1).max().unwrap_or(0);
    let mut thresholds = [[f32::NAN; ScriptGroup::COUNT]; Preset::ALL.len()];
    for script in 0..ScriptGroup::COUNT {
        if !enough(samples, script) {
            continue;
        }
        // Content by score with its site, and junk by score; masses in weighted characters.
        let mut content: Vec<Vec<(usize, f64)>> = vec![Vec::new(); STEPS + 1];
        let mut junk = vec![0.0f64; STEPS + 1];
        let mut by_site = vec![0.0f64; sites];
        for (sample, score) in samples.iter().zip(scores).filter(|(sample, _)| sample.script == script) {
            let mass = f64::from(sample.weight) * f64::from(sample.chars);
            let step = (score * STEPS as f32) as usize;
            if sample.junk {
                junk[step] += mass;
            } else if mass > 0.0 {
                content[step].push((sample.site, mass));
                by_site[sample.site] += mass;
            }
        }
        let all_junk: f64 = junk.iter().sum();
        let mut loss = Loss::new(by_site);
        let mut caught = 0.0;
        let mut best = [STEPS + 1; Preset::ALL.len()];
        let mut open = [true; 2];
        let mut best_f1 = 0.0;
        for step in (0..=STEPS).rev() {
            content[step].iter().for_each(|(site, mass)| loss.add(*site, *mass));
            caught += junk[step];
            let bound = loss.upper_bound();
            for ((best, limit), open) in best.iter_mut().zip(losses).zip(&mut open) {
                *open &= bound <= limit && step >= STEPS / 2;
                if *open {
                    *best = step;
                }
            }
            let f1 = 2.0 * caught / (caught + loss.lost + all_junk).max(1e-9);
            if f1 > best_f1 {
                best_f1 = f1;
                best[2] = step;
            }
        }
        // Strict is never more careful than balanced, nor balanced than cautious.
        best[1] = best[1].min(best[0]);
        best[2] = best[2].min(best[1]);
        for (row, step) in thresholds.iter_mut().zip(best) {
            row[script] = (step as f32 / STEPS as f32).min(1.0);
        }
    }
    for row in &mut thresholds {
        let careful = row.iter().copied().filter(|threshold| !threshold.is_nan()).fold(0.5f32, f32::max);
        row.iter_mut().filter(|threshold| threshold.is_nan()).for_each(|threshold| *threshold = careful);
    }
    thresholds
}

/// The share of content that is lost, and how far it may be from that of other sites.
pub(super) struct Loss {
    /// Content mass of each site, and what of it is lost.
    content: Vec<f64>,
    lost_of: Vec<f64>,
    pub lost: f64,
    pub all: f64,
    /// Sites with content.
    sites: f64,
    /// Sums over sites of lost^2, lost * content, content^2.
    squares: [f64; 3],
}

impl Loss {
    pub(super) fn new(content: Vec<f64>) -> Self {
        Self {
            lost_of: vec![0.0; content.len()],
            lost: 0.0,
            all: content.iter().sum(),
            sites: content.iter().filter(|mass| **mass > 0.0).count() as f64,
            squares: [0.0, 0.0, content.iter().map(|mass| mass * mass).sum()],
            content,
        }
    }

    /// More content is there of a site: what [`Loss::new`] was told of was not all.
    pub(super) fn grow(&mut self, site: usize, mass: f64) {
        let content = &mut self.content[site];
        if *content == 0.0 && mass > 0.0 {
            self.sites += 1.0;
        }
        self.squares[1] += mass * self.lost_of[site];
        self.squares[2] += (2.0 * *content + mass) * mass;
        *content += mass;
        self.all += mass;
    }

    pub(super) fn add(&mut self, site: usize, mass: f64) {
        let lost = &mut self.lost_of[site];
        self.squares[0] += (2.0 * *lost + mass) * mass;
        self.squares[1] += mass * self.content[site];
        *lost += mass;
        self.lost += mass;
    }

    /// The one-sided 95 % bound of the ratio estimator (Cochran, "Sampling Techniques", 6.4), with sites as the sample.
    pub(super) fn upper_bound(&self) -> f64 {
        let share = self.lost / self.all;
        let [lost, both, content] = self.squares;
        let spread = (lost - 2.0 * share * both + share * share * content).max(0.0);
        share + 1.645 * (spread * self.sites / (self.sites - 1.0).max(1.0)).sqrt() / self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_grows_with_the_difference_between_sites() {
        let bound = |lost: [f64; 4]| {
            let mut loss = Loss::new(vec![100.0; 4]);
            lost.iter().enumerate().for_each(|(site, mass)| loss.add(site, *mass));
            loss.upper_bound()
        };
        let even = bound([1.0; 4]);
        assert!((even - 0.01).abs() < 1e-9, "sites that lose alike leave no doubt: {even}");
        // One site loses all: deviations 3, -1, -1, -1, so 1.645 * sqrt(12 * 4 / 3) / 400 on top.
        let uneven = bound([4.0, 0.0, 0.0, 0.0]);
        assert!((uneven - (0.01 + 1.645 * 4.0 / 400.0)).abs() < 1e-9, "{uneven}");
    }

    #[test]
    fn content_that_comes_later_counts_the_same() {
        let mut told = Loss::new(vec![3.0, 5.0, 0.0]);
        let mut grown = Loss::new(vec![0.0; 3]);
        for (site, mass) in [(0, 1.0), (1, 5.0), (0, 2.0)] {
            grown.grow(site, mass);
            grown.add(site, mass / 2.0);
            told.add(site, mass / 2.0);
        }
        assert!((told.upper_bound() - grown.upper_bound()).abs() < 1e-12);
    }
}
