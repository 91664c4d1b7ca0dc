//! gzip and zstd, in and out.

use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, of any number of members.
    Gzip,
    /// zstd, of any number of frames.
    Zstd,
}

impl Compression {
    /// By the ending of a file's name; with the name without that ending.
    pub fn of_path(path: &Path) -> (Self, &Path) {
        let compression = match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz" | "gzip") => Self::Gzip,
            Some("zst" | "zstd") => Self::Zstd,
            _ => return (Self::None, path),
        };
        (compression, path.file_stem().map_or(path, Path::new))
    }

    /// By the first bytes of a file.
    pub(super) fn of_start(start: &[u8]) -> Self {
        match start {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// A reader of what is compressed in another.
    pub(super) fn decode(self, input: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::None => input,
            Self::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, input))),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::new(input)?),
        })
    }
}

/// One gzip member. Members may stand one after the other, so that threads can compress parts of one file.
pub(crate) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}
