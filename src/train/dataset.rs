//! Labeled pages in memory, and the readers of the formats they come in.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::import;
use crate::error::{Error, Result};
use crate::page::{Kind, Label};

/// A labeled block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabeledBlock {
    /// The text, one line.
    pub text: String,
    /// The label; `None` is "don't care": the block is context for its neighbours, never trained on and never scored.
    pub label: Option<Label>,
    /// The sort of junk, where it is known.
    pub kind: Option<Kind>,
    /// The finer name in the data (`nav`, `seo-title`, `title`, ...), empty where there is none.
    pub subkind: String,
}

/// A labeled page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabeledPage {
    /// The page's name in its data set.
    pub id: String,
    /// The language, as the data says; empty where it doesn't.
    pub lang: String,
    /// The web site: pages of one site share much, so a site never stands on both sides of a split.
    pub site: String,
    /// What folds are made of: the site, or a group of sites of one owner or template.
    pub group: String,
    /// Pages of the split `test` are kept out of training.
    pub test: bool,
    /// The blocks in order.
    pub blocks: Vec<LabeledBlock>,
}

/// Pages from one file or written by one generator.
#[derive(Clone, Debug, Default)]
pub struct DataSet {
    /// The file name without its endings.
    pub name: String,
    /// The pages in file order.
    pub pages: Vec<LabeledPage>,
}

impl DataSet {
    /// Reads a file of labeled blocks. The format is told by the first record: pages, block lines, fastText lines,
    /// Label Studio, doccano.
    ///
    /// # Errors
    /// If the file cannot be read or a record is not what the format says; with file, record and byte.
    pub fn load(path: &Path) -> Result<Self> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.split('.').next().unwrap_or_default().to_owned();
        let file = File::open(path).map_err(|error| Error::from(error).in_file(path))?;
        let mut reader: Box<dyn BufRead> = if path.extension().is_some_and(|ending| ending == "gz") {
            Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file)))
        } else {
            Box::new(BufReader::new(file))
        };
        let mut text = Vec::new();
        reader.read_to_end(&mut text).map_err(|error| Error::from(error).in_file(path))?;
        Self::parse(&name, &text).map_err(|error| error.in_file(path))
    }

    /// Reads labeled blocks from the text of a file.
    ///
    /// # Errors
    /// If a record is not what the format says, or if there is none; with record and byte.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self> {
        let pages = import::pages(name, text)?;
        if pages.is_empty() {
            return Err(Error::data("there is no labeled page in it"));
        }
        Ok(Self { name: name.to_owned(), pages })
    }

    /// Reads files, and all `.jsonl`, `.jsonl.gz`, `.json` and `.txt` files right in folders, in order of name.
    ///
    /// # Errors
    /// If there is nothing to read, or as [`DataSet::load`].
    pub fn load_all(paths: &[PathBuf]) -> Result<Vec<Self>> {
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                let entries = std::fs::read_dir(path).map_err(|error| Error::from(error).in_file(path))?;
                let mut inside = Vec::new();
                for entry in entries {
                    let file = entry.map_err(|error| Error::from(error).in_file(path))?.path();
                    if file.is_file() && is_data(&file) {
                        inside.push(file);
                    }
                }
                if inside.is_empty() {
                    return Err(Error::data("there is no data file in this folder").in_file(path));
                }
                inside.sort();
                files.append(&mut inside);
            } else {
                files.push(path.clone());
            }
        }
        files.iter().map(|file| Self::load(file)).collect()
    }
}

fn is_data(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    [".jsonl", ".jsonl.gz"].iter().any(|ending| name.ends_with(ending))
}

/// A page as the project's own JSON Lines format has it.
#[derive(Deserialize)]
pub(super) struct PageRecord {
    id: Option<String>,
    #[serde(default)]
    lang: String,
    site: Option<String>,
    group: Option<String>,
    split: Option<String>,
    blocks: Vec<BlockRecord>,
}

#[derive(Deserialize)]
struct BlockRecord {
    text: String,
    label: String,
    kind: Option<String>,
    #[serde(default)]
    amb: bool,
}

impl PageRecord {
    pub(super) fn into_page(self, number: u64) -> Result<LabeledPage> {
        let id = self.id.unwrap_or_else(|| number.to_string());
        let site = self.site.unwrap_or_else(|| id.clone());
        let blocks = self.blocks.into_iter().map(BlockRecord::into_block).collect::<Result<Vec<_>>>()?;
        Ok(LabeledPage {
            lang: self.lang,
            group: self.group.unwrap_or_else(|| site.clone()),
            site,
            id,
            test: self.split.as_deref() == Some("test"),
            blocks,
        })
    }
}

impl BlockRecord {
    fn into_block(self) -> Result<LabeledBlock> {
        let subkind = self.kind.unwrap_or_default();
        let (mut label, kind) = parse_label(&self.label, &subkind)?;
        if self.amb || subkind == "byline" {
            label = None;
        }
        Ok(LabeledBlock { text: self.text, label, kind, subkind })
    }
}

/// Label and kind from the words of any supported format: `content`/`junk`/`mixed` with a sub-kind, or a sub-kind alone.
pub(super) fn parse_label(label: &str, subkind: &str) -> Result<(Option<Label>, Option<Kind>)> {
    let kind = Kind::from_subkind(subkind);
    Ok(match label.to_ascii_lowercase().as_str() {
        "content" | "good" | "keep" => (Some(Label::Content), None),
        // Guesses from markup (`footer`, `sidebar`) are furniture; only the guideline's names can say "spam".
        "junk" | "bad" | "drop" => (Some(Label::Junk), kind.or((!subkind.is_empty()).then_some(Kind::Boilerplate))),
        "mixed" | "skip" | "unsure" => (None, None),
        other => match Kind::from_subkind(other) {
            Some(kind) => (Some(Label::Junk), Some(kind)),
            None => {
                return Err(Error::record(format!(
                    "`{label}` is no label: it is content, junk, mixed (don't care) or a kind of junk such as nav or spam"
                )));
            }
        },
    })
}
