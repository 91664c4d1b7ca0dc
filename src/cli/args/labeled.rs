//! Arguments of the verbs that look at labeled data before and after training.

use std::path::PathBuf;

use clap::Args;

use super::{PresetName, ReportFormat, Split};

/// `tamis tune`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("goal").required(true))]
pub(in crate::cli) struct Tune {
    /// A model file, `embedded` or `embedded-html`
    pub model: PathBuf,
    /// Labeled pages that the model was not trained on: files, or folders of .jsonl and .jsonl.gz files
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// The copy of the model that gets the thresholds
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Remove what can be while at most this share of the content characters is lost
    #[arg(long, value_name = "SHARE", group = "goal")]
    pub content_lost: Option<f64>,
    /// Remove what can be while at least this share of the removed blocks is junk
    #[arg(long, value_name = "SHARE", group = "goal")]
    pub precision: Option<f64>,
    /// Make the costs the smallest: that of a lost content character
    #[arg(long, value_name = "COST", group = "goal")]
    pub cost_lost: Option<f64>,
    /// That of a kept junk character
    #[arg(long, value_name = "COST", requires = "cost_lost", default_value_t = 1.0)]
    pub cost_kept: f64,
    /// The preset whose thresholds are replaced [default: cautious for a loss up to 1 %, balanced for a larger one and for a precision, strict for costs]
    #[arg(long, value_enum)]
    pub preset: Option<PresetName>,
    /// Which pages to tune on
    #[arg(long, value_enum, default_value = "all")]
    pub split: Split,
    /// Format of what is told of it
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
}

/// `tamis data check`
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// Labeled data: files, or folders of .jsonl and .jsonl.gz files
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// Format: grouped for people, or a JSON record a finding
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
    /// Findings of a sort that the text shows
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Exit with 1 if a finding is an error
    #[arg(long)]
    pub strict: bool,
}

/// `tamis data suspects`
#[derive(Debug, Args)]
pub(in crate::cli) struct SuspectsArgs {
    /// Labeled data: files, or folders of .jsonl and .jsonl.gz files
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// How to train: a TOML file [default: defaults for everything]
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// Suspects shown
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub top: usize,
    /// Suspects of a page, at most
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub per_page: usize,
    /// Format: a table, or a JSON record a block
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
    /// Threads [default: all cores]; the suspects do not depend on it
    #[arg(long, short = 'j', value_name = "N")]
    pub threads: Option<usize>,
}
