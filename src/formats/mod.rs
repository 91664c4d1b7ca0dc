//! Records in and out: one file per format.
//!
//! A *record* is what becomes one page: a whole file of plain text or HTML, one line of JSON Lines, one record of a WARC
//! file, one row of a Parquet file. Reading goes in two steps, so that threads can share the work: a [`Reader`] cuts its
//! input into [`Batch`]es of whole records, which is cheap; [`Batch::records`] then parses them, which may happen on
//! another thread.
//!
//! ```
//! use tamis::formats::{Format, ReadOptions, open_bytes};
//!
//! # fn main() -> tamis::Result<()> {
//! let classifier = tamis::Classifier::embedded()?;
//! let options = ReadOptions::default();
//! let mut reader = open_bytes(b"{\"id\":1,\"text\":\"a page\"}\n", Some(Format::Jsonl), &options)?;
//! while let Some(batch) = reader.next_batch()? {
//!     batch.records(&options, &mut |record| {
//!         let record = record?;
//!         let page = record.page();
//!         println!("{} blocks", classifier.classify(&page).len());
//!         Ok(())
//!     })?;
//! }
//! # Ok(())
//! # }
//! ```

#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports, reason = "only the command line writes files"))]

#[cfg(feature = "formats")]
mod compression;
#[cfg(feature = "formats")]
mod encoding;
#[cfg(feature = "formats")]
mod framing;
#[cfg(all(feature = "formats", feature = "html"))]
mod html;
#[cfg(all(feature = "formats", feature = "html"))]
mod http;
#[cfg(feature = "formats")]
mod jsonl;
#[cfg(feature = "formats")]
mod open;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
#[cfg(feature = "formats")]
mod record;
#[cfg(feature = "formats")]
mod text;
mod verdicts;
#[cfg(feature = "formats")]
mod warc;
#[cfg(feature = "formats")]
pub(crate) mod writer;

#[cfg(feature = "formats")]
pub use compression::Compression;
#[cfg(feature = "formats")]
pub use encoding::Encoding;
#[cfg(all(feature = "formats", feature = "html"))]
pub use html::decode_html;
#[cfg(feature = "formats")]
pub use open::{Format, ReadOptions, open, open_bytes};
#[cfg(feature = "parquet")]
pub(crate) use record::Data;
#[cfg(feature = "formats")]
pub use record::{BadRecord, Batch, Reader, Record, Visit};
#[cfg(feature = "formats")]
pub(crate) use record::{Origin, Pieces};
pub use verdicts::{Attributes, BlockRecord, PageRecord, write_json};
#[cfg(feature = "formats")]
pub(crate) use {compression::gzip, open::open_stream};
