//! `cargo xtask test`: everything that must hold before a change lands. The quick checks come first.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::{run, tables};

pub(crate) fn test() -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    // A lean library has neither the trainer nor the command line.
    run("cargo", &["clippy", "--lib", "--no-default-features", "--", "-D", "warnings"])?;
    tables::run(true)?;
    if !is_installed("cargo-deny") {
        run("cargo", &["install", "--locked", "cargo-deny", "--version", "0.20.2", "--target-dir", "target/tools"])?;
    }
    run("cargo", &["deny", "check", "licenses", "bans", "sources"])?;
    run("cargo", &["rustdoc", "--lib", "--", "-D", "warnings"])?;
    run("cargo", &["test", "--workspace"])
}

fn is_installed(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}
