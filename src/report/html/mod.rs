//! Reports for a browser: one file of HTML that needs nothing else. The page, its style and its scripts are plain files
//! beside this one; what they show is JSON in the page ([`write_page`]).
//!
//! ```text
//! pages -> worker: Seen (counts, and of pages of the sample all blocks) -> Collector, in order -> JSON -> page
//! ```

mod blocks;
mod collect;

pub(crate) use blocks::Source;
#[cfg(feature = "label")]
pub(crate) use blocks::{Detail, blocks};
pub(crate) use collect::{Collector, Seen, Wanted};

use std::io::Write;

use serde::Serialize;

use crate::chars::ScriptGroup;
use crate::classify::{Classifier, Threshold, Worker};
use crate::error::Result;
use crate::features::{Feature, Groups};
use crate::model::{Model, Preset, script_index};
use crate::page::Page;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// In the order in which they need each other.
const SCRIPTS: [&str; 7] = [
    include_str!("words.js"),
    include_str!("charts.js"),
    include_str!("label.js"),
    include_str!("pages.js"),
    include_str!("report.js"),
    include_str!("eval.js"),
    include_str!("start.js"),
];

/// Writes a page with this data.
///
/// # Errors
/// If writing fails.
pub(crate) fn write_page(data: &impl Serialize, out: &mut impl Write) -> Result<()> {
    let mut rest = PAGE;
    for mark in ["/*style*/", "/*data*/", "/*script*/"] {
        let (before, behind) = rest.split_once(mark).unwrap_or((rest, ""));
        out.write_all(before.as_bytes())?;
        match mark {
            "/*style*/" => out.write_all(STYLE.as_bytes())?,
            "/*data*/" => out.write_all(escaped(data)?.as_bytes())?,
            _ => SCRIPTS.iter().try_for_each(|script| out.write_all(script.as_bytes()))?,
        }
        rest = behind;
    }
    out.write_all(rest.as_bytes())?;
    Ok(())
}

/// JSON that can stand inside of a `script` element: `<` is only ever part of a string, where it may be escaped.
pub(crate) fn escaped(data: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(data).map_err(std::io::Error::from)?.replace('<', "\\u003c"))
}

/// What a page must know of the model to decide as the library does, and to name reasons.
#[derive(Serialize)]
pub(crate) struct About {
    tamis: &'static str,
    model: String,
    /// Names of the script groups; once more with a mark where pages of HTML have a model of their own.
    scripts: Vec<String>,
    /// Name of a preset and its thresholds by script.
    presets: Vec<(&'static str, Vec<f32>)>,
    /// The name of the preset, or the threshold, that the run used.
    threshold: Chosen,
    /// Name and formula of every feature that reasons name by number.
    features: Vec<(String, &'static str)>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Chosen {
    Preset(&'static str),
    Fixed(f32),
}

impl About {
    pub(crate) fn of(classifier: &Classifier, threshold: Threshold) -> Self {
        let (model, html) = (classifier.model(), classifier.html_model());
        let models =
            if html.metadata().groups.markup { vec![(model, ""), (html, ", HTML")] } else { vec![(model, "")] };
        let of_model = |model: &Model, preset| ScriptGroup::ALL.map(|script| model.threshold(preset, Some(script)));
        let thresholds = |preset| models.iter().flat_map(|(model, _)| of_model(model, preset)).collect();
        let names = |mark: &'static str| ScriptGroup::ALL.iter().map(move |script| format!("{}{mark}", script.name()));
        Self {
            tamis: env!("CARGO_PKG_VERSION"),
            model: model.metadata().name.clone(),
            scripts: models.iter().flat_map(|(_, mark)| names(mark)).collect(),
            presets: Preset::ALL.iter().map(|preset| (preset.name(), thresholds(*preset))).collect(),
            threshold: match threshold {
                Threshold::Preset(preset) => Chosen::Preset(preset.name()),
                Threshold::Fixed(value) => Chosen::Fixed(value),
            },
            features: features()
                .map(|(group, feature)| (format!("{group}.{}", feature.name), feature.formula))
                .collect(),
        }
    }
}

/// All features with their groups, in the order of their numbers.
fn features() -> impl Iterator<Item = (&'static str, &'static Feature)> {
    let groups = Groups { markup: true, ..Groups::default() }.list().into_iter();
    groups.flat_map(|(group, features, _)| features.into_iter().map(move |feature| (group, feature)))
}

/// Places of [`About::scripts`].
pub(crate) const SCRIPTS_TOLD: usize = 2 * ScriptGroup::COUNT;

/// The place of a block of the page that was classified last, by its number in its part.
pub(crate) fn script_place(worker: &Worker<'_>, at: usize) -> usize {
    let html = usize::from(worker.model.metadata().groups.markup);
    html * ScriptGroup::COUNT + script_index(worker.features.facts[at].group)
}

/// How far the score of block `i` of the page that was classified last is above its threshold, in log-odds.
pub(crate) fn margin(worker: &mut Worker<'_>, page: &Page<'_>, i: usize, score: f32, threshold: Threshold) -> f32 {
    let at = worker.turn_to(page, i);
    let threshold = match threshold {
        Threshold::Preset(preset) => worker.model.threshold(preset, worker.features.facts[at].group),
        Threshold::Fixed(threshold) => threshold,
    };
    let log_odds = |p: f32| (p / (1.0 - p)).ln();
    log_odds(score) - log_odds(threshold)
}

/// The classifier that calls everything junk but what a rule keeps, so that every block has its kind.
///
/// # Errors
/// Never: 0 is a threshold.
pub(crate) fn undecided(classifier: &Classifier) -> Result<Classifier> {
    classifier.clone().with_parts(false).with_threshold(Threshold::Fixed(0.0))
}
