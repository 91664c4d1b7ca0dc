//! `tamis train`: labeled data to a model file and its card.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

use super::args::Train;
use crate::train::{DataSet, Progress, Recipe, Step, card, train};

pub(super) fn run(args: &Train) -> Result<()> {
    let mut recipe = match &args.recipe {
        Some(path) => Recipe::load(path)?,
        None => Recipe::default(),
    };
    if let Some(groups) = &args.groups {
        recipe.groups = Some(groups.clone());
    }
    if let Some(seed) = args.seed {
        recipe.seed = seed;
    }
    if args.no_augment {
        recipe.augment.switch_off();
    }
    recipe.check()?;
    let sets = DataSet::load_all(&args.data)?;
    let trained = with_bars(args.threads, |bars| train(&sets, &recipe, bars))??;

    let bytes = trained.model.to_bytes()?;
    let text = card(&trained, &recipe, bytes.len());
    write(&args.output, &bytes)?;
    write(&args.output.with_extension("md"), text.as_bytes())?;
    let mut out = super::styled_stdout();
    super::eval::table(&trained.report, &mut out)?;
    Ok(out.flush()?)
}

/// Runs a training on this many threads, with its progress shown.
pub(super) fn with_bars<T: Send>(threads: Option<usize>, run: impl FnOnce(&Bars) -> T + Send) -> Result<T> {
    let threads = threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")?;
    let bars = Bars::default();
    let result = pool.install(|| run(&bars));
    bars.finish();
    Ok(result)
}

/// Written beside the target first, so that no half file bears its name.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let place = || format!("cannot write {}", path.display());
    let mut name = path.file_name().with_context(place)?.to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    std::fs::write(&temporary, bytes).with_context(place)?;
    std::fs::rename(&temporary, path).with_context(place)
}

/// One bar, for the step that is under way; nothing where standard error is no terminal.
#[derive(Default)]
pub(super) struct Bars(Mutex<Option<(Step, ProgressBar)>>);

impl Bars {
    fn finish(&self) {
        if let Ok(mut bar) = self.0.lock()
            && let Some((_, bar)) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn step(&self, step: Step, advance: u64, total: u64) {
        if !io::stderr().is_terminal() {
            return;
        }
        let Ok(mut current) = self.0.lock() else { return };
        if current.as_ref().is_none_or(|(shown, _)| *shown != step) {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{msg:>24} {wide_bar} {pos}/{len} {elapsed}") {
                bar.set_style(style);
            }
            bar.set_message(step.name());
            if let Some((_, old)) = current.replace((step, bar)) {
                old.finish_and_clear();
            }
        }
        if let Some((_, bar)) = &*current {
            bar.inc(advance);
        }
    }
}
