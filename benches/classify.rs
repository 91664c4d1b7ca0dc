//! Speed of the parts, in text per second: `cargo bench`.
//!
//! The text is that of the project's own pages in `data/`, one page after the other: short lines, as on real pages. `prose`
//! is the same with ten lines in one.
#![allow(missing_docs, reason = "a benchmark has no users")]

use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::BytesCount;
use tamis::train::DataSet;
use tamis::{Classifier, Model, segment};

fn main() {
    divan::main();
}

/// Pages of the languages that start with a prefix, with `joined` lines in one.
fn pages(lang: &str, joined: usize) -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let sets = DataSet::load_all(&[data]).unwrap_or_default();
    let of_lang = sets.iter().flat_map(|set| &set.pages).filter(|page| page.lang.starts_with(lang));
    of_lang
        .map(|page| {
            let lines: Vec<&str> = page.blocks.iter().map(|block| block.text.as_str()).collect();
            lines.chunks(joined).map(|lines| lines.join("，")).collect::<Vec<_>>().join("\n")
        })
        .collect()
}

const TEXTS: [(&str, &str, usize); 4] =
    [("zh", "zh", 1), ("zh prose", "zh", 10), ("en", "en", 1), ("en prose", "en", 10)];

fn model(name: &str) -> Option<Classifier> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name);
    Model::load(path).and_then(Classifier::new).ok()
}

/// Segments and classifies page after page, with one worker.
fn classify(bencher: Bencher<'_, '_>, lang: &str, joined: usize, name: &str) {
    let Some(classifier) = model(name) else {
        println!("there is no models/{name}: skipped");
        return;
    };
    let pages = pages(lang, joined);
    let bytes: usize = pages.iter().map(String::len).sum();
    let mut worker = classifier.worker();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for page in &pages {
            divan::black_box(worker.classify(&segment::text(page)));
        }
    });
}

#[divan::bench(args = TEXTS.map(|(name, ..)| name))]
fn default(bencher: Bencher<'_, '_>, text: &str) {
    if let Some((_, lang, joined)) = TEXTS.into_iter().find(|(name, ..)| *name == text) {
        classify(bencher, lang, joined, "default.safetensors");
    }
}

#[divan::bench(args = TEXTS.map(|(name, ..)| name))]
fn with_jieba(bencher: Bencher<'_, '_>, text: &str) {
    if let Some((_, lang, joined)) = TEXTS.into_iter().find(|(name, ..)| *name == text) {
        classify(bencher, lang, joined, "jieba.safetensors");
    }
}

/// Pages of HTML of a folder, such as `cargo xtask bench-peers` leaves below `target/html/pages`; `TAMIS_HTML` names another.
fn html_pages() -> Vec<String> {
    let folder = std::env::var_os("TAMIS_HTML").map_or_else(|| "target/html/pages".into(), PathBuf::from);
    let mut folders = vec![folder];
    let mut pages = Vec::new();
    while let Some(next) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(next).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") && pages.len() < 2000 {
                pages.extend(std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    pages
}

/// HTML to blocks, and to verdicts.
#[divan::bench(args = ["blocks", "verdicts"])]
fn html(bencher: Bencher<'_, '_>, to: &str) {
    let pages = html_pages();
    let Some(classifier) = model("html.safetensors").filter(|_| !pages.is_empty()) else {
        println!("there is no HTML below target/html/pages, and TAMIS_HTML is not set: skipped");
        return;
    };
    let bytes: usize = pages.iter().map(String::len).sum();
    let mut worker = classifier.worker();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for source in &pages {
            let page = segment::html(source);
            if to == "verdicts" {
                divan::black_box(worker.classify(&page));
            }
        }
    });
}

/// What the segmenter alone takes for the same text: the bound for models with its features.
#[divan::bench(args = ["zh", "zh prose"])]
fn jieba_cut_alone(bencher: Bencher<'_, '_>, text: &str) {
    let joined = if text == "zh" { 1 } else { 10 };
    let pages = pages("zh", joined);
    let bytes: usize = pages.iter().map(String::len).sum();
    let jieba = jieba_rs::Jieba::new();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for line in pages.iter().flat_map(|page| page.lines()) {
            divan::black_box(jieba.cut(line, false));
        }
    });
}

#[divan::bench]
fn load_embedded_model(bencher: Bencher<'_, '_>) {
    bencher.bench(Model::embedded);
}
