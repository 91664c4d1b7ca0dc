//! Labeled pages in memory, and the readers of the formats they come in.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::align::{Reference, align};
use super::import;
use crate::error::{Error, Position, Result};
use crate::formats;
use crate::page::{Elements, Kind, Label, Markup, Page};
use crate::segment;

/// A labeled block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabeledBlock {
    /// The text, one line.
    pub text: String,
    /// The label; `None` is "don't care": the block is context for its neighbours, never trained on and never scored.
    pub label: Option<Label>,
    /// The sort of junk, where it is known.
    pub kind: Option<Kind>,
    /// The finer name in the data (`nav`, `seo-title`, `title`, ...), empty where there is none.
    pub subkind: String,
    /// What HTML tells of it.
    pub markup: Option<Markup>,
}

impl LabeledBlock {
    /// Takes another text; links keep their share of it.
    pub(super) fn set_text(&mut self, text: String) {
        let chars = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count() as u64;
        if let Some(markup) = &mut self.markup {
            markup.link_chars = (u64::from(markup.link_chars) * chars(&text) / chars(&self.text).max(1)) as u32;
        }
        self.text = text;
    }
}

/// A labeled page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// The file it was read from, and its first record there.
    pub position: Position,
    /// The blocks in order.
    pub blocks: Vec<LabeledBlock>,
    /// The elements of its HTML, if it came as such.
    pub elements: Arc<Elements>,
}

impl LabeledPage {
    /// The page as it is classified.
    pub(super) fn page(&self) -> Page<'_> {
        let mut page = Page::from_texts(self.blocks.iter().map(|block| block.text.as_str()));
        for (block, labeled) in page.blocks.iter_mut().zip(&self.blocks) {
            block.markup = labeled.markup;
        }
        page.elements = Elements::clone(&self.elements);
        page
    }

    /// It came as HTML.
    pub(super) fn has_markup(&self) -> bool {
        !self.elements.is_empty()
    }
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
        let text = read_data(path)?;
        let mut set = Self::of(&name, &path.with_file_name(""), &text).map_err(|error| error.in_file(path))?;
        set.pages.iter_mut().for_each(|page| page.position.file = Some(path.to_owned()));
        Ok(set)
    }

    /// Reads labeled blocks from the text of a file. Files of pages that it names are looked for in the working folder.
    ///
    /// # Errors
    /// If a record is not what the format says, or if there is none; with record and byte.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self> {
        Self::of(name, Path::new(""), text)
    }

    fn of(name: &str, folder: &Path, text: &[u8]) -> Result<Self> {
        let pages = import::pages(name, folder, text)?;
        if pages.is_empty() {
            return Err(Error::data("there is no labeled page in it"));
        }
        Ok(Self { name: name.to_owned(), pages })
    }

    /// Reads a folder of pages of HTML, `NAME.html` with the text of their content in `NAME.txt`. Pages whose names are
    /// equal up to `__` are of one site.
    fn load_pairs(folder: &Path, pairs: &[PathBuf]) -> Result<Self> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let read = |path: &Path| std::fs::read(path).map_err(|error| Error::from(error).in_file(path));
        let pages = pairs.iter().map(|path| {
            let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let site = format!("{name}/{}", id.split("__").next().unwrap_or_default());
            let html = read(path)?;
            let content = read(&path.with_extension("txt"))?;
            let page = segment::html(&formats::decode_html(&html));
            Ok(LabeledPage {
                group: site.clone(),
                site,
                id,
                position: Position { file: Some(path.clone()), ..Position::default() },
                elements: Arc::new(page.elements.clone()),
                blocks: align(page, &Reference::Content(&String::from_utf8_lossy(&content))),
                ..LabeledPage::default()
            })
        });
        Ok(Self { name: name.clone(), pages: pages.collect::<Result<_>>()? })
    }

    /// Reads files, and all `.jsonl` and `.jsonl.gz` files right in folders, in order of name; and folders of pages of
    /// HTML, `NAME.html` with the text of their content in `NAME.txt`.
    ///
    /// # Errors
    /// If there is nothing to read, or as [`DataSet::load`].
    pub fn load_all(paths: &[PathBuf]) -> Result<Vec<Self>> {
        let mut sets = Vec::new();
        for path in paths {
            if path.is_dir() {
                let entries = std::fs::read_dir(path).map_err(|error| Error::from(error).in_file(path))?;
                let (mut inside, mut pairs) = (Vec::new(), Vec::new());
                for entry in entries {
                    let file = entry.map_err(|error| Error::from(error).in_file(path))?.path();
                    if file.is_file() && is_data(&file) {
                        inside.push(file);
                    } else if file.extension().is_some_and(|ending| ending == "html" || ending == "htm")
                        && file.with_extension("txt").is_file()
                    {
                        pairs.push(file);
                    }
                }
                if inside.is_empty() && pairs.is_empty() {
                    return Err(Error::data("there is no data file in this folder").in_file(path));
                }
                inside.sort();
                pairs.sort();
                for file in &inside {
                    sets.push(Self::load(file)?);
                }
                if !pairs.is_empty() {
                    sets.push(Self::load_pairs(path, &pairs)?);
                }
            } else {
                sets.push(Self::load(path)?);
            }
        }
        Ok(sets)
    }
}

/// The bytes of a data file, unpacked if it is packed.
///
/// # Errors
/// If the file cannot be read, with its name.
pub fn read_data(path: &Path) -> Result<Vec<u8>> {
    let in_file = |error: std::io::Error| Error::from(error).in_file(path);
    let file = File::open(path).map_err(in_file)?;
    let mut text = Vec::new();
    if path.extension().is_some_and(|ending| ending == "gz") {
        flate2::bufread::MultiGzDecoder::new(BufReader::new(file)).read_to_end(&mut text).map_err(in_file)?;
    } else {
        BufReader::new(file).read_to_end(&mut text).map_err(in_file)?;
    }
    Ok(text)
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
    #[serde(default)]
    blocks: Vec<BlockRecord>,
    /// The page's source: then `blocks`, or the text `content`, tell the labels of the blocks that tamis finds in it.
    html: Option<String>,
    /// The same as a file beside the data file.
    html_file: Option<PathBuf>,
    content: Option<String>,
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
    /// The labeled page; `folder` is where the file stands that has the record.
    pub(super) fn into_page(self, number: u64, folder: &Path) -> Result<LabeledPage> {
        let id = self.id.unwrap_or_else(|| number.to_string());
        let site = self.site.unwrap_or_else(|| id.clone());
        let mut blocks = self.blocks.into_iter().map(BlockRecord::into_block).collect::<Result<Vec<_>>>()?;
        let mut elements = Elements::default();
        let html = match &self.html_file {
            Some(name) => {
                let path = folder.join(name);
                let bytes = std::fs::read(&path).map_err(|error| Error::from(error).in_file(&path))?;
                Some(formats::decode_html(&bytes).into_owned())
            }
            None => self.html,
        };
        if let Some(html) = &html {
            let page = segment::html(html);
            elements.clone_from(&page.elements);
            let reference = self.content.as_deref().map_or(Reference::Blocks(&blocks), Reference::Content);
            blocks = align(page, &reference);
        } else if self.content.is_some() {
            return Err(Error::record("`content` says what the content of `html` is, and there is no `html`"));
        }
        Ok(LabeledPage {
            lang: self.lang,
            group: self.group.unwrap_or_else(|| site.clone()),
            site,
            id,
            test: self.split.as_deref() == Some("test"),
            position: Position { record: Some(number), ..Position::default() },
            blocks,
            elements: Arc::new(elements),
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
        Ok(LabeledBlock { text: self.text, label, kind, subkind, markup: None })
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
