//! Model files of every format version that was ever released give the scores they always gave. The hashes, the fold
//! table and the character classes are part of the format: if this fails, models in use have been broken.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

use tamis::{Classifier, Model, segment};

const PAGE: &str = "首页 | 新闻 | 登录 | 注册\n老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。\n\
    在线观看_免费高清_最新网址_在线观看\nRead the news, of course.\n";

#[test]
fn format_2_is_read_and_scores_as_before() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/format-2.safetensors");
    let classifier = Classifier::new(Model::load(path).unwrap()).unwrap();
    let scores: Vec<f32> = classifier.classify(&segment::text(PAGE)).iter().map(|verdict| verdict.score).collect();
    for (score, expected) in scores.iter().zip(EXPECTED) {
        assert!((score - expected).abs() < 1e-4, "{scores:?} instead of {EXPECTED:?}");
    }
    assert_eq!(scores.len(), EXPECTED.len());
}

const EXPECTED: [f32; 4] = [0.597_96, 0.593_43, 0.635_81, 0.614_3];
