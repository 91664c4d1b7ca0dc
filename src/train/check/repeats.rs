//! Texts that stand in several places: under two labels, on pages that are copies, on sites that should know nothing of
//! each other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Finding, Read, SHORT, Severity};
use crate::page::Label;

/// A text on more pages than this is a standing phrase and makes no two of them copies.
const STANDING: usize = 50;
/// Share of the content of the smaller page that near-duplicates have in common.
const NEAR: f32 = 0.8;
/// The least that pages must share to be told, in Han characters.
const SHARED: f32 = 100.0;
/// Blocks in a row from which on they are a long run.
const RUN: usize = 5;
/// Places of a text on a page that runs are looked for from.
const PLACES: usize = 20;

pub(super) fn check(read: &[Read<'_>]) -> Vec<Finding> {
    let mut findings = conflicts(read);
    findings.extend(copies(read));
    findings.extend(leaks(read));
    findings
}

/// Places of a text with a label: how many, and the first.
#[derive(Clone, Copy, Default)]
struct Places {
    count: usize,
    first: (usize, usize),
}

/// The same text labeled content and junk, the most frequent first.
fn conflicts(read: &[Read<'_>]) -> Vec<Finding> {
    let mut texts: HashMap<u64, [Places; 2]> = HashMap::new();
    for (p, read) in read.iter().enumerate() {
        for (b, block) in read.page.blocks.iter().enumerate().filter(|(b, _)| read.keys[*b] != 0) {
            if let Some(label) = block.label {
                let places = &mut texts.entry(read.keys[b]).or_default()[label as usize];
                if places.count == 0 {
                    places.first = (p, b);
                }
                places.count += 1;
            }
        }
    }
    let mut both: Vec<[Places; 2]> = texts.into_values().filter(|places| places.iter().all(|p| p.count > 0)).collect();
    let rarer = |places: &[Places; 2]| places[0].count.min(places[1].count);
    both.sort_by_key(|places| (Reverse((rarer(places), places[0].count + places[1].count)), places[0].first));
    let findings = both.iter().map(|places| {
        // The rarer label is the likelier mistake.
        let at = usize::from(places[1].count < places[0].count);
        let (p, b) = places[at].first;
        let short = read[p].lengths[b] <= SHORT;
        let what = format!("content {} times, junk {} times", places[0].count, places[1].count);
        let (severity, kind, advice) = if short {
            (
                Severity::Note,
                "label-conflict-short",
                "normal for menu words that are headings elsewhere; look at those that are nearly always the same",
            )
        } else {
            (
                Severity::Warning,
                "label-conflict",
                "make it one, unless it does different things on its pages; this place has the rarer label",
            )
        };
        Finding::new(severity, kind, what, advice).at(read[p].page, b)
    });
    findings.collect()
}

/// Whole pages that are equal, inside of what belongs together: folds hold, but they count twice.
fn copies(read: &[Read<'_>]) -> Vec<Finding> {
    let mut seen: HashMap<(&[u64], &str, bool), usize> = HashMap::new();
    let mut findings = Vec::new();
    for (p, page) in read.iter().enumerate() {
        if page.lengths.iter().sum::<f32>() < SHARED {
            continue;
        }
        let first = *seen.entry((&page.keys, &page.page.group, page.page.test)).or_insert(p);
        if first != p {
            let what = format!("the page is equal to {}", name(&read[first]));
            let advice = "leave it out: it counts twice";
            findings.push(Finding::new(Severity::Warning, "duplicate-page", what, advice).on(page.page));
        }
    }
    findings
}

fn name(read: &Read<'_>) -> String {
    format!(
        "page `{}`{}",
        read.page.id,
        read.page.position.file.as_deref().map_or(String::new(), |file| { format!(" of {}", file.display()) })
    )
}

/// Content that stands on both sides of a split or in two folds.
fn leaks(read: &[Read<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ((a, b), shared) in pairs(read) {
        let (first, second) = (&read[a], &read[b]);
        let least = content(first).min(content(second));
        let (run, at) = longest_run(first, second);
        let near = shared >= NEAR * least;
        if shared < SHARED || !(near || run >= RUN) {
            continue;
        }
        let split = first.page.test != second.page.test;
        let severity = if split { Severity::Error } else { Severity::Warning };
        let sides = if split { "train and test" } else { "two groups, so in two folds" };
        let (kind, what) = if near {
            let share = (100.0 * shared / least.max(1.0)).round();
            (
                "near-duplicates",
                format!("{share} % of the smaller page's content is that of {}, in {sides}", name(first)),
            )
        } else {
            ("shared-run", format!("{run} blocks of content in a row stand on {} too, in {sides}", name(first)))
        };
        let advice =
            "keep one of them, or give both one `group` and one `split`: else the model is measured on what it knows";
        findings.push(Finding::new(severity, kind, what, advice).at(second.page, at));
    }
    findings
}

fn is_content(read: &Read<'_>, b: usize) -> bool {
    read.page.blocks[b].label == Some(Label::Content) && read.keys[b] != 0
}

/// Numbers of the content blocks that are more than a heading, each text once.
fn telling<'r>(read: &'r Read<'_>) -> impl Iterator<Item = usize> + 'r {
    let mut seen = HashSet::new();
    (0..read.keys.len())
        .filter(|&b| is_content(read, b) && read.lengths[b] > SHORT)
        .filter(move |&b| seen.insert(read.keys[b]))
}

/// Length of the telling content.
fn content(read: &Read<'_>) -> f32 {
    telling(read).map(|b| read.lengths[b]).sum()
}

/// Pairs of pages of different groups or splits that share telling content, with its length. A page is paired with the
/// first such page of a text, so that a text on many pages makes few pairs.
fn pairs(read: &[Read<'_>]) -> BTreeMap<(usize, usize), f32> {
    let mut places: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    for (p, page) in read.iter().enumerate() {
        for b in telling(page) {
            places.entry(page.keys[b]).or_default().push((p, b));
        }
    }
    let mut pairs: BTreeMap<(usize, usize), Vec<f32>> = BTreeMap::new();
    for places in places.values().filter(|places| places.len() <= STANDING) {
        for (i, &(p, b)) in places.iter().enumerate() {
            let page = read[p].page;
            let apart = |q: usize| read[q].page.group != page.group || read[q].page.test != page.test;
            if let Some(&(q, _)) = places[..i].iter().find(|(q, _)| apart(*q)) {
                pairs.entry((q, p)).or_default().push(read[p].lengths[b]);
            }
        }
    }
    // A sum in an order of its own: that of the hash map is another one each time.
    let sum = |mut lengths: Vec<f32>| {
        lengths.sort_by(f32::total_cmp);
        lengths.iter().sum()
    };
    pairs.into_iter().map(|(pair, lengths)| (pair, sum(lengths))).collect()
}

/// The longest run of equal content blocks of two pages, and where it starts on the second.
fn longest_run(first: &Read<'_>, second: &Read<'_>) -> (usize, usize) {
    let blocks = |read: &Read<'_>| (0..read.keys.len()).filter(|&b| is_content(read, b)).collect::<Vec<_>>();
    let (a, b) = (blocks(first), blocks(second));
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (i, &block) in a.iter().enumerate() {
        let places = places.entry(first.keys[block]).or_default();
        if places.len() < PLACES {
            places.push(i);
        }
    }
    let mut best = (0, b.first().copied().unwrap_or(0));
    let mut before: HashMap<usize, usize> = HashMap::new();
    for (j, &block) in b.iter().enumerate() {
        let mut runs = HashMap::new();
        for &i in places.get(&second.keys[block]).map_or(&[][..], Vec::as_slice) {
            let run = 1 + i.checked_sub(1).and_then(|i| before.get(&i)).copied().unwrap_or(0);
            runs.insert(i, run);
            if run > best.0 {
                best = (run, b[j + 1 - run]);
            }
        }
        before = runs;
    }
    best
}
