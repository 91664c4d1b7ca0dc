//! Parts of lines: spam glued to a sentence, a whole page in one line, long lists.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use common::tamis;
use tamis::{Classifier, Label, Page, Part, Preset, Rules, Threshold, Verdict, kept_ranges, segment};

static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::embedded().unwrap().with_threshold(Threshold::Preset(Preset::Balanced)).unwrap());

const SENTENCE: &str = "会后，大家沿着河边走了一圈，看了新修的步道和两座小桥，有人提出，桥头的路灯太暗，希望入冬以前能够换成新的，村里当场答应下来。";
const SPAM: &str = "澳门真人娱乐城_百家乐开户送彩金_时时彩平台_彩票投注网址";

/// A page with this line among others.
fn page_with(line: &str) -> String {
    format!(
        "河边的小公园有了新椅子\n\n昨天下午，镇上来了许多人，都想看看那把修了三天的长椅。\n\n{line}\n\n\
         孩子们争着坐上去，谁也不肯先下来，直到太阳落山才各自回家。\n"
    )
}

fn verdict_on(text: &str, block: usize) -> Verdict {
    CLASSIFIER.classify(&segment::text(text))[block].clone()
}

#[test]
fn spam_glued_to_a_sentence_goes_alone() {
    let (first, second) = SENTENCE.split_at(SENTENCE.find("桥头").unwrap());
    for line in [format!("{SENTENCE}{SPAM}"), format!("{SPAM} {SENTENCE}"), format!("{first}{SPAM} {second}")] {
        let text = page_with(&line);
        let verdict = verdict_on(&text, 2);
        let junk: Vec<&str> = verdict.junk(&(0..0)).map(|(_, part)| text[part.range].trim()).collect();
        assert_eq!(junk, [SPAM], "{line}: {verdict:?}");
        let cleaned = String::from_utf8(CLASSIFIER.clean(text.as_bytes())).unwrap();
        assert_eq!(cleaned.replace(' ', ""), page_with(SENTENCE), "only the spam goes");
    }
}

#[test]
fn what_is_one_thing_has_no_parts() {
    for line in [SENTENCE, SPAM, "首页 | 新闻 | 登录 | 注册"] {
        let text = page_with(line);
        let verdicts = CLASSIFIER.classify(&segment::text(&text));
        assert!(verdicts.iter().all(|verdict| verdict.parts.is_empty()), "{line}: {verdicts:?}");
    }
}

/// Parts change no verdict on a whole block, and can be switched off.
#[test]
fn verdicts_on_blocks_do_not_depend_on_parts() {
    let text = page_with(&format!("{SENTENCE}{SPAM}"));
    let page = segment::text(&text);
    let with = CLASSIFIER.classify(&page);
    let without = CLASSIFIER.clone().with_parts(false).classify(&page);
    assert!(with.iter().any(|verdict| !verdict.parts.is_empty()));
    for (one, other) in with.iter().zip(&without) {
        assert_eq!((one.label, one.kind, one.score), (other.label, other.kind, other.score));
        assert!(other.parts.is_empty());
    }
    let mut worker = CLASSIFIER.worker();
    for _ in 0..2 {
        assert_eq!(worker.classify(&page), with, "memory that is used again remembers nothing");
    }
}

#[test]
fn a_rule_decides_on_the_whole_block() {
    let text = page_with(&format!("{SENTENCE}{SPAM}"));
    let page = segment::text(&text);
    for rules in ["keep = [\"桥头的路灯\"]", "drop = [\"桥头的路灯\"]"] {
        let verdicts = CLASSIFIER.clone().with_rules(Rules::parse(rules).unwrap()).classify(&page);
        assert!(verdicts[2].parts.is_empty(), "{rules}");
    }
}

#[test]
fn explanations_of_parts_add_up() {
    let text = page_with(&format!("{SENTENCE}{SPAM}"));
    let page = segment::text(&text);
    let mut worker = CLASSIFIER.worker();
    let verdicts = worker.classify(&page).to_vec();
    for (number, part) in verdicts[2].parts.iter().enumerate() {
        let explanation = worker.explain_classified(&page, 2, Some(number));
        assert!((explanation.score() - part.score).abs() < 1e-3, "{} {}", explanation.score(), part.score);
    }
    let explanation = worker.explain_classified(&page, 2, None);
    assert!((explanation.score() - verdicts[2].score).abs() < 1e-3, "the block's own comes back");
}

/// Ranges are those of the input's own bytes, or there are no parts.
#[test]
fn bytes_that_are_no_text_have_no_parts() {
    let mut input = page_with(&format!("{SENTENCE}\u{1}{SPAM}")).into_bytes();
    let at = input.iter().position(|byte| *byte == 1).unwrap();
    input[at] = 0xFF;
    let (page, _) = segment::bytes(&input);
    assert!(CLASSIFIER.classify(&page)[2].parts.is_empty());
}

#[test]
fn cleaning_trims_what_would_dangle_and_keeps_words_apart() {
    let cleaned = |line: &str, junk: &[&str]| {
        let page = segment::text(line);
        let mut parts: Vec<Part> = Vec::new();
        let mut push = |range: std::ops::Range<usize>, label| {
            if !range.is_empty() {
                parts.push(Part { range, label, kind: None, score: 0.5 });
            }
        };
        let mut at = 0;
        for piece in junk {
            let start = at + line[at..].find(piece).unwrap();
            push(at..start, Label::Content);
            push(start..start + piece.len(), Label::Junk);
            at = start + piece.len();
        }
        push(at..line.len(), Label::Content);
        let verdict = Verdict { parts, ..Verdict::new(Label::Content, None, 0.5) };
        let kept = kept_ranges(line.as_bytes(), &page, &[verdict]);
        kept.into_iter().map(|range| &line[range]).collect::<String>()
    };
    assert_eq!(cleaned("标题 - 平台开户", &["平台开户"]), "标题");
    assert_eq!(cleaned("平台开户 | 标题", &["平台开户"]), "标题");
    assert_eq!(cleaned("第一句，平台开户", &["平台开户"]), "第一句，");
    assert_eq!(cleaned("The first.Win now. The last.", &["Win now. "]), "The first. The last.");
    assert_eq!(cleaned("The first. Win now. The last.", &["Win now. "]), "The first. The last.");
    assert_eq!(cleaned("| 平台开户", &["平台开户"]), "| ", "something stays of what stays");
    assert_eq!(cleaned("平台 开户", &["平台 ", "开户"]), "", "all parts are the whole");
}

#[test]
fn the_command_tells_and_removes_parts() {
    let text = page_with(&format!("{SENTENCE}{SPAM}"));
    let records = tamis(&["classify", "--preset", "balanced"], text.as_bytes()).json();
    let place = |value: &serde_json::Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let parts = records[2]["parts"].as_array().unwrap();
    assert_eq!(parts[0]["start"], records[2]["start"]);
    assert_eq!(parts[parts.len() - 1]["end"], records[2]["end"]);
    assert!(parts.windows(2).all(|pair| pair[0]["end"] == pair[1]["start"]));
    let junk = parts.iter().find(|part| part["label"] == "junk").unwrap();
    assert_eq!(&text[place(&junk["start"])..place(&junk["end"])], SPAM);
    assert!(records.iter().filter(|record| record["block"] != 2).all(|record| record.get("parts").is_none()));

    let folder = tempfile::tempdir().unwrap();
    let removed = folder.path().join("removed.jsonl");
    let run = tamis(&["clean", "--preset", "balanced", "--removed", removed.to_str().unwrap()], text.as_bytes());
    assert_eq!(run.text(), page_with(SENTENCE));
    let removed = std::fs::read_to_string(removed).unwrap();
    let record: serde_json::Value = serde_json::from_str(removed.lines().next().unwrap()).unwrap();
    assert_eq!((&record["block"], record["text"].as_str()), (&2.into(), Some(SPAM)));
    assert!(record["part"].is_u64() && record["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));

    let run = tamis(&["clean", "--preset", "balanced", "--mark"], text.as_bytes());
    assert!(run.text().contains(&format!("{SENTENCE}[junk:spam] {SPAM}\n")), "{}", run.text());
    let whole = tamis(&["clean", "--preset", "balanced", "--no-parts"], text.as_bytes()).text();
    assert_eq!(whole.contains(SENTENCE), whole.contains(SPAM), "the line goes or stays as a whole");
}

/// Time grows with the text, however it is made, and so do the parts.
#[test]
fn long_lines_take_linear_time() {
    let keywords = "在线观看|高清视频|最新网址|免费开户|彩票平台|真人娱乐|";
    let mixed = format!("{SENTENCE}{SPAM}");
    for piece in [keywords, &mixed, "平台开户，他笑了。", "a.", "|", " 。"] {
        let time = |characters: usize| {
            let text = piece.repeat(characters / piece.chars().count() + 1);
            let page = Page::from_texts([text.as_str()]);
            let mut worker = CLASSIFIER.worker();
            let start = Instant::now();
            worker.classify(&page);
            start.elapsed()
        };
        time(10_000);
        let (short, long) = (time(20_000), time(174_000 * 2));
        assert!(long < short * 100 + Duration::from_secs(1), "{piece}: {short:?}, {long:?}");
    }
    let list = keywords.repeat(174_000 / keywords.chars().count());
    let verdict = &CLASSIFIER.classify(&Page::from_texts([list]))[0];
    assert_eq!((verdict.label, verdict.parts.len()), (Label::Junk, 0));
}
