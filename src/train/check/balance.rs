//! What there is much and little of, and what stands on both sides of a split.

use std::collections::BTreeMap;

use super::{Finding, Severity};
use crate::page::{Kind, Label};
use crate::train::compose::base;
use crate::train::dataset::{DataSet, LabeledPage};

/// Blocks of a language from which on it should have both labels.
const SPEAKS: usize = 200;
/// Share of a label below which it is rare.
const RARE: f64 = 0.05;
/// Share of all blocks from which on one site is most of the data.
const MOST: f64 = 0.5;

pub(super) fn check(sets: &[DataSet]) -> Vec<Finding> {
    let pages: Vec<&LabeledPage> = sets.iter().flat_map(|set| &set.pages).collect();
    let mut findings = labels(sets, &pages);
    findings.extend(sites(&pages));
    findings.extend(splits(&pages));
    findings
}

/// Blocks of each label.
fn count<'a>(pages: impl IntoIterator<Item = &'a LabeledPage>) -> [usize; 2] {
    let mut counts = [0; 2];
    for label in pages.into_iter().flat_map(|page| &page.blocks).filter_map(|block| block.label) {
        counts[label as usize] += 1;
    }
    counts
}

fn labels(sets: &[DataSet], pages: &[&LabeledPage]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let counts = count(pages.iter().copied());
    if counts.contains(&0) {
        let what = format!("{} content blocks and {} junk blocks in all data", counts[0], counts[1]);
        findings.push(Finding::new(Severity::Error, "one-label", what, "add pages with blocks of the other label"));
    }
    for set in sets {
        let counts = count(&set.pages);
        if counts.contains(&0) {
            let what = format!("all of `{}` is of one label: {} content, {} junk", set.name, counts[0], counts[1]);
            let advice = "say in the recipe what such a set is good for: role = bodies, widgets or spam";
            let mut finding = Finding::new(Severity::Note, "one-label-file", what, advice);
            finding.file = set.pages.first().and_then(|page| page.position.file.clone());
            findings.push(finding);
        }
    }
    let mut by_lang: BTreeMap<&str, Vec<&LabeledPage>> = BTreeMap::new();
    for page in pages {
        by_lang.entry(base(&page.lang)).or_default().push(page);
    }
    for (lang, pages) in by_lang {
        let counts = count(pages);
        let all = counts[0] + counts[1];
        let rarer = counts[0].min(counts[1]);
        if all >= SPEAKS && (rarer as f64) < RARE * all as f64 {
            let severity = if rarer == 0 { Severity::Warning } else { Severity::Note };
            let name = if lang.is_empty() { "no stated language" } else { lang };
            let what = format!("{name}: {} content blocks and {} junk blocks", counts[0], counts[1]);
            let advice = "add pages of this language with the rarer label, or the language itself speaks for a label";
            findings.push(Finding::new(severity, "unbalanced-language", what, advice));
        }
    }
    let mut kinds = [0usize; 3];
    for block in pages.iter().flat_map(|page| &page.blocks).filter(|block| block.label == Some(Label::Junk)) {
        kinds[block.kind.map_or(2, |kind| usize::from(kind == Kind::Spam))] += 1;
    }
    let [boilerplate, spam, unknown] = kinds;
    if counts[1] > 0 && (boilerplate == 0 || spam == 0) {
        let what = format!("junk is {boilerplate} blocks of boilerplate, {spam} of spam, {unknown} of no stated kind");
        let advice =
            "name the kinds of junk if the model shall tell spam from boilerplate; else it gives all junk one kind";
        findings.push(Finding::new(Severity::Note, "one-kind", what, advice));
    }
    findings
}

fn sites(pages: &[&LabeledPage]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_site: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages {
        *by_site.entry(&page.site).or_default() += page.blocks.len();
    }
    let all: usize = by_site.values().sum();
    if by_site.len() > 1 {
        for (site, blocks) in by_site.into_iter().filter(|(_, blocks)| *blocks as f64 > MOST * all as f64) {
            let what = format!("{blocks} of {all} blocks are of the site `{site}`");
            let advice = "add other sites or take fewer of its pages: a model learns what a site repeats";
            findings.push(Finding::new(Severity::Warning, "one-site-is-most", what, advice));
        }
    }
    if let Some(first) = pages.first()
        && pages.iter().all(|page| page.group == first.group)
    {
        let what = format!("all {} pages are of one site or group, `{}`", pages.len(), first.group);
        let advice = "add pages of other sites, or state `site`: accuracy is measured on sites that were left out";
        findings.push(Finding::new(Severity::Error, "one-group", what, advice));
    }
    findings
}

fn splits(pages: &[&LabeledPage]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sites: BTreeMap<&str, [Vec<&LabeledPage>; 2]> = BTreeMap::new();
    let mut groups: BTreeMap<&str, [Vec<&LabeledPage>; 2]> = BTreeMap::new();
    for page in pages {
        sites.entry(&page.site).or_default()[usize::from(page.test)].push(page);
        groups.entry(&page.group).or_default()[usize::from(page.test)].push(page);
    }
    for (severity, kind, noun, split, advice) in [
        (
            Severity::Error,
            "split-site",
            "site",
            &sites,
            "put all pages of a site on one side: the model would be measured on what it has learned by heart",
        ),
        (
            Severity::Warning,
            "split-group",
            "group",
            &groups,
            "a group is what belongs together: put it on one side, or measure out of fold",
        ),
    ] {
        for (name, [train, test]) in split {
            // A group that is a site has been told.
            if !train.is_empty() && !test.is_empty() && (kind == "split-site" || !sites.contains_key(name)) {
                let what =
                    format!("the {noun} `{name}` is on both sides: {} to train, {} to test", train.len(), test.len());
                findings.push(Finding::new(severity, kind, what, advice).on(test[0]));
            }
        }
    }
    findings
}
