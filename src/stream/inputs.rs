//! Which files are read, in which order, and what their outputs are called.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::{Error, Result};
use crate::formats::{Compression, Format};

/// One file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// The file; `-` is standard input.
    pub path: PathBuf,
    /// Its place below the folder or the fixed part of the pattern that was named.
    pub relative: PathBuf,
    /// It was found, not named.
    pub in_folder: bool,
}

impl Input {
    pub(super) fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

/// The files that were named, in that order; folders and patterns stand for their files, in the order of their names.
///
/// Of a folder, those files count whose names end like a known format, or all if the format was named; names that start
/// with a dot never do.
///
/// # Errors
/// If a folder cannot be listed, a pattern is none, or nothing fits it.
pub(super) fn expand(named: &[PathBuf], any_name: bool) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for path in named {
        if path.is_dir() {
            below(path, path, any_name, &mut inputs)?;
        } else if is_pattern(path) && !path.exists() {
            matching(path, any_name, &mut inputs)?;
        } else {
            let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            inputs.push(Input { path: path.clone(), relative, in_folder: false });
        }
    }
    if named.is_empty() {
        inputs.push(Input { path: "-".into(), relative: "-".into(), in_folder: false });
    }
    Ok(inputs)
}

fn below(folder: &Path, root: &Path, any_name: bool, inputs: &mut Vec<Input>) -> Result<()> {
    let visible = |entry: &DirEntry| entry.depth() == 0 || !hidden(entry.file_name());
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible) {
        let entry = entry.map_err(|error| Error::from(std::io::Error::from(error)).in_file(folder))?;
        let known = any_name || Format::of_path(entry.path()).is_some();
        if entry.file_type().is_file() && known {
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_path_buf();
            inputs.push(Input { path: entry.into_path(), relative, in_folder: true });
        }
    }
    Ok(())
}

fn matching(pattern: &Path, any_name: bool, inputs: &mut Vec<Input>) -> Result<()> {
    let wrong = |why: String| Error::option(format!("pattern {}: {why}", pattern.display()));
    let text = pattern.to_str().ok_or_else(|| wrong("not UTF-8".to_owned()))?;
    let fixed: PathBuf = pattern.components().take_while(|part| !is_pattern(Path::new(part.as_os_str()))).collect();
    let before = inputs.len();
    for found in glob::glob(text).map_err(|error| wrong(error.to_string()))? {
        let path = found.map_err(|error| wrong(error.to_string()))?;
        if path.is_dir() {
            below(&path, &fixed, any_name, inputs)?;
        } else if !path.file_name().is_some_and(hidden) {
            let relative = path.strip_prefix(&fixed).unwrap_or(&path).to_path_buf();
            inputs.push(Input { path, relative, in_folder: true });
        }
    }
    if inputs.len() == before {
        return Err(wrong("no file fits it".to_owned()));
    }
    Ok(())
}

fn hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_pattern(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

/// Where a file's output goes below `folder`: the same place, with the ending of the output's format behind its own if
/// that is another. Tables are never compressed as a whole.
///
/// # Errors
/// For names that would leave the folder.
pub(super) fn output_path(folder: &Path, input: &Input, ending: Option<&str>) -> Result<PathBuf> {
    let inside = input.relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || input.is_stdin() {
        return Err(Error::option(format!("{} has no place in an output folder", input.path.display())));
    }
    let path = folder.join(&input.relative);
    let Some(ending) = ending else { return Ok(path) };
    let (compression, bare) = Compression::of_path(&input.relative);
    let mut name = bare.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(ending);
    name.push(match compression {
        Compression::Gzip if ending != "parquet" => ".gz",
        Compression::Zstd if ending != "parquet" => ".zst",
        _ => "",
    });
    Ok(path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn folders_and_patterns_stand_for_their_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.jsonl", "b/1.txt.gz", "a.wet", "notes.md", ".hidden.txt"] {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
        let names = |inputs: Vec<Input>| -> Vec<String> {
            inputs.iter().map(|input| input.relative.to_string_lossy().replace('\\', "/")).collect()
        };
        let all = [folder.path().to_path_buf()];
        assert_eq!(names(expand(&all, false).unwrap()), ["a.wet", "b/1.txt.gz", "b/2.jsonl"]);
        assert_eq!(names(expand(&all, true).unwrap()), ["a.wet", "b/1.txt.gz", "b/2.jsonl", "notes.md"]);
        let pattern = folder.path().join("*").join("*.jsonl");
        assert_eq!(names(expand(&[pattern], false).unwrap()), ["b/2.jsonl"]);
        assert!(expand(&[folder.path().join("*.pdf")], false).is_err());
        assert!(expand(&[], false).unwrap()[0].is_stdin());
    }

    #[test]
    fn outputs_keep_the_tree() {
        let input = Input { path: "in/a/b.wet.gz".into(), relative: "a/b.wet.gz".into(), in_folder: true };
        assert_eq!(output_path(Path::new("out"), &input, None).unwrap(), Path::new("out/a/b.wet.gz"));
        assert_eq!(output_path(Path::new("out"), &input, Some("jsonl")).unwrap(), Path::new("out/a/b.wet.jsonl.gz"));
        let input = Input { path: "../x".into(), relative: "../x".into(), in_folder: false };
        assert!(output_path(Path::new("out"), &input, None).is_err());
    }
}
