//! `cargo xtask bench-python`: the Python package, built for release, beside the library in Rust and other filters. Installs what
//! `benches/python` needs below `target/bench-python` and leaves the rest to `benches/python/speed.py`.

use std::path::Path;

use anyhow::Result;

use crate::run;

const TARGET: &str = "target/bench-python";

pub(crate) fn python(pages: usize, runs: usize) -> Result<()> {
    let python = format!("{TARGET}/bin/python");
    if !Path::new(&python).exists() {
        run("python3", &["-m", "venv", TARGET])?;
    }
    let install = |what: &[&str]| run(&python, &[&["-m", "pip", "install", "--quiet"], what].concat());
    // Older ones cannot resolve two spellings of an extra.
    install(&["pip==26.3"])?;
    install(&["-r", "benches/python/requirements.txt"])?;
    install(&["--force-reinstall", "--no-deps", "./python"])?;
    run("cargo", &["build", "--release", "--example", "clean_pages"])?;
    let program = format!("target/release/examples/clean_pages{}", std::env::consts::EXE_SUFFIX);
    let (pages, runs) = (pages.to_string(), runs.to_string());
    run(&python, &["benches/python/speed.py", "--program", &program, "--pages", &pages, "--runs", &runs])
}
