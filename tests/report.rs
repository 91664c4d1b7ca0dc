//! Reports as files. What they look like and how they behave in a browser: tests/browser.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::fs;

use common::tamis;
use serde_json::Value;

const PAGE: &str = "首页 | 新闻 | 登录 | 注册\n\
    昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。\n\
    </script><script>alert(1)</script> <!-- /*data*/ /*script*/\n\
    版权所有 © 2024 河边网 All Rights Reserved\n";

/// The JSON in a page.
fn data(html: &str) -> Value {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_page_holds_everything_and_loads_nothing() {
    let run = tamis(&["report", "--format", "html", "--preset", "balanced"], PAGE.as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let html = run.text();
    assert_eq!(html.matches("</script>").count(), 2, "page text cannot end the data");
    assert!(!html.contains("src=") && !html.contains("@import") && !html.contains("url("));
    let data = data(&html);
    assert_eq!(data["threshold"], "balanced");
    let blocks = data["pages"][0]["b"].as_array().unwrap();
    assert_eq!(blocks.len(), 4);
    assert!(PAGE.lines().zip(blocks).all(|(line, block)| block[0] == line));
    // With reasons, all of which add up.
    for block in blocks {
        let why = block[4].as_array().unwrap();
        assert!(!why[2].as_array().unwrap().is_empty());
    }
    // Scores and thresholds decide as the library did.
    let verdicts = tamis(&["classify", "--preset", "balanced"], PAGE.as_bytes()).json();
    let thresholds = &data["presets"][1][1];
    for (verdict, block) in verdicts.iter().zip(blocks) {
        let threshold = thresholds[usize::try_from(block[2].as_u64().unwrap()).unwrap()].as_f64().unwrap() as f32;
        let junk = block[1].as_f64().unwrap() as f32 >= threshold;
        assert_eq!(verdict["label"], if junk { "junk" } else { "content" });
    }
    let kinds = tamis(&["classify", "--threshold", "0"], PAGE.as_bytes()).json();
    for (verdict, block) in kinds.iter().zip(blocks) {
        assert_eq!(verdict["kind"], ["boilerplate", "spam"][usize::try_from(block[3].as_u64().unwrap()).unwrap()]);
    }
}

#[test]
fn a_large_run_is_sampled_the_same_on_any_number_of_threads() {
    let lines: String = (0..6000)
        .map(|i| format!("{{\"id\":\"p{i}\",\"text\":{}}}\n", serde_json::to_string(&format!("{i}\n{PAGE}")).unwrap()))
        .collect();
    let run = |threads: &str| {
        let arguments = ["report", "--format", "html", "--input-format", "jsonl", "--threads", threads];
        tamis(&arguments, lines.as_bytes()).text()
    };
    let html = run("3");
    assert!(html == run("1"));
    assert!(html.len() < 2_000_000, "{}", html.len());
    let data = data(&html);
    assert_eq!(data["total"]["pages"], 6000);
    let shown = data["pages"].as_array().unwrap().len();
    assert!((500..6000).contains(&shown), "{shown}");
    assert_eq!(data["lean"], true);
    assert_eq!(data["lines"][0][1], 6000);
}

#[test]
fn nothing_in_is_a_report_too() {
    for format in ["text", "html", "sarif", "json"] {
        let run = tamis(&["report", "--format", format], b"");
        assert_eq!((run.code, run.stdout.is_empty()), (0, false), "{format}: {}", run.stderr);
    }
}

#[test]
fn output_goes_to_a_file_that_is_no_input() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("page.txt"), folder.path().join("new/report.html"));
    fs::write(&input, PAGE).unwrap();
    let run = tamis(&["report", "--format", "html", "-o", output.to_str().unwrap(), input.to_str().unwrap()], b"");
    assert_eq!((run.code, run.stdout.len()), (0, 0), "{}", run.stderr);
    assert!(fs::read_to_string(&output).unwrap().ends_with("</html>\n"));
    let run = tamis(&["report", "-o", input.to_str().unwrap(), input.to_str().unwrap()], b"");
    assert_eq!(run.code, 2);
    assert_eq!(fs::read_to_string(&input).unwrap(), PAGE);
}
