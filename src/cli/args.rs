//! What can be typed: arguments only, no meaning.

#[cfg(feature = "train")]
mod labeled;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::formats::{Encoding, Format};
use crate::stream::{OnError, Shape};
#[cfg(feature = "train")]
pub(super) use labeled::{CheckArgs, SuspectsArgs, Tune};

/// A fine sieve for scraped pages: labels every text block content or junk, says why, removes the junk.
///
/// Reads plain text, HTML, JSON Lines, WARC and WET, and Parquet, also gzip and zstd, from files, folders or standard input. Data goes to standard output, everything else to
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
    /// Label blocks in the browser, the most uncertain first, and train on the labels
    #[cfg(feature = "label")]
    Label(Label),
    /// Train a model on labeled blocks
    #[cfg(feature = "train")]
    Train(Train),
    /// Measure a model on labeled blocks
    #[cfg(feature = "train")]
    Eval(Eval),
    /// Put thresholds for a wanted loss, precision or cost into a model, measured on your own labeled pages
    #[cfg(feature = "train")]
    Tune(Tune),
    /// Look into a model file
    #[command(subcommand)]
    Model(ModelCommand),
    /// Look at labeled data
    #[cfg(feature = "train")]
    #[command(subcommand)]
    Data(DataCommand),
}

/// Where pages come from.
#[derive(Args, Clone, Debug)]
pub(super) struct Input {
    /// Files, folders, patterns; `-` or nothing is standard input
    pub files: Vec<PathBuf>,
    /// Format of the input: text, html, jsonl, wet, warc, parquet [default: by the ending of the name, else text]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<Format>,
    /// The field or column that holds the page
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// Encoding of the text: utf-8, auto, gb18030, big5, and all others of the Encoding Standard
    #[arg(long, value_name = "NAME", default_value = "utf-8")]
    pub encoding: Encoding,
    /// A longer record is a bad record; K, M and G stand for powers of 1024
    #[arg(long, value_name = "BYTES", default_value = "256M", value_parser = bytes)]
    pub max_record_bytes: usize,
    /// What to do about bad records: fail, skip, or quarantine=FILE
    #[arg(long, value_name = "WHAT", default_value = "fail", value_parser = on_error)]
    pub on_error: OnError,
    /// Threads [default: all cores]; the output does not depend on it
    #[arg(long, short = 'j', value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Write the counts of the run to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,
}

fn bytes(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: usize = digits.parse().map_err(|error| format!("{error}"))?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or_else(|| "no such number of bytes".to_owned())
}

fn on_error(text: &str) -> Result<OnError, String> {
    match text.split_once('=') {
        None if text == "fail" => Ok(OnError::Fail),
        None if text == "skip" => Ok(OnError::Skip),
        Some(("quarantine", file)) if !file.is_empty() => Ok(OnError::Quarantine(file.into())),
        _ => Err("it is fail, skip or quarantine=FILE".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("it is a share between 0 and 1".to_owned()) }
}

/// Where data goes.
#[derive(Args, Clone, Debug)]
pub(super) struct Output {
    /// A file (.gz and .zst are compressed), or a folder that gets the tree of the inputs [default: standard output]
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Format of the output: text, jsonl, parquet; of HTML also markdown, html [default: by the ending of the output's name, else see above]
    #[arg(long, value_name = "FORMAT")]
    pub output_format: Option<Shape>,
    /// Go on where an earlier run with the same output folder and options stopped
    #[arg(long, requires = "output")]
    pub resume: bool,
}

/// Which model, and from where on a block is junk.
#[derive(Args, Clone, Debug)]
pub(super) struct Sieve {
    /// A model file; may be given twice, once with a model for HTML [default: the embedded models]
    #[arg(long, short, value_name = "FILE")]
    pub model: Vec<PathBuf>,
    /// How much content may be lost for the junk that goes
    #[arg(long, short, value_enum, default_value = "cautious", conflicts_with = "threshold")]
    pub preset: PresetName,
    /// Call junk what has at least this P(junk), between 0 and 1
    #[arg(long, short, value_name = "P")]
    pub threshold: Option<f32>,
    /// Take every line as a whole, do not look for parts of lines
    #[arg(long)]
    pub no_parts: bool,
    /// Your own keep and drop words, patterns and hosts: a TOML file
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
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

/// What is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Drop {
    /// Junk of both kinds
    All,
    /// Only spam
    Spam,
    /// Only boilerplate
    Boilerplate,
}

/// `tamis clean`
#[derive(Args, Clone, Debug)]
pub(super) struct Clean {
    #[command(flatten)]
    /// Pages.
    pub input: Input,
    #[command(flatten)]
    /// Model and threshold.
    pub sieve: Sieve,
    #[command(flatten)]
    /// Where it goes.
    pub output: Output,
    /// What is removed
    #[arg(long, value_enum, value_name = "KIND", default_value = "all")]
    pub drop: Drop,
    /// Leave out pages as a whole of which more than this share of the text would be removed
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub drop_pages_over: Option<f64>,
    /// Keep all text and put a mark before what would be removed
    #[arg(long, conflicts_with = "drop_pages_over")]
    pub mark: bool,
    /// Write every removed block to this file, with its place, score and reasons
    #[arg(long, value_name = "FILE", conflicts_with = "mark")]
    pub removed: Option<PathBuf>,
    /// Show on standard error what is removed, and why
    #[arg(long, short)]
    pub verbose: bool,
}

/// `tamis classify`
#[derive(Args, Clone, Debug)]
pub(super) struct Classify {
    #[command(flatten)]
    /// Pages.
    pub input: Input,
    #[command(flatten)]
    /// Model and threshold.
    pub sieve: Sieve,
    #[command(flatten)]
    /// Where it goes.
    pub output: Output,
    /// Add the text of every block
    #[arg(long)]
    pub text: bool,
    /// Add the strongest reasons of every block, this many at most
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "5")]
    pub reasons: Option<usize>,
    /// One record for a page instead: junk if more than this share of its text is
    #[arg(long, value_name = "SHARE", num_args = 0..=1, require_equals = true, default_missing_value = "0.5", value_parser = share, group = "what")]
    pub pages: Option<f64>,
    /// One record for a page instead, with spans of junk in code points, as the dolma toolkit reads them
    #[arg(long, group = "what")]
    pub attributes: bool,
    /// Add fields or columns to the records as they came: tamis_label, tamis_score, tamis_junk_share, tamis_junk
    #[arg(long, group = "what")]
    pub columns: bool,
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

/// Formats of `tamis report`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PagesFormat {
    /// The junk of every page, for a terminal
    Text,
    /// A page for the browser: one file, to look at, to try thresholds on, to label
    Html,
    /// SARIF 2.1.0: every junk block as a finding
    Sarif,
    /// Only the counts
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
    /// Format of the report
    #[arg(long, value_enum, default_value = "text")]
    pub format: PagesFormat,
    /// Write the report to this file [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Words and features shown for every junk block; 0 for none
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub reasons: usize,
    /// Exit with 1 if more than this share of the text is junk
    #[arg(long, value_name = "SHARE", value_parser = share)]
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

/// `tamis label`
#[cfg(feature = "label")]
#[derive(Debug, Args)]
pub(super) struct Label {
    #[command(flatten)]
    /// Pages.
    pub input: Input,
    #[command(flatten)]
    /// Model and threshold.
    pub sieve: Sieve,
    /// The file of labels, as `tamis train` reads it; one that exists is gone on with
    #[arg(long, value_name = "FILE", default_value = "labels.jsonl")]
    pub labels: PathBuf,
    /// More labeled data to train on: files, or folders of .jsonl and .jsonl.gz files
    #[arg(long, value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// How to train: a TOML file [default: defaults for everything]
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// Write the model of the last training to this file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Port on 127.0.0.1 [default: any that is free]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
}

/// `tamis train`
#[cfg(feature = "train")]
#[derive(Debug, Args)]
pub(super) struct Train {
    /// Labeled data: files, or folders of .jsonl and .jsonl.gz files or of pairs of X.html and its content in X.txt
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// The model file; its card is written beside it, with the ending .md
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// How to train: a TOML file [default: defaults for everything]
    #[arg(long, value_name = "FILE")]
    pub recipe: Option<PathBuf>,
    /// Feature groups: stats, tokens, ngrams, context, markup [default: stats, ngrams, context; markup where pages are HTML]
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
    /// A model file, or `embedded` for the embedded ones
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
    /// Write a page for the browser to this file: curves, tables, the worst mistakes, the largest weights
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
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
    /// A model file, `embedded` or `embedded-html`
    #[arg(default_value = "embedded")]
    pub model: PathBuf,
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
    /// Deal pages out to train on some parts and measure on the others: no site stands in two parts
    Split(SplitArgs),
    /// Look for mistakes: balance, splits, leaks between sites, texts under two labels, damaged pages
    Check(CheckArgs),
    /// The labels that a model which has not seen their site most disagrees with
    Suspects(SuspectsArgs),
}

/// How to deal out.
#[cfg(feature = "train")]
#[derive(Debug, Args)]
pub(super) struct SplitArgs {
    /// Labeled pages: files of JSON Lines
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// Parts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub parts: u16,
    /// Part K of a file goes to the folder K in here, under the same name
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
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
