//! How much spam is still found when it is disguised, and how much content is lost that was damaged: every attack at
//! several strengths. The lines around stay as they are.
//!
//! A model file is measured on the data; or, with `--held-out`, three models are trained for it, each without one third
//! of the files, which it is measured on. What is named with `--with` all of them learn from.
//!
//! Usage: `attacks MODEL DATA...` or `attacks --held-out RECIPE [--with DATA]... DATA...`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use tamis::train::{Attack, DataSet, LabeledBlock, LabeledPage, Recipe, train};
use tamis::{Classifier, Kind, Label, Model, Page, Preset, Threshold, Worker};

const STRENGTHS: [f64; 5] = [0.0, 0.1, 0.3, 0.6, 1.0];
const PRESETS: [Preset; 2] = [Preset::Cautious, Preset::Balanced];
const PARTS: usize = 3;
const USAGE: &str = "usage: attacks MODEL DATA... or attacks --held-out RECIPE [--with DATA]... DATA...";

/// What is attacked; the other blocks of the page stay as they are.
#[derive(Clone, Copy)]
enum Target {
    Spam,
    Content,
}

impl Target {
    const ALL: [Self; 2] = [Self::Spam, Self::Content];

    fn holds(self, block: &LabeledBlock) -> bool {
        match self {
            Self::Spam => block.label == Some(Label::Junk) && block.kind == Some(Kind::Spam),
            Self::Content => block.label == Some(Label::Content),
        }
    }

    fn attacks(self) -> &'static [Attack] {
        match self {
            Self::Spam => &Attack::SPAM,
            Self::Content => &Attack::DAMAGE,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Spam => "spam found",
            Self::Content => "content lost",
        }
    }
}

/// Attacked blocks, and how many of them are junk under each preset.
#[derive(Clone, Copy, Default)]
struct Counts {
    blocks: usize,
    junk: [usize; PRESETS.len()],
}

/// By title of the table, name of the attack and number of the strength.
type Tables = BTreeMap<(&'static str, &'static str, usize), Counts>;
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
    let mut tables = Tables::new();
    match recipe {
        None => measure(Model::load(PathBuf::from(first))?, &sets, &mut tables)?,
        Some(recipe) => {
            let recipe = Recipe::load(&PathBuf::from(recipe))?;
            let with = DataSet::load_all(&with)?;
            for part in 0..PARTS {
                let files = |held: bool| {
                    let numbered = sets.iter().enumerate();
                    numbered.filter(move |(i, _)| (i % PARTS == part) == held).map(|(_, set)| set.clone())
                };
                let taught: Vec<DataSet> = files(false).chain(with.iter().cloned()).collect();
                let held: Vec<DataSet> = files(true).collect();
                measure(train(&taught, &recipe, &())?.model, &held, &mut tables)?;
                eprintln!("part {} of {PARTS} is measured", part + 1);
            }
        }
    }
    print(&tables, out)
}

/// Adds what a model makes of some pages under every attack.
fn measure(model: Model, sets: &[DataSet], tables: &mut Tables) -> Result<()> {
    let cautious = Classifier::new(model)?.with_threshold(Threshold::Preset(PRESETS[0]))?;
    let balanced = cautious.clone().with_threshold(Threshold::Preset(PRESETS[1]))?;
    let mut workers = [cautious.worker(), balanced.worker()];
    for target in Target::ALL {
        for (number, page) in sets.iter().flat_map(|set| &set.pages).enumerate() {
            if !page.blocks.iter().any(|block| target.holds(block)) {
                continue;
            }
            for attack in target.attacks() {
                for (at, strength) in STRENGTHS.into_iter().enumerate() {
                    let counts = tables.entry((target.title(), attack.name(), at)).or_default();
                    count(page, target, |text| attack.apply(text, strength, number as u64), &mut workers, counts);
                }
            }
        }
    }
    Ok(())
}

/// Counts what becomes of the target's blocks of one page.
fn count(
    page: &LabeledPage,
    target: Target,
    attack: impl Fn(&str) -> String,
    workers: &mut [Worker<'_>; PRESETS.len()],
    counts: &mut Counts,
) {
    let texts: Vec<String> = page
        .blocks
        .iter()
        .map(|block| if target.holds(block) { attack(&block.text) } else { block.text.clone() })
        .collect();
    let attacked = Page::from_texts(texts.iter().map(String::as_str));
    counts.blocks += page.blocks.iter().filter(|block| target.holds(block)).count();
    for (worker, junk) in workers.iter_mut().zip(&mut counts.junk) {
        let verdicts = page.blocks.iter().zip(worker.classify(&attacked));
        *junk += verdicts.filter(|(block, verdict)| target.holds(block) && verdict.label == Label::Junk).count();
    }
}

/// Rows are attacks, columns strengths.
fn print(tables: &Tables, out: &mut impl Write) -> Result<()> {
    let presets = PRESETS.map(Preset::name).join(" / ");
    let strengths = STRENGTHS.map(|strength| strength.to_string()).join(" | ");
    for target in Target::ALL {
        let counts =
            |attack: &Attack, at| tables.get(&(target.title(), attack.name(), at)).copied().unwrap_or_default();
        let blocks = counts(&target.attacks()[0], 0).blocks;
        writeln!(out, "\n| {}, % of {blocks} blocks ({presets}) | {strengths} |", target.title())?;
        writeln!(out, "|---|{}", "---|".repeat(STRENGTHS.len()))?;
        for attack in target.attacks() {
            write!(out, "| {} |", attack.name())?;
            for at in 0..STRENGTHS.len() {
                let Counts { blocks, junk } = counts(attack, at);
                let [a, b] = junk.map(|junk| 100.0 * junk as f64 / blocks.max(1) as f64);
                write!(out, " {a:.1} / {b:.1} |")?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}
