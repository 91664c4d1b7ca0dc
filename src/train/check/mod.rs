//! What is wrong with labeled data, or looks like it, before anything is trained on it.

mod balance;
mod pages;
mod repeats;

use std::path::PathBuf;

use serde::Serialize;

use super::dataset::{DataSet, LabeledPage};
use super::folds::hash;
use crate::chars::{self, Class};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Training refuses the data, or what is measured on it is not true.
    Error,
    /// Probably a mistake.
    Warning,
    /// Often as it should be, and good to know.
    Note,
}

impl Severity {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something found in labeled data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The sort of finding, such as `label-conflict`.
    pub kind: &'static str,
    /// The file; none for what concerns all data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The record in it, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// The page's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The block's number on the page, from 0 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<usize>,
    /// The beginning of the block's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was found.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

impl Finding {
    fn new(severity: Severity, kind: &'static str, what: String, advice: &'static str) -> Self {
        Self { severity, kind, file: None, record: None, page: None, block: None, text: None, what, advice }
    }

    fn on(mut self, page: &LabeledPage) -> Self {
        self.file.clone_from(&page.position.file);
        self.record = page.position.record;
        self.page = Some(page.id.clone());
        self
    }

    fn at(mut self, page: &LabeledPage, block: usize) -> Self {
        self.block = Some(block);
        self.text = page.blocks.get(block).map(|block| block.text.chars().take(SNIPPET).collect());
        self.on(page)
    }
}

/// Characters of a text that a finding shows.
const SNIPPET: usize = 80;
/// Texts up to this length, in Han characters that would say as much, are menu words and headings: that they stand on
/// many pages, now as content and now as junk, is normal.
const SHORT: f32 = 12.0;

/// A page with the hashes of its texts.
struct Read<'a> {
    page: &'a LabeledPage,
    /// Per block: the hash of its folded text without white space; 0 for an empty one.
    keys: Vec<u64>,
    /// Per block: its length in Han characters that would say as much.
    lengths: Vec<f32>,
}

impl<'a> Read<'a> {
    fn new(page: &'a LabeledPage) -> Self {
        let mut folded = String::new();
        let (mut keys, mut lengths) = (Vec::new(), Vec::new());
        for block in &page.blocks {
            folded.clear();
            chars::fold_into(&block.text, &mut folded);
            folded.retain(|c| !c.is_whitespace());
            keys.push(if folded.is_empty() { 0 } else { hash(folded.as_bytes(), 0).max(1) });
            lengths.push(length(&folded));
        }
        Self { page, keys, lengths }
    }
}

/// A coarse length that means about the same in every script.
fn length(text: &str) -> f32 {
    text.chars().map(|c| if chars::lookup(u32::from(c)).class() == Class::Han { 1.0 } else { 0.4 }).sum()
}

/// Looks for mistakes in labeled data: its balance, its splits, its pages, and texts that stand in several places. The
/// worst findings come first, of equal ones in the order of the data.
pub fn check(sets: &[DataSet]) -> Vec<Finding> {
    let read: Vec<Read<'_>> = sets.iter().flat_map(|set| &set.pages).map(Read::new).collect();
    let mut findings = balance::check(sets);
    findings.extend(pages::check(&read));
    findings.extend(repeats::check(&read));
    findings.sort_by_key(|finding| (finding.severity, finding.kind));
    findings
}
