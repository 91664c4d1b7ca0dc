//! Stacking: each step learns from scores that the step before gave to sites it had not seen (Wolpert, "Stacked
//! generalization", 1992). n-gram tables -> block model -> page model -> calibration and thresholds; kinds beside.

use std::collections::BTreeMap;

use linfa::dataset::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::Array1;
use rayon::prelude::*;
use sprs::CsMatViewI;

use super::calibrate;
use super::examples::{Examples, TrainingPage};
use super::head::{Rows, drawn};
use super::recipe::Recipe;
use super::sparse::{SparseLogisticParams, SparseRecords};
use super::{Progress, Step};
use crate::error::{Error, Result};
use crate::features::context::Context;
use crate::features::inputs;
use crate::features::{self, Groups, Matrix, row, set_lexical, set_names};
use crate::model::{KIND_PLACES, LEXICAL_PLACES, LinearModel, NAME_PLACES, NgramTable, PerScript, Platt, Preset};
use crate::page::Kind;

/// The trained parts, and the scores that sites got from models which had not seen them.
pub(super) struct Stacked {
    pub ngrams: NgramTable<LEXICAL_PLACES>,
    pub kind_ngrams: NgramTable<KIND_PLACES>,
    pub names: Option<NgramTable<NAME_PLACES>>,
    pub block: LinearModel,
    pub page: LinearModel,
    pub second: LinearModel,
    pub kind: LinearModel,
    pub calibration: PerScript<Platt>,
    pub thresholds: [PerScript<f32>; Preset::ALL.len()],
    /// Calibrated out-of-fold P(junk) of every block.
    pub scores: Vec<f32>,
}

/// One fold's table, and its scores for the blocks of the pages it was not trained on.
struct FoldTable {
    weights: Vec<f32>,
    margins: Vec<f32>,
}

/// Everything that the steps share.
pub(super) struct Stack<'a> {
    pub pages: &'a [TrainingPage],
    pub examples: &'a mut Examples,
    /// The fold of each page.
    pub folds: &'a [usize],
    pub recipe: &'a Recipe,
    pub groups: Groups,
    pub progress: &'a dyn Progress,
}

impl Stack<'_> {
    pub(super) fn run(mut self) -> Result<Stacked> {
        let blocks = self.examples.junk.len();
        let kinds: Vec<Option<Kind>> =
            self.pages.iter().flat_map(|page| page.page.blocks.iter().map(|block| block.kind)).collect();

        let junk = self.examples.junk.clone();
        let weights = self.examples.weights.clone();
        let tables = self.tables(Step::Ngrams, self.examples.ngrams.view(), &junk, &weights)?;
        let spam: Vec<bool> = kinds.iter().map(|kind| *kind == Some(Kind::Spam)).collect();
        let known: Vec<f32> = weights
            .iter()
            .zip(&kinds)
            .zip(&junk)
            .map(|((weight, kind), junk)| if kind.is_some() && *junk { *weight } else { 0.0 })
            .collect();
        let kind_tables = self.tables(Step::KindNgrams, self.examples.shingles.view(), &spam, &known)?;
        self.set_lexical(&tables);
        let names = if self.groups.markup {
            let tables = self.tables(Step::Names, self.examples.names.view(), &junk, &weights)?;
            self.set_names(&tables);
            Some(quantise(&tables)?)
        } else {
            None
        };
        let (ngrams, kind_ngrams) = (quantise(&tables)?, quantise(&kind_tables)?);

        let (block, block_scores) = self.block_model()?;
        let (page, second, page_scores) = if self.groups.context {
            self.page_model(&block_scores)?
        } else {
            let unused = |inputs| LinearModel::constant(0.0, inputs);
            let markup = self.groups.markup;
            (unused(inputs::first_count(markup)), unused(inputs::count(markup)), block_scores)
        };
        let kind = self.kind_model(&kind_tables, &spam, &known)?;

        self.progress.step(Step::Calibration, 0, 1);
        let promised = |i: usize| {
            let page = &self.pages[i];
            page.context && !page.generated && page.teaches(self.groups)
        };
        let mut sample = Vec::with_capacity(blocks);
        let mut sites: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, features) in self.examples.features.iter().enumerate() {
            let next = sites.len();
            let site = *sites.entry(&self.pages[i].page.site).or_insert(next);
            for (at, facts) in self.examples.blocks(i).zip(&features.facts) {
                sample.push(calibrate::Sample {
                    script: crate::model::script_index(facts.group),
                    score: page_scores[at],
                    junk: junk[at],
                    // Presets promise something about real pages: not about generated ones, nor about blocks
                    // without a page around them.
                    weight: if promised(i) { weights[at] } else { 0.0 },
                    chars: facts.symbols,
                    site,
                });
            }
        }
        let calibration = calibrate::platt(&sample, self.recipe.seed)?;
        let scores: Vec<f32> = sample
            .iter()
            .map(|sample| crate::classify::probability(calibration[sample.script], sample.score))
            .collect();
        let thresholds = calibrate::thresholds(&sample, &scores, self.recipe.losses);
        self.progress.step(Step::Calibration, 1, 1);
        Ok(Stacked { ngrams, kind_ngrams, names, block, page, second, kind, calibration, thresholds, scores })
    }

    /// One n-gram table per fold, each trained without the pages of its fold.
    fn tables(
        &self,
        step: Step,
        rows: CsMatViewI<'_, f32, u32, usize>,
        targets: &[bool],
        weights: &[f32],
    ) -> Result<Vec<FoldTable>> {
        let folds = self.recipe.folds;
        let records = SparseRecords(rows);
        self.progress.step(step, 0, folds as u64);
        let fit = |fold: usize| -> Result<FoldTable> {
            let mut kept = weights.to_vec();
            for (i, page_fold) in self.folds.iter().enumerate() {
                if *page_fold == fold {
                    kept[self.examples.blocks(i)].fill(0.0);
                }
            }
            if !self.groups.ngrams || kept.iter().all(|weight| *weight == 0.0) {
                return Ok(FoldTable { weights: vec![0.0; rows.cols()], margins: vec![0.0; targets.len()] });
            }
            // Every fold has its own seed, whichever thread it falls to.
            let seed = self.recipe.seed.wrapping_mul(1000).wrapping_add(fold as u64);
            let data = DatasetBase::new(records.clone(), Array1::from_vec(targets.to_vec()))
                .with_weights(Array1::from_vec(kept));
            let fitted = SparseLogisticParams::new(self.recipe.lexical_cost)
                .passes(self.recipe.lexical_passes)
                .seed(seed)
                .fit(&data)
                .map_err(|error| Error::data(error.to_string()))?;
            let mut margins = fitted.default_target(&records);
            fitted.predict_inplace(&records, &mut margins);
            self.progress.step(step, 1, folds as u64);
            Ok(FoldTable { weights: fitted.weights, margins: margins.to_vec() })
        };
        (0..folds).into_par_iter().map(fit).collect()
    }

    /// Puts out-of-fold lexical features into the rows.
    fn set_lexical(&mut self, tables: &[FoldTable]) {
        let starts = self.examples.starts.clone();
        for (i, features) in self.examples.features.iter_mut().enumerate() {
            let fold = self.folds[i];
            for (b, (row, facts)) in features.rows.rows_mut().zip(&features.facts).enumerate() {
                let at = starts[i] + b;
                // Margins are sums / sqrt(n) already.
                let root = (facts.hashes.max(1) as f32).sqrt();
                set_lexical(row, facts.group, tables[fold].margins[at] * root, facts.hashes);
            }
        }
    }

    /// Puts out-of-fold scores of names into the rows.
    fn set_names(&mut self, tables: &[FoldTable]) {
        let counts = &self.examples.name_counts;
        for (i, features) in self.examples.features.iter_mut().enumerate() {
            let start = self.examples.starts[i];
            for (b, row) in features.rows.rows_mut().enumerate() {
                let number = counts[start + b];
                let root = (number.max(1) as f32).sqrt();
                set_names(row, tables[self.folds[i]].margins[start + b] * root, number);
            }
        }
    }

    /// The rows of a head: blocks with a weight, drawn by it, of the pages in `pages`.
    fn rows<R: AsRef<[f32]>>(
        &self,
        weights: &[f32],
        targets: &[bool],
        width: usize,
        pages: impl Fn(usize) -> bool,
        row: impl Fn(usize, usize) -> R,
    ) -> Rows {
        // What a head may draw from does not depend on the fold that is left out.
        let all = (0..self.pages.len()).filter(|&i| self.pages[i].teaches(self.groups));
        let total: f64 = all.flat_map(|i| &weights[self.examples.blocks(i)]).map(|weight| f64::from(*weight)).sum();
        let mut rows = Rows::new(width);
        for i in (0..self.pages.len()).filter(|&i| pages(i)) {
            for (b, at) in self.examples.blocks(i).enumerate() {
                let chance = f64::from(weights[at]) * self.recipe.head_rows as f64 / total;
                if drawn(chance, at, self.recipe.seed) {
                    rows.push(row(i, b).as_ref(), targets[at]);
                }
            }
        }
        rows
    }

    fn uses(&self, at: usize) -> bool {
        match at {
            0..row::TOKENS => self.groups.stats,
            row::TOKENS..row::LEXICAL_AT => self.groups.tokens,
            row::LEXICAL_AT..row::MARKUP => self.groups.ngrams,
            _ => self.groups.markup,
        }
    }

    /// The block model trained on all folds, and the scores of every block from the model that has not seen its fold.
    fn block_model(&self) -> Result<(LinearModel, Vec<f32>)> {
        let features = &self.examples.features;
        let width = row::length(self.groups.markup);
        let heads = self.heads(Step::BlockModel, |without| {
            let pages = |i: usize| Some(self.folds[i]) != without && self.pages[i].teaches(self.groups);
            self.rows(&self.examples.weights, &self.examples.junk, width, pages, |i, b| features[i].rows.row(b))
                .fit(self.recipe.block_ridge, |at| self.uses(at))
        })?;
        let scores = self.out_of_fold(&heads, features.iter().map(|features| &features.rows), |row| row);
        Ok((heads.all, scores))
    }

    /// The page model's two passes, each trained on out-of-fold scores of the step before, and the out-of-fold scores of
    /// the second.
    ///
    /// The second pass does not read a block's own score of the first: that is a linear function of what it reads
    /// anyway, and out of fold it would tell of the labels of the other folds.
    fn page_model(&self, block_scores: &[f32]) -> Result<(LinearModel, LinearModel, Vec<f32>)> {
        let markup = self.groups.markup;
        let mut inputs: Vec<Matrix> = self
            .examples
            .features
            .par_iter()
            .enumerate()
            .map_init(Context::default, |context, (i, features)| {
                let mut out = Matrix::default();
                let blocks = 0..features.facts.len();
                context.first(features, markup, &block_scores[self.examples.blocks(i)], blocks, &mut out);
                out
            })
            .collect();
        let first = inputs::first_count(markup);
        let page = self.pass(Step::PageModel, first, &inputs)?;
        let scores = self.out_of_fold(&page, inputs.iter(), |inputs| &inputs[..first]);
        inputs.par_iter_mut().zip(&self.examples.features).enumerate().for_each_init(
            Context::default,
            |context, (i, (inputs, features))| {
                let blocks = 0..features.facts.len();
                context.second(features, markup, &scores[self.examples.blocks(i)], blocks, inputs);
            },
        );
        let second = self.pass(Step::SecondPass, inputs::count(markup), &inputs)?;
        let scores = self.out_of_fold(&second, inputs.iter(), |inputs| inputs);
        Ok((page.all, second.all, scores))
    }

    /// One pass of the page model, which learns from whole pages only and reads the first `width` inputs.
    fn pass(&self, step: Step, width: usize, inputs: &[Matrix]) -> Result<Heads> {
        let row = inputs::row_range(self.groups.markup);
        // Presets promise a share of content *characters*: long content counts more.
        let facts = self.examples.features.iter().flat_map(|features| &features.facts);
        let of_lengths =
            facts.zip(&self.examples.junk).map(|(facts, junk)| if *junk { 1.0 } else { (1.0 + facts.length).sqrt() });
        let weights: Vec<f32> = self.examples.weights.iter().zip(of_lengths).map(|(weight, of)| weight * of).collect();
        self.heads(step, |without| {
            let pages = |i: usize| {
                Some(self.folds[i]) != without && self.pages[i].context && self.pages[i].teaches(self.groups)
            };
            self.rows(&weights, &self.examples.junk, width, pages, |i, b| &inputs[i].row(b)[..width])
                .fit(self.recipe.page_ridge, |at| !row.contains(&at) || self.uses(at - row.start))
        })
    }

    /// The scores of all blocks, page by page, each from the head that has not seen its fold.
    fn out_of_fold<'r>(
        &self,
        heads: &Heads,
        pages: impl Iterator<Item = &'r Matrix>,
        inputs: impl Fn(&[f32]) -> &[f32],
    ) -> Vec<f32> {
        let mut scores = Vec::with_capacity(self.examples.junk.len());
        for (rows, fold) in pages.zip(self.folds) {
            scores.extend(rows.rows().map(|row| heads.by_fold[*fold].value(inputs(row))));
        }
        scores
    }

    /// Spam or boilerplate, for junk. Data without both kinds gives a constant answer.
    fn kind_model(&self, tables: &[FoldTable], spam: &[bool], known: &[f32]) -> Result<LinearModel> {
        let row = |i: usize, b: usize| -> Vec<f32> {
            let features = &self.examples.features[i];
            let mut row = features.rows.row(b).to_vec();
            let shingles = features.shingles(b).len() as u32;
            let margin = tables[self.folds[i]].margins[self.examples.starts[i] + b];
            set_lexical(&mut row, features.facts[b].group, margin * (shingles.max(1) as f32).sqrt(), shingles);
            row
        };
        let width = row::length(self.groups.markup);
        let rows = self.rows(known, spam, width, |_| true, row);
        let spam_rows = rows.positives();
        if spam_rows == 0 || spam_rows == rows.len() {
            let bias = if spam_rows > 0 { 1.0 } else { -1.0 };
            return Ok(LinearModel::constant(bias, width));
        }
        // Texts speak as well, so markup stays out of it.
        rows.fit(self.recipe.block_ridge, |at| at < row::MARKUP && self.uses(at))
    }

    fn heads(&self, step: Step, fit: impl Fn(Option<usize>) -> Result<LinearModel> + Sync) -> Result<Heads> {
        let folds = self.recipe.folds;
        let total = folds as u64 + 1;
        self.progress.step(step, 0, total);
        let mut fitted: Vec<LinearModel> = (0..=folds)
            .into_par_iter()
            .map(|fold| {
                let head = fit((fold < folds).then_some(fold));
                self.progress.step(step, 1, total);
                head
            })
            .collect::<Result<_>>()?;
        match fitted.pop() {
            Some(all) => Ok(Heads { by_fold: fitted, all }),
            None => Err(Error::option("no folds to train on")),
        }
    }
}

struct Heads {
    by_fold: Vec<LinearModel>,
    all: LinearModel,
}

/// The mean of the fold tables: it keeps scores of new pages on the scale of the out-of-fold scores.
fn mean(tables: &[FoldTable]) -> Vec<f32> {
    let mut sum = vec![0.0f32; tables.first().map_or(0, |table| table.weights.len())];
    for table in tables {
        for (sum, weight) in sum.iter_mut().zip(&table.weights) {
            *sum += weight;
        }
    }
    sum.iter_mut().for_each(|sum| *sum /= tables.len() as f32);
    sum
}

fn quantise<const PLACES: usize>(tables: &[FoldTable]) -> Result<NgramTable<PLACES>> {
    NgramTable::quantise(&mean(tables)).ok_or_else(|| Error::option("table_bits gives no valid table"))
}

/// Names that a model file states.
pub(super) fn feature_names(groups: Groups) -> (Vec<String>, Vec<String>) {
    let owned = |names: &mut dyn Iterator<Item = &'static str>| names.map(str::to_owned).collect();
    (owned(&mut features::row_names(groups.markup)), owned(&mut features::context_names(groups.markup)))
}
