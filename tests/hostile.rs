//! Input that is damaged or meant badly: the properties that the fuzz targets check, on random bytes and on good input
//! with some bytes changed.
#![cfg(all(feature = "html", feature = "parquet", feature = "rules"))]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

#[path = "common/invariants.rs"]
mod invariants;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use arrow_array::{ArrayRef, Int64Array, LargeStringArray, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

const TEXT: &str = "首页 | 新闻 | 登录\r\n\n\u{3000}老木匠把修好的长椅搬回了河边的小公园。\r\r在线观看_免费高清\u{200B}\n© 2024 Example";

const HTML: &str = "<!doctype html><html><head><meta charset=gb2312><title>t</title></head><body><nav><ul><li><a href=/>首页</a>\
    <li>新闻</ul></nav><p style='x:y'>老木匠<b>修好</b>的长椅&#12290;<p>第二段<br>又一行<table><tr><td>1<td>2</tr></table>\
    <pre>\na\n b</pre><div hidden>z</div><select><option>o</select><svg/><h1>t&amp;u</h1><!-- c --><script>\"</p>\"</script>";

const JSONL: &str = "{\"id\":1,\"text\":\"首页 | 新闻\\n老木匠的长椅。\",\"url\":\"https://example.com/\"}\n\n \t\r\n\
    {\"text\":\"\\ud83d\\ude00 a \\u0000 \\\"page\\\"\",\"id\":{\"a\":[1,2.5e3,null]}}\r\n{\"text\":7}\n{\"id\":\"x\",\"text\":\"\"}";

const WARC: &str = "WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n\
    WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:1>\r\nWARC-Target-URI: https://example.com/\r\n\
    Content-Type: text/plain\r\nContent-Length: 16\r\n\r\n新闻 | 登录\n\r\n\r\n\
    WARC/1.1\nWARC-Type: resource\nContent-Type: text/plain; charset=gb18030\nContent-Length: 5\n\nPage\n\n\n\
    WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 6\r\n\r\nA page";

const RULES: &str = "keep = ['本报讯', 'Abstract']\ndrop = ['加微信', 'news']\n[[rule]]\nname = 'house ads'\naction = 'drop'\n\
    kind = 'boilerplate'\nwords = ['观看']\npattern = '^Read \\w+(.*)\\.$'\nhosts = ['*.example.com']\n";

static PARQUET: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let texts =
        [Some("首页 | 新闻\n老木匠的长椅。"), None, Some(""), Some("首页 | 新闻\n老木匠的长椅。"), Some("A page.")];
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4, 5]));
    let urls: ArrayRef = Arc::new(StringArray::from(vec![Some("https://example.com/"), None, None, Some("x"), None]));
    let narrow: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let wide: ArrayRef = Arc::new(LargeStringArray::from(texts.to_vec()));
    let small = || WriterProperties::builder().set_max_row_group_row_count(Some(3)).set_offset_index_disabled(true);
    [
        (narrow.clone(), small().set_dictionary_enabled(false)),
        (narrow, small().set_compression(Compression::SNAPPY)),
        (wide, small().set_compression(Compression::ZSTD(ZstdLevel::default()))),
    ]
    .into_iter()
    .map(|(texts, properties)| {
        let columns = [("id", numbers.clone()), ("text", texts), ("url", urls.clone())];
        let rows = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties.build())).unwrap();
        writer.write(&rows).unwrap();
        writer.into_inner().unwrap()
    })
    .collect()
});

/// The smallest model there can be: the old one with tables of 256 places.
static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let old = include_bytes!("compat/format-2.safetensors");
    let (_, info) = SafeTensors::read_metadata(old).unwrap();
    let tensors = SafeTensors::deserialize(old).unwrap();
    let views = tensors.tensors().into_iter().map(|(name, view)| match view.dtype() {
        Dtype::I8 => (name, TensorView::new(Dtype::I8, vec![256], &view.data()[..256]).unwrap()),
        _ => (name, view),
    });
    let metadata = HashMap::from([("tamis".to_owned(), info.metadata().as_ref().unwrap()["tamis"].clone())]);
    safetensors::serialize(views.collect::<Vec<_>>(), Some(metadata)).unwrap()
});

/// An input, which is shown as a byte string.
#[derive(Clone)]
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Random bytes.
fn noise() -> impl Strategy<Value = Input> {
    prop::collection::vec(any::<u8>(), 0..300).prop_map(Input)
}

/// Good input in which some bytes were flipped, replaced, put in or removed.
fn damaged(good: Vec<Vec<u8>>) -> impl Strategy<Value = Input> {
    let change = (any::<prop::sample::Index>(), 0..5, prop::collection::vec(any::<u8>(), 1..5));
    (prop::sample::select(good), prop::collection::vec(change, 0..5)).prop_map(|(mut bytes, changes)| {
        for (place, what, new) in changes {
            let at = place.index(bytes.len() + 1);
            let some = at..(at + new.len()).min(bytes.len());
            match what {
                0 => some.for_each(|i| bytes[i] ^= 1 << (new[0] % 8)),
                1 => drop(bytes.splice(some, new)),
                2 => drop(bytes.splice(at..at, new)),
                3 => drop(bytes.drain(some)),
                _ => bytes.truncate(at),
            }
        }
        Input(bytes)
    })
}

/// Records in front of which stands their limit; often so far apart that readers cut between or in them.
fn streams(records: &'static str) -> impl Strategy<Value = Input> {
    let stretch = (any::<prop::sample::Index>(), prop::sample::select(&b"\n \ra0"[..]), 0..16u8);
    let stretches = prop::collection::vec(stretch, 0..3);
    (prop::sample::select(vec![0, 2, 20, 128, 140]), damaged(vec![records.into()]), stretches).prop_map(
        |(limit, Input(mut bytes), stretches)| {
            for (place, filler, more) in stretches {
                let at = place.index(bytes.len() + 1);
                bytes.splice(at..at, [0xFF, filler, more]);
            }
            bytes.insert(0, limit);
            Input(bytes)
        },
    )
}

proptest! {
    #[test]
    fn text(input in prop_oneof![noise(), damaged(vec![TEXT.into()])]) {
        invariants::text(&input.0);
    }

    #[test]
    fn html(input in prop_oneof![1 => noise(), 9 => damaged(vec![HTML.into()])]) {
        invariants::html(&input.0);
    }

    #[test]
    fn jsonl(input in prop_oneof![1 => noise(), 3 => streams(JSONL)]) {
        invariants::jsonl(&input.0);
    }

    #[test]
    fn warc(input in prop_oneof![1 => noise(), 3 => streams(WARC)]) {
        invariants::warc(&input.0);
    }

    #[test]
    fn parquet(input in prop_oneof![1 => noise(), 9 => damaged(PARQUET.clone())]) {
        invariants::parquet(&input.0);
    }

    #[test]
    fn model(input in prop_oneof![1 => noise(), 9 => damaged(vec![MODEL.clone()])]) {
        invariants::model(&input.0);
    }

    #[test]
    fn rules(input in prop_oneof![1 => noise(), 9 => damaged(vec![RULES.into()])]) {
        invariants::rules(&input.0);
    }
}

/// A record that is over the limit may end anywhere next to a cut of the reader; the next one is whole all the same.
#[test]
fn records_over_the_limit_end() {
    for more in 0..16 {
        let lines = [b"\x02{\"text\":\"\xFFa", &[more][..], b"\"}\n{\"text\":\"b\"}\n\n{\"text\":\"c\"}"].concat();
        invariants::jsonl(&lines);
        let next = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 6\r\n\r\nA page\r\n\r\n";
        for before in ["WARC/1.0\r\nContent-Length: x\r\n\r\n", "WARC/1.0\r\nContent-Length: 524288\r\n\r\n", "", "W"] {
            let end = b"\r\n\r\n";
            invariants::warc(&[b"\x80", before.as_bytes(), b"\xFFa", &[more], end, next, next].concat());
        }
        // However many line ends follow, they are no part of a record.
        let blank = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 16\r\n\r\n\xFF\r";
        invariants::warc(&[b"\x80", &blank[..], &[more], next].concat());
    }
}

/// Scores stay numbers, whatever weights of whatever size a model has.
#[test]
fn models_with_large_values_are_refused_or_work() {
    let (header, info) = SafeTensors::read_metadata(&MODEL).unwrap();
    for value in [1e9f32, 3e38, f32::INFINITY, f32::NAN] {
        let mut all = MODEL.clone();
        for name in info.offset_keys() {
            let tensor = info.info(&name).unwrap();
            if tensor.dtype == Dtype::F32 {
                let mut one = MODEL.clone();
                for (i, at) in (tensor.data_offsets.0..tensor.data_offsets.1).step_by(4).enumerate() {
                    let signed = if i % 2 == 0 { value } else { -value };
                    for bytes in [&mut one, &mut all] {
                        bytes[8 + header + at..][..4].copy_from_slice(&signed.to_le_bytes());
                    }
                }
                invariants::model(&one);
            }
        }
        invariants::model(&all);
    }
}

/// What the damage is done to is good before.
#[test]
fn good_input_is_read() {
    invariants::parquet(&PARQUET[0]);
    invariants::model(&MODEL);
}
