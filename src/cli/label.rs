//! `tamis label`: pages to a page in the browser, labels to a file.

use std::collections::BTreeSet;
use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

use super::args::Label;
use crate::chars::ScriptGroup;
use crate::error::Error;
use crate::formats::Format;
use crate::label::{PageText, Session, Setup, Store, serve};
use crate::report::html::Source;
use crate::stream::{self, Classified, Options, Out, Shape, Verb};
use crate::train::Recipe;

/// Bytes of text that a browser is asked to hold.
const ROOM: usize = 16 << 20;

pub(super) fn run(args: &Label) -> Result<()> {
    let classifier = super::classifier(&args.sieve)?;
    let threshold = super::threshold(&args.sieve);
    let recipe = match &args.recipe {
        Some(path) => Recipe::load(path)?,
        None => Recipe::default(),
    };
    recipe.check()?;
    let store = Store::open(&args.labels)?;
    // One thread reads pages in order.
    let options = Options { threads: 1, styled: true, ..super::options(&args.input, None) };
    let gatherer = Gatherer::default();
    stream::run(&options, &classifier, &gatherer)?;
    let Gathered { pages, left_out, .. } = gatherer.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    if pages.is_empty() {
        return Err(Error::data("there is no page to label").into());
    }
    let threads = args.input.threads.map_or(0, NonZeroUsize::get);
    let setup = Setup { data: args.data.clone(), recipe, threads, output: args.output.clone() };
    let session = Session::new(pages, left_out, classifier, threshold, store, setup)?;
    let at_end = Arc::clone(&session);
    stream::when_interrupted(move || {
        if let Err(error) = at_end.finish() {
            let _ = writeln!(std::io::stderr(), "tamis: {error}");
        }
    });
    Ok(serve(&session, args.port, |address| {
        let _ = writeln!(
            std::io::stderr(),
            "label at {address}\nCtrl-C ends; every label is in {} at once",
            args.labels.display()
        );
    })?)
}

/// Pages in the order of the input.
#[derive(Default)]
struct Gatherer(Mutex<Gathered>);

#[derive(Default)]
struct Gathered {
    pages: Vec<PageText>,
    ids: BTreeSet<String>,
    bytes: usize,
    left_out: usize,
}

impl Verb for Gatherer {
    fn shape(&self, _: Format) -> crate::Result<Shape> {
        Ok(Shape::Text)
    }

    fn page(&self, classified: Classified<'_, '_>, _: &mut Out) -> crate::Result<()> {
        let name = classified.name();
        let Classified { record, page, worker, .. } = classified;
        if page.blocks.is_empty() {
            return Ok(());
        }
        let gathered = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = gathered.bytes + page.blocks.iter().map(|block| block.text.len()).sum::<usize>();
        if bytes > ROOM && !gathered.pages.is_empty() {
            gathered.left_out += 1;
            return Ok(());
        }
        gathered.bytes = bytes;
        let mut source = Source::new(&record.id, name, record.url.as_deref());
        // Labels name pages by their ids.
        if gathered.ids.contains(&source.id) {
            source.id = format!("{}#{}", source.id, source.name);
        }
        gathered.ids.insert(source.id.clone());
        let lang = match worker.features.group {
            Some(ScriptGroup::Han) => "zh",
            Some(ScriptGroup::Kana) => "ja",
            Some(ScriptGroup::Hangul) => "ko",
            _ => "",
        };
        let blocks = page.blocks.iter().map(|block| block.text.to_string()).collect();
        gathered.pages.push(PageText { source, blocks, lang });
        Ok(())
    }
}
