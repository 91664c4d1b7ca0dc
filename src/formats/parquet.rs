//! Parquet: rows are records, one column holds the text. Everything else goes from input to output as it is.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BooleanArray, LargeStringArray, RecordBatch, RecordBatchOptions, StringArray, StringViewArray,
};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression as Codec, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{WriterProperties, WriterVersion};
use serde_json::value::{RawValue, to_raw_value};

use super::framing::BATCH;
use super::record::{Batch, Data, Origin, Record, Visit};
use super::writer::{Chunk, Writer};
use super::{Format, ReadOptions};
use crate::error::{Error, Result};

/// Rows in a batch at most.
const MOST_ROWS: usize = 8192;

/// Where the file is: Parquet needs to jump in it.
pub(super) enum Source {
    File(File),
    Memory(bytes::Bytes),
}

/// A table's columns, and how its file stores them.
#[derive(Clone, Debug)]
#[allow(unreachable_pub, reason = "a hidden method of a public trait names it")]
pub struct Table {
    pub(crate) schema: SchemaRef,
    pub(crate) properties: WriterProperties,
}

/// Reads row group after row group.
pub(super) struct Reader {
    source: Source,
    name: Arc<str>,
    metadata: ArrowReaderMetadata,
    /// The row group being read, its rows, and those still to come.
    group: usize,
    rows: Option<ParquetRecordBatchReader>,
    left: usize,
    columns: Columns,
    number: u64,
}

#[derive(Clone, Copy, Debug)]
struct Columns {
    text: usize,
    id: Option<usize>,
    url: Option<usize>,
}

impl Reader {
    /// # Errors
    /// If it is not Parquet, or has no such column of text.
    pub(super) fn new(source: Source, name: &str, options: &ReadOptions) -> Result<Self> {
        let metadata = guarded(|| match &source {
            Source::File(file) => ArrowReaderMetadata::load(file, ArrowReaderOptions::new()),
            Source::Memory(bytes) => ArrowReaderMetadata::load(bytes, ArrowReaderOptions::new()),
        });
        let metadata = metadata.map_err(|error| Error::record(format!("not a readable Parquet file: {error}")))?;
        let schema = metadata.schema();
        let position = |name: &str| schema.fields().iter().position(|field| field.name() == name);
        let Some(text) = position(&options.text_field) else {
            let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            return Err(Error::record(format!(
                "there is no column `{}`; there are {}",
                options.text_field,
                names.join(", ")
            )));
        };
        if !is_text(schema.field(text).data_type()) {
            let kind = schema.field(text).data_type();
            return Err(Error::record(format!("the column `{}` holds {kind}, not text", options.text_field)));
        }
        let columns = Columns { text, id: position("id"), url: position("url") };
        Ok(Self { source, name: name.into(), metadata, group: 0, rows: None, left: 0, columns, number: 1 })
    }

    fn open_group(&mut self) -> Result<bool> {
        let Some(group) = self.metadata.metadata().row_groups().get(self.group) else {
            return Ok(false);
        };
        self.left = usize::try_from(group.num_rows()).unwrap_or(0);
        // The size of a row is known only on average.
        let row = usize::try_from(group.total_byte_size()).unwrap_or(0) / self.left.max(1);
        let rows = (BATCH / row.max(1)).clamp(1, MOST_ROWS);
        let metadata = self.metadata.clone();
        let groups = vec![self.group];
        let opened = guarded(|| match &self.source {
            Source::File(file) => ParquetRecordBatchReaderBuilder::new_with_metadata(file.try_clone()?, metadata)
                .with_row_groups(groups)
                .with_batch_size(rows)
                .build(),
            Source::Memory(bytes) => ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), metadata)
                .with_row_groups(groups)
                .with_batch_size(rows)
                .build(),
        });
        self.rows = Some(opened.map_err(|error| self.broken(&error))?);
        Ok(true)
    }

    /// The error, after which nothing more is read: a reader that failed may be in any state.
    fn broken(&mut self, error: &dyn std::error::Error) -> Error {
        let group = std::mem::replace(&mut self.group, usize::MAX);
        self.rows = None;
        Error::record(format!("row group {group} cannot be read: {error}")).at_record(self.number)
    }
}

impl super::Reader for Reader {
    fn format(&self) -> Format {
        Format::Parquet
    }

    fn next_batch(&mut self) -> Result<Option<Batch>> {
        loop {
            if self.rows.is_none() && !self.open_group()? {
                return Ok(None);
            }
            let rows = self.rows.as_mut();
            match guarded(|| rows.and_then(Iterator::next).transpose().map_err(ParquetError::from)) {
                Ok(Some(batch)) => {
                    let first = self.number;
                    self.number += batch.num_rows() as u64;
                    self.left = self.left.saturating_sub(batch.num_rows());
                    let rows = Rows::new(batch, self.columns, first, self.left == 0);
                    let name = Arc::clone(&self.name);
                    return Ok(Some(Batch { format: Format::Parquet, name, data: Data::Rows(rows), others: 0 }));
                }
                Err(error) => return Err(self.broken(&error)),
                Ok(None) => {
                    self.rows = None;
                    self.group += 1;
                }
            }
        }
    }

    fn table(&self) -> Option<Arc<Table>> {
        let properties = like(self.metadata.metadata());
        Some(Arc::new(Table { schema: Arc::clone(self.metadata.schema()), properties }))
    }
}

/// Calls into the parquet crate, which answers some damaged files with a panic: to us that is an error like the others.
fn guarded<T>(call: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let why = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(ParquetError::General(why.unwrap_or("the reader panicked").to_owned()))
    })
}

/// How to write a file stored like this one. Row groups are ended by hand.
fn like(metadata: &ParquetMetaData) -> WriterProperties {
    let version =
        if metadata.file_metadata().version() >= 2 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
    // The schema that is stored under this key is written anew.
    let keys = metadata
        .file_metadata()
        .key_value_metadata()
        .map(|pairs| pairs.iter().filter(|pair| pair.key != parquet::arrow::ARROW_SCHEMA_META_KEY).cloned().collect());
    let mut properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_key_value_metadata(keys)
        .set_max_row_group_row_count(None);
    for column in metadata.row_groups().first().map_or(&[][..], |group| group.columns()) {
        let path = column.column_path().clone();
        let codec = match column.compression() {
            // Neither can be written; both are old.
            Codec::LZO | Codec::LZ4 => Codec::LZ4_RAW,
            codec => codec,
        };
        let dictionary = column.dictionary_page_offset().is_some();
        properties =
            properties.set_column_compression(path.clone(), codec).set_column_dictionary_enabled(path, dictionary);
    }
    properties.build()
}

/// Some rows of a table.
#[derive(Debug)]
pub(crate) struct Rows {
    batch: RecordBatch,
    text: usize,
    /// Ids, if they are texts or whole numbers, and whether they are numbers.
    ids: Option<(ArrayRef, bool)>,
    /// Addresses, if they are texts.
    urls: Option<ArrayRef>,
    first: u64,
    group_ends: bool,
}

impl Rows {
    fn new(batch: RecordBatch, columns: Columns, first: u64, group_ends: bool) -> Self {
        let texts = |at: Option<usize>| arrow_cast::cast(batch.column(at?), &DataType::Utf8).ok();
        let kind = |at: usize| match batch.column(at).data_type() {
            DataType::Dictionary(_, values) => values.as_ref().clone(),
            kind => kind.clone(),
        };
        let id = columns.id.filter(|&at| is_text(&kind(at)) || kind(at).is_integer());
        let ids = texts(id).zip(id.map(|at| kind(at).is_integer()));
        let urls = texts(columns.url.filter(|&at| is_text(&kind(at))));
        Self { batch, text: columns.text, ids, urls, first, group_ends }
    }

    pub(super) fn size(&self) -> usize {
        self.batch.get_array_memory_size()
    }

    /// Visits the rows; a null text is an empty page.
    pub(super) fn records(&self, visit: &mut Visit<'_>) -> Result<()> {
        for row in 0..self.batch.num_rows() {
            let number = self.first + row as u64;
            let text = text_at(self.batch.column(self.text), row);
            let id = self.ids.as_ref().and_then(|(ids, number)| Some((text_at(ids, row)?, *number)));
            let id = match id {
                Some((id, true)) => RawValue::from_string(id.to_owned()),
                Some((id, false)) => to_raw_value(id),
                None => to_raw_value(&number),
            };
            visit(Ok(&Record {
                number,
                id: Cow::Owned(id.map_err(io::Error::from)?),
                url: self.urls.as_ref().and_then(|urls| text_at(urls, row)).map(Cow::Borrowed),
                text: Cow::Borrowed(text.unwrap_or_default().as_bytes()),
                html: false,
                replaced: 0,
                origin: Origin::Row { null: text.is_none() },
            }))?;
        }
        Ok(())
    }

    /// The rows that were kept, with other texts.
    pub(crate) fn with_texts(&self, texts: &Texts) -> Result<RecordBatch> {
        let at = self.text;
        let mut columns = self.batch.columns().to_vec();
        columns[at] = texts.column(self.batch.column(at).data_type());
        let options = RecordBatchOptions::new().with_row_count(Some(self.batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(self.batch.schema(), columns, &options).map_err(arrow)?;
        if texts.kept.iter().all(|kept| *kept) {
            return Ok(batch);
        }
        arrow_select::filter::filter_record_batch(&batch, &BooleanArray::from(texts.kept.clone())).map_err(arrow)
    }

    /// The rows with the columns of JSON lines, one a row, behind their own.
    pub(crate) fn with_columns(&self, table: &Table, lines: &[u8]) -> Result<RecordBatch> {
        let own = self.batch.num_columns();
        let added = Schema::new(table.schema.fields()[own..].to_vec());
        let added = rows_of_json(&Arc::new(added), lines, self.batch.num_rows())?;
        let columns = [self.batch.columns(), added.columns()].concat();
        RecordBatch::try_new(Arc::clone(&table.schema), columns).map_err(arrow)
    }

    pub(crate) fn chunk(&self, rows: RecordBatch) -> Chunk {
        Chunk::Rows { rows, group_ends: self.group_ends }
    }
}

/// The new texts of some rows.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: String,
    /// Where each text ends; none for null.
    ends: Vec<Option<usize>>,
    kept: Vec<bool>,
}

impl Texts {
    /// The next row's text; null stays null.
    pub(crate) fn push(&mut self, text: Option<&super::Pieces<'_>>, kept: bool) {
        use std::fmt::Write;
        let end = text.map(|pieces| {
            // Writing to a string does not fail.
            let _ = write!(self.bytes, "{pieces}");
            self.bytes.len()
        });
        self.ends.push(end);
        self.kept.push(kept);
    }

    fn column(&self, kind: &DataType) -> ArrayRef {
        let mut start = 0;
        let texts = self.ends.iter().map(|end| {
            let end = (*end)?;
            let text = &self.bytes[start..end];
            start = end;
            Some(text)
        });
        match kind {
            DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter(texts)),
            DataType::Utf8View => Arc::new(StringViewArray::from_iter(texts)),
            _ => Arc::new(StringArray::from_iter(texts)),
        }
    }
}

/// Rows as JSON lines; nulls are written.
pub(crate) fn json_of_rows(rows: &RecordBatch) -> Result<Vec<u8>> {
    let mut writer = arrow_json::WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, arrow_json::writer::LineDelimited>(Vec::new());
    writer.write(rows).map_err(arrow)?;
    writer.finish().map_err(arrow)?;
    Ok(writer.into_inner())
}

/// JSON lines as rows of a table.
pub(crate) fn rows_of_json(schema: &SchemaRef, lines: &[u8], rows: usize) -> Result<RecordBatch> {
    let mut decoder = arrow_json::ReaderBuilder::new(Arc::clone(schema))
        .with_batch_size(rows.max(1))
        .with_coerce_primitive(true)
        .build_decoder()
        .map_err(arrow)?;
    decoder.decode(lines).map_err(arrow)?;
    let batch = decoder.flush().map_err(arrow)?;
    Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(Arc::clone(schema))))
}

impl Table {
    /// A table of our own, with these columns.
    pub(crate) fn of(fields: Vec<Field>) -> Self {
        let codec = Codec::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(codec).build();
        Self { schema: Arc::new(Schema::new(fields)), properties }
    }

    /// This table with more columns.
    pub(crate) fn with(&self, added: Vec<Field>) -> Result<Self> {
        let mut fields = self.schema.fields().to_vec();
        for field in added {
            if fields.iter().any(|own| own.name() == field.name()) {
                return Err(Error::option(format!("there is a column `{}` already", field.name())));
            }
            fields.push(Arc::new(field));
        }
        let schema = Schema::new_with_metadata(Fields::from(fields), self.schema.metadata().clone());
        Ok(Self { schema: Arc::new(schema), properties: self.properties.clone() })
    }
}

/// A writer of one Parquet file.
pub(crate) fn writer<W: Write + Send + 'static>(out: W, table: &Table) -> Result<Box<dyn Writer<W>>> {
    let writer = ArrowWriter::try_new(out, Arc::clone(&table.schema), Some(table.properties.clone()));
    Ok(Box::new(TableWriter(writer.map_err(parquet)?)))
}

struct TableWriter<W: Write>(ArrowWriter<W>);

impl<W: Write + Send> Writer<W> for TableWriter<W> {
    fn write(&mut self, chunk: Chunk) -> Result<()> {
        let Chunk::Rows { rows, group_ends } = chunk else {
            return Err(Error::option("a table takes rows"));
        };
        self.0.write(&rows).map_err(parquet)?;
        if group_ends {
            self.0.flush().map_err(parquet)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<W> {
        self.0.into_inner().map_err(parquet)
    }
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn text_at(column: &dyn Array, row: usize) -> Option<&str> {
    if column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row),
        DataType::Utf8View => column.as_string_view().value(row),
        _ => return None,
    })
}

fn arrow(error: arrow_schema::ArrowError) -> Error {
    io::Error::other(error).into()
}

/// Trouble with the file itself stays what it is.
fn parquet(error: ParquetError) -> Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => (*error).into(),
            Err(error) => io::Error::other(error).into(),
        },
        error => io::Error::other(error).into(),
    }
}
