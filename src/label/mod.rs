//! The labeling page: pages in memory, a label file, and training on the labels in the background; served to browsers on
//! this machine only.
//!
//! ```text
//! pages -> classifier -> JSON -> browser -> labels -> Store (the file) -> train -> classifier
//! ```

mod server;
mod store;
mod training;

pub(crate) use server::serve;
pub(crate) use store::Store;
pub(crate) use training::{Setup, State};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::classify::{Classifier, Threshold};
use crate::error::Result;
use crate::page::{Label, Page};
use crate::report::html::{self, About, Detail, Source, blocks};

/// Bytes of text below which all blocks come with their reasons.
const ALL_REASONS: usize = 1 << 20;
/// Features and words that are told of a block.
const REASONS: usize = 8;
/// Blocks whose log-odds are this close to their threshold are near it.
const NEAR: f32 = 1.0;

/// A page to be labeled.
#[derive(Clone, Debug)]
pub(crate) struct PageText {
    pub source: Source,
    pub blocks: Vec<String>,
    /// The language, where the script tells it; empty elsewhere.
    pub lang: &'static str,
}

impl PageText {
    fn page(&self) -> Page<'_> {
        let page = Page::from_texts(self.blocks.iter().map(String::as_str));
        match &self.source.url {
            Some(url) => page.with_url(url.as_str()),
            None => page,
        }
    }
}

/// What a classifier makes of all pages.
struct Scored {
    classifier: Classifier,
    threshold: Threshold,
    verdicts: Vec<Vec<Label>>,
    json: Vec<Box<RawValue>>,
    lean: bool,
}

impl Scored {
    fn new(classifier: Classifier, threshold: Threshold, pages: &[PageText]) -> Result<Self> {
        let undecided = html::undecided(&classifier)?;
        let (mut decided_worker, mut worker) = (classifier.worker(), undecided.worker());
        let size: usize = pages.iter().flat_map(|page| &page.blocks).map(String::len).sum();
        let lean = size > ALL_REASONS;
        let (mut verdicts, mut json) = (Vec::new(), Vec::new());
        for text in pages {
            let page = text.page();
            let decided = decided_worker.classify(&page).to_vec();
            let near: Vec<bool> = (0..decided.len())
                .map(|i| html::margin(&mut decided_worker, &page, i, decided[i].score, threshold).abs() < NEAR)
                .collect();
            let told = |i: usize| !lean || near[i] || decided[i].label == Label::Junk;
            let detail = Detail { reasons: REASONS, text: usize::MAX, bytes: usize::MAX };
            json.push(blocks(&text.source, &page, told, detail, &mut worker)?);
            verdicts.push(decided.iter().map(|verdict| verdict.label).collect());
        }
        drop((decided_worker, worker));
        Ok(Self { classifier, threshold, verdicts, json, lean })
    }
}

/// The data of the page.
#[derive(Serialize)]
struct Data<'a> {
    view: &'static str,
    #[serde(flatten)]
    about: About,
    file: String,
    left_out: usize,
    lean: bool,
    labels: BTreeMap<&'a str, BTreeMap<usize, Label>>,
    pages: &'a [Box<RawValue>],
}

/// What changes while labels are made.
struct Work {
    store: Store,
    scored: Scored,
    state: State,
}

/// One run of the labeling page.
pub(crate) struct Session {
    pages: Vec<PageText>,
    left_out: usize,
    setup: Setup,
    work: Mutex<Work>,
}

impl Session {
    /// Scores the pages; `left_out` pages found no room.
    ///
    /// # Errors
    /// If the model uses a feature group that this build leaves out.
    pub(crate) fn new(
        pages: Vec<PageText>,
        left_out: usize,
        classifier: Classifier,
        threshold: Threshold,
        store: Store,
        setup: Setup,
    ) -> Result<Arc<Self>> {
        let scored = Scored::new(classifier, threshold, &pages)?;
        let work = Mutex::new(Work { store, scored, state: State::Idle });
        Ok(Arc::new(Self { pages, left_out, setup, work }))
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes of the label file what it should be when nobody labels any more: one record a page.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn finish(&self) -> Result<()> {
        self.work().store.compact()
    }

    /// The page, or only its data as JSON.
    ///
    /// # Errors
    /// Never: what is written is memory.
    fn page(&self, whole: bool) -> Result<Vec<u8>> {
        let work = self.work();
        let Scored { classifier, threshold, json, lean, .. } = &work.scored;
        let labels = self.pages.iter().map(|page| (page.source.id.as_str(), work.store.labels(page)));
        let data = Data {
            view: "label",
            about: About::of(classifier, *threshold),
            file: work.store.name(),
            left_out: self.left_out,
            lean: *lean,
            labels: labels.filter(|(_, labels)| !labels.is_empty()).collect(),
            pages: json,
        };
        if !whole {
            return Ok(html::escaped(&data)?.into_bytes());
        }
        let mut page = Vec::new();
        html::write_page(&data, &mut page)?;
        Ok(page)
    }

    /// Labels a block, or takes its label away; done when it is on the disk.
    ///
    /// # Errors
    /// If there is no such block, or the file cannot be written.
    fn label(&self, page: &str, block: usize, label: Option<Label>) -> Result<()> {
        let found = self.pages.iter().find(|found| found.source.id == page && block < found.blocks.len());
        let found = found.ok_or_else(|| crate::Error::option("there is no such block"))?;
        self.work().store.save(found, block, label)
    }
}
