//! `tamis eval`: a model's accuracy on labeled data.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::args::{Eval, ReportFormat, Split};
use crate::error::Error;
use crate::formats::write_json;
use crate::model::{Model, Preset};
use crate::report::html::{self, About};
use crate::report::terminal::padded;
use crate::stream::Unfinished;
use crate::train::{Curves, DataSet, Gates, Measures, Mistake, Report, evaluate};
use crate::{Classifier, Threshold};

pub(super) fn run(args: &Eval) -> Result<()> {
    let classifier = match args.model.to_str() {
        Some("embedded") => Classifier::embedded()?,
        _ => Classifier::new(Model::load(&args.model)?)?,
    };
    let mut sets = DataSet::load_all(&args.data)?;
    args.split.apply(&mut sets)?;
    let report = evaluate(&classifier, &sets)?;
    let mut out = super::styled_stdout();
    match args.format {
        ReportFormat::Json => write_json(&report, &mut out)?,
        ReportFormat::Text => table(&report, &mut out)?,
    }
    out.flush()?;
    if let Some(path) = &args.report {
        page(path, &classifier, &sets, &report)?;
    }
    let gates = Gates {
        auc: args.min_auc,
        average_precision: args.min_average_precision,
        recall_99: args.min_recall_99,
        f1: args.min_f1,
        content_lost: args.max_content_lost,
    };
    Ok(gates.check(&report)?)
}

impl Split {
    /// Leaves the pages of the split.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn apply(self, sets: &mut [DataSet]) -> Result<()> {
        for set in &mut *sets {
            set.pages.retain(|page| match self {
                Self::All => true,
                Self::Train => !page.test,
                Self::Test => page.test,
            });
        }
        if sets.iter().all(|set| set.pages.is_empty()) {
            return Err(Error::data("no page is of this split").into());
        }
        Ok(())
    }
}

/// Weights on the page.
const WEIGHTS: usize = 40;

/// The data of the page.
#[derive(Serialize)]
struct PageData<'a> {
    view: &'static str,
    #[serde(flatten)]
    about: About,
    report: &'a Report,
    curves: &'a Curves,
    mistakes: &'a [Mistake],
    /// Name, formula and weight of features, the largest weights first.
    weights: Vec<(String, &'static str, f32)>,
}

/// The report as a page for the browser.
fn page(path: &Path, classifier: &Classifier, sets: &[DataSet], report: &Report) -> Result<()> {
    let curves = Curves::of(classifier, sets);
    let html = sets.iter().flat_map(|set| &set.pages).any(|page| !page.elements.is_empty());
    let model = if html { classifier.html_model() } else { classifier.model() };
    let groups = model.metadata().groups.list();
    let listed = groups.iter().flat_map(|(group, features, used)| features.iter().map(move |f| (*group, f, *used)));
    let mut weights: Vec<_> = listed
        .zip(model.weights())
        .filter(|((.., used), _)| *used)
        .map(|((group, feature, _), (_, weight))| (format!("{group}.{}", feature.name), feature.formula, weight))
        .collect();
    weights.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    weights.truncate(WEIGHTS);
    let about = About::of(classifier, Threshold::default());
    let data = PageData { view: "eval", about, report, curves: &curves, mistakes: &curves.mistakes, weights };
    let mut file = Unfinished::create(path)?;
    html::write_page(&data, &mut file)?;
    Ok(file.finish()?)
}

/// Sites shown, those that lose the most content first.
const SITES: usize = 10;

/// The report as tables.
pub(super) fn table(report: &Report, out: &mut impl Write) -> Result<()> {
    let all = &report.overall;
    writeln!(
        out,
        "{} pages of {} sites: {} content blocks, {} junk blocks",
        report.pages, report.sites, all.content, all.junk
    )?;
    let interval = |name: &str| match report.intervals.get(name) {
        Some([low, high]) => format!("  (95 %: {low:.4} to {high:.4})"),
        None => String::new(),
    };
    writeln!(out, "ROC AUC                            {:.4}{}", all.auc, interval("auc"))?;
    writeln!(out, "average precision                  {:.4}", all.average_precision)?;
    writeln!(out, "junk recall, 99 % content kept     {:.4}{}", all.recall_99, interval("recall_99"))?;
    writeln!(out, "junk recall, 99.5 % content kept   {:.4}{}", all.recall_995, interval("recall_995"))?;
    writeln!(out, "  the same by characters           {:.4}, {:.4}", all.recall_99_chars, all.recall_995_chars)?;
    writeln!(out, "calibration error                  {:.4}\n", all.calibration_error)?;

    writeln!(out, "preset     precision  recall      F1  content chars lost  junk chars removed  content F1 of pages")?;
    for ((preset, at), f1) in Preset::ALL.iter().zip(&all.presets).zip(report.page_f1) {
        writeln!(
            out,
            "{:<10}{:>10.4}{:>8.4}{:>8.4}{:>18.2} %{:>18.1} %{:>21.4}",
            preset.name(),
            at.precision,
            at.recall,
            at.f1,
            100.0 * at.content_lost,
            100.0 * at.junk_removed,
            f1
        )?;
    }
    writeln!(out, "\nconfusion   junk as junk  junk as content  content as junk  content as content")?;
    for (preset, at) in Preset::ALL.iter().zip(&all.presets) {
        writeln!(
            out,
            "{:<10}{:>14}{:>17}{:>17}{:>20}",
            preset.name(),
            at.true_junk,
            at.false_content,
            at.false_junk,
            at.true_content
        )?;
    }
    for (title, groups) in [("data set", &report.by_set), ("language", &report.by_lang)] {
        writeln!(out)?;
        heading(title, out)?;
        for (name, measures) in groups {
            row(name, measures, out)?;
        }
    }
    let mut sites: Vec<_> = report.by_site.iter().collect();
    sites.sort_by(|a, b| b.1.presets[0].content_lost.total_cmp(&a.1.presets[0].content_lost));
    sites.retain(|(_, measures)| measures.content > 0);
    writeln!(out)?;
    heading("site (the worst)", out)?;
    for (name, measures) in sites.into_iter().take(SITES) {
        row(name, measures, out)?;
    }
    writeln!(out, "\nlabel and kind              blocks   labeled junk: cautious  balanced    strict")?;
    for (name, kind) in &report.by_kind {
        let [a, b, c] = kind.removed.map(|share| 100.0 * share);
        writeln!(out, "{}{:>10}{a:>23.1} %{b:>8.1} %{c:>8.1} %", padded(name, 24), kind.blocks)?;
    }
    Ok(())
}

fn heading(title: &str, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{title:<34} content    junk     AUC  recall@99  lost, cautious  balanced    strict")?;
    Ok(())
}

fn row(name: &str, m: &Measures, out: &mut impl Write) -> Result<()> {
    let [a, b, c] = m.presets.map(|at| 100.0 * at.content_lost);
    let number = |value: f64| if value.is_nan() { "-".to_owned() } else { format!("{value:.4}") };
    writeln!(
        out,
        "{}{:>8}{:>8}{:>8}{:>11}{a:>14.2} %{b:>8.2} %{c:>8.2} %",
        padded(name, 34),
        m.content,
        m.junk,
        number(m.auc),
        number(m.recall_99)
    )?;
    Ok(())
}
