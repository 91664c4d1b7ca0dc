//! The command, from the outside.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::tamis;

const PAGE: &str = "首页 | 新闻 | 登录 | 注册\n\n\
    昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。\n\n\
    他说，这把椅子是三十年前自己做的，今年重新刨平，上了两遍桐油，应该还能再坐三十年。\n\n\
    责任编辑：王小明\n\
    版权所有 © 2024 河边网 All Rights Reserved 京ICP备00000000号\n";

#[test]
fn clean_deletes_lines_and_changes_nothing_else() {
    let run = tamis(&["clean", "--preset", "balanced"], PAGE.as_bytes());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let kept = run.text();
    assert!(kept.contains("昨天下午"));
    assert!(!kept.contains("All Rights Reserved"), "{kept}");
    let mut rest = PAGE.lines();
    assert!(kept.lines().all(|line| rest.any(|original| original == line)), "output is a subsequence of the lines");
}

#[test]
fn files_and_standard_input_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.txt");
    fs::write(&file, PAGE).unwrap();
    let from_file = tamis(&["clean", file.to_str().unwrap()], b"");
    assert_eq!(from_file.stdout, tamis(&["clean", "-"], PAGE.as_bytes()).stdout);
    let twice = tamis(&["clean", file.to_str().unwrap(), file.to_str().unwrap()], b"");
    assert_eq!(twice.stdout, [from_file.stdout.clone(), from_file.stdout].concat());
}

#[test]
fn classify_writes_the_documented_record() {
    let run = tamis(&["classify", "--text", "--reasons=3"], PAGE.as_bytes());
    let records = run.json();
    assert_eq!(records.len(), 5);
    for (number, record) in records.iter().enumerate() {
        let keys: BTreeSet<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["block", "end", "id", "kind", "label", "reasons", "score", "start", "text"];
        assert_eq!(keys, BTreeSet::from(expected));
        assert_eq!(record["block"], number);
        let place = |key: &str| usize::try_from(record[key].as_u64().unwrap()).unwrap();
        assert_eq!(&PAGE[place("start")..place("end")], record["text"].as_str().unwrap());
        let score = record["score"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&score));
        assert_eq!(record["kind"].is_null(), record["label"] == "content");
        assert!(record["reasons"].as_array().unwrap().len() <= 3);
    }
    let bare = tamis(&["classify"], PAGE.as_bytes()).json();
    assert_eq!(bare[0].as_object().unwrap().len(), 7);
}

#[test]
fn presets_and_thresholds_act() {
    let removed = |arguments: &[&str]| -> usize {
        let run = tamis(&[&["classify"], arguments].concat(), PAGE.as_bytes());
        run.json().iter().filter(|record| record["label"] == "junk").count()
    };
    assert_eq!(removed(&["--threshold", "0"]), 5);
    let [cautious, balanced, strict] = ["cautious", "balanced", "strict"].map(|preset| removed(&["--preset", preset]));
    assert!(cautious <= balanced && balanced <= strict, "{cautious} {balanced} {strict}");
    let wrong = tamis(&["clean", "--threshold", "1.01"], b"");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("between 0 and 1"), "{}", wrong.stderr);
    assert_eq!(tamis(&["clean", "--preset", "bold"], b"").code, 2);
}

#[test]
fn json_lines_pass_other_fields_through() {
    let untouched = r#"{ "n":1.0e3,  "id" : "a" ,"text":"\u6628天下午，镇上的老木匠把长椅搬回了河边，孩子们围着他问个不停。", "é":"\u00e9" }"#;
    let text = serde_json::to_string(PAGE).unwrap();
    let touched = format!("{{\"z\": [1, 2.50],\"text\":{text},\"id\": 7}}");
    let input = format!("{untouched}\r\n\n{touched}");
    let run = tamis(&["clean", "--input-format", "jsonl", "--preset", "strict"], input.as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let output = run.text();
    let lines: Vec<&str> = output.split('\n').collect();
    assert_eq!(lines[0], format!("{untouched}\r"));
    assert!(lines[1].starts_with("{\"z\": [1, 2.50],\"text\":\"") && lines[1].ends_with("\",\"id\": 7}"));
    assert!(!lines[1].contains("ICP"));
    let ids: Vec<String> = tamis(&["classify", "--input-format", "jsonl"], input.as_bytes())
        .json()
        .iter()
        .map(|record| record["id"].to_string())
        .collect();
    assert_eq!((ids[0].as_str(), ids[1].as_str()), ("\"a\"", "7"));
}

#[test]
fn bad_records_are_named_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.jsonl");
    let good = "{\"text\":\"一行\"}\n";
    for (bad, why) in [
        ("{\"text\": 5}", "not a string"),
        ("{\"body\":\"x\"}", "no field `text`"),
        ("{\"text\":\"x\"", "EOF"),
        ("[1]", "a JSON object"),
    ] {
        fs::write(&file, format!("{good}{bad}\n")).unwrap();
        let run = tamis(&["clean", file.to_str().unwrap()], b"");
        assert_eq!(run.code, 2);
        let place = "bad.jsonl, record 2, byte ";
        assert!(run.stderr.contains(place) && run.stderr.contains(why), "{bad}: {}", run.stderr);
    }
    fs::write(&file, [good.as_bytes(), b"{\"text\":\"\xFF\"}\n"].concat()).unwrap();
    let run = tamis(&["clean", file.to_str().unwrap()], b"");
    assert!(run.stderr.contains(&format!("byte {}", good.len() + 9)), "{}", run.stderr);
    let missing = tamis(&["clean", "/nowhere/at/all.txt"], b"");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("all.txt"));
}

#[test]
fn damaged_text_is_reported_and_its_bytes_kept() {
    let input =
        b"\xE6\x98\xA8 broken \xFF\xFE line of the old carpenter who carried the bench back to the river\n\0\0\n";
    let run = tamis(&["clean", "--threshold", "1"], input);
    assert_eq!(run.code, 0);
    assert_eq!(run.stdout, input);
    assert!(run.stderr.contains("byte 11"), "{}", run.stderr);
}

#[test]
fn nothing_in_nothing_out() {
    for verb in ["clean", "classify"] {
        let run = tamis(&[verb], b"");
        assert_eq!((run.code, run.stdout.len(), run.stderr.as_str()), (0, 0, ""));
    }
    assert_eq!(tamis(&["clean"], b"\n \n").text(), "\n \n");
}

#[test]
fn report_is_for_people_and_can_be_a_gate() {
    let run = tamis(&["report", "--preset", "strict"], PAGE.as_bytes());
    assert_eq!(run.code, 0);
    assert!(run.text().contains("1 page, 5 blocks"), "{}", run.text());
    let json = &tamis(&["report", "--format", "json", "--threshold", "0"], PAGE.as_bytes()).json()[0];
    assert_eq!(json["blocks"], 5);
    assert_eq!(json["junk_bytes"], json["bytes"]);
    let gate = tamis(&["report", "--threshold", "0", "--fail-over", "0.5"], PAGE.as_bytes());
    assert_eq!(gate.code, 1);
    assert!(gate.stderr.contains("100.0 %"), "{}", gate.stderr);
    assert_eq!(tamis(&["report", "--fail-over", "7"], b"").code, 2);
}

#[test]
fn explanations_add_up() {
    let run = tamis(&["explain", "--block", "4", "--format", "json", "--top", "100000"], PAGE.as_bytes());
    let record = &run.json()[0];
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let sum: f64 = record["reasons"].as_array().unwrap().iter().map(|reason| number(&reason["contribution"])).sum();
    let log_odds = number(&record["log_odds"]);
    assert!((sum + number(&record["base"]) - log_odds).abs() < 1e-2);
    assert!((1.0 / (1.0 + (-log_odds).exp()) - number(&record["score"])).abs() < 1e-4);
    let text = tamis(&["explain", "--block", "4"], PAGE.as_bytes()).text();
    assert!(text.contains("sum") && text.contains("版权"), "{text}");
    assert_eq!(tamis(&["explain", "--block", "99"], PAGE.as_bytes()).code, 2);
}

#[test]
fn a_verbose_clean_says_what_went_and_why() {
    let run = tamis(&["clean", "-v", "--threshold", "0"], PAGE.as_bytes());
    assert!(run.stdout.is_empty());
    assert!(run.stderr.contains("5 of 5 blocks are junk") && run.stderr.contains("版权"), "{}", run.stderr);
}

#[test]
fn models_can_be_looked_into() {
    let info = tamis(&["model", "info"], b"");
    assert!(info.text().contains("thresholds"), "{}", info.text());
    let features = tamis(&["model", "features", "--format", "json"], b"").json();
    let named = |name: &str| features.iter().any(|feature| feature["name"] == name && feature["formula"] != "");
    assert!(named("length") && named("lexical_han") && named("again_mass_own"));
}

#[test]
fn unusable_models_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.safetensors");
    let good = tamis::Model::embedded().unwrap().to_bytes().unwrap();
    let replaced = |from: &str, to: &str| {
        let at = good.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut bytes = good.clone();
        bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    let mut flipped = good.clone();
    let last = flipped.len() - 1000;
    flipped[last] ^= 1;
    for (bytes, why) in [
        (good[..good.len() / 2].to_vec(), "truncated"),
        (b"not a model at all".to_vec(), "not a safetensors file"),
        (Vec::new(), "not a safetensors file"),
        (replaced("\\\"format_version\\\":2", "\\\"format_version\\\":9"), "model format version 9"),
        (replaced("\\\"schema_version\\\":3", "\\\"schema_version\\\":7"), "feature schema version 7"),
        (replaced("lexical_han", "lexical_hun"), "features are not the ones"),
        (flipped, "checksum"),
    ] {
        fs::write(&file, bytes).unwrap();
        let run = tamis(&["clean", "--model", file.to_str().unwrap()], PAGE.as_bytes());
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(why) && run.stderr.contains("m.safetensors"), "{why}: {}", run.stderr);
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.txt");
    fs::write(&file, PAGE.repeat(20_000)).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tamis"))
        .args(["clean", "--threshold", "1", file.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
