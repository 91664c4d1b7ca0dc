//! Training and evaluation, from the outside.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::fs;
use std::path::Path;

use common::{Run, tamis};
use serde_json::{Value, json};

const SMALL: &str = "table_bits = 10\nfolds = 3\nhead_rows = 3000\nlexical_passes = 4\n\
    [augment]\ncomposed = 0\ndoorways = 6\npolluted = 0.3\n";

/// Forty invented pages of ten sites; every site has its own words.
fn pages() -> String {
    let names = ["青山", "白河", "红叶", "石桥", "南塘", "北坡", "东湾", "西岭", "柳巷", "梅园"];
    let mut out = String::new();
    for number in 0..40 {
        let name = names[number % 10];
        let article = |k: usize| {
            format!(
                "{name}镇的第{k}座水车在{}月里重新转了起来，村民们说，磨坊里又闻到了新米的味道。",
                1 + (number + k) % 12
            )
        };
        let mut blocks = vec![
            json!({"text": format!("{name}网首页 | 新闻 | 登录 | 注册"), "label": "junk", "kind": "nav"}),
            json!({"text": format!("{name}水车重新转动"), "label": "content", "kind": "title"}),
            json!({"text": "记者 王小明", "label": "content", "kind": "byline"}),
        ];
        blocks.extend((0..6).map(|k| json!({"text": article(k), "label": "content", "kind": "main"})));
        blocks.push(json!({"text": format!("上一篇：{name}的桥"), "label": "junk", "kind": "related"}));
        blocks
            .push(json!({"text": format!("版权所有 © {name}网 备案号{number:08}"), "label": "junk", "kind": "legal"}));
        blocks.push(json!({"text": "在线观看|免费下载|高清资源|最新网址", "label": "junk", "kind": "seo-links"}));
        let split = if number % 10 == 9 { "test" } else { "train" };
        let page = json!({"id": number.to_string(), "site": name, "lang": "zh-Hans", "split": split, "blocks": blocks});
        out.push_str(&format!("{page}\n"));
    }
    out
}

fn train(folder: &Path, output: &str, more: &[&str]) -> Run {
    fs::write(folder.join("recipe.toml"), SMALL).unwrap();
    fs::write(folder.join("pages.jsonl"), pages()).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (data, recipe, output) = (path("pages.jsonl"), path("recipe.toml"), path(output));
    tamis(&[&["train", &data, "--recipe", &recipe, "-o", &output], more].concat(), b"")
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let model = |name: &str, more: &[&str]| {
        let run = train(folder.path(), name, more);
        assert_eq!(run.code, 0, "{}", run.stderr);
        fs::read(folder.path().join(name)).unwrap()
    };
    let one = model("a.safetensors", &["-j", "1"]);
    assert!(one == model("b.safetensors", &["-j", "2"]), "two threads give another model");
    assert!(one != model("c.safetensors", &["--seed", "7"]), "the seed does not act");
    assert!(one != model("d.safetensors", &["--no-augment"]), "augmentation does not act");
    let card = fs::read_to_string(folder.path().join("a.md")).unwrap();
    assert!(card.contains("ROC AUC") && card.contains("| pages | 36 |"), "{card}");

    let path = folder.path().join("a.safetensors");
    let (path, data) = (path.to_str().unwrap(), folder.path().join("pages.jsonl"));
    let data = data.to_str().unwrap();
    let report = &tamis(&["eval", path, data, "--format", "json"], b"").json()[0];
    assert_eq!(report["pages"], 40);
    assert!(report["overall"]["auc"].as_f64().unwrap() > 0.95, "{report}");
    assert_eq!(report["by_kind"]["content/byline"], Value::Null, "bylines are not counted");
    let test = &tamis(&["eval", path, data, "--format", "json", "--split", "test"], b"").json()[0];
    assert_eq!(test["pages"], 4);
    assert_eq!(tamis(&["eval", path, data, "--min-auc", "0.9"], b"").code, 0);
    let gate = tamis(&["eval", path, data, "--min-auc", "1.1", "--max-content-lost=-1"], b"");
    assert_eq!(gate.code, 1);
    assert!(gate.stderr.contains("auc is") && gate.stderr.contains("content lost"), "{}", gate.stderr);
    let cleaned =
        tamis(&["clean", "--model", path, "--preset", "strict"], "青山网首页 | 新闻 | 登录 | 注册\n".as_bytes());
    assert_eq!(cleaned.text(), "");
}

#[test]
fn feature_groups_can_be_switched() {
    let folder = tempfile::tempdir().unwrap();
    for (groups, used) in [("stats", "stats"), ("stats,ngrams", "stats, ngrams"), ("ngrams,context", "ngrams, context")]
    {
        let run = train(folder.path(), "g.safetensors", &["--groups", groups]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let info = tamis(&["model", "info", folder.path().join("g.safetensors").to_str().unwrap()], b"");
        assert!(info.text().contains(&format!("groups      {used}\n")), "{}", info.text());
    }
    let wrong = train(folder.path(), "g.safetensors", &["--groups", "words"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("no feature group is called `words`"), "{}", wrong.stderr);
}

#[test]
fn data_that_cannot_teach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.jsonl");
    fs::write(&file, "{\"text\":\"只有正文。\",\"label\":\"content\"}\n").unwrap();
    let output = folder.path().join("m.safetensors");
    let run = tamis(&["train", file.to_str().unwrap(), "-o", output.to_str().unwrap()], b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("both content and junk are needed"), "{}", run.stderr);
    assert!(!output.exists());
    fs::write(folder.path().join("r.toml"), "folds = 1\n").unwrap();
    let recipe = folder.path().join("r.toml");
    let arguments = ["train", file.to_str().unwrap(), "-o", "x", "--recipe", recipe.to_str().unwrap()];
    assert!(tamis(&arguments, b"").stderr.contains("folds must be between"));
}

/// Counts of a file by `data stats`.
fn stats(name: &str, text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, text).unwrap();
    let run = tamis(&["data", "stats", file.to_str().unwrap(), "--format", "json"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.json()[0]["total"].clone()
}

#[test]
fn every_labeling_format_is_read() {
    let counts = |total: &Value| ["pages", "content", "junk", "dont_care"].map(|key| total[key].as_u64().unwrap());
    let lines = "{\"text\":\"正文\",\"label\":\"content\",\"page\":\"1\"}\n\
        {\"text\":\"首页\",\"label\":\"junk\",\"kind\":\"nav\",\"page\":\"1\"}\n\
        {\"text\":\"说不清\",\"label\":\"mixed\",\"page\":\"2\"}\n";
    assert_eq!(counts(&stats("lines.jsonl", lines)), [2, 1, 1, 1]);
    let fasttext = "__label__content 正文\n__label__junk __label__nav 首页\n\n__label__spam 在线观看|免费\n";
    assert_eq!(counts(&stats("f.txt", fasttext)), [2, 1, 2, 0]);
    let text = "首页 新闻\n老木匠修好了长椅。\n没有标签";
    let spans = json!([
        {"id": 1, "data": {"text": "老木匠修好了长椅。"}, "annotations": [
            {"result": [{"type": "choices", "value": {"choices": ["content"]}}]}]},
        {"id": 2, "data": {"html": text}, "annotations": [{"result": [
            {"value": {"start": 0, "end": 5, "labels": ["junk"]}},
            {"value": {"start": 6, "end": 15, "labels": ["content"]}}]}]},
    ]);
    assert_eq!(counts(&stats("studio.json", &spans.to_string())), [2, 2, 1, 1]);
    let doccano = format!(
        "{}\n{}\n",
        json!({"id": 1, "text": "首页", "label": ["junk"]}),
        json!({"id": 2, "text": text, "labels": [[0, 5, "junk"], [6, 15, "content"]]})
    );
    assert_eq!(counts(&stats("doccano.jsonl", &doccano)), [2, 1, 2, 1]);
}

#[test]
fn bad_training_records_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.jsonl");
    for (bad, why) in [
        ("{\"text\":\"x\",\"label\":\"maybe\"}", "`maybe` is no label"),
        ("{\"blocks\":[{\"label\":\"junk\"}]}", "missing field `text`"),
        ("{", "EOF"),
    ] {
        fs::write(&file, format!("{{\"text\":\"x\",\"label\":\"junk\"}}\n{bad}\n")).unwrap();
        let run = tamis(&["data", "stats", file.to_str().unwrap()], b"");
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("bad.jsonl, record 2, byte 28") && run.stderr.contains(why), "{}", run.stderr);
    }
    let empty = tamis(&["data", "stats", folder.path().join("none").to_str().unwrap()], b"");
    assert_eq!(empty.code, 2);
}

/// Labels say what they say in `data/`, whatever the file.
#[test]
fn the_projects_own_pages_are_well_formed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let run = tamis(&["data", "stats", data.to_str().unwrap(), "--format", "json"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = &run.json()[0];
    let known = [
        "main",
        "title",
        "heading",
        "table",
        "caption",
        "comment",
        "nav",
        "legal",
        "meta",
        "widget",
        "related",
        "promo",
        "seo-title",
        "seo-links",
        "vice",
        "generated",
        "gibberish",
        "ad-contact",
    ];
    for kind in all["kinds"].as_object().unwrap().keys() {
        let (label, kind) = kind.split_once('/').unwrap();
        // What can be argued about is "don't care" under its kind.
        let uncounted = label == "don't care" && ["byline", "mixed"].contains(&kind);
        let expected = uncounted || known.contains(&kind);
        assert!(expected, "{label}/{kind}");
    }
    assert!(all["total"]["test_pages"].as_u64().unwrap() >= 100);
}
