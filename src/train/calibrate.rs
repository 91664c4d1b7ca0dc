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
const ENOUGH_BLOCKS: usize = 300;
/// Sites that a script needs for thresholds of its own.
const ENOUGH_SITES: usize = 15;
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

/// The thresholds of the presets for each script group. Scripts with too little data get the most careful threshold of
/// all the others: what was not measured is not promised.
pub(super) fn thresholds(samples: &[Sample], scores: &[f32], losses: [f64; 2]) -> [PerScript<f32>; Preset::ALL.len()] {
    let mut thresholds = [[f32::NAN; ScriptGroup::COUNT]; Preset::ALL.len()];
    for script in 0..ScriptGroup::COUNT {
        if !enough(samples, script) {
            continue;
        }
        let mut content = vec![0.0f64; STEPS + 1];
        let mut junk = vec![0.0f64; STEPS + 1];
        for (sample, score) in samples.iter().zip(scores).filter(|(sample, _)| sample.script == script) {
            let mass = f64::from(sample.weight) * f64::from(sample.chars);
            let side = if sample.junk { &mut junk } else { &mut content };
            side[(score * STEPS as f32) as usize] += mass;
        }
        let all_content: f64 = content.iter().sum();
        let all_junk: f64 = junk.iter().sum();
        let (mut lost, mut caught) = (0.0, 0.0);
        let mut best = [STEPS + 1, STEPS + 1, STEPS + 1];
        let mut best_f1 = 0.0;
        for step in (0..=STEPS).rev() {
            lost += content[step];
            caught += junk[step];
            for (best, loss) in best.iter_mut().zip(losses) {
                if lost <= loss * all_content {
                    *best = step;
                }
            }
            let f1 = 2.0 * caught / (caught + lost + all_junk).max(1e-9);
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
