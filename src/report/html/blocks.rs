//! The blocks of a page as JSON, as small as they can be: `[text, score, script, kind, why, cut]`, where `kind` is 0 for
//! boilerplate, 1 for spam, 2 for what a rule keeps; `why` is null or `[base, rest, features, words]`; `cut` is how many
//! characters of the text are left out. `features` is a flat list of a feature's number and its contribution, or the
//! name of the rule that decided; `words` of start, end, count and contribution. Contributions are in thousandths of
//! log-odds; places count as JavaScript does, in UTF-16.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{features, script_place};
use crate::classify::Worker;
use crate::error::Result;
use crate::explain::{Explanation, Reason};
use crate::page::{Kind, Label, Page};
use crate::rules::host;

/// A page without its blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    /// What labels call it.
    pub id: String,
    /// File and number.
    pub name: String,
    pub url: Option<String>,
    pub host: Option<String>,
}

impl Source {
    /// `id` is the record's, as JSON: only texts are taken for names, numbers say too little.
    pub(crate) fn new(id: &RawValue, name: String, url: Option<&str>) -> Self {
        let id = serde_json::from_str::<String>(id.get()).unwrap_or_else(|_| name.clone());
        let host = url.map(|url| host::of(url).to_ascii_lowercase()).filter(|host| !host.is_empty());
        Self { id, name, url: url.map(str::to_owned), host }
    }
}

/// How much of a page is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detail {
    /// Features and words that are told of a block, as many of each; all others are summed up.
    pub reasons: usize,
    /// Characters of a block.
    pub text: usize,
    /// Bytes of JSON.
    pub bytes: usize,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    n: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    u: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    h: Option<&'a str>,
    b: Vec<Box<RawValue>>,
    /// Blocks that are left out.
    #[serde(skip_serializing_if = "is_zero")]
    more: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

type Block<'a> = (&'a str, f32, usize, u8, Option<Why>, usize);
type Why = (i64, i64, Named, Vec<i64>);

#[derive(Serialize)]
#[serde(untagged)]
enum Named {
    Features(Vec<i64>),
    Rule(String),
}

static NUMBERS: LazyLock<HashMap<String, i64>> = LazyLock::new(|| {
    features().zip(0..).map(|((group, feature), at)| (format!("{group}.{}", feature.name), at)).collect()
});

/// A page with its blocks as JSON. The worker's classifier must be [`super::undecided`]; `told` says which blocks come with
/// their reasons.
///
/// # Errors
/// Never: what is written is memory.
pub(crate) fn blocks(
    source: &Source,
    page: &Page<'_>,
    told: impl Fn(usize) -> bool,
    detail: Detail,
    worker: &mut Worker<'_>,
) -> Result<Box<RawValue>> {
    let verdicts = worker.classify(page).to_vec();
    let mut shown = Vec::new();
    let mut bytes = 0;
    for (i, (block, verdict)) in page.blocks.iter().zip(verdicts).enumerate() {
        let at = worker.turn_to(page, i);
        let script = script_place(worker, at);
        let kind = match (verdict.label, verdict.kind) {
            (Label::Content, _) => 2,
            (_, Some(Kind::Spam)) => 1,
            _ => 0,
        };
        let end = block.text.char_indices().nth(detail.text).map_or(block.text.len(), |(end, _)| end);
        let text = &block.text[..end];
        let why = told(i).then(|| why(text, &worker.explain_classified(page, i, None), detail.reasons));
        let json: Block<'_> = (text, verdict.score, script, kind, why, block.text[end..].chars().count());
        let json = raw(&json)?;
        bytes += json.get().len();
        if bytes > detail.bytes && i > 0 {
            break;
        }
        shown.push(json);
    }
    let more = page.blocks.len() - shown.len();
    let Source { id, name, url, host } = source;
    raw(&Shown { id, n: name, u: url.as_deref(), h: host.as_deref(), b: shown, more })
}

fn raw(value: &impl Serialize) -> Result<Box<RawValue>> {
    Ok(serde_json::value::to_raw_value(value).map_err(std::io::Error::from)?)
}

fn why(text: &str, explanation: &Explanation, most: usize) -> Why {
    let base = milli(explanation.base);
    let mut rest = milli(explanation.log_odds) - base;
    if let [Reason { feature, range, .. }] = explanation.reasons.as_slice()
        && let Some(rule) = feature.strip_prefix("rule.")
    {
        let words = range.as_ref().map_or(Vec::new(), |range| {
            let [start, end] = places(text, range);
            vec![start, end, 1, rest]
        });
        return (0, rest, Named::Rule(rule.to_owned()), words);
    }
    let (mut features, mut words, mut names) = (Vec::new(), Vec::new(), 0);
    for reason in &explanation.reasons {
        let contribution = milli(reason.contribution);
        match &reason.range {
            Some(range) if words.len() < 4 * most && range.end <= text.len() => {
                let [start, end] = places(text, range);
                words.extend([start, end, reason.value as i64, contribution]);
            }
            // Elements are told as one: their names would take much room.
            None if reason.feature == "element" => {
                names += contribution;
            }
            None if features.len() < 2 * most && NUMBERS.contains_key(reason.feature.as_ref()) => {
                features.extend([NUMBERS[reason.feature.as_ref()], contribution]);
            }
            _ => continue,
        }
        rest -= contribution;
    }
    if names != 0 {
        features.extend([NUMBERS["markup.names"], names]);
    }
    (base, rest, Named::Features(features), words)
}

fn milli(log_odds: f32) -> i64 {
    (f64::from(log_odds) * 1e3).round() as i64
}

/// A place in bytes as one in UTF-16; places behind the text are its end.
fn places(text: &str, range: &Range<usize>) -> [i64; 2] {
    let units = |end: usize| text.get(..end).unwrap_or(text).encode_utf16().count() as i64;
    [units(range.start), units(range.end)]
}
