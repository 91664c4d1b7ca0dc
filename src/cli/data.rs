//! `tamis data`: what labeled data holds, how to deal it out, and what is wrong with it.

mod check;
mod suspects;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::args::{DataArgs, DataCommand, ReportFormat, SplitArgs};
use crate::error::Error;
use crate::formats::write_json;
use crate::page::Label;
use crate::train::{DataSet, LabeledPage, part, read_data};

pub(super) fn run(command: &DataCommand) -> Result<()> {
    match command {
        DataCommand::Stats(args) => stats(args),
        DataCommand::Split(args) => split(args),
        DataCommand::Check(args) => check::run(args),
        DataCommand::Suspects(args) => suspects::run(args),
    }
}

/// Copies each record as it stands, without its line feed where it has none.
fn split(args: &SplitArgs) -> Result<()> {
    #[derive(Deserialize)]
    struct Keys {
        id: Option<String>,
        site: Option<String>,
        group: Option<String>,
    }
    let parts = usize::from(args.parts);
    for path in &args.data {
        let in_file = |error: Error| error.in_file(path);
        let bytes = read_data(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".gz");
        let mut out = vec![Vec::new(); parts];
        let mut start = 0u64;
        for (number, line) in (1u64..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
            let locate = |error: Error| in_file(error.at_record(number).at_byte(start));
            if !line.trim_ascii().is_empty() {
                let keys: Keys = serde_json::from_slice(line).map_err(|error| {
                    locate(Error::record(format!("only pages in JSON Lines can be split: {error}")))
                })?;
                let group = keys.group.or(keys.site).or(keys.id).unwrap_or_else(|| number.to_string());
                out[part(&group, parts)].extend_from_slice(line);
            }
            start += line.len() as u64;
        }
        // A set of one site is all in one part.
        for (number, lines) in out.iter().enumerate().filter(|(_, lines)| !lines.is_empty()) {
            let folder = args.output.join(number.to_string());
            fs::create_dir_all(&folder).map_err(|error| Error::from(error).in_file(&folder))?;
            let path = folder.join(name);
            fs::write(&path, lines).map_err(|error| Error::from(error).in_file(&path))?;
        }
    }
    Ok(())
}

#[derive(Default, Serialize)]
struct Stats {
    pages: usize,
    test_pages: usize,
    sites: usize,
    blocks: usize,
    content: usize,
    junk: usize,
    dont_care: usize,
    chars: usize,
    /// Quartiles of the blocks of a page.
    blocks_a_page: [usize; 3],
}

#[derive(Serialize)]
struct AllStats {
    files: BTreeMap<String, Stats>,
    languages: BTreeMap<String, Stats>,
    kinds: BTreeMap<String, usize>,
    total: Stats,
}

fn stats(args: &DataArgs) -> Result<()> {
    let sets = DataSet::load_all(&args.data)?;
    let mut by_lang: BTreeMap<String, Vec<&LabeledPage>> = BTreeMap::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for page in sets.iter().flat_map(|set| &set.pages) {
        by_lang.entry(page.lang.clone()).or_default().push(page);
        for block in &page.blocks {
            let label = block.label.map_or("don't care".to_owned(), |label| label.to_string());
            let name = if block.subkind.is_empty() { label } else { format!("{label}/{}", block.subkind) };
            *kinds.entry(name).or_default() += 1;
        }
    }
    let all = AllStats {
        files: sets.iter().map(|set| (set.name.clone(), Stats::of(set.pages.iter()))).collect(),
        languages: by_lang.iter().map(|(lang, pages)| (lang.clone(), Stats::of(pages.iter().copied()))).collect(),
        total: Stats::of(sets.iter().flat_map(|set| &set.pages)),
        kinds,
    };
    let mut out = super::styled_stdout();
    if args.format == ReportFormat::Json {
        write_json(&all, &mut out)?;
        return Ok(out.flush()?);
    }
    writeln!(out, "{:<24}{HEADING}", "file")?;
    all.files.iter().try_for_each(|(name, stats)| stats.write(name, &mut out))?;
    writeln!(out, "\n{:<24}{HEADING}", "language")?;
    all.languages.iter().try_for_each(|(name, stats)| stats.write(name, &mut out))?;
    all.total.write("all", &mut out)?;
    writeln!(out, "\n{:<24}{:>8}", "label and kind", "blocks")?;
    for (name, count) in &all.kinds {
        writeln!(out, "{name:<24}{count:>8}")?;
    }
    Ok(out.flush()?)
}

const HEADING: &str =
    "   pages    test   sites  blocks content    junk don't care     chars  blocks a page (quartiles)";

impl Stats {
    fn of<'a>(pages: impl Iterator<Item = &'a LabeledPage>) -> Self {
        let mut stats = Self::default();
        let mut sites = BTreeSet::new();
        let mut lengths = Vec::new();
        for page in pages {
            stats.pages += 1;
            stats.test_pages += usize::from(page.test);
            sites.insert(&page.site);
            lengths.push(page.blocks.len());
            for block in &page.blocks {
                stats.blocks += 1;
                stats.chars += block.text.chars().count();
                *match block.label {
                    Some(Label::Content) => &mut stats.content,
                    Some(Label::Junk) => &mut stats.junk,
                    None => &mut stats.dont_care,
                } += 1;
            }
        }
        stats.sites = sites.len();
        lengths.sort_unstable();
        stats.blocks_a_page = [1, 2, 3].map(|k| lengths.get(lengths.len() * k / 4).copied().unwrap_or(0));
        stats
    }

    fn write(&self, name: &str, out: &mut impl Write) -> Result<()> {
        let [a, b, c] = self.blocks_a_page;
        writeln!(
            out,
            "{name:<24}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{:>11}{:>10}  {a} / {b} / {c}",
            self.pages, self.test_pages, self.sites, self.blocks, self.content, self.junk, self.dont_care, self.chars
        )?;
        Ok(())
    }
}
