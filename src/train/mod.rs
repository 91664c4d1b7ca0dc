//! Labeled pages to a model, and a model's measured accuracy.
//!
//! ```text
//! DataSets -> compose (generated pages) -> examples (features) -> stack (n-grams, block, page, kind) -> Model
//!                                                                   `-> out-of-fold scores -> evaluate -> card
//! ```
//!
//! Training reads text with the very code that prediction uses. The same data, recipe and seed give the same model
//! file, byte for byte, on any number of threads.

mod align;
mod attack;
mod calibrate;
mod card;
mod check;
mod compose;
mod curves;
mod dataset;
mod evaluate;
mod examples;
mod folds;
mod grammar;
mod head;
mod import;
mod inject;
mod metrics;
mod recipe;
mod spam;
mod sparse;
mod stack;
mod suspects;
mod tune;

pub use attack::Attack;
pub use card::card;
pub use check::{Finding, Severity, check};
pub use curves::{Curves, Mistake};
pub use dataset::{DataSet, LabeledBlock, LabeledPage, read_data};
pub use evaluate::{Gates, KindMeasures, PAGE_CAP, Report, ScoredBlock, evaluate, score};
pub use folds::part;
pub use metrics::{AtThreshold, Measures};
pub use recipe::{Augment, DataRule, Recipe, Role};
pub use suspects::{Suspect, suspects};
pub use tune::{Goal, Tuned, tune};

use std::collections::BTreeMap;

use crate::chars::ScriptGroup;
use crate::error::{Error, Result};
use crate::features::{Groups, SCHEMA_VERSION};
use crate::model::{self, FORMAT_VERSION, Metadata, Metric, Model};
use crate::page::Label;
use compose::{Composer, Material};
use examples::{Examples, TrainingPage};
use grammar::Grammar;
use stack::{Stack, feature_names};

/// A step of training, for progress displays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Writing generated pages.
    Pages,
    /// Reading all blocks.
    Features,
    /// n-gram tables, one a fold.
    Ngrams,
    /// n-gram tables of spam against boilerplate.
    KindNgrams,
    /// Tables of the names of elements.
    Names,
    /// Block models.
    BlockModel,
    /// Page models, first pass.
    PageModel,
    /// Page models, second pass.
    SecondPass,
    /// Calibration and thresholds.
    Calibration,
}

impl Step {
    /// A word for the display.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pages => "composing pages",
            Self::Features => "reading blocks",
            Self::Ngrams => "n-gram tables",
            Self::KindNgrams => "n-gram tables of kinds",
            Self::Names => "tables of names",
            Self::BlockModel => "block models",
            Self::PageModel => "page models",
            Self::SecondPass => "page models, again",
            Self::Calibration => "calibration",
        }
    }
}

/// Told of what training does. Called from several threads.
pub trait Progress: Sync {
    /// `advance` more of `total` parts of a step are done.
    fn step(&self, step: Step, advance: u64, total: u64);
}

/// No display.
impl Progress for () {
    fn step(&self, _step: Step, _advance: u64, _total: u64) {}
}

/// A trained model and how well it does on sites it had not seen.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// Out-of-fold verdicts on the real pages of the training data, measured.
    pub report: Report,
    /// Those pages, with the scores that were measured.
    pub pages: Vec<ScoredPage>,
}

/// A page of the training data with the scores of models that had not seen its site.
#[derive(Clone, Debug)]
pub struct ScoredPage {
    /// The name of its data set.
    pub set: String,
    /// The page.
    pub page: LabeledPage,
    /// Calibrated P(junk) of its blocks.
    pub scores: Vec<f32>,
}

/// Trains a model.
///
/// Pages of the split `test` are left out. What each data set is good for, its weight, the caps and the generated pages
/// are the recipe's.
///
/// # Errors
/// If the recipe makes no sense, or the data has no content or no junk.
pub fn train(sets: &[DataSet], recipe: &Recipe, progress: &dyn Progress) -> Result<Trained> {
    recipe.check()?;
    let mut sets = sets.to_vec();
    recipe.ignore(&mut sets)?;
    let sets = used(&sets, recipe);
    let groups = recipe.groups(sets.iter().flat_map(|set| &set.pages).any(|page| page.has_markup()))?;
    let (pages, folds) = pages(&sets, recipe, groups, progress)?;
    check_used(&pages, groups)?;
    progress.step(Step::Features, 0, 1);
    let mut examples = Examples::new(&pages, recipe, groups);
    progress.step(Step::Features, 1, 1);
    let stacked = Stack { pages: &pages, examples: &mut examples, folds: &folds, recipe, groups, progress }.run()?;

    let mut model = Model {
        metadata: metadata(recipe, groups, &pages, &examples),
        ngrams: stacked.ngrams,
        names: stacked.names,
        kind_ngrams: stacked.kind_ngrams,
        block: stacked.block,
        page: stacked.page,
        second: stacked.second,
        kind: stacked.kind,
        calibration: stacked.calibration,
        thresholds: stacked.thresholds,
    };
    let mut scored = Vec::new();
    let mut measured = Vec::new();
    for (i, page) in pages.into_iter().enumerate() {
        if page.generated || !page.context || !page.teaches(groups) {
            continue;
        }
        for (b, at) in examples.blocks(i).enumerate() {
            let facts = &examples.features[i].facts[b];
            scored.push(ScoredBlock::new(&page.set, &page.page, b, facts, stacked.scores[at], &model.thresholds));
        }
        let scores = stacked.scores[examples.blocks(i)].to_vec();
        measured.push(ScoredPage { set: page.set, page: page.page, scores });
    }
    let report = Report::of(&scored);
    model.metadata.metrics =
        report.summary().into_iter().map(|(name, value)| Metric { name, value: (value * 1e5).round() / 1e5 }).collect();
    Ok(Trained { model, report, pages: measured })
}

/// # Errors
/// If there is nothing to learn from, or nothing to measure on: scores on unseen sites need two groups of sites.
fn check_used(pages: &[TrainingPage], groups: Groups) -> Result<()> {
    if pages.is_empty() {
        return Err(Error::data("no page is left to train on"));
    }
    if groups.markup && pages.iter().all(|page| page.generated || !page.page.has_markup()) {
        return Err(Error::data(
            "no page is of HTML: a model with the feature group `markup` is trained on such pages",
        ));
    }
    let real = || pages.iter().filter(|page| !page.generated && page.teaches(groups)).map(|page| &page.page);
    let has = |label: Label| real().any(|page| page.blocks.iter().any(|block| block.label == Some(label)));
    if !has(Label::Content) || !has(Label::Junk) {
        return Err(Error::data("all blocks have one label: both content and junk are needed to train"));
    }
    let mut groups = real().map(|page| page.group.as_str());
    let first = groups.next();
    if groups.all(|group| Some(group) == first) {
        return Err(Error::data("all pages are of one site (or one `group`): at least two are needed to measure on"));
    }
    Ok(())
}

/// A data set with its rule, without test pages and without pages beyond its limit.
struct UsedSet<'a> {
    rule: DataRule,
    pages: Vec<&'a LabeledPage>,
}

fn used<'a>(sets: &'a [DataSet], recipe: &Recipe) -> Vec<UsedSet<'a>> {
    let mut used = Vec::new();
    for set in sets {
        let rule = recipe.rule(&set.name);
        let mut pages: Vec<&LabeledPage> =
            set.pages.iter().filter(|page| !page.test && !page.blocks.is_empty()).collect();
        if let Some(most) = rule.pages
            && pages.len() > most
        {
            let all = pages.len();
            pages = (0..most).map(|i| pages[i * all / most]).collect();
        }
        if rule.role != Role::Skip && !pages.is_empty() {
            used.push(UsedSet { rule, pages });
        }
    }
    used
}

/// All pages that take part, generated ones too, with their folds.
///
/// For a model for HTML, pages of text are given plain elements. They count as generated then.
fn pages(
    sets: &[UsedSet<'_>],
    recipe: &Recipe,
    groups: Groups,
    progress: &dyn Progress,
) -> Result<(Vec<TrainingPage>, Vec<usize>)> {
    let grammar = Grammar::load(recipe.augment.grammar.as_deref())?;
    let all: Vec<&LabeledPage> = sets.iter().flat_map(|set| set.pages.iter().copied()).collect();
    let fold_of_page = folds::folds_of(&all, recipe.seed, recipe.folds);
    let mut out = Vec::new();
    let mut out_folds = Vec::new();
    let mut materials: Vec<Material<'_>> = (0..recipe.folds).map(|_| Material::default()).collect();
    let mut fold = fold_of_page.iter();
    for set in sets {
        let mut bodies: BTreeMap<usize, Vec<&LabeledPage>> = BTreeMap::new();
        for (page, fold) in set.pages.iter().copied().zip(&mut fold) {
            let material = &mut materials[*fold];
            match set.rule.role {
                Role::Pages => material.pages.push(page),
                Role::Bodies => bodies.entry(*fold).or_default().push(page),
                Role::Widgets => material.widgets.push(page),
                Role::Spam => material.spam.push(page),
                Role::Blocks | Role::Skip => {}
            }
            if matches!(set.rule.role, Role::Pages | Role::Blocks) {
                out.push(TrainingPage {
                    page: page.clone(),
                    set: set.rule.name.clone(),
                    weight: set.rule.weight,
                    context: set.rule.role == Role::Pages,
                    generated: false,
                });
                out_folds.push(*fold);
            }
        }
        for (fold, pages) in bodies {
            materials[fold].bodies.push(pages);
        }
    }
    progress.step(Step::Pages, 0, recipe.folds as u64);
    for (fold, material) in materials.iter().enumerate() {
        let seed = recipe.seed.wrapping_mul(7919).wrapping_add(fold as u64);
        let generated = generate(material, &grammar.of_fold(fold, recipe.seed), recipe, seed);
        out_folds.extend(std::iter::repeat_n(fold, generated.len()));
        out.extend(generated);
        progress.step(Step::Pages, 1, recipe.folds as u64);
    }
    if groups.markup {
        let mut random = fastrand::Rng::with_seed(recipe.seed ^ 0x5A5A);
        for page in out.iter_mut().filter(|page| page.context && !page.page.has_markup()) {
            inject::furnish(&mut page.page, &mut random);
            page.weight *= recipe.augment.furnished;
            page.generated = true;
        }
    }
    Ok((out, out_folds))
}

/// The generated pages of one fold.
fn generate(material: &Material<'_>, grammar: &Grammar, recipe: &Recipe, seed: u64) -> Vec<TrainingPage> {
    let augment = &recipe.augment;
    let mut composer = Composer::new(grammar, material, seed);
    let mut random = fastrand::Rng::with_seed(seed ^ 0xA5A5);
    let mut out = Vec::new();
    let mut tricks = fastrand::Rng::with_seed(seed ^ 0x5A5A);
    let mut add = |set: &str, mut page: LabeledPage| {
        if tricks.f64() < augment.disguised {
            compose::disguise(&mut page, &mut tricks);
        }
        if tricks.f64() < augment.damaged {
            compose::damage(&mut page, &mut tricks);
        }
        out.push(TrainingPage { page, set: set.to_owned(), weight: augment.weight, context: true, generated: true });
    };
    let share = |total: usize| total.div_ceil(recipe.folds);
    for number in 0..share(augment.composed) {
        if let Some(page) = composer.composed(number, augment.traditional) {
            add("composed", page);
        }
    }
    for number in 0..share(augment.doorways) {
        add("doorways", composer.doorway(number));
    }
    for (number, page) in material.pages.iter().enumerate() {
        let chinese = compose::base(&page.lang) == "zh";
        if chinese && random.f64() < augment.polluted {
            let mut copy = composer.polluted(page, number);
            if page.lang == "zh-Hans" && random.f64() < augment.traditional {
                composer.convert(&mut copy);
            }
            add("polluted", copy);
        } else if !chinese && random.f64() < augment.disguised {
            let mut copy = (*page).clone();
            if compose::disguise(&mut copy, &mut random) {
                add("disguised", copy);
            }
        }
        if random.f64() < augment.cropped
            && let Some(copy) = compose::cropped(page, number, &mut random)
        {
            add("cropped", copy);
        }
        // Of HTML the title is no block.
        if random.f64() < augment.titled
            && !page.has_markup()
            && page.blocks.first().is_some_and(|block| block.subkind != "title")
        {
            let mut copy = (*page).clone();
            if composer.entitle(&mut copy) {
                add("titled", copy);
            }
        }
    }
    out
}

fn metadata(recipe: &Recipe, groups: Groups, pages: &[TrainingPage], examples: &Examples) -> Metadata {
    let mut sets: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (i, page) in pages.iter().enumerate() {
        let counts = sets.entry(&page.set).or_default();
        counts.0 += 1;
        counts.1 += examples.weights[examples.blocks(i)].iter().filter(|weight| **weight > 0.0).count() as u64;
    }
    let (block_features, page_features) = feature_names(groups);
    Metadata {
        format_version: FORMAT_VERSION,
        schema_version: SCHEMA_VERSION,
        tamis_version: env!("CARGO_PKG_VERSION").to_owned(),
        name: recipe.name.clone(),
        groups,
        block_features,
        page_features,
        scripts: ScriptGroup::ALL.iter().map(|group| group.name().to_owned()).collect(),
        seed: recipe.seed,
        data: sets
            .into_iter()
            .map(|(name, (pages, blocks))| model::DataSet { name: name.to_owned(), pages, blocks })
            .collect(),
        metrics: Vec::new(),
        tuning: Vec::new(),
        checksum: 0,
    }
}
