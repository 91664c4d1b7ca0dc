//! Extractors written in Rust, for `peers.py`: the path of a page comes in, a line of JSON goes out.

use std::io::{self, Write};
use std::{env, fs, panic};

use cpu_time::ProcessTime;
use serde_json::{Value, json};

type Extract = fn(&str) -> Result<String, String>;

fn dom_smoothie(html: &str) -> Result<String, String> {
    let article = dom_smoothie::Readability::new(html, None, None).and_then(|mut page| page.parse());
    article.map(|article| article.text_content.to_string()).map_err(|error| error.to_string())
}

fn rs_trafilatura(html: &str) -> Result<String, String> {
    rs_trafilatura::extract(html).map(|page| page.content_text).map_err(|error| error.to_string())
}

fn answer(extract: Extract, html: &str) -> Value {
    let started = ProcessTime::now();
    let text = panic::catch_unwind(|| extract(html)).unwrap_or_else(|_| Err("panic".to_owned()));
    let cpu = started.elapsed().as_secs_f64();
    match text {
        Ok(text) => json!({ "text": text, "cpu": cpu }),
        Err(error) => json!({ "error": error, "cpu": cpu }),
    }
}

fn main() -> io::Result<()> {
    let extract: Extract = match env::args().nth(1).as_deref() {
        Some("dom_smoothie") => dom_smoothie,
        Some("rs-trafilatura") => rs_trafilatura,
        other => return Err(io::Error::other(format!("no extractor {other:?}"))),
    };
    let warm =
        "<html><head><title>warm</title></head><body><p>A page to load what is loaded at first use.</p></body></html>";
    answer(extract, warm);
    println!("{}", json!({ "ready": true }));
    for path in io::stdin().lines() {
        let html = String::from_utf8_lossy(&fs::read(path?)?).into_owned();
        println!("{}", answer(extract, &html));
        io::stdout().flush()?;
    }
    Ok(())
}
