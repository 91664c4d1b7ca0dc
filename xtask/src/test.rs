//! `cargo xtask test`: everything that must hold before a change lands. The quick checks come first.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::{run, tables};

pub(crate) fn test() -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    // A lean library has neither the trainer nor the command line; one may read files without Parquet.
    for features in ["", "formats,rules"] {
        run("cargo", &["clippy", "--lib", "--no-default-features", "--features", features, "--", "-D", "warnings"])?;
    }
    tables::run(true)?;
    if !is_installed("cargo-deny") {
        run("cargo", &["install", "--locked", "cargo-deny", "--version", "0.20.2", "--target-dir", "target/tools"])?;
    }
    run("cargo", &["deny", "check", "licenses", "bans", "sources"])?;
    run("cargo", &["rustdoc", "--lib", "--", "-D", "warnings"])?;
    run("cargo", &["test", "--workspace"])?;
    interop()
}

/// Tests with the tools of other people, in a Python environment of their own.
fn interop() -> Result<()> {
    let python = if cfg!(windows) { "target/interop/Scripts/python.exe" } else { "target/interop/bin/python" };
    if !Path::new(python).exists() {
        run("python3", &["-m", "venv", "target/interop"])?;
    }
    run(python, &["-m", "pip", "install", "--quiet", "-r", "tests/interop/requirements.txt"])?;
    run("cargo", &["build"])?;
    let binary = Path::new("target/debug").join(format!("tamis{}", std::env::consts::EXE_SUFFIX));
    let status = Command::new(python).args(["-m", "pytest", "-q", "tests/interop"]).env("TAMIS", binary).status()?;
    ensure!(status.success(), "tests/interop failed: {status}");
    Ok(())
}

fn is_installed(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}
