//! The archives of HTML pages of the training data, unpacked, and their labels pointing at them.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

use crate::{TRAIN, run, text};

const HTML: &str = "../shared/data/html";
const TARGET: &str = "target/html";

/// The folders of the archives, which are unpacked once.
pub(crate) fn unpacked() -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(HTML).into_iter().flatten() {
        let archive = entry?.path();
        let Some(name) = text(&archive)?.strip_suffix(".tar.zst").and_then(|name| Path::new(name).file_name()) else {
            continue;
        };
        let folder = Path::new(TARGET).join("pages").join(name);
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

/// The labels of all sets that have pages of HTML, each record with the name of its page's file.
pub(crate) fn labeled() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in unpacked()? {
        let name = folder.file_name().and_then(|name| name.to_str()).context("a folder without a name")?;
        let labels = Path::new(TRAIN).join(format!("{name}.jsonl.gz"));
        let output = Path::new(TARGET).join("labels").join(format!("{name}.jsonl"));
        fs::create_dir_all(output.with_file_name(""))?;
        let mut out = Vec::new();
        let packed = File::open(&labels).with_context(|| format!("cannot read {}", labels.display()))?;
        for line in BufReader::new(MultiGzDecoder::new(BufReader::new(packed))).lines() {
            let mut page: Value = serde_json::from_str(&line?)?;
            let id = page["id"].as_str().unwrap_or_default();
            let file = folder.join(format!("{}.html", id.rsplit('/').next().unwrap_or(id)));
            if file.exists() {
                page["html_file"] = fs::canonicalize(&file)?.to_string_lossy().into();
                writeln!(out, "{page}")?;
            }
        }
        fs::write(&output, out)?;
        files.push(output);
    }
    Ok(files)
}

/// Text-only sets: those that have no pages of HTML.
pub(crate) fn texts() -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(TRAIN).into_iter().flatten().map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let name = name.trim_end_matches(".jsonl.gz");
        !Path::new(HTML).join(format!("{name}.tar.zst")).exists()
    });
    files.sort();
    Ok(files)
}
