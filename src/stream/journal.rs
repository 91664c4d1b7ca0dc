//! What makes `--resume` possible: a file in the output folder that says which inputs are done.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::Summary;
use super::inputs::Input;
use crate::error::{Error, Result};

/// The journal's name in the output folder.
const NAME: &str = ".tamis-journal.jsonl";

/// Appends a line for every input that is done.
pub(super) struct Journal(File);

/// The first line.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Head {
    tamis: String,
    options: String,
}

/// An input that is done, and how long the side files were then.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Entry {
    input: PathBuf,
    size: u64,
    modified: u128,
    /// Below the output folder.
    pub output: Option<PathBuf>,
    pub removed: u64,
    pub quarantined: u64,
    pub counts: Summary,
}

impl Entry {
    /// An input as it is now.
    pub(super) fn of(input: &Input) -> Self {
        let found = fs::metadata(&input.path).ok();
        let modified = found.as_ref().and_then(|found| found.modified().ok());
        Self {
            input: input.relative.clone(),
            size: found.map_or(0, |found| found.len()),
            modified: modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |time| time.as_nanos()),
            ..Self::default()
        }
    }

    /// The same input, unchanged, and its output is where it was written.
    fn holds(&self, folder: &Path, input: &Input) -> bool {
        let now = Self::of(input);
        let same = (&self.input, self.size, self.modified) == (&now.input, now.size, now.modified);
        same && self.output.as_ref().is_none_or(|output| folder.join(output).is_file())
    }
}

impl Journal {
    /// Starts a new journal.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn start(folder: &Path, options: &str) -> Result<Self> {
        Self::write(folder, options, &[])
    }

    /// Goes on with the journal that is there; with the entries of the inputs that need not be read again. These are the
    /// first inputs, up to one that is not done or has changed since.
    ///
    /// # Errors
    /// If it was written with other options, or cannot be read or written.
    pub(super) fn resume(folder: &Path, options: &str, inputs: &[Input]) -> Result<(Self, Vec<Entry>)> {
        let path = folder.join(NAME);
        let mut done = Vec::new();
        if path.exists() {
            let place = |error: std::io::Error| Error::from(error).in_file(&path);
            let mut lines =
                BufReader::new(File::open(&path).map_err(place)?).lines().map_while(std::result::Result::ok);
            let head: Option<Head> = lines.next().and_then(|line| serde_json::from_str(&line).ok());
            if head.is_some_and(|head| head != Head::of(options)) {
                return Err(Error::option(
                    "it was begun with other options, rules, model or version; start again without --resume",
                )
                .in_file(folder));
            }
            // The last line may be half written.
            let entries = lines.map_while(|line| serde_json::from_str::<Entry>(&line).ok());
            done = entries
                .zip(inputs)
                .take_while(|(entry, input)| entry.holds(folder, input))
                .map(|(entry, _)| entry)
                .collect();
        }
        Ok((Self::write(folder, options, &done)?, done))
    }

    fn write(folder: &Path, options: &str, done: &[Entry]) -> Result<Self> {
        let path = folder.join(NAME);
        let temporary = folder.join(format!("{NAME}.partial"));
        let written = || -> std::io::Result<File> {
            fs::create_dir_all(folder)?;
            let mut file = File::create(&temporary)?;
            let mut lines = serde_json::to_string(&Head::of(options))? + "\n";
            for entry in done {
                lines += &(serde_json::to_string(entry)? + "\n");
            }
            file.write_all(lines.as_bytes())?;
            fs::rename(&temporary, &path)?;
            Ok(file)
        };
        Ok(Self(written().map_err(|error| Error::from(error).in_file(&path))?))
    }

    /// Says that an input is done: its output has its final name, and the side files are written so far.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn add(&mut self, entry: &Entry) -> Result<()> {
        let line = serde_json::to_string(entry).map_err(std::io::Error::from)? + "\n";
        Ok(self.0.write_all(line.as_bytes())?)
    }
}

impl Head {
    fn of(options: &str) -> Self {
        Self { tamis: env!("CARGO_PKG_VERSION").to_owned(), options: options.to_owned() }
    }
}
