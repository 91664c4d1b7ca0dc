//! Scores to probabilities, and the thresholds of the presets: both measured on sites that the scores had not seen.

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
    /// The page it stands on.
    pub group: usize,
}

/// Blocks of each label that a script needs for a calibration of its own.
const ENOUGH_BLOCKS: usize = 300;
/// Pages that a script needs for it.
const ENOUGH_PAGES: usize = 20;
const CALIBRATION_ROWS: f64 = 200_000.0;
/// Scores are cut here when thresholds are looked for.
const STEPS: usize = 2000;

/// Platt scaling for each script group; scripts with too little data get that of all blocks together.
pub(super) fn platt(samples: &[Sample], seed: u64) -> Result<PerScript<Platt>> {
    let all = fit(samples.iter(), seed)?;
    let mut scales = [all; ScriptGroup::COUNT];
    for (script, scale) in scales.iter_mut().enumerate() {
        if enough(samples, script) {
            *scale = fit(samples.iter().filter(|sample| sample.script == script), seed)?;
        }
    }
    Ok(scales)
}

fn enough(samples: &[Sample], script: usize) -> bool {
    let mut blocks = [0usize; 2];
    let mut pages: Vec<usize> = Vec::new();
    for sample in samples.iter().filter(|sample| sample.script == script && sample.weight > 0.0) {
        blocks[usize::from(sample.junk)] += 1;
        if pages.last() != Some(&sample.group) {
            pages.push(sample.group);
        }
    }
    blocks.iter().all(|count| *count >= ENOUGH_BLOCKS) && pages.len() >= ENOUGH_PAGES
}

fn fit<'a>(samples: impl Iterator<Item = &'a Sample> + Clone, seed: u64) -> Result<Platt> {
    let total: f64 = samples.clone().map(|sample| f64::from(sample.weight)).sum();
    let mut rows = Rows::new(1);
    for (i, sample) in samples.enumerate() {
        if drawn(f64::from(sample.weight) * CALIBRATION_ROWS / total, i, seed) {
            rows.push(&[sample.score], sample.junk);
        }
    }
    let fitted = rows.fit(1e-6, |_| true)?;
    Ok(Platt { slope: fitted.weights()[0], offset: fitted.bias() })
}

/// The thresholds of the presets for each script group. Scripts with too little data get the most careful threshold of
/// all the others: what was not measured is not promised.
pub(super) fn thresholds(
    samples: &[Sample],
    scores: &[f32],
    losses: [f64; 2],
) -> [PerScript<f32>; Preset::ALL.len()] {
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
