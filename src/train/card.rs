//! The model card: what a model was trained on and how well it does, written beside the model.

use std::fmt::Write;

use super::{Measures, PAGE_CAP, Recipe, Trained};
use crate::chars::ScriptGroup;
use crate::model::Preset;

/// A model card in Markdown, from the measures of its own training; `bytes` is the size of the model file.
pub fn card(trained: &Trained, recipe: &Recipe, bytes: usize) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_card(trained, recipe, bytes, &mut text);
    text
}

fn write_card(trained: &Trained, recipe: &Recipe, bytes: usize, out: &mut String) -> std::fmt::Result {
    let about = trained.model.metadata();
    let report = &trained.report;
    let groups: Vec<&str> = about.groups.list().iter().filter(|(.., used)| *used).map(|(name, ..)| *name).collect();
    writeln!(out, "# {}\n", about.name)?;
    writeln!(
        out,
        "Trained by tamis {} with seed {}; feature groups {}; {bytes} bytes; format version {}, feature version {}.\n",
        about.tamis_version,
        about.seed,
        groups.join(", "),
        about.format_version,
        about.schema_version
    )?;
    writeln!(
        out,
        "All numbers are out of fold: {} folds by site, every block scored by models that have not seen its site. \
         Generated pages take part in training, not in the numbers. Blocks without a label (bylines, mixed lines) are \
         not counted.\n",
        recipe.folds
    )?;
    writeln!(out, "## Accuracy\n")?;
    writeln!(out, "{} pages of {} sites.\n", report.pages, report.sites)?;
    writeln!(out, "| measure | value | 95 % interval (sites) |\n|---|---|---|")?;
    let all = &report.overall;
    for (name, value, key) in [
        ("ROC AUC", all.auc, "auc"),
        (&format!("ROC AUC, {PAGE_CAP} blocks a page at most"), report.capped.auc, ""),
        ("average precision of junk", all.average_precision, ""),
        ("junk recall, 99 % of content blocks kept", all.recall_99, "recall_99"),
        ("junk recall, 99.5 % of content blocks kept", all.recall_995, "recall_995"),
        ("junk characters found, 99.5 % of content characters kept", all.recall_995_chars, ""),
        ("calibration error", all.calibration_error, ""),
    ] {
        let interval = report.intervals.get(key).map_or(String::new(), |[a, b]| format!("{a:.4} to {b:.4}"));
        writeln!(out, "| {name} | {value:.4} | {interval} |")?;
    }
    writeln!(out, "\n## Presets\n")?;
    writeln!(
        out,
        "| preset | content characters lost | junk characters removed | precision | recall | F1 | content F1 of pages |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for ((preset, at), f1) in Preset::ALL.iter().zip(&all.presets).zip(report.page_f1) {
        writeln!(
            out,
            "| {} | {:.2} % | {:.1} % | {:.4} | {:.4} | {:.4} | {f1:.4} |",
            preset.name(),
            100.0 * at.content_lost,
            100.0 * at.junk_removed,
            at.precision,
            at.recall,
            at.f1
        )?;
    }
    writeln!(out, "\nThresholds on P(junk), by script:\n")?;
    let names = ScriptGroup::ALL.map(ScriptGroup::name).join(" | ");
    writeln!(out, "| preset | {names} |\n|---|{}", "---|".repeat(ScriptGroup::COUNT))?;
    for preset in Preset::ALL {
        let row = ScriptGroup::ALL.map(|script| format!("{:.3}", trained.model.threshold(preset, Some(script))));
        writeln!(out, "| {} | {} |", preset.name(), row.join(" | "))?;
    }
    for (title, groups) in [("data set", &report.by_set), ("language", &report.by_lang)] {
        writeln!(out, "\n## By {title}\n")?;
        writeln!(out, "| {title} | content | junk | AUC | recall at 99 % | lost: cautious | balanced | strict |")?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        for (name, measures) in groups {
            row(name, measures, out)?;
        }
    }
    writeln!(
        out,
        "\n## By kind\n\n| label and kind | blocks | labeled junk: cautious | balanced | strict |\n|---|---|---|---|---|"
    )?;
    for (name, kind) in &report.by_kind {
        let [a, b, c] = kind.removed.map(|share| 100.0 * share);
        writeln!(out, "| {name} | {} | {a:.1} % | {b:.1} % | {c:.1} % |", kind.blocks)?;
    }
    writeln!(out, "\n## Training data\n\n| data set | pages | blocks |\n|---|---|---|")?;
    for set in &about.data {
        writeln!(out, "| {} | {} | {} |", set.name, set.pages, set.blocks)?;
    }
    Ok(())
}

fn row(name: &str, m: &Measures, out: &mut String) -> std::fmt::Result {
    let [a, b, c] = m.presets.map(|at| 100.0 * at.content_lost);
    let number = |value: f64| if value.is_nan() { "-".to_owned() } else { format!("{value:.4}") };
    let name = if name.is_empty() { "(not stated)" } else { name };
    writeln!(
        out,
        "| {name} | {} | {} | {} | {} | {a:.2} % | {b:.2} % | {c:.2} % |",
        m.content,
        m.junk,
        number(m.auc),
        number(m.recall_99)
    )
}
