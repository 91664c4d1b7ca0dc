//! `cargo xtask bench-peers`: other extractors and tamis on the same pages. Installs what `benches/peers` needs below
//! `target/peers` and leaves the rest to `benches/peers/peers.py`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{html_sets, run, text};

const TARGET: &str = "target/peers";
const SOURCE: &str = "benches/peers";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folders of pages X.html with their content in X.txt [default: the archives in ../shared/data/html]
    #[arg(long, value_name = "DIR", num_args = 1..)]
    data: Vec<PathBuf>,
    /// Only those whose names start so, such as `tamis,trafilatura-fast`
    #[arg(long, value_name = "NAME,..")]
    only: Option<String>,
    /// Pages of a folder, evenly spaced
    #[arg(long, value_name = "N", default_value_t = 150)]
    limit: usize,
    /// The model of tamis, such as one that has not seen these sites [default: the embedded one]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Clean every page with a model that has not seen its site: five models are trained first (a quarter of an hour)
    #[arg(long, conflicts_with_all = ["model", "data"])]
    held_out: bool,
    /// With the held-out models that an earlier run has trained
    #[arg(long, requires = "held_out")]
    trained: bool,
    /// A tamis that is built already [default: builds one]
    #[arg(long, value_name = "FILE")]
    tamis: Option<PathBuf>,
}

pub(crate) fn peers(options: Options) -> Result<()> {
    let data = if options.data.is_empty() { html_sets::unpacked()? } else { options.data };
    if data.is_empty() {
        eprintln!("skipped: there are no archives in ../shared/data/html; name folders with --data");
        return Ok(());
    }
    let python = python()?;
    let manifest = format!("{SOURCE}/rust/Cargo.toml");
    let target = format!("{TARGET}/rust");
    run("cargo", &["build", "--release", "--locked", "--manifest-path", &manifest, "--target-dir", &target])
        .unwrap_or_else(|error| eprintln!("LEFT OUT: the extractors in Rust: {error:#}"));
    if options.tamis.is_none() {
        run("cargo", &["build", "--release"])?;
    }
    let tamis = options.tamis.unwrap_or_else(|| "target/release/tamis".into());
    let (script, tamis, limit) = (format!("{SOURCE}/peers.py"), text(&tamis)?, options.limit.to_string());
    let mut arguments = vec![script.as_str(), "--target", TARGET, "--tamis", tamis, "--limit", &limit];
    let models = format!("{TARGET}/held-out");
    if options.held_out {
        if !options.trained {
            train(tamis, &models)?;
        }
        arguments.extend(["--held-out", &models]);
    }
    if let Some(model) = &options.model {
        arguments.extend(["--model", text(model)?]);
    }
    if let Some(only) = &options.only {
        arguments.extend(["--only", only]);
    }
    arguments.push("--data");
    arguments.extend(data.iter().map(|folder| text(folder)).collect::<Result<Vec<_>>>()?);
    run(&python, &arguments)
}

/// Trains a model without each fifth of the sites: `models/K.safetensors`, without the pages in `models/parts/K`.
fn train(tamis: &str, models: &str) -> Result<()> {
    const PARTS: usize = 5;
    let parts = format!("{models}/parts");
    if Path::new(&parts).exists() {
        fs::remove_dir_all(&parts)?;
    }
    let (labeled, texts) = (html_sets::labeled()?, html_sets::texts()?);
    let labeled = labeled.iter().map(|file| text(file)).collect::<Result<Vec<_>>>()?;
    run(tamis, &[&["data", "split", "--parts", &PARTS.to_string(), "-o", &parts], &labeled[..]].concat())?;
    let texts = texts.iter().map(|file| text(file)).collect::<Result<Vec<_>>>()?;
    for part in 0..PARTS {
        let others: Vec<String> = (0..PARTS).filter(|k| *k != part).map(|k| format!("{parts}/{k}")).collect();
        let output = format!("{models}/{part}.safetensors");
        let mut command = vec!["train", "--recipe", "models/html.toml", "-o", &output, "data"];
        command.extend(texts.iter().copied().chain(others.iter().map(String::as_str)));
        run(tamis, &command)?;
    }
    Ok(())
}

/// A Python with the packages that can be installed here.
fn python() -> Result<String> {
    let python = format!("{TARGET}/venv/bin/python");
    if !Path::new(&python).exists() {
        run("python3", &["-m", "venv", &format!("{TARGET}/venv")])?;
    }
    let install = |what: &[&str]| run(&python, &[&["-m", "pip", "install", "--quiet"], what].concat());
    // Older ones cannot resolve two spellings of an extra.
    install(&["pip==26.3"]).unwrap_or_else(|error| eprintln!("{error:#}"));
    let list = format!("{SOURCE}/requirements.txt");
    if install(&["-r", &list]).is_err() {
        for package in fs::read_to_string(&list)?.lines() {
            install(&[package]).unwrap_or_else(|_| eprintln!("LEFT OUT: {package} cannot be installed here"));
        }
    }
    Ok(python)
}
