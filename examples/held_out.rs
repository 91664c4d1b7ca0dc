//! Accuracy on sites and sources that a model has never seen: trains six models, each without one part of the data, and
//! measures each on the part it has not seen. `cargo xtask held-out` runs it.
//!
//! Part `k` of six holds fold `k` (of five, by site or group) of every set of `zhsites*`, `xxsites` and `wcxb-dev`, and
//! the whole file `w(k+1)` of the project's own pages. Holding out all of these at once makes the numbers a little worse
//! than one at a time would, and takes an hour less.
//!
//! Usage: `held_out RECIPE [--json FILE] [--models FOLDER] [--parts N] DATA...`

use std::collections::BTreeMap;
use std::path::PathBuf;

use tamis::train::{DataSet, Measures, Progress, Recipe, Report, ScoredBlock, Step};

/// Suites of data sets that are measured together.
const SUITES: [(&str, &[&str]); 4] = [
    ("zhsites + zhsites2", &["zhsites", "zhsites2"]),
    ("xxsites", &["xxsites"]),
    ("wcxb-dev", &["wcxb-dev"]),
    ("data", &["w1", "w2", "w3", "w4", "w5", "w6"]),
];
const FOLDS: usize = 5;
const PARTS: usize = 6;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let recipe = PathBuf::from(
        arguments.next().ok_or("usage: held_out RECIPE [--json FILE] [--models FOLDER] [--parts N] DATA...")?,
    );
    let recipe = Recipe::load(&recipe)?;
    let (mut paths, mut json, mut models, mut parts) = (Vec::new(), None, None, PARTS);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--models" => models = arguments.next().map(PathBuf::from),
            "--json" => json = arguments.next(),
            "--parts" => parts = arguments.next().and_then(|n| n.parse().ok()).ok_or("--parts wants a number")?,
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let sets = DataSet::load_all(&paths)?;

    let mut scored: BTreeMap<&str, Vec<ScoredBlock>> = BTreeMap::new();
    for part in 0..parts {
        let (mut train, mut held): (Vec<DataSet>, Vec<DataSet>) = (Vec::new(), Vec::new());
        for set in &sets {
            let suite = SUITES.iter().find(|(_, names)| names.contains(&set.name.as_str()));
            let in_part = |page: &tamis::train::LabeledPage| match suite {
                None => false,
                Some(("data", names)) => names[part] == set.name,
                Some(_) => fold(&page.group) == part,
            };
            let (out, kept): (Vec<_>, Vec<_>) = set.pages.iter().cloned().partition(in_part);
            for (pages, to) in [(kept, &mut train), (out, &mut held)] {
                if !pages.is_empty() {
                    to.push(DataSet { name: set.name.clone(), pages });
                }
            }
        }
        let start = std::time::Instant::now();
        let trained = tamis::train::train(&train, &recipe, &Clock(start))?;
        eprintln!("part {part}: trained in {:.0} s", start.elapsed().as_secs_f64());
        if let Some(folder) = &models {
            std::fs::write(folder.join(format!("part{part}.safetensors")), trained.model.to_bytes()?)?;
        }
        for (suite, names) in SUITES {
            let of_suite: Vec<DataSet> =
                held.iter().filter(|set| names.contains(&set.name.as_str())).cloned().collect();
            scored.entry(suite).or_default().extend(tamis::train::score(&trained.model, &of_suite)?);
        }
    }

    println!(
        "| suite | pages | blocks | AUC | recall 99 % | recall 99.5 % chars | calibration error | cautious: lost / removed | balanced: lost / removed | strict: lost / removed | page F1 c/b/s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut reports = BTreeMap::new();
    for (suite, _) in SUITES {
        let report = Report::of(&scored[suite]);
        row(suite, report.pages, &report.overall, Some(report.page_f1));
        let groups = if suite == "data" { &report.by_set } else { &report.by_lang };
        for (name, measures) in groups.iter().filter(|_| groups.len() > 1) {
            row(&format!("- {name}"), 0, measures, None);
        }
        reports.insert(suite, report);
    }
    println!(
        "\n| suite | 95 % interval of AUC, recall 99 % | labeled junk at cautious / balanced / strict, by kind |\n|---|---|---|"
    );
    for (suite, report) in &reports {
        let interval = |name: &str| report.intervals.get(name).map_or(String::new(), |[a, b]| format!("{a:.3}-{b:.3}"));
        let kinds: Vec<String> = report
            .by_kind
            .iter()
            .filter(|(_, kind)| kind.blocks >= 50)
            .map(|(name, kind)| {
                format!("{name} ({}) {:.3}/{:.3}/{:.3}", kind.blocks, kind.removed[0], kind.removed[1], kind.removed[2])
            })
            .collect();
        println!("| {suite} | {}, {} | {} |", interval("auc"), interval("recall_99"), kinds.join("; "));
    }
    if let Some(json) = json {
        std::fs::write(json, serde_json::to_string_pretty(&reports)?)?;
    }
    Ok(())
}

fn row(name: &str, pages: usize, m: &Measures, page_f1: Option<[f64; 3]>) {
    let presets: Vec<String> = m
        .presets
        .iter()
        .map(|at| format!("{:.2} % / {:.1} %", 100.0 * at.content_lost, 100.0 * at.junk_removed))
        .collect();
    let f1 = page_f1.map_or(String::new(), |[a, b, c]| format!("{a:.3} / {b:.3} / {c:.3}"));
    println!(
        "| {name} | {} | {} | {:.4} | {:.3} | {:.3} | {:.3} | {} | {f1} |",
        if pages > 0 { pages.to_string() } else { String::new() },
        m.content + m.junk,
        m.auc,
        m.recall_99,
        m.recall_995_chars,
        m.calibration_error,
        presets.join(" | "),
    );
}

/// Says when each step of training begins.
struct Clock(std::time::Instant);

impl Progress for Clock {
    fn step(&self, step: Step, advance: u64, _total: u64) {
        if advance == 0 {
            eprintln!("{:5.1} s  {}", self.0.elapsed().as_secs_f64(), step.name());
        }
    }
}

/// A fixed fold for every group, independent of the folds of training.
fn fold(group: &str) -> usize {
    let hash = group.bytes().fold(0x811C_9DC5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    ((hash >> 8) as usize) % FOLDS
}
