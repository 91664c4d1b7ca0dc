//! Character encodings other than UTF-8 (the WHATWG Encoding Standard's, by encoding_rs; guesses by chardetng).

use std::borrow::Cow;
use std::str::FromStr;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use crate::error::{Error, Result};

/// Bytes looked at to guess an encoding.
const GUESSED: usize = 1 << 16;

/// How bytes become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, as it stands: damage is left for the format to judge.
    #[default]
    Utf8,
    /// By byte order mark; else UTF-8 if it is valid; else guessed, each record by itself.
    Auto,
    /// By name.
    Named(&'static encoding_rs::Encoding),
}

impl FromStr for Encoding {
    type Err = Error;

    /// `auto`, or a label of the Encoding Standard. GBK and GB2312 mean GB18030, which holds both.
    fn from_str(label: &str) -> Result<Self> {
        if label.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        match encoding_rs::Encoding::for_label(label.as_bytes()) {
            Some(encoding) if encoding == encoding_rs::UTF_8 => Ok(Self::Utf8),
            Some(encoding) if encoding == encoding_rs::GBK => Ok(Self::Named(encoding_rs::GB18030)),
            Some(encoding) if encoding != encoding_rs::REPLACEMENT => Ok(Self::Named(encoding)),
            _ => Err(Error::option(format!(
                "there is no encoding `{label}`; try auto, gb18030, big5, shift_jis, euc-kr"
            ))),
        }
    }
}

impl Encoding {
    /// The bytes as UTF-8, and how many characters could not be decoded (each became U+FFFD).
    pub fn decode(self, bytes: &[u8]) -> (Cow<'_, [u8]>, u64) {
        let encoding = match self {
            Self::Utf8 => return (Cow::Borrowed(bytes), 0),
            Self::Named(encoding) => encoding,
            Self::Auto if encoding_rs::Encoding::for_bom(bytes).is_some() => encoding_rs::UTF_8,
            Self::Auto if simdutf8::basic::from_utf8(bytes).is_ok() => return (Cow::Borrowed(bytes), 0),
            Self::Auto => guess(bytes),
        };
        // Takes a byte order mark for what it says, whatever the encoding.
        let (text, _, damaged) = encoding.decode(bytes);
        let replaced = if damaged { text.matches('\u{FFFD}').count() as u64 } else { 0 };
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        (text, replaced)
    }

    /// Whether line feeds and JSON's marks are single bytes in it.
    pub(crate) fn keeps_lines(self) -> bool {
        !matches!(self, Self::Named(encoding) if !encoding.is_ascii_compatible())
    }
}

/// The encoding that is likeliest, from what follows the first byte that is not ASCII.
fn guess(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let seen = &bytes[first..bytes.len().min(first + GUESSED)];
    detector.feed(seen, first + seen.len() == bytes.len());
    detector.guess(None, Utf8Detection::Allow)
}
