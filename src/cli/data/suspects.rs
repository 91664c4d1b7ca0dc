//! `tamis data suspects`: labels that a model which has not seen their site most disagrees with.

use std::io::Write;

use anyhow::Result;

use crate::cli::args::{ReportFormat, SuspectsArgs};
use crate::cli::train::with_bars;
use crate::formats::write_json;
use crate::report::shortened;
use crate::train::{DataSet, Recipe, suspects, train};

pub(super) fn run(args: &SuspectsArgs) -> Result<()> {
    let recipe = match &args.recipe {
        Some(path) => Recipe::load(path)?,
        None => Recipe::default(),
    };
    recipe.check()?;
    let sets = DataSet::load_all(&args.data)?;
    let trained = with_bars(args.threads, |bars| train(&sets, &recipe, bars))??;
    let mut suspects = suspects(&trained.pages, args.per_page);
    suspects.truncate(args.top);
    let mut out = crate::cli::styled_stdout();
    if args.format == ReportFormat::Text {
        writeln!(out, "P(junk)  label    kind        place and text")?;
    }
    for suspect in &suspects {
        if args.format == ReportFormat::Json {
            write_json(suspect, &mut out)?;
            continue;
        }
        let file = suspect.file.as_ref().and_then(|file| file.file_name()).unwrap_or_default().to_string_lossy();
        writeln!(
            out,
            "{:<7.4}  {:<7}  {:<10}  {file}, page `{}`, block {}: {}",
            suspect.score,
            suspect.label.to_string(),
            suspect.kind,
            suspect.page,
            suspect.block,
            shortened(&suspect.text, 80)
        )?;
    }
    Ok(out.flush()?)
}
