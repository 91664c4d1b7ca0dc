//! `tamis data check` and `tamis data suspects`, from the outside.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::fs;
use std::path::Path;

use common::{Run, tamis};
use serde_json::{Value, json};

fn block(text: &str, label: &str) -> Value {
    json!({"text": text, "label": label})
}

/// A page with a menu and three long lines of its own.
fn page(id: &str, site: &str) -> Value {
    let lines = (0..3).map(|k| {
        block(&format!("{site}的第{k}号渡口在雾里等着最后一班船，{id}号船工把缆绳又绕紧了一圈，没有说话。"), "content")
    });
    let nav = json!({"text": format!("{site}首页 | 船期 | 登录"), "label": "junk", "kind": "nav"});
    let spam = json!({"text": format!("{site}在线观看|免费下载"), "label": "junk", "kind": "seo-links"});
    let blocks: Vec<Value> = [nav].into_iter().chain(lines).chain([spam]).collect();
    json!({"id": id, "site": site, "lang": "zh-Hans", "blocks": blocks})
}

fn check(folder: &Path, pages: &[Value], more: &[&str]) -> Run {
    let file = folder.join("pages.jsonl");
    fs::write(&file, pages.iter().map(|page| format!("{page}\n")).collect::<String>()).unwrap();
    tamis(&[&["data", "check", file.to_str().unwrap()], more].concat(), b"")
}

fn findings(pages: &[Value]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let run = check(folder.path(), pages, &["--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.json()
}

/// The findings of one kind.
fn of<'a>(findings: &'a [Value], kind: &str) -> Vec<&'a Value> {
    findings.iter().filter(|finding| finding["kind"] == kind).collect()
}

/// Four pages of three sites without a mistake.
fn sound() -> Vec<Value> {
    vec![page("1", "青山"), page("2", "白河"), page("3", "白河"), page("4", "红叶")]
}

#[test]
fn sound_data_gives_no_finding() {
    assert_eq!(findings(&sound()), [Value::Null; 0]);
    let folder = tempfile::tempdir().unwrap();
    let run = check(folder.path(), &sound(), &["--strict"]);
    assert_eq!((run.code, run.text().as_str()), (0, "errors: 0, warnings: 0, notes: 0\n"));
}

#[test]
fn findings_name_their_place_and_fail_only_when_strict() {
    let mut pages = sound();
    pages[3]["id"] = json!("1");
    let folder = tempfile::tempdir().unwrap();
    let run = check(folder.path(), &pages, &["--format", "json"]);
    assert_eq!(run.code, 0);
    let all = run.json();
    let found = &of(&all, "duplicate-id")[0];
    assert_eq!((&found["severity"], &found["record"], &found["page"]), (&json!("error"), &json!(4), &json!("1")));
    assert!(
        found["file"].as_str().unwrap().ends_with("pages.jsonl")
            && found["what"].as_str().unwrap().contains("record 1")
    );
    assert!(!found["advice"].as_str().unwrap().is_empty());
    let strict = check(folder.path(), &pages, &["--strict"]);
    assert_eq!(strict.code, 1);
    assert!(strict.stderr.contains("1 finding is an error"), "{}", strict.stderr);
    assert!(strict.text().contains("error: duplicate-id (1)") && strict.text().contains("record 4, page `1`"));
}

#[test]
fn balance() {
    let content = json!({"id": "1", "site": "a", "blocks": [block("老木匠修好了长椅。", "content")]});
    let all = findings(&[content.clone(), content]);
    assert_eq!(of(&all, "one-label")[0]["severity"], "error");
    assert_eq!(of(&all, "one-group")[0]["severity"], "error");

    let mut pages = sound();
    let many: Vec<Value> = (0..210).map(|k| block(&format!("Row {k}: the ferry leaves at noon"), "content")).collect();
    pages.push(json!({"id": "5", "site": "harbour", "lang": "en", "blocks": many}));
    let all = findings(&pages);
    assert!(of(&all, "unbalanced-language")[0]["what"].as_str().unwrap().starts_with("en: 210 content"));
    assert!(of(&all, "one-site-is-most")[0]["what"].as_str().unwrap().contains("`harbour`"));
    assert_eq!(of(&all, "no-junk")[0]["page"], "5");

    let mut pages = sound();
    for page in &mut pages {
        page["blocks"].as_array_mut().unwrap().pop();
    }
    assert!(of(&findings(&pages), "one-kind")[0]["what"].as_str().unwrap().contains("0 of spam"));
}

#[test]
fn splits_and_leaks() {
    let mut pages = sound();
    pages[2]["split"] = json!("test");
    let all = findings(&pages);
    assert!(
        of(&all, "split-site")[0]["what"].as_str().unwrap().contains("`白河` is on both sides: 1 to train, 1 to test")
    );
    assert_eq!(of(&all, "split-group").len(), 0, "told once");

    // The same article on another site, with another menu.
    let mut copy = page("5", "石桥");
    copy["blocks"] = page("1", "青山")["blocks"].clone();
    copy["blocks"][0] = block("石桥首页 | 论坛", "junk");
    let mut pages = sound();
    pages.push(copy.clone());
    let all = findings(&pages);
    let leak = &of(&all, "near-duplicates")[0];
    assert_eq!((&leak["severity"], &leak["page"]), (&json!("warning"), &json!("5")));
    assert!(leak["what"].as_str().unwrap().contains("page `1`"), "{leak}");
    copy["split"] = json!("test");
    pages[4] = copy;
    assert_eq!(of(&findings(&pages), "near-duplicates")[0]["severity"], "error");

    // A site may repeat itself, but a page that is there twice counts twice.
    let mut pages = sound();
    let mut again = pages[0].clone();
    again["id"] = json!("again");
    pages.push(again);
    let all = findings(&pages);
    assert_eq!((of(&all, "near-duplicates").len(), of(&all, "duplicate-page").len()), (0, 1));

    // Eight lines in a row on pages that have more to say.
    let line = |name: &str, k: usize| block(&format!("{name}的第{k}页日记写到了河上的浮冰和对岸的灯火"), "content");
    let long = |id: &str, site: &str| {
        let own = (0..20).map(|k| line(site, k));
        let blocks: Vec<Value> = own.chain((0..8).map(|k| line("共有", k))).chain([block("登录", "junk")]).collect();
        json!({"id": id, "site": site, "lang": "zh", "blocks": blocks})
    };
    let mut pages = sound();
    pages.extend([long("6", "南塘"), long("7", "北坡")]);
    let all = findings(&pages);
    let run = &of(&all, "shared-run")[0];
    assert!(run["what"].as_str().unwrap().starts_with("8 blocks of content in a row"), "{run}");
    assert_eq!((&run["page"], &run["block"]), (&json!("7"), &json!(20)));
}

#[test]
fn labels_that_contradict_each_other() {
    let long = "本站所有文章均由网友投稿，版权归原作者所有，转载请注明出处。";
    let mut pages = sound();
    for (i, label) in ["junk", "junk", "junk", "content"].into_iter().enumerate() {
        pages[i]["blocks"].as_array_mut().unwrap().push(block(long, label));
    }
    pages[0]["blocks"].as_array_mut().unwrap().push(block("船期", "junk"));
    pages[1]["blocks"].as_array_mut().unwrap().extend([block("船 期", "content"), block("船期", "junk")]);
    let all = findings(&pages);
    let conflict = of(&all, "label-conflict");
    assert_eq!(conflict.len(), 1);
    assert_eq!(conflict[0]["what"], "content 1 times, junk 3 times");
    assert_eq!((&conflict[0]["page"], &conflict[0]["text"]), (&json!("4"), &json!(long)), "the rarer label");
    assert_eq!(of(&all, "label-conflict-short")[0]["severity"], "note");
    let inside = of(&all, "page-conflict");
    assert_eq!((inside.len(), &inside[0]["severity"], &inside[0]["block"]), (1, &json!("note"), &json!(7)));
}

#[test]
fn damaged_pages() {
    let mut pages = sound();
    pages[0]["blocks"].as_array_mut().unwrap().extend([
        block(" \u{200B} ", "junk"),
        block(&"水".repeat(10_001), "content"),
        block("第一行\n第二行", "content"),
    ]);
    pages[3]["blocks"] = json!([block("说不清", "mixed"), block("也说不清", "mixed")]);
    let all = findings(&pages);
    for (kind, block) in [("empty-block", 5), ("long-block", 6), ("many-lines", 7)] {
        assert_eq!(of(&all, kind)[0]["block"], block, "{kind}");
    }
    assert_eq!(of(&all, "long-block")[0]["text"].as_str().unwrap().chars().count(), 80);
    assert_eq!(of(&all, "no-label")[0]["page"], "4");
}

/// Thirty pages of ten sites, two of whose labels are wrong.
fn with_mistakes() -> Vec<Value> {
    let names = ["青山", "白河", "红叶", "石桥", "南塘", "北坡", "东湾", "西岭", "柳巷", "梅园"];
    let mut pages: Vec<Value> = (0..30).map(|i| page(&i.to_string(), names[i % 10])).collect();
    pages[4]["blocks"][0]["label"] = json!("content");
    pages[7]["blocks"][2]["label"] = json!("junk");
    pages
}

#[test]
fn wrong_labels_are_the_first_suspects() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, recipe) = (path("pages.jsonl"), path("recipe.toml"));
    let settings = "table_bits = 10\nfolds = 3\nhead_rows = 3000\nlexical_passes = 4\n\
        [augment]\ncomposed = 0\ndoorways = 0\npolluted = 0.0\n";
    fs::write(&recipe, settings).unwrap();
    let write = |pages: &[Value]| fs::write(&data, pages.iter().map(|page| format!("{page}\n")).collect::<String>());
    write(&with_mistakes()).unwrap();
    let arguments = ["data", "suspects", &data, "--recipe", &recipe, "--format", "json"];
    let run = tamis(&arguments, b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let suspects = run.json();
    let mut first: Vec<_> = suspects[..2].iter().map(|suspect| (&suspect["page"], &suspect["block"])).collect();
    first.sort_by_key(|place| place.1.as_u64());
    assert_eq!(first, [(&json!("4"), &json!(0)), (&json!("7"), &json!(2))], "{}", run.text());
    for suspect in &suspects {
        let score = suspect["score"].as_f64().unwrap();
        assert_eq!(suspect["label"] == "junk", score < 0.5, "the model contradicts the label: {suspect}");
    }
    assert_eq!(
        suspects[0]["record"].as_u64().unwrap(),
        1 + suspects[0]["page"].as_str().unwrap().parse::<u64>().unwrap()
    );
    assert_eq!(run.stdout, tamis(&[&arguments[..], &["-j", "1"]].concat(), b"").stdout, "threads act");
    assert_eq!(tamis(&[&arguments[..], &["--top", "1"]].concat(), b"").json().len(), 1);

    // A page that is wrong as a whole gives no more than its share.
    let mut pages = with_mistakes();
    for block in &mut pages[7]["blocks"].as_array_mut().unwrap()[1..4] {
        block["label"] = json!("junk");
    }
    write(&pages).unwrap();
    for most in [1, 2] {
        let run = tamis(&[&arguments[..], &["--per-page", &most.to_string()]].concat(), b"");
        assert_eq!(run.json().iter().filter(|suspect| suspect["page"] == "7").count(), most, "{}", run.text());
    }
    let table = tamis(&arguments[..5], b"").text();
    assert!(table.starts_with("P(junk)") && table.contains("pages.jsonl, page `4`, block 0: 南塘首页"), "{table}");
}
