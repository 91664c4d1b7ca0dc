//! Contributions add up to scores: for every block of the project's own pages.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

use std::path::Path;
use std::sync::Mutex;
use std::thread;

use tamis::train::{DataSet, LabeledPage};
use tamis::{Classifier, Page};

/// What is left between contributions and scores.
#[derive(Clone, Copy, Debug, Default)]
struct Gaps {
    blocks: usize,
    /// Between the sum of base and contributions and the log-odds that the explanation states.
    sum: f64,
    /// Between the probability of that sum and the score.
    score: f64,
    /// Between that sum and the log-odds of the score, where an `f32` tells those well: from 0.1 to 0.9. Towards 1 the
    /// score's own rounding (6e-8) grows with 1 / (p (1 - p)).
    log_odds: f64,
}

impl Gaps {
    fn take(&mut self, other: &Self) {
        self.blocks += other.blocks;
        self.sum = self.sum.max(other.sum);
        self.score = self.score.max(other.score);
        self.log_odds = self.log_odds.max(other.log_odds);
    }
}

fn gaps(classifier: &Classifier, page: &LabeledPage) -> Gaps {
    let mut worker = classifier.worker();
    let page = Page::from_texts(page.blocks.iter().map(|block| block.text.as_str()));
    let verdicts = worker.classify(&page).to_vec();
    let mut gaps = Gaps::default();
    for (i, verdict) in verdicts.iter().enumerate() {
        let explanation = worker.explain_classified(&page, i, None);
        let contributions = explanation.reasons.iter().map(|reason| f64::from(reason.contribution));
        let sum = f64::from(explanation.base) + contributions.sum::<f64>();
        let score = f64::from(verdict.score);
        gaps.blocks += 1;
        gaps.sum = gaps.sum.max((sum - f64::from(explanation.log_odds)).abs());
        gaps.score = gaps.score.max((1.0 / (1.0 + (-sum).exp()) - score).abs());
        if (0.1..=0.9).contains(&score) {
            gaps.log_odds = gaps.log_odds.max((sum - (score / (1.0 - score)).ln()).abs());
        }
    }
    gaps
}

#[test]
fn contributions_add_up_to_every_score() {
    let sets = DataSet::load_all(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("data")]).unwrap();
    let pages: Vec<&LabeledPage> = sets.iter().flat_map(|set| &set.pages).collect();
    let classifier = Classifier::embedded().unwrap();
    let all = Mutex::new(Gaps::default());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for part in pages.chunks(pages.len().div_ceil(threads)) {
            let (classifier, all) = (&classifier, &all);
            scope.spawn(move || {
                let mut found = Gaps::default();
                part.iter().for_each(|page| found.take(&gaps(classifier, page)));
                all.lock().unwrap().take(&found);
            });
        }
    });
    let all = *all.lock().unwrap();
    println!("{all:?}");
    assert!(all.blocks > 90_000, "{all:?}");
    assert!(all.sum < 1e-5, "{all:?}");
    assert!(all.score < 1e-5, "{all:?}");
    // Scores are sums of 340 numbers in `f32`, explanations are summed in `f64`.
    assert!(all.log_odds < 3e-5, "{all:?}");
}
