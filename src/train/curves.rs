//! What an evaluation shows besides its measures: the precision-recall curve, the reliability diagram, and the blocks
//! whose scores contradict their labels the most.

use serde::Serialize;

use super::dataset::{DataSet, LabeledPage};
use super::evaluate::each_block;
use crate::classify::Classifier;
use crate::page::Label;

/// Points of the curve at most.
const POINTS: usize = 400;
/// Steps of P(junk) in the reliability diagram.
const STEPS: usize = 15;
/// Mistakes of each label that are told.
const MISTAKES: usize = 25;
/// Characters of a block that are told.
const SHOWN: usize = 160;

/// Curves of a model on labeled pages.
#[derive(Clone, Debug, Serialize)]
pub struct Curves {
    /// `[recall, precision]` of junk blocks, from the highest threshold on.
    pub precision_recall: Vec<[f64; 2]>,
    /// `[mean score, share of junk, blocks]` of the blocks in equal steps of P(junk); steps without blocks are left out.
    pub reliability: Vec<[f64; 3]>,
    /// Blocks whose scores contradict their labels, the worst first: as many of each label.
    #[serde(skip)]
    pub mistakes: Vec<Mistake>,
}

/// A block whose score contradicts its label.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    /// Data set and page.
    pub page: String,
    /// The block's number on its page, from 0 on.
    pub block: usize,
    /// The label in the data.
    pub label: Label,
    /// The finer name in the data, empty where there is none.
    pub kind: String,
    /// P(junk).
    pub score: f32,
    /// The first 160 characters.
    pub text: String,
}

impl Curves {
    /// Classifies labeled pages and draws the curves.
    pub fn of(classifier: &Classifier, sets: &[DataSet]) -> Self {
        let pages: Vec<(&str, &LabeledPage)> =
            sets.iter().flat_map(|set| set.pages.iter().map(|page| (set.name.as_str(), page))).collect();
        let places = pages.iter().enumerate().flat_map(|(p, (_, page))| (0..page.blocks.len()).map(move |b| (p, b)));
        let scores = each_block(classifier, sets, |_, _, _, _, _, score| score);
        let scored = places.zip(scores);
        let point = |((p, b), score): ((usize, usize), f32)| {
            pages[p].1.blocks[b].label.map(|label| Point { score, label, place: (p, b) })
        };
        let mut points: Vec<Point> = scored.filter_map(point).collect();
        // Blocks of one score stay in the order of the data.
        points.sort_by(|a, b| b.score.total_cmp(&a.score));
        let worst_junk = points.iter().rev().filter(|point| point.label == Label::Junk).take(MISTAKES);
        let worst_content = points.iter().filter(|point| point.label == Label::Content).take(MISTAKES);
        let mut worst: Vec<&Point> = worst_junk.chain(worst_content).collect();
        let wrong_by = |point: &Point| if point.label == Label::Junk { 1.0 - point.score } else { point.score };
        worst.sort_by(|a, b| wrong_by(b).total_cmp(&wrong_by(a)));
        let mistakes = worst.into_iter().map(|point| {
            let (p, b) = point.place;
            let (set, page) = pages[p];
            let block = &page.blocks[b];
            Mistake {
                page: format!("{set}/{}", page.id),
                block: b,
                label: point.label,
                kind: block.subkind.clone(),
                score: point.score,
                text: block.text.chars().take(SHOWN).collect(),
            }
        });
        Self {
            precision_recall: precision_recall(&points),
            reliability: reliability(&points),
            mistakes: mistakes.collect(),
        }
    }
}

struct Point {
    score: f32,
    label: Label,
    place: (usize, usize),
}

/// Points are sorted by score, the highest first. Blocks of one score come in together.
fn precision_recall(points: &[Point]) -> Vec<[f64; 2]> {
    let all = points.iter().filter(|point| point.label == Label::Junk).count();
    let mut curve = Vec::new();
    let (mut seen, mut junk) = (0usize, 0usize);
    for of_score in points.chunk_by(|a, b| a.score == b.score) {
        seen += of_score.len();
        junk += of_score.iter().filter(|point| point.label == Label::Junk).count();
        curve.push([junk as f64 / all.max(1) as f64, junk as f64 / seen as f64]);
    }
    let most = curve.len();
    if most <= POINTS {
        return curve;
    }
    (0..POINTS).map(|i| curve[i * (most - 1) / (POINTS - 1)]).collect()
}

fn reliability(points: &[Point]) -> Vec<[f64; 3]> {
    let mut steps = [[0.0f64; 3]; STEPS];
    for point in points {
        let step = ((point.score * STEPS as f32) as usize).min(STEPS - 1);
        let [score, junk, blocks] = &mut steps[step];
        *score += f64::from(point.score);
        *junk += f64::from(u8::from(point.label == Label::Junk));
        *blocks += 1.0;
    }
    let filled = steps.into_iter().filter(|step| step[2] > 0.0);
    filled.map(|[score, junk, blocks]| [score / blocks, junk / blocks, blocks]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_count_blocks_of_one_score_together() {
        let point =
            |score, junk: bool| Point { score, label: if junk { Label::Junk } else { Label::Content }, place: (0, 0) };
        let points = [point(0.9, true), point(0.5, true), point(0.5, false), point(0.1, false)];
        assert_eq!(precision_recall(&points), [[0.5, 1.0], [1.0, 2.0 / 3.0], [1.0, 0.5]]);
        let steps = reliability(&points);
        assert_eq!(steps.len(), 3);
        assert_eq!(steps[1], [0.5, 0.5, 2.0]);
    }
}
