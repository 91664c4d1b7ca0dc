//! Labels that the out-of-fold model most disagrees with: where to look for wrong ones.

use std::cmp::Reverse;
use std::path::PathBuf;

use serde::Serialize;

use super::ScoredPage;
use crate::page::Label;

/// Log-odds beyond this are equal: probabilities in single precision end there.
const LIMIT: f32 = 16.0;

/// A block whose label is doubted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suspect {
    /// Where the page was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The record in the file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// The page's name.
    pub page: String,
    /// The block's number on the page, from 0 on.
    pub block: usize,
    /// The label it has.
    pub label: Label,
    /// The finer name it has, empty where there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Calibrated P(junk), from a model that had not seen its site.
    pub score: f32,
    /// Its text.
    pub text: String,
}

/// The labeled blocks that their scores contradict, the strongest contradiction first, and at most `per_page` of a page:
/// where a page as a whole is odd, a few of its blocks say so.
///
/// Nothing says which of the two is wrong, the label or the model.
pub fn suspects(pages: &[ScoredPage], per_page: usize) -> Vec<Suspect> {
    let mut found = Vec::new();
    for scored in pages {
        let page = &scored.page;
        let mut of_page: Vec<(f32, usize, Label)> = Vec::new();
        for (b, (block, score)) in page.blocks.iter().zip(&scored.scores).enumerate() {
            if let Some(label) = block.label {
                let odds = (score / (1.0 - score)).ln().clamp(-LIMIT, LIMIT);
                let against = if label == Label::Junk { -odds } else { odds };
                if against > 0.0 {
                    of_page.push((against, b, label));
                }
            }
        }
        of_page.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (against, b, label) in of_page.into_iter().take(per_page) {
            let block = &page.blocks[b];
            let suspect = Suspect {
                file: page.position.file.clone(),
                record: page.position.record,
                page: page.id.clone(),
                block: b,
                label,
                kind: block.subkind.clone(),
                score: scored.scores[b],
                text: block.text.clone(),
            };
            found.push((against, suspect));
        }
    }
    // Of equal ones, the longer text is the worse mistake.
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| Reverse(a.1.text.len()).cmp(&Reverse(b.1.text.len()))));
    found.into_iter().map(|(_, suspect)| suspect).collect()
}
