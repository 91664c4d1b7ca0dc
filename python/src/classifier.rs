//! The class `Classifier`.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyString, PyTuple};
use tamis::{Classifier, Model, Page, Preset, Rules, Threshold};

use crate::arrow::{self, Column};
use crate::block::{PyBlock, PyExplanation, blocks};
use crate::clean::{cleaned_html, cut, kept_text};
use crate::error::{exception, os_error, wrong};
use crate::json::{json, object};
use crate::parallel;
use crate::source::{Html, Source, page};

/// A model with a threshold and rules: what labels and cleans pages.
///
/// Immutable: `with_preset`, `with_threshold` and `with_rules` return changed copies. It may be used by any number of threads
/// at once; every method that works on pages releases the GIL. It can be pickled (the embedded model stays out of the pickle),
/// and processes that use it can be forked. Make one with `load` or `train`.
///
/// Texts are `str`; offsets count code points, so that `text[block.start:block.end] == block.text`. A text with lone surrogates
/// raises `UnicodeEncodeError`, which is a `ValueError`. `url` is the page's address; only rules with hosts read it.
#[pyclass(name = "Classifier", module = "tamis", frozen)]
#[derive(Clone)]
pub(crate) struct PyClassifier {
    inner: Arc<Classifier>,
    /// It has the model that is part of the package.
    embedded: bool,
    threshold: Threshold,
    /// The text of the rules, which goes into pickles.
    rules: Option<String>,
}

/// A page without its junk: what is kept of a text, or the text of HTML.
enum Clean {
    Kept(Vec<Range<usize>>),
    Text(String),
}

/// Decoded once a process.
static EMBEDDED: OnceLock<Arc<Classifier>> = OnceLock::new();

fn embedded() -> PyResult<Arc<Classifier>> {
    if let Some(classifier) = EMBEDDED.get() {
        return Ok(Arc::clone(classifier));
    }
    let classifier = Arc::new(Classifier::embedded().map_err(exception)?);
    Ok(Arc::clone(EMBEDDED.get_or_init(|| classifier)))
}

/// A classifier with the embedded model, or with that of a file.
///
/// `path`: a model file (`tamis train`, `Classifier.save`); the embedded model by default.
/// `preset`: `"cautious"` (the default), `"balanced"` or `"strict"`; `threshold`: see `Classifier.with_threshold`; one of the two.
/// `rules`: see `Classifier.with_rules`.
///
/// Raises `OSError` if a file cannot be read, `TamisError` if it is no model or something else makes no sense.
#[pyfunction]
#[pyo3(signature = (path=None, *, preset=None, threshold=None, rules=None))]
pub(crate) fn load(
    py: Python<'_>,
    path: Option<PathBuf>,
    preset: Option<&str>,
    threshold: Option<f32>,
    rules: Option<Bound<'_, PyAny>>,
) -> PyResult<PyClassifier> {
    let classifier = match path {
        None => PyClassifier::new(embedded()?, true),
        Some(path) => {
            let read = || Classifier::new(Model::load(path)?);
            PyClassifier::new(Arc::new(py.detach(read).map_err(exception)?), false)
        }
    };
    let classifier = match (preset, threshold) {
        (Some(_), Some(_)) => return Err(wrong("a preset or a threshold, not both")),
        (Some(preset), None) => classifier.with_preset(preset)?,
        (None, Some(threshold)) => classifier.with_threshold(threshold)?,
        (None, None) => classifier,
    };
    match rules {
        Some(rules) => classifier.with_rules(Some(rules)),
        None => Ok(classifier),
    }
}

impl PyClassifier {
    fn new(inner: Arc<Classifier>, embedded: bool) -> Self {
        Self { inner, embedded, threshold: Threshold::default(), rules: None }
    }

    pub(crate) fn of_model(model: Model) -> PyResult<Self> {
        Ok(Self::new(Arc::new(Classifier::new(model).map_err(exception)?), false))
    }

    pub(crate) fn inner(&self) -> &Classifier {
        &self.inner
    }

    /// The model that was loaded or trained. Beside one for HTML, the embedded one stands for texts.
    pub(crate) fn model(&self) -> &Model {
        let html = self.inner.html_model();
        if !self.embedded && html.metadata().groups.markup { html } else { self.inner.model() }
    }

    fn with(&self, threshold: Threshold) -> PyResult<Self> {
        let inner = Classifier::clone(&self.inner).with_threshold(threshold).map_err(exception)?;
        Ok(Self { inner: Arc::new(inner), threshold, ..self.clone() })
    }

    fn with_rules_text(&self, text: Option<String>) -> tamis::Result<Self> {
        let rules = text.as_deref().map(Rules::parse).transpose()?.unwrap_or_default();
        let inner = Classifier::clone(&self.inner).with_rules(rules);
        Ok(Self { inner: Arc::new(inner), rules: text, ..self.clone() })
    }

    /// The explanation of a block of a page.
    fn explain_page(&self, py: Python<'_>, page: &Page<'_>, block: &Place) -> PyResult<PyExplanation> {
        let (index, expected) = match block {
            Place::Index(index) => (*index, None),
            Place::Block(block) => (block.index, Some(&block.text)),
        };
        let Some(found) = page.blocks.get(index) else {
            return Err(PyIndexError::new_err(format!("the page has {} blocks, and none {index}", page.blocks.len())));
        };
        if expected.is_some_and(|expected| *expected != found.text) {
            return Err(wrong(format!("block {index} is none of this page")));
        }
        let (_, explanation) = py.detach(|| self.inner.worker().explain(page, index));
        Ok(PyExplanation::new(&found.text, explanation))
    }
}

#[pymethods]
impl PyClassifier {
    /// A copy with the thresholds of a preset, which are part of the model, one for each script.
    ///
    /// `"cautious"` loses at most 0.5 % of the content characters of sites held out of training, `"balanced"` at most 2 %, `"strict"`
    /// has the best F1 of junk. Raises `TamisError` for other names.
    fn with_preset(&self, preset: &str) -> PyResult<Self> {
        let known = Preset::ALL.into_iter().find(|known| known.name() == preset);
        let names = || format!("there is no preset `{preset}`; there are {}", Preset::ALL.map(Preset::name).join(", "));
        self.with(Threshold::Preset(known.ok_or_else(|| wrong(names()))?))
    }

    /// A copy that calls junk what has at least this P(junk), between 0 and 1, whatever the script.
    ///
    /// Raises `TamisError` if it is not between 0 and 1.
    fn with_threshold(&self, threshold: f32) -> PyResult<Self> {
        self.with(Threshold::Fixed(threshold))
    }

    /// A copy with these rules in place of any others; `None` takes them away.
    ///
    /// `rules`: the path of a TOML file, or a dict of what stands in one: `{"keep": [...], "drop": [...], "rule": [{"name": ...,
    /// "action": "drop", "kind": "spam", "words": [...], "pattern": "...", "hosts": [...]}]}`. The first rule that fires on a block
    /// decides, whatever the model says.
    ///
    /// Raises `OSError` if the file cannot be read, `TamisError` if a rule is wrong.
    fn with_rules(&self, rules: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        let Some(rules) = rules else { return self.with_rules_text(None).map_err(exception) };
        if rules.cast::<PyMapping>().is_ok() {
            let table: toml::Table =
                serde_json::from_str(&json(&rules)?).map_err(|error| wrong(format!("bad rules: {error}")))?;
            return self.with_rules_text(Some(table.to_string())).map_err(exception);
        }
        let path: PathBuf = rules.extract()?;
        let text = std::fs::read_to_string(&path).map_err(|error| os_error(&error, &path))?;
        self.with_rules_text(Some(text)).map_err(|error| wrong(format!("{}: {error}", path.display())))
    }

    /// A copy that looks for parts of blocks (`Block.parts`), as is the default, or does not.
    fn with_parts(&self, parts: bool) -> Self {
        Self { inner: Arc::new(Classifier::clone(&self.inner).with_parts(parts)), ..self.clone() }
    }

    /// The preset's name; `None` if there is a threshold instead.
    #[getter]
    fn preset(&self) -> Option<&'static str> {
        match self.threshold {
            Threshold::Preset(preset) => Some(preset.name()),
            Threshold::Fixed(_) => None,
        }
    }

    /// The threshold; `None` if there is a preset instead.
    #[getter]
    fn threshold(&self) -> Option<f32> {
        match self.threshold {
            Threshold::Preset(_) => None,
            Threshold::Fixed(value) => Some(value),
        }
    }

    /// What the model file says of itself: versions, feature groups, data, metrics. A new dict.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, self.model().metadata())
    }

    /// Measures of the model on sites held out of its training, by name. A new dict; values that cannot be told are left out.
    #[getter]
    fn metrics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let metrics = PyDict::new(py);
        for metric in &self.model().metadata().metrics {
            metrics.set_item(&metric.name, metric.value)?;
        }
        Ok(metrics)
    }

    /// The text without its junk lines and junk parts of lines. Characters are deleted, never changed.
    #[pyo3(signature = (text, *, url=None))]
    fn clean<'py>(&self, py: Python<'py>, text: PyBackedStr, url: Option<String>) -> PyResult<Bound<'py, PyString>> {
        let kept = py.detach(|| kept_text(&mut self.inner.worker(), &text, url.as_deref()));
        cut(text.as_py_str().bind(py), &kept)
    }

    /// The text of a page of HTML without its junk, with a blank line between blocks and a line feed at the end.
    ///
    /// `source`: `str`, or `bytes` in any encoding, as they came from the server, gzip too; how the encoding is told is the same as
    /// with `decode_html`. The same as `tamis clean page.html`.
    #[pyo3(signature = (source, *, url=None))]
    fn clean_html(&self, py: Python<'_>, source: Html, url: Option<String>) -> PyResult<String> {
        py.detach(|| Ok(cleaned_html(&mut self.inner.worker(), &source.decode()?, url.as_deref()))).map_err(exception)
    }

    /// What `clean` makes of every text, in order: N texts in, N texts out, and `None` for `None`.
    ///
    /// `texts`: any iterable; `html`: they are pages of HTML, `str` or `bytes`, and it is `clean_html` instead; `urls`: the address of
    /// each page, or `None`; `threads`: how many share the work, all cores by default; the result does not depend on it.
    ///
    /// Raises `TypeError` for other items, `TamisError` if there are not as many urls as texts or if compressed HTML is broken.
    #[pyo3(signature = (texts, *, html=false, urls=None, threads=None))]
    fn clean_many<'py>(
        &self,
        py: Python<'py>,
        texts: Bound<'py, PyAny>,
        html: bool,
        urls: Option<Vec<Option<PyBackedStr>>>,
        threads: Option<usize>,
    ) -> PyResult<Vec<Option<Bound<'py, PyString>>>> {
        let threads = parallel::threads(threads)?;
        if texts.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("clean_many takes a list of texts; clean takes one"));
        }
        let texts = texts.try_iter()?.collect::<PyResult<Vec<_>>>()?;
        if !html && texts.iter().any(PyAnyMethods::is_instance_of::<PyBytes>) {
            return Err(PyTypeError::new_err("texts are str; bytes can be HTML only (html=True)"));
        }
        let mut urls = urls.unwrap_or_default();
        if !urls.is_empty() && urls.len() != texts.len() {
            return Err(wrong(format!("{} texts have {} urls", texts.len(), urls.len())));
        }
        urls.resize_with(texts.len(), || None);
        let source = |text: &Bound<'py, PyAny>| if text.is_none() { Ok(None) } else { Source::new(text).map(Some) };
        let mut results = Vec::with_capacity(texts.len());
        // By rounds, so that only the texts of one are held twice.
        for (texts, urls) in texts.chunks(parallel::ROUND).zip(urls.chunks(parallel::ROUND)) {
            let sources = texts.iter().map(source).collect::<PyResult<Vec<_>>>()?;
            let pages: Vec<_> = sources.iter().zip(urls).collect();
            let cleaned = parallel::map(py, &self.inner, threads, results.len(), &pages, |worker, (source, url)| {
                let Some(source) = source else { return Ok(None) };
                let source = source.decode().map_err(|error| error.to_string())?;
                let url = url.as_deref();
                Ok(Some(match html {
                    true => Clean::Text(cleaned_html(worker, &source, url)),
                    false => Clean::Kept(kept_text(worker, &source, url)),
                }))
            })?;
            for (text, clean) in texts.iter().zip(cleaned) {
                results.push(match clean {
                    None => None,
                    Some(Clean::Kept(kept)) => Some(cut(text.cast()?, &kept)?),
                    Some(Clean::Text(text)) => Some(PyString::new(py, &text)),
                });
            }
        }
        Ok(results)
    }

    /// The blocks of a text with their verdicts, in order. A line that is not blank is a block; one of both content and junk has
    /// `parts`.
    #[pyo3(signature = (text, *, url=None))]
    fn classify(&self, py: Python<'_>, text: PyBackedStr, url: Option<String>) -> Vec<PyBlock> {
        py.detach(|| {
            let page = page(&text, false, url.as_deref());
            blocks(&text, &page, &self.inner.classify(&page))
        })
    }

    /// The blocks of a page of HTML with their verdicts and paths, in order.
    ///
    /// Offsets speak of the source as text: that is `source` if it is a `str`, else `decode_html(source)`. A block's range runs from the
    /// first to behind the last character of its text in the source, so that there may be tags in it.
    #[pyo3(signature = (source, *, url=None))]
    fn classify_html(&self, py: Python<'_>, source: Html, url: Option<String>) -> PyResult<Vec<PyBlock>> {
        py.detach(|| {
            let source = source.decode()?;
            let page = page(&source, true, url.as_deref());
            Ok(blocks(&source, &page, &self.inner.classify(&page)))
        })
        .map_err(exception)
    }

    /// P(junk) of every block of pages that are cut into blocks already: a list of floats in [0, 1] for each page.
    ///
    /// `pages`: lists of texts, each a block; neighbours on a page count. `threads`: as with `clean_many`.
    #[pyo3(signature = (pages, *, threads=None))]
    fn score_blocks(
        &self,
        py: Python<'_>,
        pages: Vec<Vec<PyBackedStr>>,
        threads: Option<usize>,
    ) -> PyResult<Vec<Vec<f32>>> {
        parallel::map(py, &self.inner, parallel::threads(threads)?, 0, &pages, |worker, texts| {
            let page = Page::from_texts(texts.iter().map(|text| &**text));
            Ok(worker.classify(&page).iter().map(|verdict| verdict.score).collect())
        })
    }

    /// Why a block of a text got its score. `block`: one that `classify` made of this text, or its index.
    ///
    /// Raises `IndexError` if there is no such block, `TamisError` if it is one of another page.
    #[pyo3(signature = (text, block, *, url=None))]
    fn explain(&self, py: Python<'_>, text: PyBackedStr, block: Place, url: Option<String>) -> PyResult<PyExplanation> {
        self.explain_page(py, &page(&text, false, url.as_deref()), &block)
    }

    /// Why a block of a page of HTML got its score. `block`: one that `classify_html` made of this source, or its index.
    ///
    /// Raises `IndexError` if there is no such block, `TamisError` if it is one of another page.
    #[pyo3(signature = (source, block, *, url=None))]
    fn explain_html(&self, py: Python<'_>, source: Html, block: Place, url: Option<String>) -> PyResult<PyExplanation> {
        let source = py.detach(|| source.decode()).map_err(exception)?;
        self.explain_page(py, &page(&source, true, url.as_deref()), &block)
    }

    /// What `clean` makes of a column of Arrow: N rows in, N rows out, null for null.
    ///
    /// `data`: an array, chunked array, record batch, table or stream of any library that has the Arrow PyCapsule interface (pyarrow,
    /// polars, duckdb, pandas, ...); it is read without a copy. `column`: which column, where there are several; strings of any
    /// width. `html`: the column has pages of HTML, in strings or in binary of any encoding, and it is `clean_html` instead.
    /// `threads`: as with `clean_many`.
    ///
    /// The result has the type and the chunks of the input (of HTML: large strings).
    /// Raises `TypeError` if the column is of another type, `KeyError` if there is none, `TamisError` with the number of the row
    /// for text that is not UTF-8 and compressed HTML that is broken.
    #[pyo3(signature = (data, column="text", *, html=false, threads=None))]
    fn clean_arrow(
        &self,
        py: Python<'_>,
        data: Bound<'_, PyAny>,
        column: &str,
        html: bool,
        threads: Option<usize>,
    ) -> PyResult<Column> {
        arrow::clean(py, &self.inner, &data, column, html, parallel::threads(threads)?)
    }

    /// The blocks of every row of a column of Arrow: N rows in, N rows out, null for null.
    ///
    /// A row is a list of `{start: int64, end: int64, label: string, kind: string?, score: float}`, as with `classify`; `html=True` adds
    /// `text` and `path`, as with `classify_html`. Offsets count code points. Parameters and errors are those of `clean_arrow`.
    #[pyo3(signature = (data, column="text", *, html=false, threads=None))]
    fn classify_arrow(
        &self,
        py: Python<'_>,
        data: Bound<'_, PyAny>,
        column: &str,
        html: bool,
        threads: Option<usize>,
    ) -> PyResult<Column> {
        arrow::classify(py, &self.inner, &data, column, html, parallel::threads(threads)?)
    }

    /// Writes the model to a file, for `load` and for the command's `--model`. Threshold and rules are not part of it.
    ///
    /// Raises `OSError` if it cannot be written; then there is no half file.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let bytes = self.model().to_bytes().map_err(exception)?;
        // Written beside the target first, so that no half file bears its name.
        let mut temporary = path.clone().into_os_string();
        temporary.push(".tmp");
        py.detach(|| std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, &path)))
            .map_err(|error| os_error(&error, &path))
    }

    /// The model's bytes, unless it is the embedded one, with what was set.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let model = match self.embedded {
            true => None,
            false => Some(PyBytes::new(py, &self.model().to_bytes().map_err(exception)?)),
        };
        let state = (model, self.preset(), self.threshold(), self.rules.as_deref(), self.inner.has_parts());
        Ok((py.get_type::<Self>().getattr("_restore")?, state.into_pyobject(py)?))
    }

    #[staticmethod]
    #[pyo3(signature = (model, preset, threshold, rules, parts=true))]
    fn _restore(
        model: Option<Vec<u8>>,
        preset: Option<&str>,
        threshold: Option<f32>,
        rules: Option<String>,
        parts: bool,
    ) -> PyResult<Self> {
        let classifier = match model {
            None => Self::new(embedded()?, true),
            Some(bytes) => Self::of_model(Model::from_bytes(&bytes).map_err(exception)?)?,
        };
        let classifier = match (preset, threshold) {
            (Some(preset), _) => classifier.with_preset(preset)?,
            (None, Some(threshold)) => classifier.with_threshold(threshold)?,
            (None, None) => classifier,
        };
        Ok(classifier.with_rules_text(rules).map_err(exception)?.with_parts(parts))
    }

    fn __repr__(&self) -> String {
        let name = if self.embedded { "embedded model" } else { &self.model().metadata().name };
        let sieve = match self.threshold {
            Threshold::Preset(preset) => format!("preset {}", preset.name()),
            Threshold::Fixed(value) => format!("threshold {value}"),
        };
        let rules = if self.rules.is_some() { ", rules" } else { "" };
        format!("<tamis.Classifier {name}, {sieve}{rules}>")
    }
}

/// A block by itself or by its number.
#[derive(FromPyObject)]
enum Place {
    #[pyo3(transparent, annotation = "int")]
    Index(usize),
    #[pyo3(transparent, annotation = "Block")]
    Block(PyBlock),
}
