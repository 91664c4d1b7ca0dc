//! The label file: JSON Lines of labeled pages, as `tamis train` reads them. Every label is one more record with all
//! labels of its page, synced to the disk before the browser is told; the last record of a page counts. When labeling
//! starts and ends the file is written anew with one record a page.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::PageText;
use crate::error::{Error, Result};
use crate::page::Label;

/// Bytes of outdated records from which on the file is written anew.
const OUTDATED: usize = 16 << 20;

pub(crate) struct Store {
    path: PathBuf,
    file: Option<File>,
    /// The last record of every page, by id and texts.
    records: BTreeMap<(String, u32), Value>,
    /// Bytes that were added since the file was written anew.
    added: usize,
}

impl Store {
    /// Goes on with a file, or starts a new one with the first label.
    ///
    /// # Errors
    /// If it cannot be read, or holds other things than labeled pages.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut store = Self { path: path.to_path_buf(), file: None, records: BTreeMap::new(), added: 0 };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(store),
            Err(error) => return Err(Error::from(error).in_file(path)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for (number, line) in (1u64..).zip(text.split_inclusive('\n')) {
            if line.trim().is_empty() {
                continue;
            }
            let record: Option<Value> = serde_json::from_str(line).ok();
            match record.and_then(|record| Some((key(&record)?, record))) {
                Some((key, record)) => {
                    store.records.insert(key, record);
                }
                // The last line of a run that was killed while it wrote; nobody was told that it was saved.
                None if number > 1 && line.as_ptr() as usize - text.as_ptr() as usize >= whole => {}
                None => {
                    let why = "this is no labeled page: {\"id\", \"blocks\": [{\"text\", \"label\"}]}";
                    return Err(Error::record(why).at_record(number).in_file(path));
                }
            }
        }
        store.compact()?;
        Ok(store)
    }

    /// What people call the file.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The labels of a page.
    pub(super) fn labels(&self, page: &PageText) -> BTreeMap<usize, Label> {
        let blocks = self.records.get(&key_of(page)).and_then(|record| record["blocks"].as_array());
        let labeled = blocks.into_iter().flatten().enumerate();
        labeled
            .filter_map(|(i, block)| match block["label"].as_str() {
                Some("content") => Some((i, Label::Content)),
                Some("junk") => Some((i, Label::Junk)),
                _ => None,
            })
            .collect()
    }

    /// Labels a block, on the disk.
    ///
    /// # Errors
    /// If the file cannot be written; then the block keeps its label.
    pub(super) fn save(&mut self, page: &PageText, block: usize, label: Option<Label>) -> Result<()> {
        let mut record = match self.records.get(&key_of(page)) {
            Some(record) => record.clone(),
            None => record_of(page),
        };
        if let Some(block) = record["blocks"].get_mut(block).and_then(Value::as_object_mut) {
            let name = label.map_or("mixed".to_owned(), |label| label.to_string());
            block.insert("label".to_owned(), Value::String(name));
            // What was said of the block by another name holds no longer.
            block.remove("kind");
            block.remove("amb");
        }
        let line = format!("{record}\n");
        let place = |error: io::Error| Error::from(error).in_file(&self.path);
        if self.file.is_none() {
            self.file = Some(OpenOptions::new().create(true).append(true).open(&self.path).map_err(place)?);
        }
        if let Some(file) = &mut self.file {
            file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(place)?;
        }
        self.records.insert(key_of(page), record);
        self.added += line.len();
        if self.added > OUTDATED { self.compact() } else { Ok(()) }
    }

    /// Writes the file anew, with one record a page, beside the old one, which it then takes the place of.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn compact(&mut self) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let place = |error: io::Error| Error::from(error).in_file(&self.path);
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(".new");
        let temporary = self.path.with_file_name(name);
        let lines: String =
            self.records.values().filter(|record| has_label(record)).map(|record| format!("{record}\n")).collect();
        let mut file = File::create(&temporary).map_err(place)?;
        file.write_all(lines.as_bytes()).and_then(|()| file.sync_all()).map_err(place)?;
        self.file = None;
        fs::rename(&temporary, &self.path).map_err(place)?;
        self.added = 0;
        Ok(())
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// All else than a page of this program whose labels were all taken back.
fn has_label(record: &Value) -> bool {
    let blocks = record["blocks"].as_array();
    blocks.is_some_and(|blocks| blocks.iter().any(|block| block["label"] != "mixed"))
}

fn key_of(page: &PageText) -> (String, u32) {
    (page.source.id.clone(), print(page.blocks.iter().map(String::as_str)))
}

/// Id and texts of a record; nothing if it is no labeled page.
fn key(record: &Value) -> Option<(String, u32)> {
    let blocks = record["blocks"].as_array()?;
    let texts: Option<Vec<&str>> =
        blocks.iter().map(|block| block["label"].as_str().and(block["text"].as_str())).collect();
    Some((record["id"].as_str()?.to_owned(), print(texts?.into_iter())))
}

fn print<'a>(texts: impl Iterator<Item = &'a str>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for text in texts {
        hasher.update(text.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize()
}

fn record_of(page: &PageText) -> Value {
    let blocks: Vec<Value> = page.blocks.iter().map(|text| json!({ "text": text, "label": "mixed" })).collect();
    let site = page.source.host.as_ref().unwrap_or(&page.source.id);
    json!({ "id": page.source.id, "site": site, "lang": page.lang, "blocks": blocks })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;
    use crate::report::html::Source;
    use crate::train::DataSet;

    fn page(id: &str) -> PageText {
        let source = Source { id: id.to_owned(), name: id.to_owned(), host: Some("a.example".to_owned()), url: None };
        PageText { source, blocks: vec!["首页".to_owned(), "一段正文".to_owned()], lang: "zh" }
    }

    #[test]
    fn the_last_word_counts_and_is_on_the_disk_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.jsonl");
        let mut store = Store::open(&path).unwrap();
        assert!(!path.exists());
        store.save(&page("a"), 0, Some(Label::Junk)).unwrap();
        store.save(&page("a"), 0, Some(Label::Content)).unwrap();
        store.save(&page("b"), 1, Some(Label::Content)).unwrap();
        store.save(&page("b"), 1, None).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 4, "records are only ever added");
        // A killed run has left half a line.
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":\"a\",\"blo").unwrap();
        let store = Store::open(&path).unwrap();
        assert_eq!(store.labels(&page("a")), BTreeMap::from([(0, Label::Content)]));
        assert!(store.labels(&page("b")).is_empty());
        let set = DataSet::load(&path).unwrap();
        assert_eq!(set.pages.len(), 1);
        assert_eq!(set.pages[0].site, "a.example");
        assert_eq!(
            set.pages[0].blocks.iter().map(|block| block.label).collect::<Vec<_>>(),
            [Some(Label::Content), None]
        );
    }

    #[test]
    fn other_peoples_records_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.jsonl");
        let other = r#"{"blocks":[{"kind":"nav","label":"junk","text":"x"}],"id":"a","split":"test"}"#;
        fs::write(&path, format!("{other}\n")).unwrap();
        let mut store = Store::open(&path).unwrap();
        store.save(&page("a"), 0, Some(Label::Junk)).unwrap();
        store.compact().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.lines().any(|line| line == other), "{text}");
        assert_eq!(text.lines().count(), 2);
        fs::write(&path, "{\"text\":\"x\",\"label\":\"junk\"}\n").unwrap();
        assert!(Store::open(&path).is_err());
    }
}
