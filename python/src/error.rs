//! The library's errors as Python's exceptions.

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
    match error.io_error() {
        Some(io) => {
            let file = error.position().file.clone();
            match io.raw_os_error() {
                Some(number) => PyOSError::new_err((number, io.to_string(), file)),
                None => PyOSError::new_err(error.to_string()),
            }
        }
        None => TamisError::new_err(error.to_string()),
    }
}

/// [`TamisError`] with this message.
pub(crate) fn wrong(why: impl Into<String>) -> PyErr {
    TamisError::new_err(why.into())
}
