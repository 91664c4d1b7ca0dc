//! What looking for parts of lines does: characters of content lost and of junk removed, without and with it.
//!
//! Of labeled pages: lines with a label, which are one thing, and lines labeled `mixed`, whose `spans` say what is what. Made of
//! them: pages with a line of spam of the same language glued to a sentence of content, before it, behind it, or in it; and
//! whole pages in one line, their lines joined by spaces. At last, a list of keywords of 174,000 characters. Spaces are not
//! counted.
//!
//! Usage: `parts [--model FILE] [--mistakes] DATA.jsonl...`

use std::ops::Range;
use std::path::PathBuf;
use std::time::Instant;

use serde::Deserialize;
use tamis::train::read_data;
use tamis::{Classifier, Label, Model, Preset, Threshold, kept_ranges, segment};

#[derive(Clone, Deserialize)]
struct Page {
    #[serde(default)]
    lang: String,
    blocks: Vec<Line>,
}

#[derive(Clone, Deserialize)]
struct Line {
    text: String,
    label: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    amb: bool,
    #[serde(default)]
    spans: Vec<Span>,
}

/// In characters.
#[derive(Clone, Deserialize)]
struct Span {
    start: usize,
    end: usize,
    label: String,
}

/// A text with what is content and what is junk in it, in bytes.
#[derive(Default)]
struct Gold {
    text: String,
    spans: Vec<(Range<usize>, Label)>,
}

impl Gold {
    fn push(&mut self, text: &str, label: Option<Label>) {
        let start = self.text.len();
        self.text.push_str(text);
        self.spans.extend(label.map(|label| (start..self.text.len(), label)));
    }
}

fn label(line: &Line) -> Option<Label> {
    match line.label.as_str() {
        "content" if !line.amb && line.kind != "byline" => Some(Label::Content),
        "junk" if !line.amb => Some(Label::Junk),
        _ => None,
    }
}

/// The page's text; `told` says whether a line counts.
fn gold(page: &Page, separator: &str, told: impl Fn(&Line) -> bool) -> Gold {
    let mut gold = Gold::default();
    for (i, line) in page.blocks.iter().enumerate() {
        gold.push(if i == 0 { "" } else { separator }, None);
        if line.label != "mixed" {
            gold.push(&line.text, label(line).filter(|_| told(line)));
            continue;
        }
        let chars: Vec<char> = line.text.chars().collect();
        let mut at = 0;
        for span in &line.spans {
            let piece = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
            gold.push(&piece(at, span.start.max(at)), None);
            let of = if span.label == "junk" { Label::Junk } else { Label::Content };
            gold.push(&piece(span.start.max(at), span.end), Some(of).filter(|_| told(line)));
            at = span.end;
        }
        gold.push(&chars[at.min(chars.len())..].iter().collect::<String>(), None);
    }
    gold
}

/// Characters.
#[derive(Default, Clone, Copy)]
struct Counts {
    content: usize,
    lost: usize,
    junk: usize,
    removed: usize,
}

impl Counts {
    fn add(&mut self, gold: &Gold, classifier: &Classifier, mistakes: bool) {
        let page = segment::text(&gold.text);
        let verdicts = classifier.classify(&page);
        let kept = kept_ranges(gold.text.as_bytes(), &page, &verdicts);
        let mut kept = kept.iter().peekable();
        for (span, label) in &gold.spans {
            let mut gone = String::new();
            let mut all = 0;
            for (at, c) in gold.text[span.clone()].char_indices().filter(|(_, c)| !c.is_whitespace()) {
                while kept.peek().is_some_and(|range| range.end <= span.start + at) {
                    kept.next();
                }
                all += 1;
                if kept.peek().is_none_or(|range| span.start + at < range.start) {
                    gone.push(c);
                }
            }
            let gone_count = gone.chars().count();
            match label {
                Label::Content => {
                    self.content += all;
                    self.lost += gone_count;
                }
                Label::Junk => {
                    self.junk += all;
                    self.removed += gone_count;
                }
            }
            if mistakes && *label == Label::Content && gone_count > 0 && gone_count < all {
                println!("lost: {gone}\n  of: {}", &gold.text[span.clone()]);
            }
        }
    }
}

fn table(name: &str, pages: &[Gold], classifier: &Classifier, mistakes: bool) -> tamis::Result<()> {
    for preset in Preset::ALL {
        let cells = [false, true].map(|parts| {
            let mut counts = Counts::default();
            let of_preset = classifier.clone().with_parts(parts).with_threshold(Threshold::Preset(preset))?;
            pages.iter().for_each(|gold| counts.add(gold, &of_preset, mistakes && parts));
            let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
            let Counts { content, lost, junk, removed } = counts;
            Ok::<_, tamis::Error>((
                format!("{:.3} % / {:.1} %", share(lost, content), share(removed, junk)),
                content,
                junk,
            ))
        });
        let [(without, content, junk), (with, ..)] =
            [cells[0].as_ref(), cells[1].as_ref()].map(|cell| cell.cloned().unwrap_or_default());
        println!("| {name} | {content} / {junk} | {} | {without} | {with} |", preset.name());
    }
    Ok(())
}

/// A page with spam glued to one of its lines.
fn glued(page: &Page, spam: &str, place: usize, number: usize) -> Option<Gold> {
    let fits = |line: &Line| label(line) == Some(Label::Content) && (30..400).contains(&line.text.chars().count());
    let fitting: Vec<usize> = (0..page.blocks.len()).filter(|&i| fits(&page.blocks[i])).collect();
    let chosen = *fitting.get(number % fitting.len().max(1))?;
    let mut gold = Gold::default();
    for (i, line) in page.blocks.iter().enumerate() {
        gold.push(if i == 0 { "" } else { "\n" }, None);
        if i != chosen {
            gold.push(&line.text, None);
            continue;
        }
        // Behind the clause that ends first in the second half, or in the middle of the text.
        let text = line.text.trim();
        let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        let clause = text[half..].find(['。', '，', '；', ',', '.', '!', '?', '！', '？', '、']);
        let inside = clause.map_or(half, |at| half + at + text[half + at..].chars().next().map_or(0, char::len_utf8));
        let at = [0, text.len(), inside][place];
        gold.push(&text[..at], Some(Label::Content));
        gold.push(spam, Some(Label::Junk));
        gold.push(&text[at..], Some(Label::Content));
    }
    Some(gold)
}

fn base(lang: &str) -> &str {
    lang.split('-').next().unwrap_or_default()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut classifier, mut mistakes, mut pages) = (Classifier::embedded()?, false, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--model" => classifier = Classifier::new(Model::load(arguments.next().ok_or("--model FILE")?)?)?,
            "--mistakes" => mistakes = true,
            path => {
                for line in String::from_utf8(read_data(&PathBuf::from(path))?)?.lines() {
                    pages.push(serde_json::from_str::<Page>(line)?);
                }
            }
        }
    }
    println!("| what | characters of content / junk | preset | lost / removed without parts | with parts |");
    println!("|---|---|---|---|---|");
    let pure: Vec<Gold> = pages.iter().map(|page| gold(page, "\n", |line| line.label != "mixed")).collect();
    table("lines of one sort", &pure, &classifier, mistakes)?;
    let mixed: Vec<Gold> = pages.iter().map(|page| gold(page, "\n", |line| line.label == "mixed")).collect();
    table("mixed lines", &mixed, &classifier, false)?;
    // Every page with spam of its language gets a line of it from another page.
    let is_spam = |line: &Line| ["vice", "seo-links", "seo-title", "ad-contact"].contains(&line.kind.as_str());
    let spam: Vec<(usize, &Page, &Line)> = pages
        .iter()
        .enumerate()
        .flat_map(|(i, page)| page.blocks.iter().map(move |line| (i, page, line)))
        .filter(|(_, _, line)| label(line) == Some(Label::Junk) && is_spam(line))
        .filter(|(_, _, line)| (10..120).contains(&line.text.chars().count()))
        .collect();
    for (place, name) in ["before", "behind", "inside"].into_iter().enumerate() {
        let made = pages.iter().enumerate().filter_map(|(i, page)| {
            let fits: Vec<_> =
                spam.iter().filter(|(j, other, _)| *j != i && base(&other.lang) == base(&page.lang)).collect();
            let (_, _, line) = fits.get((i * 31 + place * 7) % fits.len().max(1))?;
            glued(page, line.text.trim(), place, i)
        });
        let made: Vec<Gold> = made.collect();
        table(&format!("spam {name} a sentence"), &made, &classifier, false)?;
    }
    let joined: Vec<Gold> = pages.iter().map(|page| gold(page, " ", |_| true)).collect();
    table("pages in one line", &joined, &classifier, false)?;

    let keywords: Vec<&str> =
        spam.iter().filter(|(_, page, _)| base(&page.lang) == "zh").map(|(_, _, line)| line.text.trim()).collect();
    let mut list = String::new();
    for keyword in keywords.iter().cycle().take(1_000_000) {
        if list.chars().count() >= 174_000 {
            break;
        }
        list.push_str(keyword);
        list.push('|');
    }
    for copies in [1, 2, 4] {
        let text = list.repeat(copies);
        let page = segment::text(&text);
        let times = [false, true].map(|parts| {
            let classifier = classifier.clone().with_parts(parts);
            let mut worker = classifier.worker();
            worker.classify(&page);
            let start = Instant::now();
            let verdict = worker.classify(&page)[0].clone();
            (start.elapsed().as_secs_f64() * 1e3, verdict)
        });
        let [(without, _), (with, verdict)] = times;
        println!(
            "note: {copies} x 174,000 characters of keywords: {} {:.3}, {} parts; {without:.1} ms without, {with:.1} ms with parts",
            verdict.label,
            verdict.score,
            verdict.parts.len()
        );
    }
    Ok(())
}
