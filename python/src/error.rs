//! The library's errors as Python's exceptions.

use std::io;
use std::path::Path;

use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

create_exception!(
    tamis,
    TamisError,
    PyValueError,
    "An option, a model, rules or data that cannot be used. The message says where: file, record, byte."
);

/// `OSError` with number and file where the system failed, else [`TamisError`].
#[allow(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
pub(crate) fn exception(error: tamis::Error) -> PyErr {
    match (error.io_error(), &error.position().file) {
        (Some(io), Some(file)) if io.raw_os_error().is_some() => os_error(io, file),
        (Some(_), _) => PyOSError::new_err(error.to_string()),
        (None, _) => TamisError::new_err(error.to_string()),
    }
}

/// `OSError` about a file; Python picks the subclass by the number.
pub(crate) fn os_error(error: &io::Error, file: &Path) -> PyErr {
    let why = error.to_string();
    // Python shows the number by itself.
    let why = why.split(" (os error").next().unwrap_or_default().to_owned();
    PyOSError::new_err((error.raw_os_error(), why, file.as_os_str().to_owned()))
}

/// [`TamisError`] with this message.
pub(crate) fn wrong(why: impl Into<String>) -> PyErr {
    TamisError::new_err(why.into())
}
