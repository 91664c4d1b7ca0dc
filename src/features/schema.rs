//! Names, groups and order of the features. The order is part of the model file: a model that was trained on another
//! schema is refused.

use serde::{Deserialize, Serialize};

use super::feature::Feature;
use super::{context, stats, tokens};

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
}

impl Default for Groups {
    /// Everything but `tokens`.
    fn default() -> Self {
        Self { stats: true, tokens: false, ngrams: true, context: true }
    }
}

impl Groups {
    /// Name, documentation and use of every group, in order.
    pub fn list(self) -> [(&'static str, Vec<&'static Feature>, bool); 4] {
        [
            ("stats", stats::FEATURES.iter().collect(), self.stats),
            ("tokens", tokens::FEATURES.iter().collect(), self.tokens),
            ("ngrams", LEXICAL.iter().collect(), self.ngrams),
            ("context", context::features().collect(), self.context),
        ]
    }

    /// The groups with these names.
    ///
    /// # Errors
    /// If a name is unknown.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> crate::Result<Self> {
        let mut groups = Self { stats: false, tokens: false, ngrams: false, context: false };
        for name in names {
            match name {
                "stats" => groups.stats = true,
                "tokens" => groups.tokens = true,
                "ngrams" => groups.ngrams = true,
                "context" => groups.context = true,
                _ => {
                    return Err(crate::Error::option(format!(
                        "no feature group is called `{name}`: there are stats, tokens, ngrams and context"
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
pub const SCHEMA_VERSION: u32 = 2;

/// Places of the block model's input: all groups, used or not, in one row.
pub(crate) mod row {
    use super::{LEXICAL, stats, tokens};

    pub(crate) const STATS: usize = 0;
    pub(crate) const TOKENS: usize = STATS + stats::COUNT;
    pub(crate) const LEXICAL_AT: usize = TOKENS + tokens::COUNT;
    pub(crate) const LENGTH: usize = LEXICAL_AT + LEXICAL.len();
}

/// The block model's input names, in the order of a row.
pub(crate) fn row_names() -> impl Iterator<Item = &'static str> {
    stats::FEATURES.iter().chain(tokens::FEATURES).chain(LEXICAL).map(|feature| feature.name)
}
