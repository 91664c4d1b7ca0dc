//! A trained model: two n-gram tables, four linear heads, calibration and thresholds; its file; the embedded ones.

mod embedded;
mod format;
mod linear;
mod ngram_table;
mod turns;

pub use format::{DataSet, FORMAT_VERSION, Metadata, Metric, TunedScript, Tuning};
pub(crate) use linear::LinearModel;
#[cfg(feature = "train")]
pub(crate) use linear::OUTLIER;
pub(crate) use ngram_table::{KIND_PLACES, LEXICAL_PLACES, NAME_PLACES, NgramTable, Weighing};
pub(crate) use turns::Turns;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::chars::ScriptGroup;
use crate::error::{Error, Result};
use crate::features::{self, Groups};

/// How much content a user is willing to lose for the junk that goes. The thresholds are part of the model, one for
/// each script group, chosen on sites that were held out of training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// At most 0.5 % of the content characters of held-out sites are lost. The default.
    #[default]
    Cautious,
    /// At most 2 % are lost.
    Balanced,
    /// The best F1 of junk, by characters.
    Strict,
}

impl Preset {
    /// All presets, from the most careful on.
    pub const ALL: [Self; 3] = [Self::Cautious, Self::Balanced, Self::Strict];

    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cautious => "cautious",
            Self::Balanced => "balanced",
            Self::Strict => "strict",
        }
    }
}

/// One value per script group.
pub(crate) type PerScript<T> = [T; ScriptGroup::COUNT];

/// Platt scaling: calibrated log-odds = `slope * log-odds + offset` (Platt 1999). Linear, so that explanations stay exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Platt {
    pub slope: f32,
    pub offset: f32,
}

impl Platt {
    /// For log-odds that are calibrated already.
    pub(crate) const NONE: Self = Self { slope: 1.0, offset: 0.0 };
}

/// A trained model.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) metadata: Metadata,
    pub(crate) ngrams: NgramTable<LEXICAL_PLACES>,
    pub(crate) kind_ngrams: NgramTable<KIND_PLACES>,
    /// Weights of elements' names; only models with the group `markup` have them.
    pub(crate) names: Option<NgramTable<NAME_PLACES>>,
    pub(crate) block: LinearModel,
    /// The page model's first pass.
    pub(crate) page: LinearModel,
    /// Its second pass.
    pub(crate) second: LinearModel,
    pub(crate) kind: LinearModel,
    pub(crate) calibration: PerScript<Platt>,
    pub(crate) thresholds: [PerScript<f32>; Preset::ALL.len()],
}

impl Model {
    /// The default model for text, which is part of the program.
    ///
    /// # Errors
    /// If the embedded bytes are damaged, which a test rules out.
    pub fn embedded() -> Result<Self> {
        format::decode(embedded::DEFAULT)
    }

    /// The default model for pages of HTML, which is part of the program.
    ///
    /// # Errors
    /// As [`Model::embedded`].
    #[cfg(feature = "html")]
    pub fn embedded_html() -> Result<Self> {
        format::decode(embedded::HTML)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If the file cannot be read, is no model, is truncated or damaged, or is of another version.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| Error::from(error).in_file(path))?;
        format::decode(&bytes).map_err(|error| error.in_file(path))
    }

    /// Reads a model from the bytes of its file.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        format::decode(bytes)
    }

    /// The bytes of the model file. The same model gives the same bytes.
    ///
    /// # Errors
    /// If the metadata cannot be written as JSON, which cannot happen to a trained model.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        format::encode(self)
    }

    /// What the file says of itself: versions, feature groups, data, metrics.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The threshold on P(junk) of a preset for blocks of a script; `None` stands for blocks without letters.
    pub fn threshold(&self, preset: Preset, script: Option<ScriptGroup>) -> f32 {
        self.thresholds[preset as usize][script_index(script)]
    }

    /// How much each feature matters, in the order of [`Groups::list`](crate::Groups::list): log-odds before calibration
    /// per standard deviation of the feature. What the block model reads reaches them through its score, and through the
    /// page model directly.
    pub fn weights(&self) -> impl Iterator<Item = (&'static str, f32)> + '_ {
        let Groups { markup, context, .. } = self.metadata.groups;
        let names: Vec<&'static str> = features::context_names(markup).collect();
        let page: Vec<f32> = self.second.standard_weights().collect();
        let row = features::inputs::row_range(markup);
        let score = if context { self.second.weights()[0] } else { 1.0 };
        let of_row: Vec<f32> =
            self.block.standard_weights().zip(&page[row.clone()]).map(|(a, b)| score * a + b).collect();
        let others = (0..page.len()).filter(move |at| !row.contains(at)).map(move |at| (names[at], page[at]));
        features::row_names(markup).zip(of_row).chain(others)
    }
}

/// Blocks without letters count with the scripts that have no group of their own.
pub(crate) fn script_index(script: Option<ScriptGroup>) -> usize {
    script.unwrap_or(ScriptGroup::Other) as usize
}
