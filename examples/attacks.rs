//! How much spam is still found when it is disguised, and how much content is lost that was damaged: every attack at
//! several strengths. The lines around stay as they are.
//!
//! With `--held-out` models are trained for it: three, each without one third of the files, which it is measured on;
//! what is named before `--with` and every other third is what it learns from. Otherwise a model file is measured.
//!
//! Usage: `attacks MODEL DATA...` or `attacks --held-out RECIPE [--with DATA]... DATA...`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use tamis::train::{Attack, DataSet, LabeledBlock, Recipe, Report, ScoredBlock, score, train};
use tamis::{Classifier, Kind, Label, Model, Preset};

const STRENGTHS: [f64; 4] = [0.1, 0.3, 0.6, 1.0];
const PARTS: usize = 3;
const USAGE: &str = "usage: attacks MODEL DATA... or attacks --held-out RECIPE [--with DATA]... DATA...";

/// What is attacked: none, spam or content, how, and how much.
type Trial = Option<(Target, Attack, f64)>;

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Spam,
    Content,
}

impl Target {
    fn holds(self, block: &LabeledBlock) -> bool {
        match self {
            Self::Spam => block.kind == Some(Kind::Spam),
            Self::Content => block.label == Some(Label::Content),
        }
    }

    fn attacks(self) -> &'static [Attack] {
        match self {
            Self::Spam => &Attack::SPAM,
            Self::Content => &Attack::DAMAGE,
        }
    }

    /// Blocks of the report, and the share labeled junk under `cautious` and `balanced`.
    fn removed(self, report: &Report) -> (u64, [f64; 2]) {
        let mut total = (0, [0.0; 2]);
        for (name, kind) in &report.by_kind {
            let (label, subkind) = name.split_once('/').unwrap_or((name, ""));
            let holds = match self {
                Self::Spam => label == "junk" && Kind::from_subkind(subkind) == Some(Kind::Spam),
                Self::Content => label == "content",
            };
            if holds {
                total.0 += kind.blocks;
                for (sum, removed) in total.1.iter_mut().zip(kind.removed) {
                    *sum += removed * kind.blocks as f64;
                }
            }
        }
        (total.0, total.1.map(|sum| sum / total.0.max(1) as f64))
    }
}

type Scores = BTreeMap<String, (Trial, Vec<ScoredBlock>)>;
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    run(std::env::args().skip(1), &mut std::io::stdout())
}

pub(crate) fn run(mut arguments: impl Iterator<Item = String>, out: &mut impl Write) -> Result<()> {
    let first = arguments.next().ok_or(USAGE)?;
    let recipe = if first == "--held-out" { Some(arguments.next().ok_or(USAGE)?) } else { None };
    let (mut paths, mut with) = (Vec::new(), Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--with" => with.push(PathBuf::from(arguments.next().ok_or(USAGE)?)),
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let sets = DataSet::load_all(&paths)?;
    let mut scored = BTreeMap::new();
    match recipe {
        None => measure(&Classifier::new(Model::load(&PathBuf::from(first))?)?, &sets, &mut scored),
        Some(recipe) => {
            let recipe = Recipe::load(&PathBuf::from(recipe))?;
            let with = if with.is_empty() { Vec::new() } else { DataSet::load_all(&with)? };
            for part in 0..PARTS {
                let files = |held: bool| {
                    let numbered = sets.iter().enumerate();
                    numbered.filter(move |(i, _)| (i % PARTS == part) == held).map(|(_, set)| set.clone())
                };
                let taught: Vec<DataSet> = files(false).chain(with.iter().cloned()).collect();
                let model = train(&taught, &recipe, &())?.model;
                measure(&Classifier::new(model)?, &files(true).collect::<Vec<_>>(), &mut scored);
                eprintln!("part {} of {PARTS} is measured", part + 1);
            }
        }
    }
    print(&scored, out)
}

/// Adds the scores of all trials on some sets.
fn measure(classifier: &Classifier, sets: &[DataSet], scored: &mut Scores) {
    let mut trials: Vec<Trial> = vec![None];
    for target in [Target::Spam, Target::Content] {
        let with_strength = |attack: &Attack| STRENGTHS.map(|strength| Some((target, *attack, strength)));
        trials.extend(target.attacks().iter().flat_map(with_strength));
    }
    for trial in trials {
        let attacked: Vec<DataSet> = sets.iter().map(|set| attacked(set, trial)).collect();
        let (_, blocks) = scored.entry(key(trial)).or_insert((trial, Vec::new()));
        blocks.extend(score(classifier, &attacked));
    }
}

fn key(trial: Trial) -> String {
    trial.map_or(String::new(), |(target, attack, strength)| {
        format!("{} {} {strength}", target == Target::Spam, attack.name())
    })
}

/// The pages of a set that have something to attack, attacked.
fn attacked(set: &DataSet, trial: Trial) -> DataSet {
    let mut set = set.clone();
    let Some((target, attack, strength)) = trial else { return set };
    set.pages.retain(|page| page.blocks.iter().any(|block| target.holds(block)));
    for (number, page) in set.pages.iter_mut().enumerate() {
        for block in page.blocks.iter_mut().filter(|block| target.holds(block)) {
            block.text = attack.apply(&block.text, strength, number as u64);
        }
    }
    set
}

/// Two tables: rows are attacks, columns strengths.
fn print(scored: &Scores, out: &mut impl Write) -> Result<()> {
    let presets = [Preset::Cautious, Preset::Balanced].map(Preset::name).join(" / ");
    let removed = |target: Target, trial: Trial| {
        scored.get(&key(trial)).map(|(_, blocks)| target.removed(&Report::of(blocks))).unwrap_or_default()
    };
    for (target, title) in [(Target::Spam, "spam found"), (Target::Content, "content lost")] {
        let (blocks, [a, b]) = removed(target, None);
        let strengths = STRENGTHS.map(|strength| strength.to_string()).join(" | ");
        writeln!(out, "\n| {title}, % of {blocks} blocks ({presets}) | 0 | {strengths} |")?;
        writeln!(out, "|---|{}", "---|".repeat(STRENGTHS.len() + 1))?;
        for attack in target.attacks() {
            let cells = STRENGTHS.map(|strength| {
                let (_, [a, b]) = removed(target, Some((target, *attack, strength)));
                format!("{:.1} / {:.1}", 100.0 * a, 100.0 * b)
            });
            writeln!(out, "| {} | {:.1} / {:.1} | {} |", attack.name(), 100.0 * a, 100.0 * b, cells.join(" | "))?;
        }
    }
    Ok(())
}
