//! `cargo xtask test`: everything that must hold before a change lands. The quick checks come first.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::{run, tables};

pub(crate) fn test() -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    // A lean library has neither the trainer nor the command line; one may read files without Parquet.
    for features in ["", "formats,rules", "cli,train"] {
        run("cargo", &["clippy", "--lib", "--no-default-features", "--features", features, "--", "-D", "warnings"])?;
    }
    tables::run(true)?;
    if !is_installed("cargo-deny") {
        run("cargo", &["install", "--locked", "cargo-deny", "--version", "0.20.2", "--target-dir", "target/tools"])?;
    }
    run("cargo", &["deny", "check", "licenses", "bans", "sources"])?;
    run("cargo", &["rustdoc", "--lib", "--", "-D", "warnings"])?;
    run("cargo", &["test", "--workspace"])?;
    interop()?;
    // Before the notebooks: it brings a font with Chinese glyphs.
    browser()?;
    python()
}

/// Tests with the tools of other people, in a Python environment of their own.
fn interop() -> Result<()> {
    let python = environment("target/interop")?;
    run(&python, &["-m", "pip", "install", "--quiet", "-r", "tests/interop/requirements.txt"])?;
    // The whole workspace, so that dependencies have the features that the tests built them with.
    run("cargo", &["build", "--workspace", "--bins"])?;
    let binary = Path::new("target/debug").join(format!("tamis{}", std::env::consts::EXE_SUFFIX));
    pytest(&python, Path::new("tests/interop"), Some(("TAMIS", binary.as_os_str())))
}

/// Tests of the Python package, with all engines that it works in, and the notebooks.
fn python() -> Result<()> {
    let python = environment("target/python")?;
    let install = ["-m", "pip", "install", "--quiet", "--editable", "python[test,engines,notebooks]"];
    eprintln!("$ MATURIN_PEP517_ARGS='--profile dev' {python} {}", install.join(" "));
    let status = Command::new(&python).args(install).env("MATURIN_PEP517_ARGS", "--profile dev").status()?;
    ensure!(status.success(), "the Python package cannot be installed: {status}");
    pytest(&python, Path::new("python"), Some(("TAMIS_ENGINES", "all".as_ref())))?;
    pytest(&python, Path::new("notebooks"), None)
}

/// The interpreter of a virtual environment, which is made if there is none.
fn environment(folder: &str) -> Result<String> {
    let python = if cfg!(windows) { format!("{folder}/Scripts/python.exe") } else { format!("{folder}/bin/python") };
    if !Path::new(&python).exists() {
        run("python3", &["-m", "venv", folder])?;
    }
    // Older ones cannot resolve two spellings of an extra.
    run(&python, &["-m", "pip", "install", "--quiet", "pip==26.3"])?;
    Ok(python)
}

/// Runs the tests in a folder, with one environment variable more.
fn pytest(python: &str, folder: &Path, variable: Option<(&str, &OsStr)>) -> Result<()> {
    let mut command = Command::new(python);
    let status = command.args(["-m", "pytest", "-q"]).arg(folder).envs(variable).status()?;
    ensure!(status.success(), "{} failed: {status}", folder.display());
    Ok(())
}

/// Tests of the pages in Chromium. Pictures of them are left in target/browser.
fn browser() -> Result<()> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    let find = || named.iter().chain(&usual).find(|path| path.exists()).cloned();
    if find().is_none() && is_installed("apt-get") && may_install() {
        run("apt-get", &["update", "-qq"])?;
        run("apt-get", &["install", "-y", "-qq", "chromium", "fonts-noto-cjk"])?;
    }
    let (Some(chromium), true) = (find(), is_installed("npm")) else {
        eprintln!(
            "\n*** SKIPPED: the tests of the HTML report and the labeling page need Chromium and npm. ***\n\
             *** CHROMIUM=/path/to/chrome cargo xtask test runs them.                               ***\n"
        );
        return Ok(());
    };
    run("npm", &["ci", "--prefix", "tests/browser", "--no-audit", "--no-fund"])?;
    run("cargo", &["build", "--workspace", "--bins"])?;
    let binary = Path::new("target/debug").join(format!("tamis{}", std::env::consts::EXE_SUFFIX));
    let status = Command::new("npm")
        .args(["test", "--prefix", "tests/browser"])
        .env("TAMIS", binary)
        .env("CHROMIUM", chromium)
        .status()?;
    ensure!(status.success(), "tests/browser failed: {status}");
    Ok(())
}

/// Whether this is the administrator, who may install packages.
fn may_install() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn is_installed(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}
