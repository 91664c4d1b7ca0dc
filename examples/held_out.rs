//! Accuracy on sites and sources that a model has never seen: models trained without one part of the data, each measured
//! on the part it has not seen. `cargo xtask held-out` runs it.
//!
//! The suites are the sets of `zhsites*`, `xxsites` and `wcxb-dev`, of which part `k` is one fifth of the sites or groups,
//! and the project's own pages, of which part `k` is the whole file `w(k+1)`. By default one suite is held out at a time
//! and the model may learn from everything else: 21 models, half an hour. With `--together` part `k` of all suites is held
//! out at once, which makes the numbers a little worse and takes a third of the time. With `--source NAME`, which may be
//! given several times, whole data sets are held out instead, one model for each.
//!
//! Usage: `held_out RECIPE [--together | --source NAME...] [--json FILE] DATA...`

use std::collections::BTreeMap;
use std::path::PathBuf;

use tamis::Classifier;
use tamis::train::{DataSet, LabeledPage, Measures, Recipe, Report, ScoredBlock};

/// Data sets that are measured together, and in how many parts.
struct Suite {
    name: String,
    sets: Vec<String>,
    parts: Parts,
}

#[derive(Clone, Copy, PartialEq)]
enum Parts {
    /// Fifths of the sites or groups.
    Sites,
    /// The data sets.
    Sets,
}

impl Suite {
    fn new(name: &str, sets: &[&str], parts: Parts) -> Self {
        Self { name: name.to_owned(), sets: sets.iter().map(|set| (*set).to_owned()).collect(), parts }
    }

    fn usual() -> Vec<Self> {
        vec![
            Self::new("zhsites + zhsites2", &["zhsites", "zhsites2"], Parts::Sites),
            Self::new("xxsites", &["xxsites"], Parts::Sites),
            Self::new("wcxb-dev", &["wcxb-dev"], Parts::Sites),
            Self::new("data", &["w1", "w2", "w3", "w4", "w5", "w6"], Parts::Sets),
        ]
    }

    fn count(&self) -> usize {
        if self.parts == Parts::Sites { FOLDS } else { self.sets.len() }
    }

    fn holds(&self, part: usize, set: &str, page: &LabeledPage) -> bool {
        match self.parts {
            Parts::Sites => self.sets.iter().any(|name| name == set) && fold(&page.group) == part,
            Parts::Sets => self.sets.get(part).is_some_and(|name| name == set),
        }
    }
}

const FOLDS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let recipe = arguments.next().ok_or("usage: held_out RECIPE [--together] [--json FILE] DATA...")?;
    let recipe = Recipe::load(&PathBuf::from(recipe))?;
    let (mut paths, mut json, mut together, mut sources) = (Vec::new(), None, false, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--together" => together = true,
            "--json" => json = arguments.next(),
            "--source" => sources.push(arguments.next().ok_or("--source needs the name of a data set")?),
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let mut sets = DataSet::load_all(&paths)?;
    recipe.ignore(&mut sets)?;

    let suites = if sources.is_empty() {
        Suite::usual()
    } else {
        sources.iter().map(|name| Suite::new(name, &[name], Parts::Sets)).collect()
    };
    // What is held out at once: pairs of suite and part.
    let mut rounds: Vec<Vec<(usize, usize)>> = Vec::new();
    for (s, suite) in suites.iter().enumerate() {
        for part in 0..suite.count() {
            if !together || rounds.len() <= part {
                rounds.push(Vec::new());
            }
            let round = if together { part } else { rounds.len() - 1 };
            rounds[round].push((s, part));
        }
    }
    println!(
        "| suite | pages | blocks | AUC | AUC, pages capped | recall 99 % | the same, capped | calibration error | \
         cautious: lost / removed | balanced: lost / removed | strict: lost / removed | page F1 c/b/s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut scored: BTreeMap<usize, Vec<ScoredBlock>> = BTreeMap::new();
    let mut reports = BTreeMap::new();
    for (number, round) in rounds.iter().enumerate() {
        let start = std::time::Instant::now();
        let suite_of = |set: &str, page: &LabeledPage| {
            round.iter().find(|(s, part)| suites[*s].holds(*part, set, page)).map(|(s, _)| *s)
        };
        let train: Vec<DataSet> =
            sets.iter().map(|set| only(set, |page| suite_of(&set.name, page).is_none())).collect();
        let trained = tamis::train::train(&train, &recipe, &())?;
        for (s, _) in round {
            let held: Vec<DataSet> =
                sets.iter().map(|set| only(set, |page| suite_of(&set.name, page) == Some(*s))).collect();
            scored.entry(*s).or_default().extend(tamis::train::score(&Classifier::new(trained.model.clone())?, &held));
        }
        eprintln!("model {} of {}: {:.0} s", number + 1, rounds.len(), start.elapsed().as_secs_f64());
        // A suite is reported as soon as its last part is measured.
        let to_come = |s: &usize| rounds[number + 1..].iter().flatten().any(|(other, _)| other == s);
        let done: Vec<usize> = scored.keys().copied().filter(|s| !to_come(s)).collect();
        for s in done {
            let report = Report::of(&scored.remove(&s).unwrap_or_default());
            print(&suites[s], &report);
            reports.insert(suites[s].name.clone(), report);
        }
    }
    if let Some(json) = json {
        std::fs::write(json, serde_json::to_string_pretty(&reports)?)?;
    }
    Ok(())
}

/// Rows of the table, by language or file; behind them, as notes, intervals and what happens to each kind.
fn print(suite: &Suite, report: &Report) {
    let name = &suite.name;
    row(name, report.pages, &report.overall, Some((&report.capped, report.page_f1)));
    let groups = if suite.parts == Parts::Sets && suite.sets.len() > 1 { &report.by_set } else { &report.by_lang };
    for (group, measures) in groups.iter().filter(|_| groups.len() > 1) {
        row(&format!("- {group}"), 0, measures, None);
    }
    let interval = |name: &str| report.intervals.get(name).map_or(String::new(), |[a, b]| format!("{a:.3}-{b:.3}"));
    println!("note: {name}: 95 % intervals: AUC {}, recall {}", interval("auc"), interval("recall_99"));
    let kinds: Vec<String> = report
        .by_kind
        .iter()
        .filter(|(_, kind)| kind.blocks >= 50)
        .map(|(name, kind)| {
            format!("{name} ({}) {:.3}/{:.3}/{:.3}", kind.blocks, kind.removed[0], kind.removed[1], kind.removed[2])
        })
        .collect();
    println!("note: - **{name}**: {}", kinds.join("; "));
}

/// A set with some of its pages.
fn only(set: &DataSet, keep: impl Fn(&LabeledPage) -> bool) -> DataSet {
    DataSet { name: set.name.clone(), pages: set.pages.iter().filter(|page| keep(page)).cloned().collect() }
}

fn row(name: &str, pages: usize, m: &Measures, all: Option<(&Measures, [f64; 3])>) {
    let presets: Vec<String> = m
        .presets
        .iter()
        .map(|at| format!("{:.2} % / {:.1} %", 100.0 * at.content_lost, 100.0 * at.junk_removed))
        .collect();
    let capped = |value: fn(&Measures) -> f64| all.map_or(String::new(), |(m, _)| format!("{:.4}", value(m)));
    let f1 = all.map_or(String::new(), |(_, [a, b, c])| format!("{a:.3} / {b:.3} / {c:.3}"));
    println!(
        "| {name} | {} | {} | {:.4} | {} | {:.3} | {} | {:.3} | {} | {f1} |",
        if pages > 0 { pages.to_string() } else { String::new() },
        m.content + m.junk,
        m.auc,
        capped(|m| m.auc),
        m.recall_99,
        capped(|m| m.recall_99),
        m.calibration_error,
        presets.join(" | "),
    );
}

/// A fixed fold for every group, independent of the folds of training.
fn fold(group: &str) -> usize {
    let hash = group.bytes().fold(0x811C_9DC5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    ((hash >> 8) as usize) % FOLDS
}
