//! `tamis model info` and `tamis model features`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::args::{ModelArgs, ModelCommand, ReportFormat};
use crate::chars::ScriptGroup;
use crate::formats::write_json;
use crate::model::{Model, Preset, Tuning};

pub(super) fn run(command: &ModelCommand) -> Result<()> {
    match command {
        ModelCommand::Info(args) => info(args),
        ModelCommand::Features(args) => features(args),
    }
}

/// A model by file or by the name of an embedded one.
pub(super) fn load(model: &Path) -> Result<Model> {
    Ok(match model.to_str() {
        Some("embedded") => Model::embedded()?,
        #[cfg(feature = "html")]
        Some("embedded-html") => Model::embedded_html()?,
        _ => Model::load(model)?,
    })
}

fn info(args: &ModelArgs) -> Result<()> {
    let model = load(&args.model)?;
    let mut out = super::styled_stdout();
    let about = model.metadata();
    if args.format == ReportFormat::Json {
        write_json(about, &mut out)?;
        return Ok(out.flush()?);
    }
    let groups: Vec<&str> = about.groups.list().iter().filter(|(.., used)| *used).map(|(name, ..)| *name).collect();
    writeln!(out, "name        {}", about.name)?;
    writeln!(
        out,
        "version     format {}, features {}, trained by tamis {}, seed {}",
        about.format_version, about.schema_version, about.tamis_version, about.seed
    )?;
    writeln!(out, "groups      {}", groups.join(", "))?;
    writeln!(out, "size        {} bytes", model.to_bytes()?.len())?;
    writeln!(out, "\nthresholds on P(junk)\n            {}", heading(ScriptGroup::ALL.map(ScriptGroup::name)))?;
    for preset in Preset::ALL {
        let row = ScriptGroup::ALL.map(|script| format!("{:.3}", model.threshold(preset, Some(script))));
        writeln!(out, "{:<12}{}", preset.name(), heading(row))?;
    }
    writeln!(out, "\nmeasured on sites held out of training (out of fold)")?;
    for metric in &about.metrics {
        writeln!(out, "  {:<26}{:.4}", metric.name, metric.value)?;
    }
    for tuning in &about.tuning {
        writeln!(out)?;
        self::tuning(tuning, &mut out)?;
    }
    writeln!(out, "\ntrained on")?;
    for set in &about.data {
        writeln!(out, "  {:<30}{:>7} pages {:>8} blocks", set.name, set.pages, set.blocks)?;
    }
    Ok(out.flush()?)
}

/// What was tuned, and what it does to the data.
pub(super) fn tuning(tuning: &Tuning, out: &mut impl Write) -> Result<()> {
    let goal: Vec<String> = tuning.goal.iter().map(|goal| format!("{} {}", goal.name, goal.value)).collect();
    writeln!(out, "{} tuned for {}", tuning.preset.name(), goal.join(", "))?;
    for set in &tuning.data {
        writeln!(out, "  on {:<27}{:>7} pages {:>8} blocks", set.name, set.pages, set.blocks)?;
    }
    for script in &tuning.scripts {
        writeln!(
            out,
            "  {:<10} {:.4}, was {:.4} ({} content blocks, {} junk blocks, {} sites)",
            script.script, script.threshold, script.before, script.content, script.junk, script.sites
        )?;
        let measured: Vec<String> =
            script.measured.iter().map(|metric| format!("{} {:.4}", metric.name, metric.value)).collect();
        writeln!(out, "  {:<10} {}", "", measured.join(", "))?;
    }
    Ok(())
}

fn heading<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    cells.into_iter().map(|cell| format!("{:>10}", cell.as_ref())).collect()
}

#[derive(Serialize)]
struct FeatureRecord {
    group: &'static str,
    name: &'static str,
    formula: &'static str,
    source: &'static str,
    used: bool,
    weight: f32,
}

fn features(args: &ModelArgs) -> Result<()> {
    let model = load(&args.model)?;
    let groups = model.metadata().groups.list();
    let listed = groups.iter().flat_map(|(group, features, used)| features.iter().map(move |f| (*group, f, *used)));
    let records = listed.zip(model.weights()).map(|((group, feature, used), (_, weight))| FeatureRecord {
        group,
        name: feature.name,
        formula: feature.formula,
        source: feature.source,
        used,
        weight,
    });
    let mut out = super::styled_stdout();
    if args.format == ReportFormat::Text {
        writeln!(out, "weights are log-odds per standard deviation of the feature")?;
    }
    for record in records {
        match args.format {
            ReportFormat::Json => write_json(&record, &mut out)?,
            ReportFormat::Text => {
                let name = format!("{}.{}", record.group, record.name);
                let weight = if record.used { format!("{:+.3}", record.weight) } else { "-".to_owned() };
                writeln!(out, "{weight:>8}  {name:<28}{} [{}]", record.formula, record.source)?;
            }
        }
    }
    Ok(out.flush()?)
}
