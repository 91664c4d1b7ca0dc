//! What holds for every input.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

use std::sync::LazyLock;

use proptest::prelude::*;
use tamis::{Block, Classifier, Label, Page, Verdict, kept_ranges, segment};

static CLASSIFIER: LazyLock<Classifier> = LazyLock::new(|| Classifier::embedded().unwrap());

/// Texts with many line ends, wide spaces and scripts.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\n\n\n".to_owned()),
        Just(" \u{3000}\t".to_owned()),
        Just("\u{200B}\0".to_owned()),
        "[首页新闻登录 |，。0-9a-zA-Zㄅかな한글ابп]{1,12}",
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![texts().prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..8),];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn verdicts(junk: &[bool], count: usize) -> Vec<Verdict> {
    (0..count)
        .map(|i| {
            let label = if junk[i % junk.len()] { Label::Junk } else { Label::Content };
            Verdict::new(label, None, 0.5)
        })
        .collect()
}

fn cleaned(input: &[u8], junk: &[bool]) -> Vec<u8> {
    let (page, _) = segment::bytes(input);
    let verdicts = verdicts(junk, page.blocks.len());
    kept_ranges(input, &page, &verdicts).into_iter().flat_map(|range| input[range].to_vec()).collect()
}

/// The most consecutive blank lines, of texts that end lines with LF.
fn blank_lines(text: &[u8]) -> usize {
    let lines: Vec<bool> = text.split(|byte| *byte == b'\n').map(|line| line.trim_ascii().is_empty()).collect();
    lines.chunk_by(|a, b| a == b).filter(|run| run[0]).map(<[bool]>::len).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn blocks_and_separators_rebuild_the_input(input in bytes()) {
        let (page, damage) = segment::bytes(&input);
        let mut rebuilt = Vec::new();
        let mut end = 0;
        for Block { text, range, .. } in &page.blocks {
            prop_assert!(end <= range.start && range.start < range.end);
            let separator = &input[end..range.start];
            prop_assert!(String::from_utf8_lossy(separator).trim().is_empty(), "{separator:?}");
            rebuilt.extend_from_slice(separator);
            rebuilt.extend_from_slice(&input[range.clone()]);
            prop_assert_eq!(text.as_ref(), String::from_utf8_lossy(&input[range.clone()]));
            prop_assert!(!text.contains(['\n', '\r']));
            end = range.end;
        }
        prop_assert!(String::from_utf8_lossy(&input[end..]).trim().is_empty());
        rebuilt.extend_from_slice(&input[end..]);
        prop_assert_eq!(&rebuilt, &input);
        prop_assert_eq!(damage.is_some(), std::str::from_utf8(&input).is_err());
    }

    #[test]
    fn cleaning_keeps_every_kept_block_whole_and_in_order(input in bytes(), junk in prop::collection::vec(any::<bool>(), 1..9)) {
        let (page, _) = segment::bytes(&input);
        let verdicts = verdicts(&junk, page.blocks.len());
        let kept = kept_ranges(&input, &page, &verdicts);
        let ordered = kept.windows(2).all(|pair| pair[0].end < pair[1].start);
        prop_assert!(ordered && kept.iter().all(|range| range.start < range.end && range.end <= input.len()));
        for (block, verdict) in page.blocks.iter().zip(&verdicts) {
            let inside = kept.iter().any(|range| range.start <= block.range.start && block.range.end <= range.end);
            let outside = kept.iter().all(|range| range.end <= block.range.start || block.range.end <= range.start);
            let right = if verdict.label == Label::Content { inside } else { outside };
            prop_assert!(right);
        }
        // What is left has the same blocks.
        let output: Vec<u8> = kept.iter().flat_map(|range| input[range.clone()].to_vec()).collect();
        let (again, _) = segment::bytes(&output);
        let expected = page.blocks.iter().zip(&verdicts).filter(|(_, verdict)| verdict.label == Label::Content);
        prop_assert!(again.blocks.iter().map(|block| &block.text).eq(expected.map(|(block, _)| &block.text)));
    }

    #[test]
    fn blank_lines_do_not_pile_up(lines in prop::collection::vec("[a ]{0,3}", 0..30), junk in prop::collection::vec(any::<bool>(), 1..9)) {
        let input = lines.join("\n").into_bytes();
        prop_assert!(blank_lines(&cleaned(&input, &junk)) <= blank_lines(&input).max(1));
    }

    #[test]
    fn content_only_pages_stay_as_they_are(input in bytes()) {
        prop_assert_eq!(cleaned(&input, &[false]), input);
    }

    #[test]
    fn a_page_that_lost_nothing_loses_nothing_the_second_time(input in texts()) {
        let once = CLASSIFIER.clean(input.as_bytes());
        if once == input.as_bytes() {
            prop_assert_eq!(CLASSIFIER.clean(&once), once);
        }
    }

    #[test]
    fn verdicts_are_probabilities_and_repeat(input in texts(), other in texts()) {
        let page = segment::text(&input);
        let fresh = CLASSIFIER.classify(&page);
        prop_assert_eq!(fresh.len(), page.blocks.len());
        let sane = fresh.iter().all(|verdict| (0.0..=1.0).contains(&verdict.score));
        prop_assert!(sane);
        let mut worker = CLASSIFIER.worker();
        worker.classify(&segment::text(&other));
        prop_assert_eq!(worker.classify(&page), &fresh[..]);
    }

    #[test]
    fn explanations_add_up(input in texts()) {
        let page = segment::text(&input);
        let mut worker = CLASSIFIER.worker();
        for i in 0..page.blocks.len() {
            let (verdict, explanation) = worker.explain(&page, i);
            let sum: f64 = explanation.reasons.iter().map(|reason| f64::from(reason.contribution)).sum();
            let log_odds = f64::from(explanation.log_odds);
            prop_assert!((sum + f64::from(explanation.base) - log_odds).abs() < 0.02 + 1e-4 * log_odds.abs());
            prop_assert!((explanation.score() - verdict.score).abs() < 1e-3, "{} {}", explanation.score(), verdict.score);
        }
    }
}

#[test]
fn large_inputs_are_survived() {
    let line = "首页新闻登录".repeat(1_000_000);
    let page = segment::text(&line);
    assert_eq!(CLASSIFIER.classify(&page).len(), 1);
    let many = "新闻\n下一篇：老木匠的长椅\n".repeat(50_000);
    let page = segment::text(&many);
    assert_eq!(CLASSIFIER.classify(&page).len(), 100_000);
    let odd = ["\0", "\u{200D}", "😀\u{FE0F}", "\u{E000}"].map(|piece| piece.repeat(100_000)).join("\n");
    let page = Page::from_texts(odd.split('\n'));
    assert_eq!(CLASSIFIER.classify(&page).len(), 4);
}
