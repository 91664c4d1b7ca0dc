//! Runs over many files: what is left after they were interrupted, and what they say of bad input.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a test may panic and documents nothing")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::tamis;

const LINES: [&str; 4] = [
    "首页 | 新闻 | 登录 | 注册",
    "昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。",
    "他说，这把椅子是三十年前自己做的，今年重新刨平，上了两遍桐油。",
    "版权所有 © 2024 河边网 All Rights Reserved 京ICP备00000000号",
];

/// A folder of files with some records each; every seventh record is broken.
fn corpus(folder: &Path, files: usize, records: usize) {
    for file in 0..files {
        let lines: Vec<String> = (0..records)
            .map(|record| match (file * records + record) % 7 {
                6 => format!("{{\"id\": {record}, \"text\": broken"),
                turn => {
                    let text: Vec<&str> = (0..12).map(|line| LINES[(line + turn) % 4]).collect();
                    serde_json::json!({"id": record, "text": text.join("\n"), "file": file}).to_string()
                }
            })
            .collect();
        let path = folder.join(format!("{}/{file:03}.jsonl", file % 3));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, lines.join("\n") + "\n").unwrap();
    }
}

/// Every file below a folder with its bytes.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        // A run that was killed early has made no folder.
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A run over `work/in` that writes everything it can write below `work/name`.
fn command(work: &Path, name: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command
        .current_dir(work)
        .args(["clean", "in", "--preset", "balanced", "-o", &format!("{name}/out"), "--removed"])
        .arg(format!("{name}/removed.jsonl.gz"))
        .args(["--on-error", &format!("quarantine={name}/bad.jsonl")])
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A random number generator that is good enough to choose moments.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

/// `TAMIS_KILLS` says how often; 20 is the full measure.
#[test]
fn a_killed_run_goes_on_where_it_stopped() {
    let kills: u32 = std::env::var("TAMIS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5);
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    corpus(&work.join("in"), 40, 60);
    let started = Instant::now();
    assert!(command(work, "whole", &[]).status().unwrap().success());
    let whole = u64::try_from(started.elapsed().as_micros()).unwrap();

    let expected = tree(&work.join("whole"));
    let mut random = Random(u64::from(std::process::id()));
    let mut interrupted = 0;
    for kill in 0..kills {
        let name = format!("killed{kill}");
        let mut run = command(work, &name, &["-j", "2"]).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random.below(whole)));
        run.kill().unwrap();
        interrupted += u32::from(!run.wait().unwrap().success());
        // What stands under a final name is whole.
        for (path, bytes) in tree(&work.join(&name)) {
            if path.starts_with("out") && !path.file_name().unwrap().to_string_lossy().starts_with('.') {
                assert!(expected[&path] == bytes, "{} is not whole", path.display());
            }
        }
        // A second kill on the way must do no harm either.
        let mut again = command(work, &name, &["--resume"]).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random.below(whole / 2)));
        again.kill().unwrap();
        again.wait().unwrap();
        assert!(command(work, &name, &["--resume", "-j", "1"]).status().unwrap().success());
        let found = tree(&work.join(&name));
        assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
        for (path, bytes) in &expected {
            // The journal names the options, and with them the paths of the side files.
            if !path.ends_with(".tamis-journal.jsonl") {
                assert!(found[path] == *bytes, "{} differs", path.display());
            }
        }
    }
    assert!(interrupted > 0, "no run was killed in time");
}

#[test]
fn what_is_done_is_not_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    corpus(&work.join("in"), 6, 10);
    assert!(command(work, "a", &[]).status().unwrap().success());
    let before = tree(&work.join("a"));
    let marked = work.join("a/out/0/000.jsonl");
    fs::write(&marked, "untouched").unwrap();
    assert!(command(work, "a", &["--resume", "--stats", "stats.json"]).status().unwrap().success());
    assert_eq!(fs::read(&marked).unwrap(), b"untouched");
    let stats: serde_json::Value = serde_json::from_slice(&fs::read(work.join("stats.json")).unwrap()).unwrap();
    assert_eq!((&stats["files"], &stats["records_in"]), (&6.into(), &60.into()));
    // A file that is gone is made again, and so is all behind it.
    fs::remove_file(work.join("a/out/0/003.jsonl")).unwrap();
    fs::write(&marked, &before[Path::new("out/0/000.jsonl")]).unwrap();
    assert!(command(work, "a", &["--resume"]).status().unwrap().success());
    assert!(tree(&work.join("a")) == before);
    // Other options are another run.
    let other = command(work, "a", &["--resume", "--drop", "spam"]).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("other options"));
}

#[test]
fn an_input_that_cannot_be_read_is_told_again_after_a_resume() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    corpus(&work.join("in"), 2, 5);
    for more in [&[][..], &["--resume"]] {
        let run = command(work, "a", &[&["missing.jsonl"], more].concat()).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{more:?}");
        assert!(String::from_utf8_lossy(&run.stderr).contains("1 input could not be read"));
    }
}

#[cfg(unix)]
#[test]
fn signals_end_a_run_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    corpus(&work.join("in"), 1, 20_000);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut run = Command::new(env!("CARGO_BIN_EXE_tamis"))
            .current_dir(work)
            .args(["clean", "in/0/000.jsonl", "-o", "clean.jsonl", "--removed", "removed.jsonl", "--on-error", "skip"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let partial = work.join(".clean.jsonl.partial");
        while !partial.exists() {
            assert!(run.try_wait().unwrap().is_none(), "the run was too fast");
            std::thread::sleep(Duration::from_millis(1));
        }
        Command::new("kill").args([format!("-{signal}"), run.id().to_string()]).status().unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(code));
        let left: Vec<PathBuf> = tree(work).into_keys().collect();
        assert_eq!(left, [Path::new("in/0/000.jsonl")]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_with_a_name() {
    let folder = tempfile::tempdir().unwrap();
    corpus(&folder.path().join("in"), 1, 5);
    for more in [&["-o", "/dev/full"][..], &["-o", "/dev/full", "--output-format", "parquet"]] {
        let file = folder.path().join("in/0/000.jsonl");
        let text = folder.path().join("page.txt");
        fs::write(&text, LINES.join("\n")).unwrap();
        let input = if more.contains(&"parquet") { text } else { file };
        let run = tamis(&[&["clean", input.to_str().unwrap()], more].concat(), b"");
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("/dev/full"), "{}", run.stderr);
    }
    let out = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_tamis"))
        .args(["clean", folder.path().join("in/0/000.jsonl").to_str().unwrap()])
        .stdout(out)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("No space"));
}

#[test]
fn nothing_is_written_over_and_no_half_file_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    corpus(&work.join("in"), 2, 10);
    let before = tree(work);
    let input = work.join("in");
    let input = input.to_str().unwrap();
    let same = tamis(&["clean", input, "-o", input], b"");
    assert_eq!(same.code, 2);
    assert!(same.stderr.contains("written over"), "{}", same.stderr);
    let file = work.join("in/0/000.jsonl");
    let same = tamis(&["clean", file.to_str().unwrap(), "-o", file.to_str().unwrap()], b"");
    assert_eq!(same.code, 2);
    // The seventh record ends the run under --on-error fail.
    let output = work.join("clean.jsonl");
    let run = tamis(&["clean", file.to_str().unwrap(), "-o", output.to_str().unwrap()], b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("000.jsonl, record 7, byte "), "{}", run.stderr);
    assert!(tree(work) == before);
}

#[test]
fn bad_records_are_kept_as_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad");
    let stats = folder.path().join("stats.json");
    let good = "{\"text\":\"一行字，讲的是河边的老木匠。\"}\n";
    let broken: [&[u8]; 4] = [b"{\"text\": 5}\n", b"{\"text\":\"\xFF\"}\n", b"not json\n", b"{\"text\":\"cut"];
    let input: Vec<u8> = broken.iter().flat_map(|broken| [good.as_bytes(), broken].concat()).collect();
    let quarantine = format!("quarantine={}", bad.display());
    let arguments = ["clean", "--input-format", "jsonl", "--on-error", &quarantine, "--stats", stats.to_str().unwrap()];
    let run = tamis(&arguments, &input);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.text(), good.repeat(4));
    assert_eq!(fs::read(&bad).unwrap(), broken.concat());
    for record in [2, 4, 6, 8] {
        assert!(run.stderr.contains(&format!("-, record {record}, byte ")), "{}", run.stderr);
    }
    let stats: serde_json::Value = serde_json::from_slice(&fs::read(stats).unwrap()).unwrap();
    let counts =
        ["records_in", "records_out", "records_skipped", "records_quarantined"].map(|name| stats[name].as_u64());
    assert_eq!(counts, [Some(8), Some(4), Some(0), Some(4)]);
}

#[test]
fn records_that_are_too_long_are_handed_on_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad");
    let good = "{\"text\":\"一行字，讲的是河边的老木匠。\"}\n";
    let long = format!("{{\"text\":\"{}\"}}\n", "河边".repeat(700_000));
    let input = [good, &long, good].concat();
    for threads in ["1", "3"] {
        let quarantine = format!("quarantine={}", bad.display());
        let arguments =
            ["clean", "--input-format", "jsonl", "--on-error", &quarantine, "--max-record-bytes", "1M", "-j", threads];
        let run = tamis(&arguments, input.as_bytes());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.text(), good.repeat(2));
        assert!(fs::read(&bad).unwrap() == long.as_bytes());
        assert!(run.stderr.contains("3 records in, 2 out, 1 quarantined"), "{}", run.stderr);
    }
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    corpus(&folder.path().join("in"), 5, 300);
    let input = folder.path().join("in");
    for verb in ["clean", "classify"] {
        let on = |threads| tamis(&[verb, input.to_str().unwrap(), "--on-error", "skip", "-j", threads], b"");
        let one = on("1");
        for threads in ["2", "5"] {
            let more = on(threads);
            assert!((more.code, &more.stdout) == (0, &one.stdout));
            // The last line tells the speed.
            let named = |run: &common::Run| run.stderr.lines().filter(|line| line.starts_with("tamis: ")).count();
            assert_eq!((named(&more), named(&one)), (214, 214));
        }
    }
}
