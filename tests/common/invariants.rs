//! What holds for every input, however hostile: one function for each sort of input, which panics where it does not
//! hold. `tests/hostile.rs` and the fuzz targets in `fuzz/` call the same functions.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    missing_docs,
    reason = "each test takes what it needs and may panic"
)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::memmem;
use safetensors::SafeTensors;
use tamis::formats::{Encoding, Format, ReadOptions, Reader, open_bytes};
use tamis::{Classifier, ErrorKind, Explanation, Label, Model, Page, Rules, Verdict, Worker, kept_ranges, segment};

static CLASSIFIER: LazyLock<Classifier> = LazyLock::new(|| Classifier::embedded().unwrap());

/// Bytes that readers read at a time, which is where a stream's records can be torn apart.
const BATCH: usize = 1 << 19;
/// Headers of WARC records are not longer.
const MOST_HEADERS: usize = 1 << 16;
/// A few bytes of Parquet can stand for billions of rows.
const MOST_ROWS: u64 = 20_000;

/// Plain text, by itself and decoded.
pub fn text(input: &[u8]) {
    cleaned(input);
    for encoding in [Encoding::Auto, "gb18030".parse().unwrap(), "utf-16le".parse().unwrap()] {
        let (decoded, replaced) = encoding.decode(input);
        let decoded = std::str::from_utf8(&decoded).unwrap();
        assert!(replaced as usize <= decoded.matches('\u{FFFD}').count());
        if encoding == Encoding::Auto {
            cleaned(decoded.as_bytes());
        }
    }
}

/// HTML, in whatever encoding it seems to be.
pub fn html(input: &[u8]) {
    let options = ReadOptions { max_record_bytes: 1 << 20, ..ReadOptions::default() };
    let mut reader = open_bytes(input, Some(Format::Html), &options).unwrap();
    while let Some(batch) = reader.next_batch().unwrap() {
        batch
            .records(&options, &mut |record| {
                let record = record?;
                let source = std::str::from_utf8(&record.text).unwrap();
                let page = record.page();
                let mut end = 0;
                for block in &page.blocks {
                    let range = block.range.clone();
                    assert!(
                        end <= range.start && range.start < range.end,
                        "blocks are in order: {range:?} after {end}"
                    );
                    assert!(source.get(range.clone()).is_some(), "{range:?} cuts characters of the source");
                    assert!(!block.text.trim().is_empty());
                    let markup = block.markup.unwrap();
                    assert!(markup.links <= markup.link_chars && markup.link_chars as usize <= block.text.len());
                    assert!(page.elements.path(markup.element).len() < 12 * 300);
                    end = range.end;
                }
                judged(&mut CLASSIFIER.worker(), &page);
                Ok(())
            })
            .unwrap();
    }
}

/// Segments, classifies and cleans a text.
fn cleaned(input: &[u8]) {
    let (page, damage) = segment::bytes(input);
    assert_eq!(damage.is_some(), std::str::from_utf8(input).is_err());
    let mut end = 0;
    for block in &page.blocks {
        let range = block.range.clone();
        assert!(end <= range.start && range.start < range.end, "blocks are in order");
        assert_eq!(block.text, String::from_utf8_lossy(&input[range.clone()]));
        assert_eq!(String::from_utf8_lossy(&input[end..range.start]).trim(), "", "between blocks is white space");
        end = range.end;
    }
    let mut worker = CLASSIFIER.worker();
    judged(&mut worker, &page);
    (0..page.blocks.len().min(3)).for_each(|i| drop(explained(&mut worker, &page, i)));
    let verdicts = worker.verdicts();
    let kept = kept_ranges(input, &page, verdicts);
    assert!(kept.windows(2).all(|pair| pair[0].end < pair[1].start), "kept ranges are in order: {kept:?}");
    assert!(kept.iter().all(|range| range.start < range.end && range.end <= input.len()), "{kept:?}");
    for (block, verdict) in page.blocks.iter().zip(verdicts) {
        let inside = kept.iter().any(|range| range.start <= block.range.start && block.range.end <= range.end);
        let outside = kept.iter().all(|range| range.end <= block.range.start || block.range.end <= range.start);
        let some = kept.iter().any(|range| range.start < block.range.end && block.range.start < range.end);
        assert!(match verdict.label {
            _ if !verdict.parts.is_empty() => some && !inside,
            Label::Content => inside,
            Label::Junk => outside,
        });
    }
    // Ranges in order make a subsequence of the input.
    let output: Vec<u8> = kept.into_iter().flat_map(|range| &input[range]).copied().collect();
    assert_eq!(CLASSIFIER.clean(input), output);
}

/// Classifies a page; the verdicts make sense.
fn judged(worker: &mut Worker<'_>, page: &Page<'_>) {
    let verdicts = worker.classify(page);
    assert_eq!(verdicts.len(), page.blocks.len());
    for verdict in verdicts {
        assert!((0.0..=1.0).contains(&verdict.score), "{verdict:?}");
        assert_eq!(verdict.kind.is_some(), verdict.label == Label::Junk);
    }
    parted(page, verdicts);
    // Parts change nothing else.
    let plain = CLASSIFIER.clone().with_parts(false);
    if verdicts.iter().any(|verdict| !verdict.parts.is_empty()) && CLASSIFIER.classify(page) == verdicts {
        let whole = |verdict: &Verdict| Verdict { parts: Vec::new(), ..verdict.clone() };
        assert_eq!(plain.classify(page), verdicts.iter().map(whole).collect::<Vec<_>>());
    }
}

/// Parts make up their block, in order, are cut between characters, and are not all of one sort.
fn parted(page: &Page<'_>, verdicts: &[Verdict]) {
    for (block, verdict) in page.blocks.iter().zip(verdicts).filter(|(_, verdict)| !verdict.parts.is_empty()) {
        let mut at = block.range.start;
        for part in &verdict.parts {
            assert!(part.range.start == at && part.range.start < part.range.end, "{:?}", verdict.parts);
            assert!(!block.part(&part.range).is_empty(), "{:?} cuts characters", part.range);
            assert!(
                (0.0..=1.0).contains(&part.score) && part.kind.is_some() == (part.label == Label::Junk),
                "{part:?}"
            );
            at = part.range.end;
        }
        assert_eq!(at, block.range.end);
        assert!(verdict.parts.iter().any(|part| part.label != verdict.parts[0].label));
    }
}

/// The explanation of a block that was classified fits its text and its verdict.
fn explained(worker: &mut Worker<'_>, page: &Page<'_>, i: usize) -> Explanation {
    let explanation = worker.explain_classified(page, i, None);
    let text = &page.blocks[i].text;
    for reason in &explanation.reasons {
        assert!(text.get(reason.range.clone().unwrap_or_default()).is_some(), "{reason:?} of {text:?}");
    }
    let score = worker.verdicts()[i].score;
    assert!((explanation.score() - score).abs() < 0.01, "{explanation:?} of {score}");
    explanation
}

/// A stream of records and the most bytes that one may have, out of the bytes of one input.
///
/// The first byte chooses the limit. In the rest, `FF x k` stands for as many `x` as it takes to get to eight bytes
/// before the next place where readers cut, and `k` (below 16) more: short inputs make long streams.
fn stream(input: &[u8]) -> (usize, Vec<u8>) {
    let (first, mut rest) = input.split_first().unwrap_or((&0, &[]));
    let limit = match *first {
        0 => usize::MAX,
        few @ 1..128 => usize::from(few) * 16,
        many => MOST_HEADERS + usize::from(many - 128) * 4096,
    };
    let mut stream = Vec::new();
    while let Some(at) = memchr::memchr(0xFF, rest) {
        stream.extend_from_slice(&rest[..at]);
        match rest[at + 1..] {
            [filler, more, ..] if stream.len() < 2 * BATCH - 16 => {
                let end = (stream.len() / BATCH + 1) * BATCH - 8 + usize::from(more % 16);
                // So many line ends would take too long.
                let filler = if filler == b'\n' { b'\r' } else { filler };
                stream.resize(end.max(stream.len()), filler);
                rest = &rest[at + 3..];
            }
            _ => {
                stream.push(0xFF);
                rest = &rest[at + 1..];
            }
        }
    }
    stream.extend_from_slice(rest);
    (limit, stream)
}

/// A record as it was read.
#[derive(Debug)]
struct Read {
    number: u64,
    text: String,
    /// Whether the text stands in the input just so.
    plain: bool,
    /// The bytes in the input, for a bad record.
    bad: Option<Vec<u8>>,
    /// Where a bad record is broken.
    byte: u64,
    rest: bool,
}

/// All records of a reader; fewer, if there is no end to them. What a reader says in the end is also said.
fn read(mut reader: Box<dyn Reader>, options: &ReadOptions) -> (Vec<Read>, tamis::Result<()>) {
    let mut records = Vec::new();
    loop {
        let batch = match reader.next_batch() {
            Ok(Some(batch)) => batch,
            Ok(None) => return (records, Ok(())),
            Err(error) => return (records, Err(error)),
        };
        batch
            .records(options, &mut |record| {
                records.push(match record {
                    Ok(record) => Read {
                        number: record.number,
                        text: std::str::from_utf8(&record.text).expect("a record's text is UTF-8").to_owned(),
                        plain: matches!(record.text, Cow::Borrowed(_)),
                        bad: None,
                        byte: 0,
                        rest: false,
                    },
                    Err(bad) => Read {
                        number: bad.number,
                        text: String::new(),
                        plain: false,
                        bad: Some(bad.bytes.to_vec()),
                        byte: bad.byte,
                        rest: bad.rest,
                    },
                });
                Ok(())
            })
            .unwrap();
        if records.len() as u64 > MOST_ROWS {
            return (records, Ok(()));
        }
    }
}

/// Reads a stream that is not compressed, and checks what holds for every format: records are counted from 1, and stand
/// in the stream one after the other.
fn framed(stream: &[u8], format: Format, limit: usize) -> Option<Vec<Read>> {
    if stream.starts_with(&[0x1F, 0x8B]) || stream.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        return None;
    }
    let options = ReadOptions { max_record_bytes: limit, ..ReadOptions::default() };
    let (records, end) = read(open_bytes(stream, Some(format), &options).unwrap(), &options);
    end.unwrap();
    let mut number = 0;
    let mut left = stream;
    for record in &records {
        number += u64::from(!record.rest);
        assert_eq!(record.number, number);
        let bytes = match &record.bad {
            Some(bytes) => {
                assert!(record.byte <= stream.len() as u64);
                assert!(!bytes.is_empty());
                bytes.as_slice()
            }
            // Of a text that was decoded it cannot be told where it was.
            None if !record.plain || format == Format::Jsonl => continue,
            None => record.text.as_bytes(),
        };
        let at = find(left, bytes, stream.len() - record.byte as usize);
        left = &left[at + bytes.len()..];
    }
    Some(records)
}

/// Where some bytes stand in others, which they must; most likely so many bytes from the end.
fn find(within: &[u8], bytes: &[u8], from_end: usize) -> usize {
    let likely = within.len().checked_sub(from_end);
    likely
        .filter(|at| within[*at..].starts_with(bytes))
        // Quickly, but not in every case.
        .or_else(|| {
            let start = &bytes[..bytes.len().min(64)];
            memmem::find_iter(within, start).take(10).find(|at| within[*at..].starts_with(bytes))
        })
        .or_else(|| memmem::find(within, bytes))
        .expect("what is read stands in the stream, in order")
}

/// The lines of a stream, with their ends.
fn lines(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', stream).map(|at| at + 1).chain([stream.len()]);
    ends.map(move |end| &stream[std::mem::replace(&mut start, end)..end]).filter(|line| !line.is_empty())
}

/// JSON Lines: every line that is not blank is one record, whatever the others are.
pub fn jsonl(input: &[u8]) {
    let (limit, stream) = stream(input);
    let Some(records) = framed(&stream, Format::Jsonl, limit) else { return };
    let text = stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&stream);
    // A line that is over the limit may be called bad before it turns out to be blank.
    if records.len() as u64 > MOST_ROWS || lines(text).any(|line| line.len() > limit && line.trim_ascii().is_empty()) {
        return;
    }
    let mut records = records.iter().peekable();
    for (i, line) in lines(text).filter(|line| !line.trim_ascii().is_empty()).enumerate() {
        let record = records.next().expect("a record for every line");
        assert_eq!(record.number, i as u64 + 1);
        let Some(bad) = &record.bad else {
            assert!(line.len() <= limit);
            continue;
        };
        let mut bytes = bad.clone();
        while let Some(rest) = records.next_if(|next| next.rest) {
            bytes.extend(rest.bad.iter().flatten());
        }
        assert!(bytes == line, "bad record {} has other bytes than its line", record.number);
    }
    assert!(records.next().is_none(), "as many records as lines");
}

/// WARC: a limit on the size of records loses none but those that are over it.
pub fn warc(input: &[u8]) {
    let (limit, stream) = stream(input);
    let Some(limited) = framed(&stream, Format::Warc, limit) else { return };
    let all = framed(&stream, Format::Warc, usize::MAX).unwrap();
    if limit < MOST_HEADERS || all.len() as u64 > MOST_ROWS || limited.len() as u64 > MOST_ROWS {
        return;
    }
    // There may be more of them: in a record that is over the limit, what looks like the start of another one is it.
    let mut limited = limited.iter().filter(|record| record.bad.is_none());
    for record in all.iter().filter(|record| record.bad.is_none()) {
        let mut rest = limited.clone();
        if rest.any(|other| other.text == record.text) {
            limited = rest;
        } else {
            assert!(!record.plain || record.text.len() + MOST_HEADERS > limit, "record {} is lost", record.number);
        }
    }
}

/// Parquet: rows are counted, or the file is refused.
pub fn parquet(input: &[u8]) {
    let options = ReadOptions::default();
    match open_bytes(input, Some(Format::Parquet), &options) {
        Ok(reader) => {
            let (records, end) = read(reader, &options);
            assert!(records.iter().zip(1..).all(|(record, number)| record.number == number && record.bad.is_none()));
            if let Err(error) = end {
                assert!(matches!(error.kind(), ErrorKind::Record(_)), "{error}");
            }
        }
        Err(error) => assert!(matches!(error.kind(), ErrorKind::Record(_) | ErrorKind::Io(_)), "{error}"),
    }
}

const PAGE: &str = "首页 | 新闻 | 登录 | 注册\n老木匠把修好的长椅搬回了河边的小公園，孩子们围着他问个不停。\n\
    在线观看_免费高清_最新网址\u{200B}\u{200D}\nRead the ＮＥＷＳ, of course: https://example.com/?id=2024\n\0\u{FFFD} \u{2028}\n";

/// A model file, as it is and with the checksum that it ought to have.
pub fn model(input: &[u8]) {
    for bytes in [Some(Cow::Borrowed(input)), with_checksum(input).map(Cow::Owned)].into_iter().flatten() {
        let model = match Model::from_bytes(&bytes) {
            Ok(model) => model,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error}");
                continue;
            }
        };
        let written = model.to_bytes().unwrap();
        assert_eq!(Model::from_bytes(&written).unwrap().to_bytes().unwrap(), written);
        match Classifier::new(model) {
            Ok(classifier) => judged(&mut classifier.worker(), &segment::text(PAGE)),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::Model(_) | ErrorKind::Option(_)), "{error}"),
        }
    }
}

/// The model file with its checksum set right, which no chance change of bytes hits.
fn with_checksum(bytes: &[u8]) -> Option<Vec<u8>> {
    let (_, info) = SafeTensors::read_metadata(bytes).ok()?;
    let mut metadata: serde_json::Value = serde_json::from_str(info.metadata().as_ref()?.get("tamis")?).ok()?;
    let tensors = SafeTensors::deserialize(bytes).ok()?;
    let mut views = tensors.tensors();
    views.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut checksum = crc32fast::Hasher::new();
    views.iter().for_each(|(_, view)| checksum.update(view.data()));
    *metadata.get_mut("checksum")? = checksum.finalize().into();
    safetensors::serialize(views, Some(HashMap::from([("tamis".to_owned(), metadata.to_string())]))).ok()
}

/// Rules that can be read decide with certainty, or leave a verdict alone.
pub fn rules(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let rules = match Rules::parse(text) {
        Ok(rules) => rules,
        Err(error) => return assert!(matches!(error.kind(), ErrorKind::Rules(_)), "{error}"),
    };
    let classifier = CLASSIFIER.clone().with_rules(rules);
    let mut worker = classifier.worker();
    for url in [None, Some("https://www.example.com:443/news?id=1")] {
        let page = segment::text(PAGE);
        let page = if let Some(url) = url { page.with_url(url) } else { page };
        judged(&mut worker, &page);
        for (i, verdict) in worker.verdicts().to_vec().iter().enumerate() {
            let explanation = explained(&mut worker, &page, i);
            if explanation.reasons.iter().any(|reason| reason.feature.starts_with("rule.")) {
                assert_eq!(explanation.reasons.len(), 1);
                let certain = if verdict.label == Label::Junk { verdict.score == 1.0 } else { verdict.score < 1e-8 };
                assert!(certain, "{verdict:?}");
            }
        }
    }
}
