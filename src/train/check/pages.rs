//! Page by page: ids, blocks without text or with too much, pages without a label, the same text under two labels.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use super::{Finding, Read, SHORT, Severity};
use crate::page::Label;

/// Characters from which on a block is rather a page.
const LONG: usize = 10_000;

pub(super) fn check(read: &[Read<'_>]) -> Vec<Finding> {
    let mut findings = duplicate_ids(read);
    for read in read {
        blocks(read, &mut findings);
        labels(read, &mut findings);
        conflicts(read, &mut findings);
    }
    findings
}

fn duplicate_ids(read: &[Read<'_>]) -> Vec<Finding> {
    let mut seen: HashMap<(Option<&Path>, &str), u64> = HashMap::new();
    let mut findings = Vec::new();
    for read in read {
        let (page, position) = (read.page, &read.page.position);
        // Pages in files of their own are named by those.
        let Some(record) = position.record else { continue };
        match seen.entry((position.file.as_deref(), &page.id)) {
            Entry::Vacant(entry) => _ = entry.insert(record),
            Entry::Occupied(first) => {
                let what = format!("the id `{}` is that of record {} too", page.id, first.get());
                let advice = "give every page an id of its own, and let the lines of a page stand together";
                findings.push(Finding::new(Severity::Error, "duplicate-id", what, advice).on(page));
            }
        }
    }
    findings
}

fn blocks(read: &Read<'_>, findings: &mut Vec<Finding>) {
    for (b, block) in read.page.blocks.iter().enumerate() {
        if read.keys[b] == 0 {
            let advice = "leave blocks without text out: they never reach the model when pages are read";
            let finding = Finding::new(Severity::Warning, "empty-block", "there is no text in it".to_owned(), advice);
            findings.push(finding.at(read.page, b));
        }
        let chars = block.text.chars().count();
        if chars > LONG {
            let content = block.label == Some(Label::Content);
            let severity = if content { Severity::Warning } else { Severity::Note };
            let advice = "cut the page into lines or block elements: a block gets one label";
            let what = format!("the block has {chars} characters");
            findings.push(Finding::new(severity, "long-block", what, advice).at(read.page, b));
        }
        if block.text.trim().contains('\n') {
            let what = format!("the block has {} lines", block.text.trim().lines().count());
            let advice = "make every line a block, as `tamis classify` does";
            findings.push(Finding::new(Severity::Warning, "many-lines", what, advice).at(read.page, b));
        }
    }
}

fn labels(read: &Read<'_>, findings: &mut Vec<Finding>) {
    let has = |label: Label| read.page.blocks.iter().any(|block| block.label == Some(label));
    // A line that stands alone has one label or none.
    if read.page.blocks.len() == 1 && (has(Label::Content) || has(Label::Junk)) {
        return;
    }
    let (severity, kind, what, advice) = match (has(Label::Content), has(Label::Junk)) {
        (true, true) => return,
        (false, false) => {
            (Severity::Warning, "no-label", "no block has a label that counts", "label it or leave it out")
        }
        (false, true) => (
            Severity::Note,
            "no-content",
            "no block is content",
            "fine for doorways and bare listings; else look again",
        ),
        (true, false) => {
            (Severity::Note, "no-junk", "no block is junk", "fine for extracted texts; a page with its frame has some")
        }
    };
    findings.push(Finding::new(severity, kind, what.to_owned(), advice).on(read.page));
}

/// The same text with two labels on one page.
fn conflicts(read: &Read<'_>, findings: &mut Vec<Finding>) {
    let mut first: HashMap<u64, (usize, Label)> = HashMap::new();
    for (b, block) in read.page.blocks.iter().enumerate() {
        let (Some(label), key) = (block.label, read.keys[b]) else { continue };
        if key == 0 {
            continue;
        }
        let (other, before) = *first.entry(key).or_insert((b, label));
        if before != label {
            let severity = if read.lengths[b] > SHORT { Severity::Warning } else { Severity::Note };
            let what = format!("{label} here, {before} in block {other} of the page");
            let advice =
                "right for a heading that is in the menu too, or a title among its related ones; else make it one";
            findings.push(Finding::new(severity, "page-conflict", what, advice).at(read.page, b));
        }
    }
}
