//! Columns of Arrow in and out, by the PyCapsule interface. Texts are read where they stand.

use std::sync::Arc;

use arrow_array::builder::{LargeStringBuilder, StringBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, Float32Array, Int64Array, LargeBinaryArray, ListArray, StringArray,
    StructArray, new_empty_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef, Fields};
use arrow_select::concat::concat;
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{ArrayIterator, to_array_pycapsules, to_schema_pycapsule, to_stream_pycapsule};
use pyo3_arrow::input::AnyArray;
use tamis::{Classifier, Worker};

use crate::block::{kind, label};
use crate::clean::{cleaned_html, cleaned_text};
use crate::error::wrong;
use crate::parallel;
use crate::source::{CodePoints, decode, page};

/// A column of results. Any Arrow library can take it without a copy: `pyarrow.array(column)`, `pyarrow.chunked_array(column)`,
/// `polars.Series(column)`. `len` is the number of rows.
#[pyclass(name = "Column", module = "tamis", frozen)]
pub(crate) struct Column {
    chunks: Vec<ArrayRef>,
    field: FieldRef,
}

#[pymethods]
impl Column {
    fn __len__(&self) -> usize {
        self.chunks.iter().map(Array::len).sum()
    }

    fn __repr__(&self) -> String {
        format!("<tamis.Column {}: {} rows>", self.field.data_type(), self.__len__())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, self.field.as_ref())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyTuple>> {
        let whole = match self.chunks.as_slice() {
            [] => new_empty_array(self.field.data_type()),
            [one] => Arc::clone(one),
            many => concat(&many.iter().map(AsRef::as_ref).collect::<Vec<_>>())?,
        };
        to_array_pycapsules(py, Arc::clone(&self.field), &whole, requested_schema)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let chunks: Vec<_> = self.chunks.iter().cloned().map(Ok).collect();
        let reader = ArrayIterator::new(chunks, Arc::clone(&self.field));
        to_stream_pycapsule(py, Box::new(reader), requested_schema)
    }
}

/// A column of texts as bytes, which are not trusted to be UTF-8.
enum Texts {
    Small(BinaryArray),
    Large(LargeBinaryArray),
    View(BinaryViewArray),
}

impl Texts {
    fn new(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Small(array.as_string::<i32>().clone().into()),
            DataType::LargeUtf8 => Self::Large(array.as_string::<i64>().clone().into()),
            DataType::Utf8View => Self::View(array.as_string_view().clone().to_binary_view()),
            DataType::Binary => Self::Small(array.as_binary::<i32>().clone()),
            DataType::LargeBinary => Self::Large(array.as_binary::<i64>().clone()),
            DataType::BinaryView => Self::View(array.as_binary_view().clone()),
            _ => return None,
        })
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Option<&[u8]>> + '_> {
        match self {
            Self::Small(array) => Box::new(array.iter()),
            Self::Large(array) => Box::new(array.iter()),
            Self::View(array) => Box::new(array.iter()),
        }
    }
}

/// Chunk by chunk, what `work` makes of all texts, in order; `finish` makes a column of a chunk's results.
fn map<R: Send>(
    py: Python<'_>,
    classifier: &Classifier,
    input: Input,
    threads: usize,
    work: impl Fn(&mut Worker<'_>, &str) -> R + Sync,
    finish: impl Fn(Vec<Option<R>>) -> PyResult<ArrayRef>,
) -> PyResult<Vec<ArrayRef>> {
    let Input { mut reader, column, html, data_type } = input;
    let mut chunks = Vec::new();
    let mut rows = 0;
    // The stream may be another Python program that wants the lock.
    while let Some(chunk) = py.detach(|| reader.next()) {
        let chunk = chunk.map_err(|error| wrong(error.to_string()))?;
        let array = match &column {
            Some(column) => rows_of(&chunk, column)?,
            None => chunk,
        };
        let texts = Texts::new(&array).ok_or_else(|| wrong_type(&data_type))?;
        let texts: Vec<Option<&[u8]>> = texts.iter().collect();
        let results = parallel::map(py, classifier, threads, rows, &texts, |worker, text| {
            let Some(bytes) = text else { return Ok(None) };
            // What comes as text has no encoding to be told.
            if html && is_binary(&data_type) {
                return Ok(Some(work(worker, &decode(bytes).map_err(|error| error.to_string())?)));
            }
            let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
            Ok(Some(work(worker, text)))
        })?;
        rows += texts.len();
        chunks.push(finish(results)?);
    }
    Ok(chunks)
}

/// What is read: a column of texts, or a column of this name in rows.
struct Input {
    reader: Box<dyn pyo3_arrow::ffi::ArrayReader + Send>,
    column: Option<String>,
    html: bool,
    data_type: DataType,
}

impl Input {
    fn new(data: &Bound<'_, PyAny>, column: &str, html: bool) -> PyResult<Self> {
        if !data.hasattr("__arrow_c_array__")? && !data.hasattr("__arrow_c_stream__")? {
            let name = data.get_type().name()?;
            return Err(PyTypeError::new_err(format!("`{name}` is no Arrow array, batch, table or stream")));
        }
        let reader = data.extract::<AnyArray>()?.into_reader()?;
        let field = reader.field();
        let (column, data_type) = match field.data_type() {
            DataType::Struct(fields) => match fields.find(column) {
                Some((_, field)) => (Some(column.to_owned()), field.data_type().clone()),
                None => return Err(PyKeyError::new_err(format!("there is no column `{column}`"))),
            },
            other => (None, other.clone()),
        };
        if Texts::new(&new_empty_array(&data_type)).is_none() || (is_binary(&data_type) && !html) {
            return Err(wrong_type(&data_type));
        }
        Ok(Self { reader, column, html, data_type })
    }
}

fn is_binary(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

fn wrong_type(data_type: &DataType) -> PyErr {
    PyTypeError::new_err(format!("the column is {data_type}; it must be of strings, or of HTML in binary (html=True)"))
}

/// A column of rows.
fn rows_of(chunk: &ArrayRef, column: &str) -> PyResult<ArrayRef> {
    let rows = chunk.as_struct();
    if rows.null_count() > 0 {
        return Err(wrong("whole rows are null"));
    }
    rows.column_by_name(column).cloned().ok_or_else(|| PyKeyError::new_err(format!("there is no column `{column}`")))
}

/// Clean texts, of the type of the input; those of HTML are large strings.
pub(crate) fn clean(
    py: Python<'_>,
    classifier: &Classifier,
    data: &Bound<'_, PyAny>,
    column: &str,
    html: bool,
    threads: usize,
) -> PyResult<Column> {
    let input = Input::new(data, column, html)?;
    let data_type = if html { DataType::LargeUtf8 } else { input.data_type.clone() };
    let field = Arc::new(Field::new("text", data_type.clone(), true));
    let clean = if html { cleaned_html } else { cleaned_text };
    let work = |worker: &mut Worker<'_>, text: &str| clean(worker, text, None);
    let chunks = map(py, classifier, input, threads, work, |texts| {
        let bytes = texts.iter().flatten().map(String::len).sum();
        Ok(match data_type {
            // A clean text is never longer than it was, so that offsets fit.
            DataType::Utf8 => {
                let mut builder = StringBuilder::with_capacity(texts.len(), bytes);
                builder.extend(texts);
                Arc::new(builder.finish())
            }
            DataType::Utf8View => {
                let mut builder = StringViewBuilder::with_capacity(texts.len());
                builder.extend(texts);
                Arc::new(builder.finish())
            }
            _ => {
                let mut builder = LargeStringBuilder::with_capacity(texts.len(), bytes);
                builder.extend(texts);
                Arc::new(builder.finish())
            }
        })
    })?;
    Ok(Column { chunks, field })
}

/// A block as a row has it.
struct Row {
    start: i64,
    end: i64,
    label: &'static str,
    kind: Option<&'static str>,
    score: f32,
    /// Of HTML: text and path.
    html: Option<(String, Option<String>)>,
}

/// Blocks of every text: lists of `{start, end, label, kind, score}`, of HTML also `text` and `path`.
pub(crate) fn classify(
    py: Python<'_>,
    classifier: &Classifier,
    data: &Bound<'_, PyAny>,
    column: &str,
    html: bool,
    threads: usize,
) -> PyResult<Column> {
    let input = Input::new(data, column, html)?;
    let mut fields = vec![
        Field::new("start", DataType::Int64, false),
        Field::new("end", DataType::Int64, false),
        Field::new("label", DataType::Utf8, false),
        Field::new("kind", DataType::Utf8, true),
        Field::new("score", DataType::Float32, false),
    ];
    if html {
        fields.extend([Field::new("text", DataType::LargeUtf8, false), Field::new("path", DataType::LargeUtf8, true)]);
    }
    let fields = Fields::from(fields);
    let item = Arc::new(Field::new("item", DataType::Struct(fields.clone()), true));
    let field = Arc::new(Field::new("blocks", DataType::List(Arc::clone(&item)), true));
    let work = |worker: &mut Worker<'_>, source: &str| {
        let page = page(source, html, None);
        let verdicts = worker.classify(&page);
        let mut places = CodePoints::new(source);
        let blocks = page.blocks.iter().zip(verdicts).map(|(block, verdict)| Row {
            start: places.before(block.range.start) as i64,
            end: places.before(block.range.end) as i64,
            label: label(verdict.label),
            kind: verdict.kind.map(kind),
            score: verdict.score,
            html: html.then(|| {
                let path = block.markup.map(|markup| page.elements.path(markup.element));
                (block.text.clone().into_owned(), path)
            }),
        });
        blocks.collect::<Vec<Row>>()
    };
    let chunks = map(py, classifier, input, threads, work, |pages| {
        let lengths = || pages.iter().map(|rows| rows.as_ref().map_or(0, Vec::len));
        if i32::try_from(lengths().sum::<usize>()).is_err() {
            return Err(wrong("there are too many blocks in one chunk; use smaller ones"));
        }
        let offsets = OffsetBuffer::from_lengths(lengths());
        let valid = NullBuffer::from_iter(pages.iter().map(Option::is_some));
        let rows: Vec<Row> = pages.into_iter().flatten().flatten().collect();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.start))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.end))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.label))),
            Arc::new(rows.iter().map(|row| row.kind).collect::<StringArray>()),
            Arc::new(Float32Array::from_iter_values(rows.iter().map(|row| row.score))),
        ];
        if html {
            let mut texts = LargeStringBuilder::new();
            let mut paths = LargeStringBuilder::new();
            for (text, path) in rows.iter().filter_map(|row| row.html.as_ref()) {
                texts.append_value(text);
                paths.append_option(path.as_deref());
            }
            columns.push(Arc::new(texts.finish()));
            columns.push(Arc::new(paths.finish()));
        }
        let build = || {
            let rows = StructArray::try_new(fields.clone(), columns, None)?;
            ListArray::try_new(Arc::clone(&item), offsets, Arc::new(rows), Some(valid))
        };
        let list = build().map_err(|error| wrong(error.to_string()))?;
        Ok(Arc::new(list) as ArrayRef)
    })?;
    Ok(Column { chunks, field })
}
