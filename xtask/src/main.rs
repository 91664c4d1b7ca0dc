//! The project's own chores: `cargo xtask COMMAND`.

mod bench;
mod html_sets;
mod peers;
mod speed;
mod tables;
mod test;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Parser;

#[derive(Parser)]
#[command(about = "The project's chores")]
enum Task {
    /// Pass every test: formatting, lints, docs, licenses, unit and integration tests; installs what it needs
    Test,
    /// Generate the character tables from their sources
    Tables {
        /// Only compare with the tables that are checked in
        #[arg(long)]
        check: bool,
    },
    /// Train the default model, and the one with the segmenter's features, from ../shared/data and data/
    TrainDefault,
    /// Measure speed and memory of whole runs over big files (a few minutes, 3 GB below target/bench)
    BenchFormats {
        /// Megabytes of text in a file
        #[arg(long, default_value_t = 200)]
        megabytes: usize,
        /// Runs of which the median counts
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
    /// Compare with other extractors on the same pages of HTML; installs what it needs (a quarter of an hour)
    BenchPeers(peers::Options),
    /// Compare the Python package with the library in Rust and other filters; installs what it needs (ten minutes)
    BenchPython {
        /// Pages in a batch
        #[arg(long, default_value_t = 10_000)]
        pages: usize,
        /// Runs of which the median counts
        #[arg(long, default_value_t = 7)]
        runs: usize,
    },
    /// Measure on sites and sources that the model has never seen (takes half an hour)
    HeldOut {
        /// The recipe
        #[arg(long, default_value = "models/default.toml")]
        recipe: PathBuf,
        /// Hold out one part of every suite at once: a third of the time, numbers a little worse
        #[arg(long)]
        together: bool,
        /// Hold out a whole data set instead; may be given several times
        #[arg(long, value_name = "NAME")]
        source: Vec<String>,
    },
}

fn main() -> Result<()> {
    std::env::set_current_dir(root())?;
    match Task::parse() {
        Task::Test => test::test(),
        Task::Tables { check } => tables::run(check),
        Task::TrainDefault => {
            for (name, groups) in [("default", "stats,ngrams,context"), ("jieba", "stats,tokens,ngrams,context")] {
                let output = format!("models/{name}.safetensors");
                let how = ["--recipe", "models/default.toml", "--groups", groups, "-o", &output];
                run("cargo", &[&["run", "--release", "--", "train"], &how[..], &[TRAIN, "data"]].concat())?;
            }
            let (labeled, texts) = (html_sets::labeled()?, html_sets::texts()?);
            let how = ["--recipe", "models/html.toml", "-o", "models/html.safetensors", "data"];
            let mut command = [&["run", "--release", "--", "train"], &how[..]].concat();
            command.extend(labeled.iter().chain(&texts).map(|path| text(path)).collect::<Result<Vec<_>>>()?);
            run("cargo", &command)
        }
        Task::BenchFormats { megabytes, runs } => bench::formats(megabytes, runs),
        Task::BenchPeers(options) => peers::peers(options),
        Task::BenchPython { pages, runs } => speed::python(pages, runs),
        Task::HeldOut { recipe, together, source } => {
            let recipe = recipe.to_string_lossy();
            let mut command = vec!["run", "--release", "--example", "held_out", "--", &recipe];
            command.extend(together.then_some("--together"));
            command.extend(source.iter().flat_map(|name| ["--source", name]));
            run("cargo", &[&command[..], &[TRAIN, "data"]].concat())
        }
    }
}

/// Training data that is not part of the repository.
const TRAIN: &str = "../shared/data/train";

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Runs a program in the repository; its failure is ours.
fn run(program: &str, arguments: &[&str]) -> Result<()> {
    eprintln!("$ {program} {}", arguments.join(" "));
    let status = Command::new(program).args(arguments).status().with_context(|| format!("cannot run {program}"))?;
    ensure!(status.success(), "`{program} {}` failed: {status}", arguments.join(" "));
    Ok(())
}
