//! `tamis tune`, from the outside.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Run, tamis};
use serde_json::{Value, json};

const RECIPE: &str = "table_bits = 10\nfolds = 3\nhead_rows = 3000\nlexical_passes = 4\n\
    [augment]\ncomposed = 0\ndoorways = 0\npolluted = 0.0\n";

/// A page of a numbered site: a menu, seven long lines, four lines of junk.
fn page(site: usize, odd: bool) -> Value {
    let name = |k: usize| ["东", "西", "南", "北", "山", "水", "云", "石"][(site / 8usize.pow(k as u32)) % 8];
    let site = format!("{}{}{}村", name(0), name(1), name(2));
    let article = |k: usize| format!("{site}的第{k}口老井今年又打出了清水，村民们把石栏修好，在旁边种了两棵石榴树。");
    let mut blocks = vec![json!({"text": format!("{site}首页 | 新闻 | 登录 | 注册"), "label": "junk", "kind": "nav"})];
    blocks.extend((0..7).map(|k| json!({"text": article(k), "label": "content"})));
    // What no model can tell from a menu.
    let label = if odd { "content" } else { "junk" };
    blocks.push(json!({"text": format!("{site}上一篇 | 下一篇 | 返回"), "label": label}));
    blocks.push(json!({"text": format!("版权所有 {site}网 备案号"), "label": "junk", "kind": "legal"}));
    blocks.push(json!({"text": "在线观看|免费下载|高清资源", "label": "junk", "kind": "seo-links"}));
    blocks.push(json!({"text": format!("分享到 | 收藏{site} | 举报"), "label": "junk", "kind": "widget"}));
    json!({"id": site, "site": site, "lang": "zh-Hans", "blocks": blocks})
}

/// Pages of these sites, of which every `odd`th has a line of content that looks like junk.
fn pages(sites: std::ops::Range<usize>, odd: usize) -> String {
    sites.fold(String::new(), |mut out, site| {
        writeln!(out, "{}", page(site, site % odd == 0)).unwrap();
        out
    })
}

/// The same pages as HTML.
fn html_pages(sites: std::ops::Range<usize>) -> String {
    sites.fold(String::new(), |mut out, site| {
        let page = page(site, false);
        let blocks = page["blocks"].as_array().unwrap();
        let text = |block: &Value| block["text"].as_str().unwrap().to_owned();
        let (mut html, mut content) = (String::from("<html><body>"), String::new());
        for block in blocks {
            let is_content = block["label"] == "content";
            let name = if is_content { "p" } else { "nav" };
            write!(html, "<{name}>{}</{name}>", text(block)).unwrap();
            if is_content {
                writeln!(content, "{}", text(block)).unwrap();
            }
        }
        writeln!(out, "{}", json!({"id": page["id"], "site": page["site"], "html": html, "content": content})).unwrap();
        out
    })
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// A folder with `model.safetensors`, trained on this data.
    fn new(data: &str) -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        bench.write("recipe.toml", RECIPE);
        let (data, recipe) = (bench.write("known.jsonl", data), bench.path("recipe.toml"));
        let run = tamis(&["train", &data, "--recipe", &recipe, "-o", &bench.path("model.safetensors")], b"");
        assert_eq!(run.code, 0, "{}", run.stderr);
        bench
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// Tunes on `own.jsonl`.
    fn tune(&self, more: &[&str]) -> Run {
        let (model, data, output) =
            (self.path("model.safetensors"), self.path("own.jsonl"), self.path("tuned.safetensors"));
        tamis(&[&["tune", &model, &data, "-o", &output, "--format", "json"], more].concat(), b"")
    }

    fn tuned(&self) -> PathBuf {
        self.folder.path().join("tuned.safetensors")
    }
}

fn info(model: &Path) -> Value {
    tamis(&["model", "info", model.to_str().unwrap(), "--format", "json"], b"").json()[0].clone()
}

/// The rows of thresholds that `model info` shows.
fn thresholds(model: &str) -> Vec<String> {
    let text = tamis(&["model", "info", model], b"").text();
    let lines =
        text.lines().filter(|line| ["cautious  ", "balanced  ", "strict  "].iter().any(|name| line.starts_with(name)));
    lines.filter(|line| !line.contains("tuned")).map(str::to_owned).collect()
}

#[test]
fn a_loss_is_promised_where_there_is_enough_to_measure_it() {
    let bench = Bench::new(&pages(0..40, 1000));
    let own = bench.write("own.jsonl", &pages(100..140, 8));
    let run = bench.tune(&["--content-lost", "0.02"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let tuning = &run.json()[0];
    assert_eq!(tuning["preset"], "balanced");
    assert_eq!(tuning["data"], json!([{"name": "own", "pages": 40, "blocks": 480}]));
    let script = &tuning["scripts"][0];
    assert_eq!((tuning["scripts"].as_array().unwrap().len(), &script["script"]), (1, &json!("han")));
    assert_eq!((&script["sites"], &script["content"], &script["junk"]), (&json!(40), &json!(285), &json!(195)));
    let measured = |name: &str| {
        let all = script["measured"].as_array().unwrap();
        all.iter().find(|metric| metric["name"] == name).unwrap()["value"].as_f64().unwrap()
    };
    assert!(measured("content_lost") <= measured("bound") && measured("bound") <= 0.02, "{script}");
    assert!(measured("junk_removed") > 0.3, "{script}");

    // The model is the old one but for the thresholds and what it says of itself.
    let (old, new) = (bench.path("model.safetensors"), bench.path("tuned.safetensors"));
    let about = info(&bench.tuned());
    assert_eq!(about["tuning"], json!([tuning]));
    assert_eq!(info(Path::new(&old))["tuning"], Value::Null, "a model that was not tuned has no such entry");
    let named = |name: &str| about["metrics"].as_array().unwrap().iter().any(|metric| metric["name"] == name);
    assert!(
        named("cautious.content_lost") && !named("balanced.content_lost"),
        "measured with thresholds that are gone"
    );
    let (before, after) = (thresholds(&old), thresholds(&new));
    assert_eq!((before.len(), &before[0], &before[2]), (3, &after[0], &after[2]));
    assert_ne!(before[1], after[1]);
    let row = |row: &str| row.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let changed = row(&before[1]).iter().zip(row(&after[1])).filter(|(a, b)| *a != b).count();
    assert_eq!(changed, 1, "one script has data");
    let text = tamis(&["model", "info", &new], b"").text();
    assert!(text.contains("balanced tuned for content_lost 0.02\n  on own "), "{text}");

    // `eval` finds what the tuning says.
    let report = &tamis(&["eval", &new, &own, "--format", "json"], b"").json()[0];
    let lost = report["overall"]["presets"][1]["content_lost"].as_f64().unwrap();
    assert!((lost - measured("content_lost")).abs() < 1e-4, "{lost} {script}");

    // Tuned again, for another preset and for the same.
    let again = |goal: &[&str]| tamis(&[&["tune", &new, &own, "-o", &new], goal].concat(), b"");
    assert_eq!(again(&["--content-lost", "0.03", "--preset", "strict"]).code, 0);
    assert_eq!(again(&["--content-lost", "0.04"]).code, 0);
    let tuning = info(&bench.tuned())["tuning"].clone();
    let presets: Vec<&Value> = tuning.as_array().unwrap().iter().map(|tuning| &tuning["preset"]).collect();
    assert_eq!(presets, ["strict", "balanced"]);
}

#[test]
fn too_little_data_is_refused_with_what_it_takes() {
    let bench = Bench::new(&pages(0..40, 1000));
    bench.write("own.jsonl", &pages(100..106, 8));
    for (goal, needed) in [
        (["--content-lost", "0.005"], "han: 43 content blocks of 6 sites, and it takes 598 of 15 sites"),
        (["--precision", "0.99"], "han: 29 junk blocks of 6 sites, and it takes 459 of 15 sites"),
        (["--cost-lost", "5"], "it takes 300 of 15 sites and 29 junk blocks"),
    ] {
        let run = bench.tune(&goal);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("too small to promise") && run.stderr.contains(needed), "{}", run.stderr);
    }
    // Blocks enough, but of one site.
    let many = pages(100..140, 1000);
    let one = many.lines().map(|line| {
        let mut page: Value = serde_json::from_str(line).unwrap();
        page["site"] = json!("one");
        format!("{page}\n")
    });
    bench.write("own.jsonl", &one.collect::<String>());
    let run = bench.tune(&["--content-lost", "0.02"]);
    assert!(run.stderr.contains("280 content blocks of 1 sites, and it takes 149 of 15 sites"), "{}", run.stderr);
    assert!(!bench.tuned().exists());
    for wrong in [&["--content-lost", "1.5"][..], &["--cost-lost", "0"], &["--precision", "NaN"]] {
        assert!(bench.tune(wrong).stderr.contains("to tune for is above 0"), "{wrong:?}");
    }
    assert_eq!(bench.tune(&[]).code, 2, "a goal must be given");
    assert_eq!(bench.tune(&["--precision", "0.9", "--content-lost", "0.1"]).code, 2, "one goal only");
}

#[test]
fn precision_and_cost_act() {
    let bench = Bench::new(&pages(0..40, 1000));
    // Every fourth page has a line of content that no model tells from a menu.
    bench.write("own.jsonl", &pages(100..220, 4));
    let threshold = |goal: &[&str]| {
        let run = bench.tune(goal);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.json()[0]["scripts"][0].clone()
    };
    let value = |script: &Value, name: &str| {
        let all = script["measured"].as_array().unwrap();
        all.iter().find(|metric| metric["name"] == name).map(|metric| metric["value"].as_f64().unwrap())
    };
    let low = threshold(&["--precision", "0.8"]);
    assert!(value(&low, "bound").unwrap() >= 0.8 && value(&low, "precision") >= value(&low, "bound"), "{low}");
    assert_eq!(info(&bench.tuned())["tuning"][0]["goal"], json!([{"name": "precision", "value": 0.8}]));

    let dear = threshold(&["--cost-lost", "50"]);
    assert_eq!(info(&bench.tuned())["tuning"][0]["preset"], "strict");
    let cheap = threshold(&["--cost-lost", "1", "--cost-kept", "50"]);
    assert!(cheap["threshold"].as_f64() < dear["threshold"].as_f64(), "{cheap} {dear}");
    assert!(value(&cheap, "junk_removed") > value(&dear, "junk_removed"), "{cheap} {dear}");
    assert_eq!(value(&dear, "bound"), None, "costs promise no limit");

    // Half of what looks like junk is content.
    bench.write("own.jsonl", &pages(100..400, 1));
    let blocks = |line: &str| {
        let mut page: Value = serde_json::from_str(line).unwrap();
        for block in page["blocks"].as_array_mut().unwrap().iter_mut().skip(8) {
            block["label"] = json!("content");
        }
        format!("{page}\n")
    };
    bench.write("own.jsonl", &pages(100..220, 1).lines().map(blocks).collect::<String>());
    let run = bench.tune(&["--precision", "0.96"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no threshold promises a precision of 0.96: the best"), "{}", run.stderr);
}

#[test]
fn a_model_for_html_is_tuned_on_html() {
    let bench = Bench::new(&html_pages(0..30));
    bench.write("own.jsonl", &pages(100..130, 1000));
    let run = bench.tune(&["--content-lost", "0.05"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no page is of HTML"), "{}", run.stderr);
    // Texts among the pages of HTML do not count.
    bench.write("own.jsonl", &(html_pages(100..130) + &pages(200..230, 1000)));
    let run = bench.tune(&["--content-lost", "0.05"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.json()[0]["data"][0]["pages"], 30);
}

#[test]
fn pages_that_the_model_may_know_are_told_of() {
    let bench = Bench::new(&pages(0..40, 1000));
    let (model, known, output) =
        (bench.path("model.safetensors"), bench.path("known.jsonl"), bench.path("x.safetensors"));
    let run = tamis(&["tune", &model, &known, "-o", &output, "--content-lost", "0.05"], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("the model was trained on a set `known`"), "{}", run.stderr);
}
