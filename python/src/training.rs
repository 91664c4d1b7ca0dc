//! `train` and `evaluate`.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyMapping, PyString};
use tamis::train::{DataSet, Progress, Recipe, Step};

use crate::classifier::PyClassifier;
use crate::error::{exception, wrong};
use crate::json::{json, object};
use crate::parallel;

/// Trains a model on labeled pages. The same data, recipe and seed give the same model on any number of threads.
///
/// `data`: a path (a file, or a folder of them), or a list of paths and records. Files are those of `tamis train`; a record is a
/// dict, `{"blocks": [{"text": ..., "label": "content" or "junk", "kind"?: ...}], "id"?, "site"?, "lang"?, "split"?}`. Pages of the split
/// `test` are left out. At least two sites are needed: how well the model does is measured on sites it has not seen (`metrics`).
/// `recipe`: the path of a TOML file or a dict of what stands in one (`{"seed": 7, "groups": ["stats", "ngrams"]}`).
/// `augment`: also learn from generated pages, as the recipe says. `threads`: all cores by default.
///
/// Raises `OSError` if a file cannot be read, `TamisError` if data or recipe cannot be used.
#[pyfunction]
#[pyo3(signature = (data, *, recipe=None, augment=true, threads=None))]
pub(crate) fn train(
    py: Python<'_>,
    data: Bound<'_, PyAny>,
    recipe: Option<Bound<'_, PyAny>>,
    augment: bool,
    threads: Option<usize>,
) -> PyResult<PyClassifier> {
    let mut recipe = match recipe {
        None => Recipe::default(),
        Some(recipe) if recipe.cast::<PyMapping>().is_ok() => serde_json::from_str(&json(&recipe)?)
            .map_err(|error| wrong(format!("the recipe has a wrong setting: {error}")))?,
        Some(path) => Recipe::load(&path.extract::<PathBuf>()?).map_err(exception)?,
    };
    if !augment {
        recipe.augment.switch_off();
    }
    recipe.check().map_err(exception)?;
    let sets = data_sets(&data)?;
    let stop = Stop::default();
    let trained = pooled(py, threads, &stop, || tamis::train::train(&sets, &recipe, &stop))?;
    PyClassifier::of_model(trained.model)
}

/// Measures a classifier's model on labeled pages: its score on every block, and what each preset does.
///
/// `data`: as with `train`. `split`: `"all"`, `"train"` or `"test"` pages. The result is what `tamis eval --format json` prints:
/// `pages`, `sites`, `overall`, `capped`, `intervals` (95 %), `page_f1`, `by_set`, `by_lang`, `by_site`, `by_kind`; shares are in [0, 1],
/// lists of three are for the presets from the most careful on, measures that the data cannot tell are `None`.
///
/// Raises `OSError` if a file cannot be read, `TamisError` if data cannot be used.
#[pyfunction]
#[pyo3(signature = (classifier, data, *, split="all", threads=None))]
pub(crate) fn evaluate<'py>(
    py: Python<'py>,
    classifier: &Bound<'py, PyClassifier>,
    data: Bound<'py, PyAny>,
    split: &str,
    threads: Option<usize>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut sets = data_sets(&data)?;
    let keep_test = match split {
        "all" => None,
        "train" => Some(false),
        "test" => Some(true),
        _ => return Err(wrong(format!("there is no split `{split}`; there are all, train, test"))),
    };
    if let Some(test) = keep_test {
        sets.iter_mut().for_each(|set| set.pages.retain(|page| page.test == test));
    }
    if sets.iter().all(|set| set.pages.is_empty()) {
        return Err(wrong("no page is of this split"));
    }
    let inner = classifier.get().inner();
    let report = pooled(py, threads, &Stop::default(), || tamis::train::evaluate(inner, &sets))?;
    object(py, &report)
}

/// Runs work that is shared among the threads of a pool of its own: those of a common pool would be gone in a process that
/// was forked. Looks for Ctrl-C meanwhile; then the work has to end by itself, at the latest when it is done.
fn pooled<R: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    stop: &Stop,
    work: impl FnOnce() -> tamis::Result<R> + Send,
) -> PyResult<R> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(parallel::threads(threads)?)
        .build()
        .map_err(|error| wrong(format!("cannot start threads: {error}")))?;
    thread::scope(|scope| {
        let working = scope.spawn(|| pool.install(work));
        let mut interrupt = Ok(());
        while !working.is_finished() {
            py.detach(|| thread::sleep(LOOK));
            if interrupt.is_ok() {
                interrupt = py.check_signals();
                stop.0.store(interrupt.is_err(), Ordering::Relaxed);
            }
        }
        let done = working.join();
        interrupt?;
        done.unwrap_or_else(|panic| resume_unwind(panic)).map_err(exception)
    })
}

/// How often to look for Ctrl-C and for the end of the work.
const LOOK: Duration = Duration::from_millis(10);

/// Ends training between two of its steps.
#[derive(Default)]
struct Stop(AtomicBool);

impl Progress for Stop {
    fn step(&self, _: Step, _: u64, _: u64) {
        if self.0.load(Ordering::Relaxed) {
            // Unwinds to the end of the pool's work, and is not reported as a panic.
            resume_unwind(Box::new("stopped"));
        }
    }
}

/// One path, or paths and records in any order. Records make one data set, `records`.
fn data_sets(data: &Bound<'_, PyAny>) -> PyResult<Vec<DataSet>> {
    let mut paths = Vec::new();
    let mut records = String::new();
    if data.is_instance_of::<PyString>() || data.hasattr("__fspath__")? {
        paths.push(data.extract::<PathBuf>()?);
    } else if data.cast::<PyMapping>().is_ok() {
        return Err(PyTypeError::new_err("data is a path or a list of paths or of records, not one record"));
    } else {
        for item in data.try_iter()? {
            let item = item?;
            if item.cast::<PyMapping>().is_ok() {
                records.push_str(&json(&item)?);
                records.push('\n');
            } else {
                paths.push(item.extract::<PathBuf>()?);
            }
        }
    }
    let py = data.py();
    let mut sets = py.detach(|| DataSet::load_all(&paths)).map_err(exception)?;
    if !records.is_empty() {
        sets.push(DataSet::parse("records", records.as_bytes()).map_err(exception)?);
    }
    if sets.is_empty() {
        return Err(wrong("there is no data"));
    }
    Ok(sets)
}
