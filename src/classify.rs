//! Pages to verdicts: block model, page model, calibration, threshold, parts, and rules if there are any.

use std::ops::Range;
use std::sync::Arc;

use crate::clean::kept_ranges;
use crate::error::{Error, Result};
use crate::features::context::Context;
use crate::features::inputs;
use crate::features::{Featurizer, Groups, Input, Matrix, PageFeatures, Piece, row, set_lexical};
use crate::math::exp;
use crate::model::{Model, Platt, Preset, Weighing, script_index};
use crate::page::{Block, Kind, Label, Page, Verdict};
use crate::parts::{Cutter, Division, MIXED};
#[cfg(feature = "rules")]
use crate::rules::{Rules, Rulings};
use crate::segment;

/// From which P(junk) on a block is junk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// The model's thresholds of a preset, one for each script.
    Preset(Preset),
    /// One value for all, in `[0, 1]`.
    Fixed(f32),
}

impl Default for Threshold {
    fn default() -> Self {
        Self::Preset(Preset::default())
    }
}

/// Models with a threshold: what labels pages. Cheap to share between threads; each takes its own [`Worker`].
///
/// Pages of HTML have a model of their own, which also sees the markup; it is chosen by the page, not by the caller.
#[derive(Clone, Debug)]
pub struct Classifier {
    model: Arc<Model>,
    /// For pages of HTML, if it is another one.
    html: Option<Arc<Model>>,
    threshold: Threshold,
    parts: bool,
    #[cfg(feature = "rules")]
    rules: Option<Arc<Rules>>,
}

impl Classifier {
    /// A classifier with the embedded models and the preset [`Preset::Cautious`].
    ///
    /// # Errors
    /// As [`Model::embedded`].
    pub fn embedded() -> Result<Self> {
        let text = Self::new(Model::embedded()?)?;
        #[cfg(feature = "html")]
        let text = text.with_model(Model::embedded_html()?)?;
        Ok(text)
    }

    /// A classifier with this model for all pages and the preset [`Preset::Cautious`]. If it is a model for HTML (one of
    /// the feature group `markup`), other pages get the embedded model.
    ///
    /// # Errors
    /// If the model uses a feature group that this build leaves out.
    pub fn new(model: Model) -> Result<Self> {
        if model.metadata().groups.markup {
            return Self::new(Model::embedded()?)?.with_model(model);
        }
        Featurizer::check(model.metadata().groups)?;
        Ok(Self {
            model: Arc::new(model),
            html: None,
            threshold: Threshold::default(),
            parts: true,
            #[cfg(feature = "rules")]
            rules: None,
        })
    }

    /// The same classifier with another model: for pages of HTML if it is one of the feature group `markup`, for all
    /// others if it is not.
    ///
    /// # Errors
    /// If the model uses a feature group that this build leaves out.
    pub fn with_model(mut self, model: Model) -> Result<Self> {
        Featurizer::check(model.metadata().groups)?;
        if model.metadata().groups.markup {
            self.html = Some(Arc::new(model));
        } else {
            self.model = Arc::new(model);
        }
        Ok(self)
    }

    /// The same classifier with another threshold.
    ///
    /// # Errors
    /// If a fixed threshold is not in `[0, 1]`.
    pub fn with_threshold(mut self, threshold: Threshold) -> Result<Self> {
        if let Threshold::Fixed(value) = threshold
            && !(0.0..=1.0).contains(&value)
        {
            return Err(Error::option(format!("a threshold is a probability between 0 and 1, not {value}")));
        }
        self.threshold = threshold;
        Ok(self)
    }

    /// The same classifier, which looks for [parts](Verdict::parts) of blocks, as is the default, or does not.
    #[must_use]
    pub fn with_parts(mut self, parts: bool) -> Self {
        self.parts = parts;
        self
    }

    /// Whether it looks for parts of blocks.
    pub fn has_parts(&self) -> bool {
        self.parts
    }

    /// The same classifier with these rules, in place of any others. They overrule model and threshold.
    #[cfg(feature = "rules")]
    #[must_use]
    pub fn with_rules(mut self, rules: Rules) -> Self {
        self.rules = (!rules.is_empty()).then(|| Arc::new(rules));
        self
    }

    #[cfg(feature = "rules")]
    pub(crate) fn rules(&self) -> Option<&Rules> {
        self.rules.as_deref()
    }

    /// The model for text.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The model for a page: pages of HTML may have one of their own.
    pub fn model_for(&self, page: &Page<'_>) -> &Model {
        self.html.as_deref().filter(|_| !page.elements.is_empty()).unwrap_or(&self.model)
    }

    /// The model for pages of HTML.
    pub fn html_model(&self) -> &Model {
        self.html.as_deref().unwrap_or(&self.model)
    }

    /// A worker: the memory to classify page after page without allocating.
    ///
    /// # Panics
    /// Never: [`Classifier::new`] has checked what the worker needs.
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            classifier: self,
            model: &self.model,
            featurizer: Featurizer::new(),
            features: PageFeatures::default(),
            whole: PageFeatures::default(),
            context: Context::default(),
            scores: Vec::new(),
            inputs: Matrix::default(),
            first_scores: Vec::new(),
            page_scores: Vec::new(),
            verdicts: Vec::new(),
            section: 0,
            divided: false,
            cutter: None,
            division: Division::default(),
            #[cfg(feature = "rules")]
            rulings: Rulings::default(),
        }
    }

    /// The verdicts on the blocks of one page. For many pages, reuse a [`Worker`].
    ///
    /// ```
    /// # fn main() -> tamis::Result<()> {
    /// let classifier = tamis::Classifier::embedded()?;
    /// let page = tamis::segment::text("首页 | 新闻 | 登录\n");
    /// let verdicts = classifier.classify(&page);
    /// assert_eq!(verdicts.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn classify(&self, page: &Page<'_>) -> Vec<Verdict> {
        let mut worker = self.worker();
        worker.classify(page);
        worker.verdicts
    }

    /// Plain text without its junk lines. Bytes are deleted, never changed.
    pub fn clean(&self, input: &[u8]) -> Vec<u8> {
        let (page, _) = segment::bytes(input);
        let verdicts = self.classify(&page);
        let mut out = Vec::with_capacity(input.len());
        for range in kept_ranges(input, &page, &verdicts) {
            out.extend_from_slice(&input[range]);
        }
        out
    }
}

/// Blocks of a page that are looked at together.
pub(crate) const SECTION: usize = 1 << 14;

/// How many sections a page has.
fn sections(page: &Page<'_>) -> usize {
    page.blocks.len().div_ceil(SECTION).max(1)
}

/// The blocks of a page's section.
pub(crate) fn section_of(page: &Page<'_>, section: usize) -> Range<usize> {
    let (blocks, sections) = (page.blocks.len(), sections(page));
    blocks * section / sections..blocks * (section + 1) / sections
}

/// What the page model sees of a block that a rule fires on, in log-odds: what many blocks have that are not in doubt. With more, rules
/// for all lines of a menu take the page model beyond what it has learnt, and the content goes along.
#[cfg(feature = "rules")]
const RULED: f32 = 2.0;

/// Classifies page after page; all memory is reused.
pub struct Worker<'c> {
    pub(crate) classifier: &'c Classifier,
    /// The model that scored last.
    pub(crate) model: &'c Model,
    featurizer: Featurizer,
    pub(crate) features: PageFeatures,
    /// Those of whole blocks while [`Worker::divided`], and memory.
    whole: PageFeatures,
    context: Context,
    /// The block model's scores.
    pub(crate) scores: Vec<f32>,
    /// The page model's inputs.
    pub(crate) inputs: Matrix,
    /// What the page model's first pass made of them.
    first_scores: Vec<f32>,
    /// Log-odds of junk before calibration.
    page_scores: Vec<f32>,
    pub(crate) verdicts: Vec<Verdict>,
    /// The section of the page that all this is about.
    pub(crate) section: usize,
    /// All this is about the section with parts in the place of some blocks.
    pub(crate) divided: bool,
    pub(crate) cutter: Option<Cutter>,
    /// The blocks that are cut in the section that was classified last.
    pub(crate) division: Division,
    /// The rules that fired.
    #[cfg(feature = "rules")]
    pub(crate) rulings: Rulings,
}

impl Worker<'_> {
    /// The verdicts on a page's blocks, in order. They stay readable until the next call.
    ///
    /// A page of more than 16,384 blocks is taken for several sections of equal length, so that memory is bounded.
    pub fn classify(&mut self, page: &Page<'_>) -> &[Verdict] {
        self.verdicts.clear();
        for section in 0..sections(page) {
            self.score(page, section);
            self.judge();
            // What HTML tells of a block it does not tell of the block's parts.
            if self.classifier.parts && page.elements.is_empty() {
                self.divide(page);
            }
        }
        &self.verdicts
    }

    /// Makes the scores of a section of a page, and everything that explains them.
    pub(crate) fn score(&mut self, page: &Page<'_>, section: usize) {
        self.section = section;
        self.divided = false;
        let blocks = &page.blocks[section_of(page, section)];
        let model = self.classifier.model_for(page);
        self.model = model;
        let groups = model.metadata().groups;
        let input = Input { groups, blocks, is_first: self.section == 0, elements: &page.elements };
        self.featurizer.page(&input, &mut Weighing::new(&model.ngrams, MIXED), &mut self.features);
        if let Some(names) = &model.names {
            self.features.set_names(names);
        }
        self.scores.clear();
        self.scores.extend(self.features.rows.rows().map(|row| model.block.value(row)));
        #[cfg(feature = "rules")]
        self.ask_rules(page.url.as_deref(), blocks);
        for scores in [&mut self.first_scores, &mut self.page_scores] {
            scores.clear();
            scores.resize(blocks.len(), 0.0);
        }
        self.score_pages(0..blocks.len());
    }

    /// Scores the section that was scored last with parts in the place of the blocks that are cut; where they stand.
    /// What was made of whole blocks stays.
    pub(crate) fn score_divided(&mut self, blocks: &[Block<'_>]) -> Vec<usize> {
        let model = self.model;
        let pieces = self.division.pieces(blocks);
        let mut weighing = Weighing::new(&model.ngrams, MIXED);
        std::mem::swap(&mut self.features, &mut self.whole);
        self.featurizer.divide(&pieces, model.metadata().groups, &self.whole, &mut weighing, &mut self.features);
        let mut parts = Vec::new();
        for scores in [&mut self.scores, &mut self.first_scores, &mut self.page_scores] {
            let whole = std::mem::take(scores);
            parts.clear();
            for piece in &pieces {
                match piece {
                    Piece::Blocks(range) => scores.extend_from_slice(&whole[range.clone()]),
                    Piece::Part { .. } => {
                        parts.push(scores.len());
                        scores.push(0.0);
                    }
                }
            }
        }
        for &at in &parts {
            self.scores[at] = model.block.value(self.features.rows.row(at));
        }
        self.divided = true;
        self.score_pages(parts.iter().copied());
        parts
    }

    /// Adds the verdicts on the blocks that were scored last.
    pub(crate) fn judge(&mut self) {
        #[cfg(feature = "rules")]
        let first = self.verdicts.len();
        for i in 0..self.scores.len() {
            self.verdicts.push(self.verdict(i));
        }
        #[cfg(feature = "rules")]
        self.overrule(first);
    }

    /// The verdict on block `i` of those that were scored last, rules aside.
    pub(crate) fn verdict(&self, i: usize) -> Verdict {
        let model = self.model;
        let script = script_index(self.features.facts[i].group);
        // A model is never entirely certain: a threshold of 1 removes nothing.
        let score = probability(model.calibration[script], self.page_scores[i]).min(1.0 - 0.5 * f32::EPSILON);
        let threshold = match self.classifier.threshold {
            Threshold::Fixed(value) => value,
            Threshold::Preset(preset) => model.thresholds[preset as usize][script],
        };
        let label = if score >= threshold { Label::Junk } else { Label::Content };
        Verdict::new(label, (label == Label::Junk).then(|| self.kind(i)), score)
    }

    /// Turns to the section of the page that was classified last that holds block `i`; the block's number in it.
    pub(crate) fn turn_to(&mut self, page: &Page<'_>, i: usize) -> usize {
        let mut range = section_of(page, self.section);
        if !range.contains(&i) || self.divided {
            let section = (0..sections(page)).find(|&section| section_of(page, section).contains(&i)).unwrap_or(0);
            self.score(page, section);
            range = section_of(page, section);
        }
        i - range.start
    }

    /// The verdicts of the last call of [`Worker::classify`].
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// What the kind head takes block `i` for.
    fn kind(&self, i: usize) -> Kind {
        let model = self.model;
        let own = self.features.rows.row(i);
        let mut row = [0.0; row::length(true)];
        let row = &mut row[..own.len()];
        row.copy_from_slice(own);
        let shingles = self.features.shingles(i);
        let sum = model.kind_ngrams.sum(shingles);
        set_lexical(row, self.features.facts[i].group, sum, shingles.len() as u32);
        if model.kind.value(row) >= 0.0 { Kind::Spam } else { Kind::Boilerplate }
    }

    /// Whether a rule decides on block `i` of those that were scored last.
    #[cfg(feature = "rules")]
    pub(crate) fn is_ruled(&self, i: usize) -> bool {
        self.rulings.of_block(i).is_some()
    }

    #[cfg(not(feature = "rules"))]
    pub(crate) fn is_ruled(&self, _: usize) -> bool {
        false
    }

    /// Asks the rules, and sets the block score of every block that one fires on.
    #[cfg(feature = "rules")]
    fn ask_rules(&mut self, url: Option<&str>, blocks: &[Block<'_>]) {
        let Some(rules) = self.classifier.rules() else { return };
        self.rulings.page(rules, url, blocks);
        self.rule(|worker| &mut worker.scores);
    }

    /// Sets scores of blocks that a rule fires on, so that the page model sees it in the neighbours: in both passes, because
    /// the second tells what the scores of the first add to those of the block model.
    #[cfg(feature = "rules")]
    fn rule(&mut self, scores: impl Fn(&mut Self) -> &mut Vec<f32>) {
        let Some(rules) = self.classifier.rules() else { return };
        for at in 0..self.rulings.fired.len() {
            let (i, fired) = &self.rulings.fired[at];
            let (i, score) = (*i, RULED.copysign(rules.log_odds(fired)));
            scores(self)[i] = score;
        }
    }

    /// Puts the verdicts of rules in the place of the model's, of the blocks whose verdicts start at `first`.
    #[cfg(feature = "rules")]
    fn overrule(&mut self, first: usize) {
        let Some(rules) = self.classifier.rules() else { return };
        for &(i, ref fired) in &self.rulings.fired {
            let score = probability(Platt::NONE, rules.log_odds(fired));
            let kind = || self.verdicts[first + i].kind.unwrap_or_else(|| self.kind(i));
            let verdict = rules.verdict(fired, score, kind);
            self.verdicts[first + i] = verdict;
        }
    }

    /// The page model's two passes over the block scores, for the wanted blocks; what they made of others stays.
    fn score_pages(&mut self, wanted: impl Iterator<Item = usize> + Clone) {
        let model = self.model;
        let Groups { context, markup, .. } = model.metadata().groups;
        if !context {
            wanted.for_each(|i| self.page_scores[i] = self.scores[i]);
            return;
        }
        self.context.first(&self.features, markup, &self.scores, wanted.clone(), &mut self.inputs);
        let first = inputs::first_count(markup);
        for i in wanted.clone() {
            self.first_scores[i] = model.page.value(&self.inputs.row(i)[..first]);
        }
        #[cfg(feature = "rules")]
        if !self.divided {
            self.rule(|worker| &mut worker.first_scores);
        }
        self.context.second(&self.features, markup, &self.first_scores, wanted.clone(), &mut self.inputs);
        for i in wanted {
            self.page_scores[i] = model.second.value(self.inputs.row(i));
        }
    }
}

/// The calibrated probability of a log-odds score.
pub(crate) fn probability(platt: Platt, score: f32) -> f32 {
    1.0 / (1.0 + exp(-(platt.slope * score + platt.offset)))
}
