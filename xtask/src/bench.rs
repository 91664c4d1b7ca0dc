//! `cargo xtask bench-formats`: speed and memory of whole runs over big files, which it writes below `target/bench`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use flate2::write::GzEncoder;

use crate::run;

const TAMIS: &str = "target/release/tamis";

pub(crate) fn formats(megabytes: usize, runs: usize) -> Result<()> {
    run("cargo", &["build", "--release"])?;
    let folder = Path::new("target/bench");
    fs::create_dir_all(folder)?;
    let cores = thread::available_parallelism()?.get();
    println!("{megabytes} MB of text a file, medians of {runs} runs, {cores} cores\n");

    let bytes = megabytes * 1_000_000;
    for (lang, name, joined) in [("zh", "Chinese", 1), ("en", "English", 1), ("zh", "Chinese, ten lines in one", 10)] {
        let pages = pages(lang, joined)?;
        let lines: usize = pages.iter().map(|page| page.lines().count()).sum();
        let per_line = pages.iter().map(String::len).sum::<usize>() / lines;
        let jsonl = folder.join(format!("{lang}.jsonl"));
        let wet = folder.join(format!("{lang}.wet.gz"));
        let parquet = folder.join(format!("{lang}.parquet"));
        let text = write_jsonl(&jsonl, &pages, bytes)?;
        write_wet(&wet, &pages, bytes)?;
        let (wet, jsonl) = (wet.display().to_string(), jsonl.display().to_string());
        // Removes next to nothing, so that the table has all of the text.
        let table = parquet.display().to_string();
        run(TAMIS, &["clean", "--threshold", "1", &wet, "-o", &table])?;

        println!("\n{name} ({per_line} bytes a line), MB of text a second");
        let speed = |name: &str, seconds: f64| println!("  {name:<44}{:>8.1}", text as f64 / 1e6 / seconds);
        let clean = |input: &str, threads: usize| -> Result<f64> {
            let threads = threads.to_string();
            let output = folder.join(if input.ends_with("parquet") { "out.parquet" } else { "out.jsonl" });
            let output = output.display().to_string();
            median(runs, TAMIS, &["clean", input, "-j", &threads, "-o", &output])
        };
        let one = clean(&jsonl, 1)?;
        speed("JSON Lines to JSON Lines, 1 thread", one);
        let two = clean(&jsonl, 2)?;
        speed("JSON Lines to JSON Lines, 2 threads", two);
        println!("  {:<44}{:>8.2}", "  times as fast on 2 threads", one / two);
        let gunzip = median(runs, "gzip", &["-dc", &wet])?;
        speed("gunzip alone (WET.gz)", gunzip);
        let from_wet = clean(&wet, cores)?;
        speed("WET.gz to JSON Lines, all cores", from_wet);
        println!("  {:<44}{:>7.0} %", "  of gunzip alone", 100.0 * gunzip / from_wet);
        let rows = clean(&table, 1)?;
        speed("Parquet to Parquet, 1 thread", rows);
        println!("  {:<44}{:>7.0} %", "  of JSON Lines", 100.0 * one / rows);
    }
    memory(folder)
}

/// Peak memory on a file of 2 GB and on one record of 200 MB.
fn memory(folder: &Path) -> Result<()> {
    println!("\nPeak memory, MB (ceiling: 64 + 4 x the largest record x threads)");
    let pages = pages("zh", 1)?;
    let large = folder.join("large.jsonl");
    write_jsonl(&large, &pages, 2_000_000_000)?;
    let one = folder.join("one.jsonl");
    let text: String = pages
        .iter()
        .cycle()
        .scan(0, |sum, page| {
            *sum += page.len();
            (*sum < 200_000_000).then(|| format!("{page}\n"))
        })
        .collect();
    serde_json::to_writer(File::create(&one)?, &serde_json::json!({ "id": 1, "text": text }))?;
    for (input, record) in [(&large, 0.1), (&one, 205.0)] {
        for threads in [1, 2] {
            let output = folder.join("out.jsonl");
            let mut command = Command::new(TAMIS);
            command.arg("clean").arg(input).args(["-j", &threads.to_string(), "-o"]).arg(output);
            let (seconds, peak) = watched(&mut command)?;
            let (name, ceiling) = (input.display(), 64.0 + 4.0 * record * f64::from(threads));
            println!("  {name}, {threads} thread(s): {peak:.0} of {ceiling:.0}, in {seconds:.1} s");
        }
    }
    fs::remove_file(large)?;
    Ok(())
}

/// The texts of the project's own pages in a language, with so many lines in one.
fn pages(lang: &str, joined: usize) -> Result<Vec<String>> {
    let mut files: Vec<PathBuf> = fs::read_dir("data")?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    let mut pages = Vec::new();
    for file in files {
        for line in fs::read_to_string(&file)?.lines() {
            let page: serde_json::Value = serde_json::from_str(line).with_context(|| file.display().to_string())?;
            if page["lang"].as_str().is_some_and(|found| found.starts_with(lang)) {
                let blocks = page["blocks"].as_array().into_iter().flatten();
                let lines: Vec<&str> = blocks.filter_map(|block| block["text"].as_str()).collect();
                pages.push(lines.chunks(joined).map(|lines| lines.join("，")).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    ensure!(!pages.is_empty(), "no pages in {lang}");
    Ok(pages)
}

/// Writes pages over and over, up to so many bytes of text; how many there are.
fn write_jsonl(path: &Path, pages: &[String], bytes: usize) -> Result<usize> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut written = 0;
    for (id, page) in pages.iter().cycle().enumerate() {
        if written >= bytes {
            break;
        }
        serde_json::to_writer(&mut out, &serde_json::json!({ "id": id, "text": page }))?;
        out.write_all(b"\n")?;
        written += page.len();
    }
    out.flush()?;
    Ok(written)
}

/// The same as WET, each record a gzip member.
fn write_wet(path: &Path, pages: &[String], bytes: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut written = 0;
    for (id, page) in pages.iter().cycle().enumerate() {
        if written >= bytes {
            break;
        }
        let mut member = GzEncoder::new(&mut out, flate2::Compression::default());
        let (length, kind) = (page.len(), "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain");
        let id = format!("WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{id:012}>");
        write!(member, "{kind}\r\n{id}\r\nContent-Length: {length}\r\n\r\n{page}\r\n\r\n")?;
        member.finish()?;
        written += page.len();
    }
    Ok(out.flush()?)
}

/// Seconds that a command takes, the median of some runs.
fn median(runs: usize, program: &str, arguments: &[&str]) -> Result<f64> {
    let mut seconds = Vec::new();
    for _ in 0..runs {
        let started = Instant::now();
        let mut command = Command::new(program);
        let status = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        ensure!(status.success(), "{program} {} failed", arguments.join(" "));
        seconds.push(started.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[runs / 2])
}

/// Seconds and peak memory in MB of a command, from what the system tells while it runs.
fn watched(command: &mut Command) -> Result<(f64, f64)> {
    let started = Instant::now();
    let mut child = command.stderr(Stdio::null()).spawn()?;
    let mut peak = 0.0;
    loop {
        if let Ok(status) = fs::read_to_string(format!("/proc/{}/status", child.id()))
            && let Some(line) = status.lines().find(|line| line.starts_with("VmHWM"))
            && let Some(kilobytes) = line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok())
        {
            peak = kilobytes / 1024.0;
        }
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("it failed: {status}");
            }
            return Ok((started.elapsed().as_secs_f64(), peak));
        }
        thread::sleep(Duration::from_millis(10));
    }
}
