//! Models for pages of HTML: trained, chosen, explained.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::tamis;
use tamis::{Classifier, Label, Model, Threshold, segment};

const RECIPE: &str = "groups = [\"stats\", \"ngrams\", \"context\", \"markup\"]\ntable_bits = 10\nfolds = 3\n\
    head_rows = 4000\nlexical_passes = 4\n[augment]\ncomposed = 0\ndoorways = 0\npolluted = 0.2\n";

/// A page whose sentences all look alike: nothing but where they stand tells content from teasers.
fn page(site: usize, number: usize) -> (String, String) {
    const CHARACTERS: &str = "村里的水车石桥磨坊长椅渡口钟楼粮仓老井修好了大家都去看一直到天黑春夏秋冬风雨山河花草木";
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let sentence = |k: usize| {
        let mut state = (site * 1000 + number * 100 + k + 1) as u64;
        let mut text: String = (0..24)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                characters[(state >> 33) as usize % characters.len()]
            })
            .collect();
        text.push('。');
        text
    };
    let (mut html, mut gold) = (String::new(), String::new());
    let title: String = sentence(50).chars().take(7).collect();
    write!(
        html,
        "<title>{title} - {site}号站</title><body><nav class=top-menu><a href=/>首页</a> <a href=/n>新闻</a></nav>"
    )
    .unwrap();
    write!(html, "<div class='sidebar s{site}'>").unwrap();
    (0..4).for_each(|k| write!(html, "<div class=teaser><a href=/{k}>{}</a></div>", sentence(k + 11)).unwrap());
    write!(html, "</div><article class='post p{site}'><h1>{title}</h1>").unwrap();
    gold.push_str(&title);
    for k in 0..5 {
        write!(html, "<p>{}</p>", sentence(k)).unwrap();
        write!(gold, "\n{}", sentence(k)).unwrap();
    }
    write!(html, "</article><footer>").unwrap();
    (0..2).for_each(|k| write!(html, "<p>{}</p>", sentence(k + 23)).unwrap());
    write!(html, "</footer></body>").unwrap();
    (html, gold)
}

fn pairs(folder: &Path, sites: std::ops::Range<usize>) {
    fs::create_dir_all(folder).unwrap();
    for site in sites {
        for number in 0..4 {
            let (html, gold) = page(site, number);
            fs::write(folder.join(format!("site{site}__{number}.html")), html).unwrap();
            fs::write(folder.join(format!("site{site}__{number}.txt")), gold).unwrap();
        }
    }
}

/// A folder with a trained model and the pages of sites it has not seen.
fn trained() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    pairs(&folder.path().join("train"), 0..9);
    pairs(&folder.path().join("test"), 9..12);
    fs::write(folder.path().join("recipe.toml"), RECIPE).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let run =
        tamis(&["train", &path("train"), "--recipe", &path("recipe.toml"), "-o", &path("model.safetensors")], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    folder
}

#[test]
fn a_model_for_html_learns_from_pairs_and_is_used_for_html_alone() {
    let folder = trained();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let model = path("model.safetensors");
    let report = &tamis(&["eval", &model, &path("test"), "--format", "json"], b"").json()[0];
    assert_eq!(report["pages"], 12);
    assert!(report["overall"]["auc"].as_f64().unwrap() > 0.99, "{}", report["overall"]);

    let (html, gold) = page(10, 2);
    let cleaned = tamis(&["clean", "-m", &model, "-p", "balanced", "--input-format", "html"], html.as_bytes());
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join("\n");
    assert_eq!(words(&String::from_utf8(cleaned.stdout).unwrap()), words(&gold), "{}", cleaned.stderr);

    // A text has no markup: the embedded model takes it.
    let text = "首页 | 新闻 | 登录 | 注册\n\n村里的水车在五月里修好了，大家都去看，一直看到天黑。\n";
    let own = tamis(&["classify", "-m", &model], text.as_bytes());
    assert_eq!(own.code, 0, "{}", own.stderr);
    assert_eq!(own.stdout, tamis(&["classify"], text.as_bytes()).stdout);

    // The file says what it is for, and texts cannot train such a model.
    let info = String::from_utf8(tamis(&["model", "info", &model], b"").stdout).unwrap();
    assert!(info.contains("markup"), "{info}");
    fs::write(path("texts.jsonl"), "{\"blocks\":[{\"text\":\"a\",\"label\":\"junk\"}]}\n").unwrap();
    let run = tamis(&["train", &path("texts.jsonl"), "--groups", "stats,markup", "-o", &path("no.safetensors")], b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("HTML"), "{}", run.stderr);
}

#[test]
fn explanations_of_html_add_up_and_name_elements() {
    let folder = trained();
    let model = Model::load(folder.path().join("model.safetensors")).unwrap();
    let again = Model::from_bytes(&model.to_bytes().unwrap()).unwrap().to_bytes().unwrap();
    assert!(again == model.to_bytes().unwrap(), "the file is not read as it was written");
    let classifier = Classifier::new(model).unwrap().with_threshold(Threshold::Fixed(0.5)).unwrap();
    let page = segment::html(&page(11, 1).0);
    let mut worker = classifier.worker();
    for (i, block) in page.blocks.iter().enumerate() {
        let (verdict, explanation) = worker.explain(&page, i);
        let sum = explanation.base + explanation.reasons.iter().map(|reason| reason.contribution).sum::<f32>();
        assert!((sum - explanation.log_odds).abs() < 1e-3, "{sum} {}", explanation.log_odds);
        assert!((verdict.score - explanation.score()).abs() < 1e-4, "{} {}", verdict.score, explanation.score());
        let elements: Vec<&str> = explanation
            .reasons
            .iter()
            .filter(|reason| reason.feature == "element")
            .filter_map(|reason| reason.word.as_deref())
            .collect();
        assert!(!elements.is_empty(), "no element is a reason for {}", block.text);
        assert!(explanation.reasons.iter().any(|reason| reason.feature.starts_with("markup.")));
        assert!(explanation.reasons.iter().any(|reason| reason.feature == "context.group1"));
        if verdict.label == Label::Junk && block.text.ends_with('。') && i < 6 {
            assert!(elements.contains(&"div.teaser"), "{elements:?}");
        }
    }
}

#[test]
fn the_embedded_model_for_html_reads_markup() {
    let classifier = Classifier::embedded().unwrap();
    let sentence = "<p>The mill on the river was mended in May, and everybody went to see it turn again.</p>";
    let article = format!("<body><article class=post><h1>The mill turns again</h1>{}</article>", sentence.repeat(4));
    let html = format!(
        "{article}<div class=cookie-banner><p>We went to see what is stored here, and so can you.</p></div></body>"
    );
    let page = segment::html(&html);
    let scores: Vec<f32> = classifier.classify(&page).iter().map(|verdict| verdict.score).collect();
    let (banner, content) = scores.split_last().unwrap();
    assert!(content.iter().all(|score| score < banner), "{scores:?}");
    let plain = segment::html(&html.replace("cookie-banner", "post").replace("div", "article"));
    let plain: Vec<f32> = classifier.classify(&plain).iter().map(|verdict| verdict.score).collect();
    assert!(plain[5] < *banner, "names make no difference: {plain:?} {scores:?}");
}

#[test]
fn html_can_stand_in_records_with_its_content_or_with_labels() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (html, gold) = page(0, 0);
    fs::write(path("page.html"), &html).unwrap();
    let block = |text: &str, label: &str| serde_json::json!({"text": text, "label": label});
    let content = gold.lines().map(|line| block(line, "content"));
    let blocks: Vec<_> = std::iter::once(block("首页新闻", "junk")).chain(content).collect();
    let records = [
        serde_json::json!({"id": "a", "html": html, "content": gold}),
        serde_json::json!({"id": "b", "html_file": "page.html", "content": gold}),
        serde_json::json!({"id": "c", "html_file": "page.html", "blocks": blocks}),
    ];
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    fs::write(path("pages.jsonl"), lines).unwrap();
    let stats = tamis(&["data", "stats", &path("pages.jsonl"), "--format", "json"], b"").json();
    let total = &stats[0]["total"];
    assert_eq!(
        (&total["content"], &total["junk"], &total["dont_care"]),
        (&18.into(), &15.into(), &6.into()),
        "{total}"
    );
    fs::write(path("missing.jsonl"), "{\"html_file\": \"no.html\", \"content\": \"x\"}\n").unwrap();
    let run = tamis(&["data", "stats", &path("missing.jsonl")], b"");
    assert!(run.code == 2 && run.stderr.contains("no.html"), "{}", run.stderr);
}

#[test]
fn parts_share_no_site() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let lines: String = (0..60)
        .map(|k| {
            format!("{{\"id\":\"{k}\", \"site\":\"s{}\",\"blocks\":[{{\"text\":\"x\",\"label\":\"junk\"}}]}}\n", k % 12)
        })
        .collect();
    fs::write(path("pages.jsonl"), &lines).unwrap();
    let run = tamis(&["data", "split", "--parts", "3", "-o", &path("parts"), &path("pages.jsonl")], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut found = Vec::new();
    let mut sites = std::collections::BTreeMap::new();
    for part in 0..3 {
        let text = fs::read_to_string(path(&format!("parts/{part}/pages.jsonl"))).unwrap_or_default();
        for line in text.lines() {
            let page: serde_json::Value = serde_json::from_str(line).unwrap();
            let site = page["site"].as_str().unwrap().to_owned();
            assert_eq!(*sites.entry(site).or_insert(part), part);
            found.push(line.to_owned());
        }
    }
    let mut expected: Vec<String> = lines.lines().map(str::to_owned).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "records are copied as they stand");
}
