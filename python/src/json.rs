//! Python objects to JSON and back, by Python's own module.

use pyo3::prelude::*;

use crate::error::wrong;

/// A Python object as JSON.
pub(crate) fn json(object: &Bound<'_, PyAny>) -> PyResult<String> {
    object.py().import("json")?.call_method1("dumps", (object,))?.extract()
}

/// What serializes, as a Python object.
pub(crate) fn object<'py>(py: Python<'py>, value: &impl serde::Serialize) -> PyResult<Bound<'py, PyAny>> {
    let json = serde_json::to_string(value).map_err(|error| wrong(error.to_string()))?;
    py.import("json")?.call_method1("loads", (json,))
}
