//! What was made of batches, put together to one file.

use std::io::Write;

use super::Compression;
use crate::error::Result;

/// What became of one batch.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// Bytes as they go to the file, compressed if it is a gzip file.
    Bytes(Vec<u8>),
    /// Rows of a table.
    #[cfg(feature = "parquet")]
    Rows {
        rows: arrow_array::RecordBatch,
        /// The input's row group ends with these rows.
        group_ends: bool,
    },
}

/// Writes chunks, in order, to `W`.
pub(crate) trait Writer<W> {
    /// Writes one chunk.
    fn write(&mut self, chunk: Chunk) -> Result<()>;

    /// Writes what is still missing and gives the destination back.
    fn finish(self: Box<Self>) -> Result<W>;
}

/// A writer of bytes.
pub(crate) fn bytes<'w, W: Write + 'w>(out: W, compression: Compression) -> Result<Box<dyn Writer<W> + 'w>> {
    Ok(match compression {
        Compression::None => Box::new(Plain(out)),
        Compression::Gzip => Box::new(Members { out, any: false }),
        // One frame: many readers of zstd stop at the end of the first.
        Compression::Zstd => Box::new(Frame(zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?)),
    })
}

/// Bytes as they are.
struct Plain<W>(W);

impl<W: Write> Writer<W> for Plain<W> {
    fn write(&mut self, chunk: Chunk) -> Result<()> {
        Ok(self.0.write_all(&bytes_of(chunk))?)
    }

    fn finish(mut self: Box<Self>) -> Result<W> {
        self.0.flush()?;
        Ok(self.0)
    }
}

/// Members of a gzip file, which were compressed where they were made.
struct Members<W> {
    out: W,
    any: bool,
}

impl<W: Write> Writer<W> for Members<W> {
    fn write(&mut self, chunk: Chunk) -> Result<()> {
        let bytes = bytes_of(chunk);
        self.any |= !bytes.is_empty();
        Ok(self.out.write_all(&bytes)?)
    }

    fn finish(mut self: Box<Self>) -> Result<W> {
        if !self.any {
            // Nothing at all is no gzip file.
            self.out.write_all(&super::gzip(b"")?)?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

/// One frame of a zstd file.
struct Frame<'e, W: Write>(zstd::Encoder<'e, W>);

impl<W: Write> Writer<W> for Frame<'_, W> {
    fn write(&mut self, chunk: Chunk) -> Result<()> {
        Ok(self.0.write_all(&bytes_of(chunk))?)
    }

    fn finish(self: Box<Self>) -> Result<W> {
        let mut out = self.0.finish()?;
        out.flush()?;
        Ok(out)
    }
}

fn bytes_of(chunk: Chunk) -> Vec<u8> {
    match chunk {
        Chunk::Bytes(bytes) => bytes,
        #[cfg(feature = "parquet")]
        // Rows go to Parquet writers only: both follow from the shape of the output.
        Chunk::Rows { .. } => Vec::new(),
    }
}
