//! The default model on pages that it must get right.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

use std::fs;
use std::path::{Path, PathBuf};

use tamis::train::DataSet;
use tamis::{Classifier, Kind, Label, Model, Page, Preset, Threshold, segment};

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A stuffed first line, an article that stays whole, and nothing but junk from the credits on. The line that names source
/// and date is a byline, which does not count.
fn check_hacked_page(path: &Path, preset: Preset) {
    let input = fs::read(path).unwrap();
    check(&path.display().to_string(), &segment::bytes(&input).0, preset);
}

fn check(name: &str, page: &Page<'_>, preset: Preset) {
    let classifier = Classifier::embedded().unwrap().with_threshold(Threshold::Preset(preset)).unwrap();
    let verdicts = classifier.classify(page);
    let credits = page.blocks.iter().position(|block| block.text.starts_with("校對")).unwrap();
    let mut wrong = Vec::new();
    for (i, (block, verdict)) in page.blocks.iter().zip(&verdicts).enumerate() {
        if block.text.starts_with("來源:") {
            continue;
        }
        let junk = i == 0 || i >= credits;
        let spam = i == 0 || i + 1 == verdicts.len();
        if (verdict.label == Label::Junk) != junk || (spam && verdict.kind != Some(Kind::Spam)) {
            wrong.push(format!("{i} {verdict:?} {}", block.text.chars().take(40).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

#[test]
fn the_example_page_is_cleaned_exactly() {
    let path = project().join("tests/fixtures/hacked-page.txt");
    check_hacked_page(&path, Preset::Cautious);
}

#[test]
fn the_seed_page_is_cleaned_exactly() {
    let path = project().join("../shared/seed/hacked-news-page.txt");
    if path.exists() {
        check_hacked_page(&path, Preset::Balanced);
        check_hacked_page(&path, Preset::Cautious);
    } else {
        println!("skipped: {} is not there", path.display());
    }
}

/// All in one place, so that the markup says nothing.
#[test]
fn hacked_pages_are_cleaned_as_html_too() {
    for path in
        ["tests/fixtures/hacked-page.txt", "../shared/seed/hacked-news-page.txt"].map(|path| project().join(path))
    {
        let Ok(text) = fs::read_to_string(&path) else {
            println!("skipped: {} is not there", path.display());
            continue;
        };
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let paragraphs: String = lines.iter().map(|line| format!("<p>{line}</p>\n")).collect();
        let html =
            format!("<html><head><title>{}</title></head><body><div class=main>{paragraphs}</div></body>", lines[0]);
        check(&path.display().to_string(), &segment::html(&html), Preset::Balanced);
    }
}

#[test]
fn hard_negatives_lose_next_to_nothing() {
    let set = DataSet::load(&project().join("data/hard-negatives.jsonl")).unwrap();
    assert!(set.pages.len() >= 30 && set.pages.iter().all(|page| page.test));
    let classifier = Classifier::embedded().unwrap();
    let (mut content, mut lost) = (0, 0);
    for page in &set.pages {
        let texts = page.blocks.iter().map(|block| block.text.as_str());
        let verdicts = classifier.classify(&Page::from_texts(texts));
        let (mut page_content, mut page_lost) = (0, 0);
        for (block, verdict) in page.blocks.iter().zip(verdicts) {
            if block.label == Some(Label::Content) {
                let chars = block.text.chars().count();
                page_content += chars;
                page_lost += if verdict.label == Label::Junk { chars } else { 0 };
            }
        }
        assert!(page_lost * 2 < page_content, "{} loses {page_lost} of {page_content} characters", page.id);
        content += page_content;
        lost += page_lost;
    }
    assert!(lost * 100 <= content, "{lost} of {content} content characters are lost");
}

#[test]
fn the_embedded_models_are_small_and_round() {
    for (model, name) in [(Model::embedded(), "default"), (Model::embedded_html(), "html")] {
        let bytes = model.unwrap().to_bytes().unwrap();
        assert!(bytes.len() <= 2_000_000, "{} bytes", bytes.len());
        assert!(bytes == fs::read(project().join(format!("models/{name}.safetensors"))).unwrap());
        assert!(bytes == Model::from_bytes(&bytes).unwrap().to_bytes().unwrap());
    }
}
