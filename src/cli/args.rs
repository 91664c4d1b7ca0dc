//! What can be typed: arguments only, no meaning.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A fine sieve for scraped pages: labels every text block content or junk, says why, removes the junk.
///
/// Reads plain text and JSON Lines, from files or standard input. Data goes to standard output, everything else to
/// standard error.
#[derive(Debug, Parser)]
#[command(name = "tamis", version, arg_required_else_help = true, propagate_version = true)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Remove the junk; the output has the input's shape
    Clean(Clean),
    /// Write one JSON record for every block: label, kind, score, byte range
    Classify(Classify),
    /// Show the junk and why it is junk; with --fail-over, be a gate
    Report(ReportArgs),
    /// Take the score of a block apart into contributions that add up to it
    Explain(Explain),
    /// Train a model on labeled blocks
    #[cfg(feature = "train")]
    Train(Train),
    /// Measure a model on labeled blocks
    #[cfg(feature = "train")]
    Eval(Eval),
    /// Look into a model file
    #[command(subcommand)]
    Model(ModelCommand),
    /// Look at labeled data
    #[cfg(feature = "train")]
    #[command(subcommand)]
    Data(DataCommand),
}

/// Input formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InputFormat {
    /// A file is one page, a line is a block
    Text,
    /// A line is a JSON object with a page in its text field
    Jsonl,
}

/// Where pages come from.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Files; `-` or nothing is standard input
    pub files: Vec<PathBuf>,
    /// Format of the input [default: jsonl for .jsonl and .ndjson, else text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// The field of a JSON record that holds the page
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
}

/// Which model, and from where on a block is junk.
#[derive(Debug, Args)]
pub(super) struct Sieve {
    /// A model file [default: the embedded model]
    #[arg(long, short, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// How much content may be lost for the junk that goes
    #[arg(long, short, value_enum, default_value = "cautious", conflicts_with = "threshold")]
    pub preset: PresetName,
    /// Call junk what has at least this P(junk), between 0 and 1
    #[arg(long, short, value_name = "P")]
    pub threshold: Option<f32>,
}

/// Presets by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PresetName {
    /// At most 0.5 % of the content characters of sites held out of training are lost
    Cautious,
    /// At most 2 %
    Balanced,
    /// The best F1 of junk
    Strict,
}

/// `tamis clean`
#[derive(Debug, Args)]
pub(super) struct Clean {
    #[command(flatten)]
    /// Pages.
    pub input: Input,
    #[command(flatten)]
    /// Model and threshold.
    pub sieve: Sieve,
    /// Show on standard error what is removed, and why
    #[arg(long, short)]
    pub verbose: bool,
}

/// `tamis classify`
#[derive(Debug, Args)]
pub(super) struct Classify {
    #[command(flatten)]
    /// Pages.
    pub input: Input,
    #[command(flatten)]
    /// Model and threshold.
    pub sieve: Sieve,
    /// Add the text of every block
    #[arg(long)]
    pub text: bool,
    /// Add the strongest reasons of every block, this many at most
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "5")]
    pub reasons: Option<usize>,
}

/// Formats of reports and explanations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// `tamis report`
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    /// Pages.
    pub input: Input,
    #[command(flatten)]
    /// Model and threshold.
    pub sieve: Sieve,
    /// Format of the report: the junk of every page, or only the counts as JSON
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
    /// Words and features shown for every junk block; 0 for none
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub reasons: usize,
    /// Exit with 1 if more than this share of the text is junk
    #[arg(long, value_name = "SHARE")]
    pub fail_over: Option<f64>,
}

/// `tamis explain`
#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    /// Pages.
    pub input: Input,
    #[command(flatten)]
    /// Model and threshold.
    pub sieve: Sieve,
    /// Number of the block on its page, from 0 on [default: every junk block]
    #[arg(long, short, value_name = "N")]
    pub block: Option<usize>,
    /// Contributions shown, the strongest first
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub top: usize,
    /// Format of the explanation
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
}

/// `tamis train`
#[cfg(feature = "train")]
#[derive(Debug, Args)]
pub(super) struct Train {
    /// Labeled data: files, or folders of .jsonl and .jsonl.gz files
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// The model file; its card is written beside it, with the ending .md
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// How to train: a TOML file [default: defaults for everything]
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// Feature groups: stats, tokens, ngrams, context
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub groups: Option<Vec<String>>,
    /// Seed of every random choice
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Use no generated pages
    #[arg(long)]
    pub no_augment: bool,
    /// Threads [default: all cores]; the model does not depend on it
    #[arg(long, short = 'j', value_name = "N")]
    pub threads: Option<usize>,
}

/// Which pages of labeled data.
#[cfg(feature = "train")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Split {
    /// All pages
    All,
    /// Pages that training uses
    Train,
    /// Pages that training leaves out
    Test,
}

/// `tamis eval`
#[cfg(feature = "train")]
#[derive(Debug, Args)]
pub(super) struct Eval {
    /// A model file, or `embedded`
    pub model: PathBuf,
    /// Labeled data: files, or folders of .jsonl and .jsonl.gz files
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// Which pages to measure on
    #[arg(long, value_enum, default_value = "all")]
    pub split: Split,
    /// Format of the measures
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
    /// Exit with 1 if the ROC AUC is below this
    #[arg(long, value_name = "X")]
    pub min_auc: Option<f64>,
    /// Exit with 1 if the average precision is below this
    #[arg(long, value_name = "X")]
    pub min_average_precision: Option<f64>,
    /// Exit with 1 if the junk recall where 99 % of the content blocks are kept is below this
    #[arg(long, value_name = "X")]
    pub min_recall_99: Option<f64>,
    /// Exit with 1 if the F1 of junk under the preset strict is below this
    #[arg(long, value_name = "X")]
    pub min_f1: Option<f64>,
    /// Exit with 1 if more than this share of the content characters is lost under the preset cautious
    #[arg(long, value_name = "X")]
    pub max_content_lost: Option<f64>,
}

/// `tamis model`
#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// Versions, training data, metrics and thresholds
    Info(ModelArgs),
    /// Every feature with its formula, source and weight
    Features(ModelArgs),
}

/// Which model to look into.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// A model file [default: the embedded model]
    pub model: Option<PathBuf>,
    /// Format
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
}

/// `tamis data`
#[cfg(feature = "train")]
#[derive(Debug, Subcommand)]
pub(super) enum DataCommand {
    /// Pages, sites, blocks and characters by file, language, label and kind
    Stats(DataArgs),
}

/// Which data to look at.
#[cfg(feature = "train")]
#[derive(Debug, Args)]
pub(super) struct DataArgs {
    /// Labeled data: files, or folders of .jsonl and .jsonl.gz files
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// Format
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
}
