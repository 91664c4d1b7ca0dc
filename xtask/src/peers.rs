//! `cargo xtask bench-peers`: other extractors and tamis on the same pages. Installs what `benches/peers` needs below
//! `target/peers`, unpacks the pages there, and leaves the rest to `benches/peers/peers.py`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run;

const HTML: &str = "../shared/data/html";
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
    /// A tamis that is built already [default: builds one]
    #[arg(long, value_name = "FILE")]
    tamis: Option<PathBuf>,
}

pub(crate) fn peers(options: Options) -> Result<()> {
    let data = if options.data.is_empty() { unpacked()? } else { options.data };
    if data.is_empty() {
        eprintln!("skipped: there are no archives in {HTML}; name folders with --data");
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

/// The folders of the archives, which are unpacked once.
fn unpacked() -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(HTML).into_iter().flatten() {
        let archive = entry?.path();
        let Some(name) = text(&archive)?.strip_suffix(".tar.zst").and_then(|name| Path::new(name).file_name()) else {
            continue;
        };
        let folder = Path::new(TARGET).join("data").join(name);
        if !folder.exists() {
            // Elsewhere first: a folder that is there is whole.
            let partial = format!("{TARGET}/partial");
            fs::create_dir_all(&partial)?;
            run("tar", &["-I", "zstd --long=27", "-xf", text(&archive)?, "-C", &partial])?;
            fs::create_dir_all(folder.with_file_name(""))?;
            fs::rename(Path::new(&partial).join(name), &folder)?;
        }
        folders.push(folder);
    }
    folders.sort();
    Ok(folders)
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

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}
