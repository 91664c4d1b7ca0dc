//! A model's accuracy on labeled pages: overall, by data set, language, site and kind, with 95 % intervals.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::compose::base;
use super::dataset::{DataSet, LabeledPage};
use super::folds::hash;
use super::metrics::{self, Histogram, Measures, Point};
use crate::classify::Classifier;
use crate::error::{Error, ErrorKind, Result};
use crate::features::BlockFacts;
use crate::model::{Model, PerScript, Preset, script_index};
use crate::page::Label;

const BOOTSTRAP: usize = 200;
/// Blocks of a page that count in full in [`Report::capped`].
pub const PAGE_CAP: usize = 150;
const PRESETS: usize = Preset::ALL.len();

/// A block of a labeled page with its score: what [`Report::of`] measures.
#[derive(Clone, Debug)]
pub struct ScoredBlock {
    set: String,
    lang: String,
    site: String,
    subkind: String,
    page: u64,
    point: Option<Point>,
}

impl ScoredBlock {
    /// Block `b` of a page with its score, and its verdict under every preset of the model.
    pub(super) fn new(
        set: &str,
        page: &LabeledPage,
        b: usize,
        facts: &BlockFacts,
        score: f32,
        thresholds: &[PerScript<f32>; PRESETS],
    ) -> Self {
        let block = &page.blocks[b];
        let script = script_index(facts.group);
        Self {
            set: set.to_owned(),
            lang: base(&page.lang).to_owned(),
            site: page.site.clone(),
            subkind: block.subkind.clone(),
            page: hash(format!("{set}/{}", page.id).as_bytes(), 0),
            point: block.label.map(|label| Point {
                score,
                junk: label == Label::Junk,
                chars: facts.symbols,
                removed: thresholds.map(|by_script| score >= by_script[script]),
            }),
        }
    }
}

/// Everything measured in one go.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Pages with at least one labeled block.
    pub pages: usize,
    /// Sites.
    pub sites: usize,
    /// All blocks.
    pub overall: Measures,
    /// All blocks, where a page counts as [`PAGE_CAP`] blocks at most, so that a few endless lists don't decide.
    pub capped: Measures,
    /// 95 % intervals of `auc`, `recall_99`, `recall_995`, from 200 bootstrap samples of sites.
    pub intervals: BTreeMap<&'static str, [f64; 2]>,
    /// Mean over pages of the F1 of content characters, for each preset.
    pub page_f1: [f64; PRESETS],
    /// By data set.
    pub by_set: BTreeMap<String, Measures>,
    /// By language.
    pub by_lang: BTreeMap<String, Measures>,
    /// By site.
    pub by_site: BTreeMap<String, Measures>,
    /// By label and kind as in the data: how many blocks, and the share labeled junk under each preset.
    pub by_kind: BTreeMap<String, KindMeasures>,
}

/// What happens to the blocks of one kind.
#[derive(Clone, Debug, Default, Serialize)]
pub struct KindMeasures {
    /// How many there are.
    pub blocks: u64,
    /// Share labeled junk under each preset.
    pub removed: [f64; PRESETS],
}

impl Report {
    /// Measures scored blocks. Blocks of one page must stand together; they may come from different models.
    pub fn of(blocks: &[ScoredBlock]) -> Self {
        let by = |key: fn(&ScoredBlock) -> &str| -> BTreeMap<String, Histogram> {
            let mut groups: BTreeMap<String, Histogram> = BTreeMap::new();
            for block in blocks {
                if let Some(point) = &block.point {
                    if !groups.contains_key(key(block)) {
                        groups.insert(key(block).to_owned(), Histogram::new());
                    }
                    if let Some(histogram) = groups.get_mut(key(block)) {
                        histogram.push(point, 1.0);
                    }
                }
            }
            groups
        };
        let measured = |groups: &BTreeMap<String, Histogram>| {
            groups.iter().map(|(name, histogram)| (name.clone(), metrics::measures(histogram))).collect()
        };
        let sites = by(|block| &block.site);
        let mut all = Histogram::new();
        sites.values().for_each(|site| all.add(site));
        let mut pages: Vec<u64> = blocks.iter().filter(|block| block.point.is_some()).map(|block| block.page).collect();
        pages.dedup();
        Self {
            pages: pages.len(),
            sites: sites.len(),
            overall: metrics::measures(&all),
            capped: capped(blocks),
            intervals: intervals(&sites),
            page_f1: page_f1(blocks),
            by_set: measured(&by(|block| &block.set)),
            by_lang: measured(&by(|block| &block.lang)),
            by_site: measured(&sites),
            by_kind: by_kind(blocks),
        }
    }

    /// The numbers that go into a model file.
    pub fn summary(&self) -> Vec<(String, f64)> {
        let overall = &self.overall;
        let mut out = vec![
            ("auc".to_owned(), overall.auc),
            ("average_precision".to_owned(), overall.average_precision),
            ("recall_99".to_owned(), overall.recall_99),
            ("recall_995_chars".to_owned(), overall.recall_995_chars),
            ("calibration_error".to_owned(), overall.calibration_error),
        ];
        for (preset, at) in Preset::ALL.iter().zip(&overall.presets) {
            out.push((format!("{}.content_lost", preset.name()), at.content_lost));
            out.push((format!("{}.junk_removed", preset.name()), at.junk_removed));
        }
        out.retain(|(_, value)| value.is_finite());
        out
    }
}

fn capped(blocks: &[ScoredBlock]) -> Measures {
    let mut histogram = Histogram::new();
    for page in blocks.chunk_by(|a, b| a.page == b.page) {
        let points = || page.iter().filter_map(|block| block.point.as_ref());
        let weight = PAGE_CAP as f64 / points().count().max(PAGE_CAP) as f64;
        points().for_each(|point| histogram.push(point, weight));
    }
    metrics::measures(&histogram)
}

/// Content F1 in characters, page by page, averaged. Pages without content are left out.
fn page_f1(blocks: &[ScoredBlock]) -> [f64; PRESETS] {
    let mut sums = [0.0; PRESETS];
    let mut pages = 0usize;
    for page in blocks.chunk_by(|a, b| a.page == b.page) {
        let points = || page.iter().filter_map(|block| block.point.as_ref());
        let content: f64 = points().filter(|point| !point.junk).map(|point| f64::from(point.chars)).sum();
        if content == 0.0 {
            continue;
        }
        pages += 1;
        for (preset, sum) in sums.iter_mut().enumerate() {
            let kept = || points().filter(|point| !point.removed[preset]);
            let all: f64 = kept().map(|point| f64::from(point.chars)).sum();
            let good: f64 = kept().filter(|point| !point.junk).map(|point| f64::from(point.chars)).sum();
            *sum += 2.0 * good / (all + content);
        }
    }
    sums.map(|sum| sum / pages.max(1) as f64)
}

fn by_kind(blocks: &[ScoredBlock]) -> BTreeMap<String, KindMeasures> {
    let mut kinds: BTreeMap<String, KindMeasures> = BTreeMap::new();
    for block in blocks {
        if let Some(point) = &block.point {
            let label = if point.junk { "junk" } else { "content" };
            let kind = if block.subkind.is_empty() { "-" } else { &block.subkind };
            let entry = kinds.entry(format!("{label}/{kind}")).or_default();
            entry.blocks += 1;
            for (sum, removed) in entry.removed.iter_mut().zip(point.removed) {
                *sum += f64::from(u8::from(removed));
            }
        }
    }
    for entry in kinds.values_mut() {
        entry.removed.iter_mut().for_each(|sum| *sum /= entry.blocks as f64);
    }
    kinds
}

/// Percentile bootstrap over sites (Efron 1979).
fn intervals(sites: &BTreeMap<String, Histogram>) -> BTreeMap<&'static str, [f64; 2]> {
    let sites: Vec<&Histogram> = sites.values().collect();
    if sites.len() < 2 {
        return BTreeMap::new();
    }
    let samples: Vec<Measures> = (0..BOOTSTRAP as u64)
        .into_par_iter()
        .map(|seed| {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut sum = Histogram::new();
            for _ in 0..sites.len() {
                sum.add(sites[random.usize(0..sites.len())]);
            }
            metrics::measures(&sum)
        })
        .collect();
    let interval = |value: fn(&Measures) -> f64| {
        let mut values: Vec<f64> = samples.iter().map(value).filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            values.get(((values.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(f64::NAN)
        };
        [at(0.025), at(0.975)]
    };
    BTreeMap::from([
        ("auc", interval(|m| m.auc)),
        ("recall_99", interval(|m| m.recall_99)),
        ("recall_995", interval(|m| m.recall_995)),
    ])
}

/// Classifies labeled pages and measures the verdicts.
///
/// # Errors
/// If no block has a label.
pub fn evaluate(classifier: &Classifier, sets: &[DataSet]) -> Result<Report> {
    let blocks = score(classifier, sets);
    if blocks.iter().all(|block| block.point.is_none()) {
        return Err(Error::data("no block has a label to compare with"));
    }
    Ok(Report::of(&blocks))
}

/// Classifies labeled pages: every block with its score, in order. The threshold of the classifier plays no part.
pub fn score(classifier: &Classifier, sets: &[DataSet]) -> Vec<ScoredBlock> {
    each_block(classifier, sets, |model, set, page, b, facts, score| {
        ScoredBlock::new(set, page, b, facts, score, &model.thresholds)
    })
}

/// What `make` makes of every block of labeled pages, in order, from the model that scored it, the data set's name, the
/// page, the block's number, its facts and its score.
pub(super) fn each_block<T: Clone + Send>(
    classifier: &Classifier,
    sets: &[DataSet],
    make: impl Fn(&Model, &str, &LabeledPage, usize, &BlockFacts, f32) -> T + Sync,
) -> Vec<T> {
    let pages: Vec<(&str, &LabeledPage)> =
        sets.iter().flat_map(|set| set.pages.iter().map(|page| (set.name.as_str(), page))).collect();
    let classifier = classifier.clone().with_parts(false);
    pages
        .par_iter()
        .map_init(
            || classifier.worker(),
            |worker, (set, page)| {
                let blocks = page.page();
                let model = classifier.model_for(&blocks);
                let scores: Vec<f32> = worker.classify(&blocks).iter().map(|verdict| verdict.score).collect();
                let made = scores.into_iter().enumerate().map(|(b, score)| {
                    let at = worker.turn_to(&blocks, b);
                    make(model, set, page, b, &worker.features.facts[at], score)
                });
                made.collect::<Vec<_>>()
            },
        )
        .collect::<Vec<_>>()
        .concat()
}

/// Values that a report must reach.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gates {
    /// Least [`Measures::auc`].
    pub auc: Option<f64>,
    /// Least [`Measures::average_precision`].
    pub average_precision: Option<f64>,
    /// Least [`Measures::recall_99`].
    pub recall_99: Option<f64>,
    /// Least F1 of junk under the preset `strict`.
    pub f1: Option<f64>,
    /// Largest share of the content characters lost under the preset `cautious`.
    pub content_lost: Option<f64>,
}

impl Gates {
    /// # Errors
    /// [`ErrorKind::Gate`] if a value is missed, with all that are.
    pub fn check(&self, report: &Report) -> Result<()> {
        let overall = &report.overall;
        let mut missed: Vec<String> = [
            ("auc", overall.auc, self.auc),
            ("average precision", overall.average_precision, self.average_precision),
            ("junk recall at 99 % content kept", overall.recall_99, self.recall_99),
            ("F1 (strict)", overall.presets[2].f1, self.f1),
        ]
        .into_iter()
        .filter_map(|(name, value, least)| {
            let least = least?;
            // A value that is not a number has not been reached.
            (value.is_nan() || value < least).then(|| format!("{name} is {value:.4}, below {least}"))
        })
        .collect();
        if let Some(most) = self.content_lost {
            let lost = overall.presets[0].content_lost;
            if lost.is_nan() || lost > most {
                missed.push(format!("content lost (cautious) is {lost:.4}, above {most}"));
            }
        }
        if missed.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::Gate(missed.join("; ")))) }
    }
}
