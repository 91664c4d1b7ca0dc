//! Names, groups and order of the features. The order is part of the model file: a model that was trained on another
//! schema is refused.

use serde::{Deserialize, Serialize};

use super::feature::Feature;
use super::{inputs, markup, stats, tokens};

/// Which of the switchable groups of features a model uses. The lexical score (group `ngrams`) and the page's context
/// (group `context`) can be switched off to study them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Groups {
    /// Statistics of characters, punctuation and repetition.
    pub stats: bool,
    /// Statistics of the words that the segmenter finds in Han text.
    pub tokens: bool,
    /// Hashed n-grams of folded characters, and words.
    pub ngrams: bool,
    /// How a block fits its page: needs the page model.
    pub context: bool,
    /// What HTML tells of a block. A model with this group is for pages of HTML only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub markup: bool,
}

impl Default for Groups {
    /// Everything but `tokens` and `markup`.
    fn default() -> Self {
        Self { stats: true, tokens: false, ngrams: true, context: true, markup: false }
    }
}

impl Groups {
    /// Name, documentation and use of every group, in order.
    pub fn list(self) -> [(&'static str, Vec<&'static Feature>, bool); 5] {
        [
            ("stats", stats::FEATURES.iter().collect(), self.stats),
            ("tokens", tokens::FEATURES.iter().collect(), self.tokens),
            ("ngrams", LEXICAL.iter().collect(), self.ngrams),
            // A model for texts has no places for them.
            ("markup", if self.markup { markup::FEATURES.iter().collect() } else { Vec::new() }, self.markup),
            ("context", inputs::features(self.markup).into_iter().flatten().collect(), self.context),
        ]
    }

    /// The groups with these names.
    ///
    /// # Errors
    /// If a name is unknown.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> crate::Result<Self> {
        let mut groups = Self { stats: false, tokens: false, ngrams: false, context: false, markup: false };
        for name in names {
            match name {
                "stats" => groups.stats = true,
                "tokens" => groups.tokens = true,
                "ngrams" => groups.ngrams = true,
                "context" => groups.context = true,
                "markup" => groups.markup = true,
                _ => {
                    return Err(crate::Error::option(format!(
                        "no feature group is called `{name}`: there are stats, tokens, ngrams, context and markup"
                    )));
                }
            }
        }
        Ok(groups)
    }
}

const LEXICAL_FORMULA: &str = "sum of the n-gram weights / sqrt(number of n-grams), for blocks of this script";
const MEAN_FORMULA: &str = "sum of the n-gram weights / number of n-grams, for blocks of this script";
const LEXICAL_SOURCE: &str = "feature hashing, Weinberger et al. 2009";

/// What the hashed n-grams give to the block model. Scripts have weights of their own: how far n-grams can be trusted
/// depends on how much text of a script the training data has.
pub(crate) const LEXICAL: &[Feature] = &[
    Feature { name: "lexical_han", formula: LEXICAL_FORMULA, source: LEXICAL_SOURCE },
    Feature { name: "lexical_latin", formula: LEXICAL_FORMULA, source: LEXICAL_SOURCE },
    Feature { name: "lexical_other", formula: LEXICAL_FORMULA, source: LEXICAL_SOURCE },
    Feature { name: "lexical_mean_han", formula: MEAN_FORMULA, source: LEXICAL_SOURCE },
    Feature { name: "lexical_mean_latin", formula: MEAN_FORMULA, source: LEXICAL_SOURCE },
    Feature { name: "lexical_mean_other", formula: MEAN_FORMULA, source: LEXICAL_SOURCE },
];

/// Version of the features: raised whenever a name, an order or a computation changes.
pub const SCHEMA_VERSION: u32 = 3;

/// Places of the block model's input: all groups, used or not, in one row; of HTML those of `markup` too, behind the
/// others.
pub(crate) mod row {
    use super::{LEXICAL, markup, stats, tokens};

    pub(crate) const STATS: usize = 0;
    pub(crate) const TOKENS: usize = STATS + stats::COUNT;
    pub(crate) const LEXICAL_AT: usize = TOKENS + tokens::COUNT;
    pub(crate) const MARKUP: usize = LEXICAL_AT + LEXICAL.len();

    /// How long a row is.
    pub(crate) const fn length(markup: bool) -> usize {
        if markup { MARKUP + markup::COUNT } else { MARKUP }
    }
}

/// The block model's input names, in the order of a row.
pub(crate) fn row_names(markup: bool) -> impl Iterator<Item = &'static str> {
    let markup = if markup { markup::FEATURES } else { &[] };
    stats::FEATURES.iter().chain(tokens::FEATURES).chain(LEXICAL).chain(markup).map(|feature| feature.name)
}
