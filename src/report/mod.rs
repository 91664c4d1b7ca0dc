//! Reports for people: what was found on each page, and a summary.

#[cfg(feature = "cli")]
pub(crate) mod html;
#[cfg(feature = "cli")]
pub(crate) mod sarif;
pub(crate) mod terminal;

#[cfg(all(feature = "cli", feature = "train"))]
pub(crate) use terminal::shortened;
pub use terminal::{explanation, page, summary};

use serde::{Deserialize, Serialize};

use crate::page::{Kind, Label, Page, Verdict};

/// Counts over pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Pages.
    pub pages: u64,
    /// Blocks.
    pub blocks: u64,
    /// Bytes of blocks.
    pub bytes: u64,
    /// Junk blocks of kind boilerplate.
    pub boilerplate: u64,
    /// Junk blocks of kind spam.
    pub spam: u64,
    /// Bytes of junk: of junk blocks without parts, and of junk parts.
    pub junk_bytes: u64,
}

impl Counts {
    /// Takes in a page.
    pub fn add(&mut self, page: &Page<'_>, verdicts: &[Verdict]) {
        self.pages += 1;
        for (block, verdict) in page.blocks.iter().zip(verdicts) {
            let bytes = block.range.len() as u64;
            self.blocks += 1;
            self.bytes += bytes;
            self.junk_bytes += verdict.junk(&block.range).map(|(_, part)| part.range.len() as u64).sum::<u64>();
            if verdict.label == Label::Junk {
                match verdict.kind {
                    Some(Kind::Spam) => self.spam += 1,
                    _ => self.boilerplate += 1,
                }
            }
        }
    }

    /// Takes in the counts of a part.
    #[cfg(feature = "cli")]
    pub(crate) fn merge(&mut self, part: &Self) {
        self.pages += part.pages;
        self.blocks += part.blocks;
        self.bytes += part.bytes;
        self.boilerplate += part.boilerplate;
        self.spam += part.spam;
        self.junk_bytes += part.junk_bytes;
    }

    /// Junk bytes / bytes of blocks; 0 without blocks.
    pub fn junk_share(&self) -> f64 {
        self.junk_bytes as f64 / self.bytes.max(1) as f64
    }
}
