//! What HTML is encoded in, told as to browsers.

use std::borrow::Cow;

use super::Encoding;

/// Bytes that are looked through for a `<meta charset>`; the standard asks for 1,024, pages take more.
const PRESCANNED: usize = 4096;

/// HTML as UTF-8. An encoding that was asked for by name counts; else UTF-8 where the bytes can be nothing else, a byte
/// order mark, the encoding that the transport told, a `<meta>` element, and at last what the bytes look like.
pub(super) fn decode(bytes: &[u8], transport: Option<Encoding>, asked: Encoding) -> (Cow<'_, [u8]>, u64) {
    if let Encoding::Named(_) = asked {
        return asked.decode(bytes);
    }
    // Saved pages are often converted without their declarations. Text in another encoding is never valid UTF-8 by
    // chance if it has longer sequences.
    if bytes.iter().any(|byte| *byte >= 0xE0) && simdutf8::basic::from_utf8(bytes).is_ok() {
        return (Cow::Borrowed(bytes), 0);
    }
    let bom = encoding_rs::Encoding::for_bom(bytes).is_some();
    let told = if bom { None } else { transport.or_else(|| declared(&bytes[..bytes.len().min(PRESCANNED)])) };
    match told {
        // A page that says UTF-8 and is not would be all damage: rather a guess.
        Some(Encoding::Utf8 | Encoding::Auto) | None => Encoding::Auto.decode(bytes),
        Some(told) => told.decode(bytes),
    }
}

/// HTML as UTF-8, as browsers decode a page that comes without a word on its encoding: the encoding of the byte order
/// mark, of a `<meta>` element, or what the bytes look like. Damage becomes U+FFFD.
pub fn decode_html(bytes: &[u8]) -> Cow<'_, str> {
    match decode(bytes, None, Encoding::Auto).0 {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// The encoding that a `<meta>` element names.
fn declared(start: &[u8]) -> Option<Encoding> {
    let lower = start.to_ascii_lowercase();
    let label = memchr::memmem::find_iter(&lower, b"<meta").find_map(|at| {
        let tag = &lower[at..];
        let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
        let value = &tag[memchr::memmem::find(tag, b"charset")? + b"charset".len()..];
        let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
        let end = value.iter().position(|byte| matches!(byte, b'"' | b'\'' | b';' | b'/' | b' ' | b'\t' | b'\n'));
        std::str::from_utf8(&value[..end.unwrap_or(value.len())]).ok().map(str::to_owned)
    })?;
    match label.parse() {
        // What is declared in ASCII is not UTF-16.
        Ok(Encoding::Named(encoding)) if !encoding.is_ascii_compatible() => Some(Encoding::Utf8),
        encoding => encoding.ok(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn the_encoding_is_told_as_to_browsers() {
        let text = "<meta charset=gb2312><p>昨天下午，镇上的老木匠把长椅搬回了河边。";
        let (gbk, _, _) = encoding_rs::GBK.encode(text);
        assert_eq!(decode(&gbk, None, Encoding::Utf8), (text.as_bytes().into(), 0));
        let old = "<META http-equiv='Content-Type' content='text/html; charset=Big5' /><p>昨天下午，鎮上的老木匠";
        let (big5, _, _) = encoding_rs::BIG5.encode(old);
        assert_eq!(decode(&big5, None, Encoding::Utf8), (old.as_bytes().into(), 0));
        // The transport has the word before the page.
        let transport = Some(Encoding::Named(encoding_rs::GB18030));
        assert_eq!(decode(&gbk, transport, Encoding::Utf8).0, text.as_bytes());
        // UTF-8 that says otherwise is still UTF-8.
        assert_eq!(decode(text.as_bytes(), transport, Encoding::Utf8).0, text.as_bytes());
        // What is declared wrongly is not believed.
        let wrong = "<meta charset=utf-8>".as_bytes().iter().chain(gbk.iter()).copied().collect::<Vec<u8>>();
        assert!(String::from_utf8_lossy(&decode(&wrong, None, Encoding::Utf8).0).contains("老木匠"));
    }
}
