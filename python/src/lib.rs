//! The native part of the Python package `tamis`. What users see of it is documented in `tamis/_tamis.pyi`.
//!
//! - `classifier.rs`: the class `Classifier`      - `block.rs`: `Block`, `Part`, `Explanation`, …
//! - `source.rs`: text, HTML and offsets          - `parallel.rs`: many pages on many threads
//! - `clean.rs`: what remains of a page           - `arrow.rs`: columns in and out
//! - `training.rs`: `train`, `evaluate`           - `json.rs`: dicts in and out

#![allow(clippy::needless_pass_by_value, reason = "functions that Python calls own their arguments")]

mod arrow;
mod block;
mod classifier;
mod clean;
mod error;
mod json;
mod parallel;
mod source;
mod training;

use std::ffi::OsString;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

/// The native module.
#[pymodule]
mod _tamis {
    #[pymodule_export]
    use super::{decode_html, run_command};
    #[pymodule_export]
    use crate::arrow::Column;
    #[pymodule_export]
    use crate::block::{PyBlock, PyExplanation, PyPart, PyReason};
    #[pymodule_export]
    use crate::classifier::{PyClassifier, load};
    #[pymodule_export]
    use crate::clean::remove_junk;
    #[pymodule_export]
    use crate::error::TamisError;
    #[pymodule_export]
    use crate::training::{evaluate, train};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// The source of a page of HTML as text, gzip and zstd unpacked: offsets of `classify_html` speak of it.
///
/// The encoding is that of a byte order mark or a `<meta>` element, else a guess; valid UTF-8 with characters beyond ASCII is UTF-8.
/// What cannot be decoded becomes U+FFFD. Raises `TamisError` if compressed bytes are broken.
#[pyfunction]
fn decode_html(py: Python<'_>, source: PyBackedBytes) -> PyResult<String> {
    py.detach(|| source::decode(&source)).map_err(error::exception)
}

/// Runs the command line, the program's name first. The exit code: 0 done, 1 a gate has failed, 2 an error.
#[pyfunction]
fn run_command(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| tamis::cli::run(args))
}
