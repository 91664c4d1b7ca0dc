//! Measures of ranking, calibration and verdicts, from histograms of scores: additive, so that bootstrap samples of sites
//! cost little.

use serde::Serialize;

use crate::model::Preset;

const BINS: usize = 1024;
/// Scores are binned by log-odds between minus and plus this.
const LIMIT: f32 = 12.0;
const CALIBRATION_BINS: usize = 15;
const PRESETS: usize = Preset::ALL.len();

/// One scored block, as far as measures go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub score: f32,
    pub junk: bool,
    pub chars: u32,
    /// Whether it is labeled junk under each preset.
    pub removed: [bool; PRESETS],
}

/// Counts of one label.
#[derive(Clone, Debug)]
struct Side {
    /// Blocks and characters by score.
    blocks: Vec<f64>,
    chars: Vec<f64>,
    /// Blocks and characters labeled junk under each preset.
    removed: [[f64; 2]; PRESETS],
}

impl Side {
    fn new() -> Self {
        Self { blocks: vec![0.0; BINS], chars: vec![0.0; BINS], removed: [[0.0; 2]; PRESETS] }
    }

    fn add(&mut self, other: &Self) {
        for (to, from) in self.blocks.iter_mut().zip(&other.blocks).chain(self.chars.iter_mut().zip(&other.chars)) {
            *to += from;
        }
        for (to, from) in self.removed.iter_mut().flatten().zip(other.removed.iter().flatten()) {
            *to += from;
        }
    }
}

/// Scores of many blocks.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    content: Side,
    junk: Side,
    /// Blocks, junk blocks and summed scores in equal steps of P(junk).
    calibration: [[f64; 3]; CALIBRATION_BINS],
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { content: Side::new(), junk: Side::new(), calibration: [[0.0; 3]; CALIBRATION_BINS] }
    }

    /// A block that counts as `weight` blocks.
    pub(super) fn push(&mut self, point: &Point, weight: f64) {
        let odds = (point.score / (1.0 - point.score)).ln().clamp(-LIMIT, LIMIT);
        let bin = (((odds + LIMIT) / (2.0 * LIMIT)) * (BINS - 1) as f32).round() as usize;
        let side = if point.junk { &mut self.junk } else { &mut self.content };
        let chars = weight * f64::from(point.chars);
        side.blocks[bin] += weight;
        side.chars[bin] += chars;
        for (counts, removed) in side.removed.iter_mut().zip(point.removed) {
            if removed {
                counts[0] += weight;
                counts[1] += chars;
            }
        }
        let step = ((point.score * CALIBRATION_BINS as f32) as usize).min(CALIBRATION_BINS - 1);
        let [blocks, junk, scores] = &mut self.calibration[step];
        *blocks += weight;
        *junk += weight * f64::from(u8::from(point.junk));
        *scores += weight * f64::from(point.score);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.content.add(&other.content);
        self.junk.add(&other.junk);
        for (to, from) in self.calibration.iter_mut().flatten().zip(other.calibration.iter().flatten()) {
            *to += from;
        }
    }
}

/// Measures of a set of blocks. Values that the set cannot tell (an AUC without junk) are not numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measures {
    /// Content blocks.
    pub content: u64,
    /// Junk blocks.
    pub junk: u64,
    /// Area under the ROC curve: the chance that a junk block scores above a content block.
    pub auc: f64,
    /// Average precision of junk.
    pub average_precision: f64,
    /// Junk blocks found at the threshold where 99 % of the content blocks are kept.
    pub recall_99: f64,
    /// The same at 99.5 %.
    pub recall_995: f64,
    /// Junk characters found where 99 % of the content characters are kept.
    pub recall_99_chars: f64,
    /// The same at 99.5 %.
    pub recall_995_chars: f64,
    /// Expected calibration error: mean distance of score and share of junk over 15 steps, weighted by blocks.
    pub calibration_error: f64,
    /// What each preset does, from the most careful on.
    pub presets: [AtThreshold; PRESETS],
}

/// What a threshold does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct AtThreshold {
    /// Junk blocks labeled junk.
    pub true_junk: u64,
    /// Content blocks labeled junk.
    pub false_junk: u64,
    /// Junk blocks labeled content.
    pub false_content: u64,
    /// Content blocks labeled content.
    pub true_content: u64,
    /// Precision of junk, in blocks.
    pub precision: f64,
    /// Recall of junk, in blocks.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Share of the content characters that is lost.
    pub content_lost: f64,
    /// Share of the junk characters that is removed.
    pub junk_removed: f64,
}

/// The measures of a histogram.
pub(super) fn measures(histogram: &Histogram) -> Measures {
    let (content, junk) = (&histogram.content, &histogram.junk);
    let total = |values: &[f64]| values.iter().sum::<f64>();
    let (contents, junks) = (total(&content.blocks), total(&junk.blocks));
    let (mut above, mut pairs) = (0.0, 0.0);
    let (mut precision_sum, mut caught, mut lost) = (0.0, 0.0, 0.0);
    for bin in (0..BINS).rev() {
        pairs += content.blocks[bin] * (above + 0.5 * junk.blocks[bin]);
        above += junk.blocks[bin];
        caught += junk.blocks[bin];
        lost += content.blocks[bin];
        if caught + lost > 0.0 {
            precision_sum += junk.blocks[bin] * caught / (caught + lost);
        }
    }
    let blocks: f64 = contents + junks;
    let calibration_error = histogram
        .calibration
        .iter()
        .filter(|[blocks, ..]| *blocks > 0.0)
        .map(|[_, junk, scores]| (junk - scores).abs())
        .sum::<f64>()
        / blocks;
    Measures {
        content: contents as u64,
        junk: junks as u64,
        auc: pairs / (contents * junks),
        average_precision: precision_sum / junks,
        recall_99: recall(&content.blocks, &junk.blocks, 0.01),
        recall_995: recall(&content.blocks, &junk.blocks, 0.005),
        recall_99_chars: recall(&content.chars, &junk.chars, 0.01),
        recall_995_chars: recall(&content.chars, &junk.chars, 0.005),
        calibration_error,
        presets: std::array::from_fn(|preset| {
            let (wrong, right) = (content.removed[preset], junk.removed[preset]);
            AtThreshold {
                true_junk: right[0] as u64,
                false_junk: wrong[0] as u64,
                false_content: (junks - right[0]) as u64,
                true_content: (contents - wrong[0]) as u64,
                precision: right[0] / (right[0] + wrong[0]),
                recall: right[0] / junks,
                f1: 2.0 * right[0] / (right[0] + wrong[0] + junks),
                content_lost: wrong[1] / total(&content.chars),
                junk_removed: right[1] / total(&junk.chars),
            }
        }),
    }
}

/// Share of junk above the lowest threshold that loses at most `loss` of the content.
fn recall(content: &[f64], junk: &[f64], loss: f64) -> f64 {
    let all_content: f64 = content.iter().sum();
    let all_junk: f64 = junk.iter().sum();
    let (mut lost, mut caught) = (0.0, 0.0);
    for (content, junk) in content.iter().zip(junk).rev() {
        lost += content;
        if lost > loss * all_content {
            break;
        }
        caught += junk;
    }
    caught / all_junk
}
