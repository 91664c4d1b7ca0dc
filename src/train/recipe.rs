//! What to train on and how: the recipe, a TOML file. `models/default.toml` is the default model's.

use std::path::{Path, PathBuf};

use regex::RegexSet;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::features::Groups;
use crate::model;
use crate::train::DataSet;

/// How a model is trained. Every field has a default, so an empty recipe is one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// A name for the model.
    pub name: String,
    /// Seed of every random choice: folds, order, composed pages.
    pub seed: u64,
    /// Feature groups by name. By default `stats`, `ngrams` and `context`, and `markup` if any page is of HTML.
    pub groups: Option<Vec<String>>,
    /// The n-gram table has `2^table_bits` buckets.
    pub table_bits: u32,
    /// Folds for scores on unseen sites.
    pub folds: usize,
    /// Cost of a sample in the n-gram trainer (inverse of its ridge).
    pub lexical_cost: f32,
    /// Passes over the data in the n-gram trainer, at most.
    pub lexical_passes: usize,
    /// Ridge of the block model.
    pub block_ridge: f64,
    /// Ridge of the page model.
    pub page_ridge: f64,
    /// Rows that the dense heads see, at most.
    pub head_rows: usize,
    /// Blocks of one page that count in full; more share that weight.
    pub page_cap: f32,
    /// The same for the blocks of a site, after the page cap.
    pub site_cap: f32,
    /// The same for a data set, after the site cap.
    pub set_cap: f32,
    /// Augmentation; all pages count 0 to switch one off.
    pub augment: Augment,
    /// Settings of single data sets, by name.
    pub data: Vec<DataRule>,
    /// Shares of content characters that `cautious` and `balanced` may lose on held-out sites.
    pub losses: [f64; 2],
}

/// How many pages the generators write, as multiples of what they start from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augment {
    /// Copies of real pages with spam put in, per real page.
    pub polluted: f64,
    /// Pages composed of one-class bodies and real or template boilerplate.
    pub composed: usize,
    /// Doorway pages, which are spam from top to bottom.
    pub doorways: usize,
    /// Share of simplified pages that are converted to traditional characters.
    pub traditional: f64,
    /// Share of pages without one that get their own title as the first line.
    pub titled: f64,
    /// Share of pages of which a piece is used once more as a page of its own.
    pub cropped: f64,
    /// Share of generated pages whose spam is disguised, and of real pages with spam that get such a copy.
    pub disguised: f64,
    /// Share of generated pages that are damaged as a whole, as conversion and wrong encodings do it.
    pub damaged: f64,
    /// Weight of a generated page against a real one.
    pub weight: f32,
    /// Weight of a page of text with elements of the generator, in a model for HTML.
    pub furnished: f32,
    /// Templates and word lists to write with; the built-in ones if there is no such setting.
    pub grammar: Option<PathBuf>,
}

/// What a data set is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whole pages.
    #[default]
    Pages,
    /// Blocks without a page around them: they teach the block model only.
    Blocks,
    /// Content only: bodies of composed pages.
    Bodies,
    /// Interface strings: boilerplate of composed pages.
    Widgets,
    /// Spam lines for composed and polluted pages.
    Spam,
    /// Left out.
    Skip,
}

/// Settings of one data set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRule {
    /// The file name without endings.
    pub name: String,
    /// What it is good for.
    #[serde(default)]
    pub role: Role,
    /// Weight of its blocks.
    #[serde(default = "one")]
    pub weight: f32,
    /// Pages to use, at most; taken evenly over the file.
    #[serde(default)]
    pub pages: Option<usize>,
    /// Regular expressions; blocks in whose text one is found have no label. For labels that are wrong by rule.
    #[serde(default)]
    pub ignore: Vec<String>,
}

impl DataRule {
    fn patterns(&self) -> Result<RegexSet> {
        RegexSet::new(&self.ignore)
            .map_err(|error| Error::option(format!("data set {}: `ignore` of the recipe: {error}", self.name)))
    }
}

fn one() -> f32 {
    1.0
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            name: "tamis".to_owned(),
            seed: 1,
            groups: None,
            table_bits: 19,
            folds: 5,
            lexical_cost: 30.0,
            lexical_passes: 12,
            block_ridge: 1e-5,
            page_ridge: 1e-5,
            head_rows: 100_000,
            page_cap: 150.0,
            site_cap: 1500.0,
            set_cap: 60_000.0,
            augment: Augment::default(),
            data: Vec::new(),
            losses: [0.005, 0.02],
        }
    }
}

impl Default for Augment {
    fn default() -> Self {
        Self {
            polluted: 0.5,
            composed: 600,
            doorways: 60,
            traditional: 0.15,
            titled: 0.3,
            cropped: 0.3,
            disguised: 0.4,
            damaged: 0.15,
            weight: 0.5,
            furnished: 0.5,
            grammar: None,
        }
    }
}

impl Augment {
    /// No generated pages.
    pub fn switch_off(&mut self) {
        *self =
            Self { polluted: 0.0, composed: 0, doorways: 0, titled: 0.0, cropped: 0.0, disguised: 0.0, ..self.clone() };
    }
}

impl Recipe {
    /// Reads a recipe file.
    ///
    /// # Errors
    /// If it cannot be read, is no TOML, or has unknown or senseless settings.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::from(error).in_file(path))?;
        let recipe: Self = toml::from_str(&text)
            .map_err(|error| Error::option(error.to_string().trim_end().to_owned()).in_file(path))?;
        recipe.check().map_err(|error| error.in_file(path))?;
        Ok(recipe)
    }

    /// The feature groups for data with or without pages of HTML.
    ///
    /// # Errors
    /// If a name is unknown.
    pub fn groups(&self, html: bool) -> Result<Groups> {
        match &self.groups {
            Some(names) => Groups::from_names(names.iter().map(String::as_str)),
            None => Ok(Groups { markup: html, ..Groups::default() }),
        }
    }

    /// Checks what the types don't.
    ///
    /// # Errors
    /// If a setting makes no sense.
    pub fn check(&self) -> Result<()> {
        let wrong = |what: &str| Err(Error::option(what.to_owned()));
        let most = model::LEXICAL_PLACES.trailing_zeros();
        if !(8..=most).contains(&self.table_bits) {
            return wrong(&format!("table_bits must be between 8 and {most}"));
        }
        if !(2..=50).contains(&self.folds) {
            return wrong("folds must be between 2 and 50");
        }
        if self.losses[0] > self.losses[1] || !self.losses.iter().all(|loss| (0.0..1.0).contains(loss)) {
            return wrong("losses must be two shares below 1, the smaller one first");
        }
        if self.data.iter().any(|rule| !(rule.weight.is_finite() && rule.weight >= 0.0)) {
            return wrong("weights of data sets must be numbers from 0 on");
        }
        self.data.iter().try_for_each(|rule| rule.patterns().map(|_| ()))?;
        self.groups(false).map(|_| ())
    }

    /// The rule for a data set; sets without one are whole pages of weight 1.
    pub(super) fn rule(&self, name: &str) -> DataRule {
        self.data.iter().find(|rule| rule.name == name).cloned().unwrap_or_else(|| DataRule {
            name: name.to_owned(),
            role: Role::Pages,
            weight: 1.0,
            pages: None,
            ignore: Vec::new(),
        })
    }

    /// Takes the labels off blocks that the rules say to ignore. Training does so by itself; for pages that are measured.
    ///
    /// # Errors
    /// If a regular expression is none.
    pub fn ignore(&self, sets: &mut [DataSet]) -> Result<()> {
        for set in sets {
            let patterns = self.rule(&set.name).patterns()?;
            if patterns.is_empty() {
                continue;
            }
            for block in set.pages.iter_mut().flat_map(|page| &mut page.blocks) {
                if patterns.is_match(&block.text) {
                    block.label = None;
                }
            }
        }
        Ok(())
    }
}
