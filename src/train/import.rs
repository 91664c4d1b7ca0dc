//! The formats that labeled blocks come in, told apart by their first record:
//!
//! - **pages**: JSON Lines, `{"id","site","lang","blocks":[{"text","label","kind"?,"amb"?}]}`
//! - **pages of HTML**: JSON Lines, `{"id","site","lang","html","content"}`, or `html` with `blocks` of another tool;
//!   `html_file` in the place of `html` is the name of a file beside the data file
//! - **blocks**: JSON Lines, `{"text","label","kind"?,"page"?,"site"?}`, one block a line; consecutive lines of one `page`
//!   make a page, and lines without it are pages of their own
//! - **fastText**: `__label__junk text`, one block a line; a blank line ends a page
//! - **Label Studio**: its JSON export, a list of tasks with choices, or with spans over the page's text
//! - **doccano**: its JSON Lines export, with a label for the text or spans over it

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::dataset::{LabeledBlock, LabeledPage, PageRecord, parse_label};
use crate::error::{Error, Position, Result};
use crate::segment;

/// Reads all pages of a file.
///
/// # Errors
/// If a record is not what the format says, with record and byte.
pub(super) fn pages(name: &str, folder: &Path, bytes: &[u8]) -> Result<Vec<LabeledPage>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::record("this is not UTF-8 text").at_byte(error.valid_up_to() as u64))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let first = text.trim_start();
    if first.starts_with('[') {
        return label_studio(name, text);
    }
    if first.starts_with("__label__") {
        return fasttext(name, text);
    }
    if !first.is_empty() && !first.starts_with('{') {
        return Err(Error::record("there are neither JSON records nor `__label__` lines in it").at_record(1));
    }
    json_lines(name, folder, text)
}

fn json_lines(name: &str, folder: &Path, text: &str) -> Result<Vec<LabeledPage>> {
    let mut pages: Vec<LabeledPage> = Vec::new();
    let mut open_page: Option<String> = None;
    for (number, start, line) in lines(text) {
        let locate = |error: Error| error.at_record(number).at_byte(start);
        let wrong = |error: serde_json::Error| locate(Error::record(error.to_string()));
        let keys: Keys = serde_json::from_str(line).map_err(wrong)?;
        if keys.blocks.is_some() || keys.html.is_some() || keys.html_file.is_some() {
            let record: PageRecord = serde_json::from_str(line).map_err(wrong)?;
            pages.push(record.into_page(number, folder).map_err(locate)?);
            open_page = None;
        } else if keys.label.as_ref().or(keys.labels.as_ref()).is_some_and(Value::is_array) {
            let record: Doccano = serde_json::from_str(line).map_err(wrong)?;
            pages.push(record.into_page(name, number).map_err(locate)?);
            open_page = None;
        } else {
            let record: BlockLine = serde_json::from_str(line).map_err(wrong)?;
            let block = record.block().map_err(locate)?;
            match (&open_page, &record.page, pages.last_mut()) {
                (Some(open), Some(page), Some(last)) if open == page => last.blocks.push(block),
                _ => {
                    let id = record.page.clone().unwrap_or_else(|| number.to_string());
                    let site = record.site.clone().unwrap_or_else(|| format!("{name}/{id}"));
                    pages.push(page_of(number, id, site, record.lang.clone().unwrap_or_default(), vec![block]));
                    open_page = record.page;
                }
            }
        }
    }
    Ok(pages)
}

/// The keys that tell the JSON formats apart.
#[derive(Deserialize)]
struct Keys {
    blocks: Option<serde::de::IgnoredAny>,
    html: Option<serde::de::IgnoredAny>,
    html_file: Option<serde::de::IgnoredAny>,
    label: Option<Value>,
    labels: Option<Value>,
}

#[derive(Deserialize)]
struct BlockLine {
    text: String,
    label: String,
    kind: Option<String>,
    page: Option<String>,
    site: Option<String>,
    lang: Option<String>,
}

impl BlockLine {
    fn block(&self) -> Result<LabeledBlock> {
        labeled(self.text.clone(), &self.label, self.kind.as_deref().unwrap_or_default())
    }
}

fn labeled(text: String, label: &str, subkind: &str) -> Result<LabeledBlock> {
    let (label, kind) = parse_label(label, subkind)?;
    let label = if subkind == "byline" { None } else { label };
    Ok(LabeledBlock { text, label, kind, subkind: subkind.to_owned(), markup: None })
}

fn page_of(number: u64, id: String, site: String, lang: String, blocks: Vec<LabeledBlock>) -> LabeledPage {
    let position = Position { record: Some(number), ..Position::default() };
    LabeledPage { id, lang, group: site.clone(), site, position, blocks, ..LabeledPage::default() }
}

fn fasttext(name: &str, text: &str) -> Result<Vec<LabeledPage>> {
    const MARK: &str = "__label__";
    let mut pages: Vec<LabeledPage> = Vec::new();
    let mut open = false;
    let mut start = 0u64;
    for (number, line) in (1u64..).zip(text.split('\n')) {
        let at = start;
        start += line.len() as u64 + 1;
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        let locate = |error: Error| error.at_record(number).at_byte(at);
        let wrong = || locate(Error::record("a line must start with `__label__NAME` and have a text"));
        let (label, mut rest) =
            line.strip_prefix(MARK).and_then(|line| line.split_once(char::is_whitespace)).ok_or_else(wrong)?;
        let mut subkind = "";
        if let Some((kind, text)) = rest.strip_prefix(MARK).and_then(|rest| rest.split_once(char::is_whitespace)) {
            (subkind, rest) = (kind, text);
        }
        let block = labeled(rest.trim().to_owned(), label, subkind).map_err(locate)?;
        match pages.last_mut() {
            Some(page) if open => page.blocks.push(block),
            _ => {
                let site = format!("{name}/{number}");
                pages.push(page_of(number, number.to_string(), site, String::new(), vec![block]));
            }
        }
        open = true;
    }
    Ok(pages)
}

/// A span with a label, in characters.
struct Span {
    start: usize,
    end: usize,
    label: String,
}

/// Cuts an annotated text into lines; a line takes the label that covers most of it. Lines without one are "don't care".
fn page_of_spans(
    name: &str,
    number: u64,
    id: String,
    site: Option<String>,
    text: &str,
    spans: &[Span],
) -> Result<LabeledPage> {
    let page = segment::text(text);
    let mut blocks = Vec::new();
    for block in &page.blocks {
        let start = text[..block.range.start].chars().count();
        let end = start + block.text.chars().count();
        let cover = |span: &Span| span.end.min(end).saturating_sub(span.start.max(start));
        let best = spans.iter().max_by_key(|span| cover(span)).filter(|span| 2 * cover(span) > end - start);
        let label = best.map_or("mixed", |span| span.label.as_str());
        blocks.push(labeled(block.text.to_string(), label, "")?);
    }
    let site = site.unwrap_or_else(|| format!("{name}/{id}"));
    Ok(page_of(number, id, site, String::new(), blocks))
}

#[derive(Deserialize)]
struct Doccano {
    id: Option<Value>,
    #[serde(alias = "data")]
    text: String,
    #[serde(alias = "labels")]
    label: Vec<Value>,
    site: Option<String>,
}

impl Doccano {
    fn into_page(self, name: &str, number: u64) -> Result<LabeledPage> {
        let id = self.id.map_or_else(|| number.to_string(), |id| id.to_string().trim_matches('"').to_owned());
        let mut spans = Vec::new();
        let all = self.text.chars().count();
        for label in &self.label {
            spans.push(match label {
                Value::String(label) => Span { start: 0, end: all, label: label.clone() },
                Value::Array(parts) => match parts.as_slice() {
                    [Value::Number(start), Value::Number(end), Value::String(label)] => Span {
                        start: start.as_u64().unwrap_or(0) as usize,
                        end: end.as_u64().unwrap_or(0) as usize,
                        label: label.clone(),
                    },
                    _ => return Err(Error::record("a doccano label is a name or [start, end, name]")),
                },
                _ => return Err(Error::record("a doccano label is a name or [start, end, name]")),
            });
        }
        page_of_spans(name, number, id, self.site, &self.text, &spans)
    }
}

#[derive(Deserialize)]
struct Task {
    id: Option<u64>,
    data: serde_json::Map<String, Value>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
struct Annotation {
    #[serde(default)]
    result: Vec<Outcome>,
    #[serde(default)]
    was_cancelled: bool,
}

#[derive(Deserialize)]
struct Outcome {
    value: Chosen,
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    choices: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
    start: Option<usize>,
    end: Option<usize>,
}

fn label_studio(name: &str, text: &str) -> Result<Vec<LabeledPage>> {
    let tasks: Vec<Task> = serde_json::from_str(text).map_err(|error| Error::record(error.to_string()))?;
    let mut pages = Vec::new();
    for (number, task) in (1u64..).zip(tasks) {
        // The text's field is named by the user's labeling interface: `text`, or the longest string.
        let strings = || task.data.iter().filter_map(|(key, value)| Some((key, value.as_str()?)));
        let text = strings()
            .find(|(key, _)| *key == "text")
            .or_else(|| strings().max_by_key(|(_, value)| value.len()))
            .map(|(_, value)| value)
            .ok_or_else(|| Error::record("a task has no text").at_record(number))?;
        let site = task.data.get("site").and_then(Value::as_str).map(str::to_owned);
        let mut spans = Vec::new();
        for outcome in task.annotations.iter().filter(|a| !a.was_cancelled).take(1).flat_map(|a| &a.result) {
            let value = &outcome.value;
            for label in value.choices.iter().chain(&value.labels) {
                let start = value.start.unwrap_or(0);
                let end = value.end.unwrap_or_else(|| text.chars().count());
                spans.push(Span { start, end, label: label.clone() });
            }
        }
        let id = task.id.unwrap_or(number).to_string();
        pages.push(page_of_spans(name, number, id, site, text, &spans).map_err(|error| error.at_record(number))?);
    }
    Ok(pages)
}

/// Lines that are not blank, with their number and first byte.
fn lines(text: &str) -> impl Iterator<Item = (u64, u64, &str)> {
    let mut start = 0u64;
    (1u64..).zip(text.split('\n')).filter_map(move |(number, line)| {
        let at = start;
        start += line.len() as u64 + 1;
        (!line.trim().is_empty()).then_some((number, at, line))
    })
}
