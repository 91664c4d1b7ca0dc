//! tamis, a fine sieve: labels every text block of a scraped page *content* or *junk*, says why, and removes the junk.
//!
//! ```text
//! bytes -> segment -> Page of Blocks -> features -> block model -> page model -> Verdicts -> clean | report
//! ```
//!
//! ```
//! # fn main() -> tamis::Result<()> {
//! let page = "首页 | 新闻 | 登录 | 注册\n\n\
//!             昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。\n\n\
//!             版权所有 © 2024 All Rights Reserved\n";
//! let classifier = tamis::Classifier::embedded()?;
//! let blocks = tamis::segment::text(page);
//! for (block, verdict) in blocks.blocks.iter().zip(classifier.classify(&blocks)) {
//!     println!("{:5.3} {} {}", verdict.score, verdict.label, block.text);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The parts, in the order of the flow:
//!
//! - [`segment`]: input bytes to a [`Page`] of [`Block`]s with exact byte ranges
//! - [`Classifier`]: pages to [`Verdict`]s, with a [`Model`] and a [`Threshold`]
//! - `Rules` (feature `rules`): words, patterns and hosts of the user's own, which overrule the model
//! - [`kept_ranges`]: verdicts to the byte ranges that remain
//! - [`Explanation`]: a score taken apart into contributions that add up to it
//! - [`formats`]: records of text and JSON Lines in and out
//! - [`train`] (feature `train`): labeled pages to a model, and a model's measured accuracy

pub mod chars;
mod classify;
mod clean;
mod error;
mod explain;
mod features;
pub mod formats;
#[cfg(feature = "label")]
mod label;
mod math;
mod model;
mod page;
mod parts;
pub mod report;
#[cfg(feature = "rules")]
mod rules;
pub mod segment;
#[cfg(feature = "cli")]
mod stream;
#[cfg(feature = "train")]
pub mod train;
mod words;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;

pub use classify::{Classifier, Threshold, Worker};
#[cfg(feature = "html")]
pub use clean::kept_html;
pub use clean::kept_ranges;
pub use error::{Error, ErrorKind, Position, Result};
pub use explain::{Explanation, Reason};
pub use features::{Feature, Groups, SCHEMA_VERSION};
pub use model::{DataSet, FORMAT_VERSION, Metadata, Metric, Model, Preset, TunedScript, Tuning};
pub use page::{Block, Elements, Kind, Label, Markup, Page, Part, Verdict};
#[cfg(feature = "rules")]
pub use rules::Rules;
