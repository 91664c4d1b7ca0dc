//! `tamis data check`: what is wrong with labeled data.

use std::io::Write;

use anyhow::Result;

use crate::cli::args::{CheckArgs, ReportFormat};
use crate::error::{Error, ErrorKind};
use crate::formats::write_json;
use crate::report::shortened;
use crate::train::{DataSet, Finding, Severity, check};

pub(super) fn run(args: &CheckArgs) -> Result<()> {
    let findings = check(&DataSet::load_all(&args.data)?);
    let mut out = crate::cli::styled_stdout();
    match args.format {
        ReportFormat::Json => findings.iter().try_for_each(|finding| write_json(finding, &mut out))?,
        ReportFormat::Text => text(&findings, args.top, &mut out)?,
    }
    out.flush()?;
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if args.strict && errors > 0 {
        let noun = if errors == 1 { "finding is an error" } else { "findings are errors" };
        return Err(Error::new(ErrorKind::Gate(format!("{errors} {noun}"))).into());
    }
    Ok(())
}

/// Findings come ordered by severity and kind.
fn text(findings: &[Finding], top: usize, out: &mut impl Write) -> Result<()> {
    for same in findings.chunk_by(|a, b| (a.severity, a.kind) == (b.severity, b.kind)) {
        writeln!(out, "{}: {} ({})", same[0].severity.name(), same[0].kind, same.len())?;
        for finding in same.iter().take(top) {
            let place = place(finding);
            let separator = if place.is_empty() { "" } else { ": " };
            write!(out, "  {place}{separator}{}", finding.what)?;
            if let Some(text) = &finding.text {
                write!(out, ": {}", shortened(text, 60))?;
            }
            writeln!(out)?;
        }
        if same.len() > top {
            writeln!(out, "  and {} more; --format json has all", same.len() - top)?;
        }
        writeln!(out, "  -> {}\n", same[0].advice)?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    Ok(writeln!(out, "errors: {errors}, warnings: {warnings}, notes: {notes}")?)
}

fn place(finding: &Finding) -> String {
    let file = finding.file.as_ref().map(|file| file.display().to_string());
    let record = finding.record.map(|record| format!("record {record}"));
    let page = finding.page.as_ref().map(|page| format!("page `{page}`"));
    let block = finding.block.map(|block| format!("block {block}"));
    [file, record, page, block].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
