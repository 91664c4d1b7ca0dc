//! Why a block got its score. Every step from text to score is linear, so the contributions add up to the score's
//! log-odds, up to rounding.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;

use crate::classify::{Worker, probability};
use crate::features::inputs;
use crate::features::{context_names, lexical_places, name_places, row, row_names, scan::Scanner, scan::Sink};
use crate::model::{LEXICAL_PLACES, LinearModel, NgramTable, Platt, script_index};
use crate::page::{Page, Verdict};

/// The name of reasons that are pieces of text.
const WORD: &str = "word";

/// The name of reasons that are elements of HTML.
const ELEMENT: &str = "element";

/// Elements around a block that are told one by one.
const MOST_ELEMENTS: usize = 32;

/// One share of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// The feature's name with its group (`stats.length`, `context.window8`), `word` for a piece of text, `element` for the
    /// tag and the names of an element of HTML that the block is in, or `rule.` and the name of the rule that decided.
    pub feature: Cow<'static, str>,
    /// The piece of text, for `word`; the element (`div#main.post`), for `element`; what the rule found, for a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Where the piece stands in the block's text, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range<usize>>,
    /// The feature's value; for `word`, how often the piece stands in the block; 1 for a rule.
    pub value: f32,
    /// What it adds to the log-odds of junk, against the mean of the feature: above 0 speaks for junk, below 0 for content.
    pub contribution: f32,
}

/// A score, taken apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The calibrated log-odds of junk: `base` plus all contributions.
    pub log_odds: f32,
    /// What an average block without words would get: the biases of the models, the calibration, the means of the features.
    /// 0 if a rule decided.
    pub base: f32,
    /// All contributions, the largest first, whatever their sign. If a rule decided, it is the only one.
    pub reasons: Vec<Reason>,
}

impl Worker<'_> {
    /// Classifies a page and explains the verdict on block `i`.
    ///
    /// # Panics
    /// If the page has no block `i`.
    pub fn explain(&mut self, page: &Page<'_>, i: usize) -> (Verdict, Explanation) {
        let verdict = self.classify(page)[i].clone();
        (verdict, self.explain_classified(page, i, None))
    }

    /// Explains block `i` of the page that was classified last, or that part of it: why it got its score as a block of its own.
    ///
    /// # Panics
    /// If the page has no block `i`, the block has no such part, or the page is not the one that was classified last.
    pub fn explain_classified(&mut self, page: &Page<'_>, i: usize, part: Option<usize>) -> Explanation {
        let text = &page.blocks[i].text;
        let Some(part) = part else {
            let at = self.turn_to(page, i);
            return self.explain_scored(page, text, at);
        };
        let found = self.turn_to_part(page, i, part);
        let (at, range) = found.unwrap_or_else(|| panic!("block {i} has no part {part}"));
        self.explain_scored(page, text[range].trim(), at)
    }

    /// Explains block `i` of those that were scored last, which has this text.
    fn explain_scored(&self, page: &Page<'_>, text: &str, i: usize) -> Explanation {
        #[cfg(feature = "rules")]
        if !self.divided
            && let Some(explanation) = self.explain_ruled(text, i)
        {
            return explanation;
        }
        let model = self.model;
        let markup = model.metadata().groups.markup;
        let facts = &self.features.facts[i];
        let platt = model.calibration[script_index(facts.group)];
        let slope = f64::from(platt.slope);
        let mut base = f64::from(platt.offset);
        let mut reasons = Vec::with_capacity(NAMES.context.len() + NAMES.row.len() + text.len() / 4);
        let mut total = base;

        // The row reaches the result through the block model's score and, in the page model, by itself.
        let row = self.features.rows.row(i);
        let mut ways = vec![Way { head: &model.block, start: 0, share: slope }];
        if model.metadata().groups.context {
            // The second pass reads all that the first one reads, so it alone says what counts how much. Its first input
            // is the block's own score, taken apart below.
            let head = &model.second;
            let inputs = self.inputs.row(i);
            let own_row = inputs::row_range(markup);
            base += slope * f64::from(head.bias());
            ways[0].share = slope * f64::from(head.weights()[0]) * reaching(head.cut(0, inputs[0]), self.scores[i]);
            for (at, name) in NAMES.context(markup).enumerate().skip(1) {
                if !own_row.contains(&at) {
                    let way = Way { head, start: 0, share: slope };
                    base += add(&mut reasons, &[way], at, inputs, name);
                }
            }
            ways.push(Way { head, start: own_row.start, share: slope });
        }
        base += ways[0].share * f64::from(model.block.bias());
        for (at, name) in NAMES.row(markup) {
            base += add(&mut reasons, &ways, at, row, name);
        }
        let hashes = facts.hashes.max(1) as f32;
        let [root, mean] = lexical_places(facts.group).map(|at| ways.iter().map(|way| way.slope(at, row)).sum::<f64>());
        words(text, &model.ngrams, root / f64::from(hashes.sqrt()) + mean / f64::from(hashes), &mut reasons);
        self.elements(page, i, &ways, &mut reasons);

        total += base - f64::from(platt.offset);
        total += reasons.iter().map(|reason| f64::from(reason.contribution)).sum::<f64>();
        reasons.retain(|reason| reason.contribution != 0.0);
        reasons.sort_unstable_by(|a, b| {
            let place = |reason: &Reason| reason.range.as_ref().map(|range| range.start);
            let by_size = b.contribution.abs().total_cmp(&a.contribution.abs());
            by_size.then_with(|| a.feature.cmp(&b.feature)).then_with(|| place(a).cmp(&place(b)))
        });
        Explanation { log_odds: total as f32, base: base as f32, reasons }
    }

    /// Adds a reason for every element around block `i` of the part that was scored last.
    fn elements(&self, page: &Page<'_>, i: usize, ways: &[Way<'_>], reasons: &mut Vec<Reason>) {
        if self.model.names.is_none() {
            return;
        }
        let Some((number, around)) = self.features.name_weights(i) else { return };
        let row = self.features.rows.row(i);
        let [root, mean] = name_places().map(|at| ways.iter().map(|way| way.slope(at, row)).sum::<f64>());
        let mut rest = 0.0;
        let n = number.max(1) as f32;
        let per_weight = root / f64::from(n.sqrt()) + mean / f64::from(n);
        for (at, (element, sum)) in around.enumerate() {
            let contribution = (f64::from(sum) * per_weight) as f32;
            if at >= MOST_ELEMENTS {
                rest += contribution;
                continue;
            }
            let (tag, names) = page.elements.get(element).unwrap_or_default();
            let word = Some([tag, names].concat());
            reasons.push(Reason { feature: Cow::Borrowed(ELEMENT), word, range: None, value: 1.0, contribution });
        }
        if rest != 0.0 {
            let word = Some("…".to_owned());
            reasons.push(Reason { feature: Cow::Borrowed(ELEMENT), word, range: None, value: 1.0, contribution: rest });
        }
    }

    /// The explanation of a block that a rule decided on: the rule.
    #[cfg(feature = "rules")]
    fn explain_ruled(&self, text: &str, i: usize) -> Option<Explanation> {
        let rules = self.classifier.rules()?;
        let fired = self.rulings.of_block(i)?;
        let log_odds = rules.log_odds(fired);
        let range = fired.range(text);
        let reason = Reason {
            feature: Cow::Owned(format!("rule.{}", rules.name(fired))),
            word: Some(text[range.clone()].to_owned()),
            range: Some(range),
            value: 1.0,
            contribution: log_odds,
        };
        Some(Explanation { log_odds, base: 0.0, reasons: vec![reason] })
    }
}

impl Explanation {
    /// The probability that the log-odds stand for.
    pub fn score(&self) -> f32 {
        probability(Platt::NONE, self.log_odds)
    }

    /// The `n` strongest reasons that speak for junk, half of them words if there are as many: each word of a long line
    /// says little next to what is said of the line as a whole, but words are what people want to see. For a block that a
    /// rule dropped, the rule.
    pub fn for_junk(&self, n: usize) -> Vec<&Reason> {
        let speaking = |word: bool| {
            self.reasons.iter().filter(move |reason| reason.contribution > 0.0 && (reason.feature == WORD) == word)
        };
        let mut chosen: Vec<&Reason> = speaking(true).take(n / 2).collect();
        chosen.extend(speaking(false).take(n - chosen.len()));
        chosen
    }
}

/// Names of features with their groups, and their places.
struct Names {
    /// Of a row without the lexical features and the names of elements, which are told one by one.
    row: Vec<(usize, String)>,
    /// Of the page model's inputs, of text and of HTML.
    context: [Vec<String>; 2],
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let group = |at: usize| match at {
        0..row::TOKENS => Some("stats"),
        row::TOKENS..row::LEXICAL_AT => Some("tokens"),
        row::LEXICAL_AT..row::MARKUP => None,
        _ => (!name_places().contains(&at)).then_some("markup"),
    };
    let context = |markup| context_names(markup).map(|name| format!("context.{name}")).collect::<Vec<_>>();
    Names {
        row: row_names(true)
            .enumerate()
            .filter_map(|(at, name)| Some((at, format!("{}.{name}", group(at)?))))
            .collect(),
        context: [context(false), context(true)],
    }
});

impl Names {
    fn row(&'static self, markup: bool) -> impl Iterator<Item = (usize, &'static str)> {
        let end = row::length(markup);
        self.row.iter().take_while(move |(at, _)| *at < end).map(|(at, name)| (*at, name.as_str()))
    }

    fn context(&'static self, markup: bool) -> impl Iterator<Item = &'static str> {
        self.context[usize::from(markup)].iter().map(String::as_str)
    }
}

/// A head that reads the inputs in question from place `start` on, and how much of its value reaches the result.
struct Way<'m> {
    head: &'m LinearModel,
    start: usize,
    share: f64,
}

impl Way<'_> {
    /// What input `at` contributes as far as it differs from its mean, and what the mean contributes: that is no reason for
    /// anything, but part of the base.
    fn shares(&self, at: usize, value: f32) -> [f64; 2] {
        let at = self.start + at;
        let mean = f64::from(self.head.means()[at]);
        let weight = self.share * f64::from(self.head.weights()[at]);
        [weight * (f64::from(self.head.cut(at, value)) - mean), weight * mean]
    }

    /// How much of input `at`, which is made of the weights of words or names, reaches the result.
    fn slope(&self, at: usize, row: &[f32]) -> f64 {
        let place = self.start + at;
        self.share * f64::from(self.head.weights()[place]) * reaching(self.head.cut(place, row[at]), row[at])
    }
}

/// The share of an input that is left when it is cut.
fn reaching(cut: f32, value: f32) -> f64 {
    if value == 0.0 { 1.0 } else { f64::from(cut) / f64::from(value) }
}

/// Adds what place `at` of the row contributes in all ways, and returns what belongs to the base.
fn add(reasons: &mut Vec<Reason>, ways: &[Way<'_>], at: usize, row: &[f32], feature: &'static str) -> f64 {
    let [own, base] = ways.iter().map(|way| way.shares(at, row[at])).fold([0.0; 2], |[a, b], [c, d]| [a + c, b + d]);
    let feature = Cow::Borrowed(feature);
    reasons.push(Reason { feature, word: None, range: None, value: row[at], contribution: own as f32 });
    base
}

/// Every symbol's place in the text and its share of the n-grams that cover it.
struct Attribution<'m> {
    table: &'m NgramTable<LEXICAL_PLACES>,
    symbols: Vec<(Range<usize>, f64)>,
}

impl Sink for &mut Attribution<'_> {
    const PLACES: bool = true;

    fn symbol(&mut self, start: usize, end: usize) {
        self.symbols.push((start..end, 0.0));
    }

    fn hash(&mut self, hash: u32, last: usize, span: usize) {
        let weight = f64::from(self.table.weight(hash));
        let from = (last + 1).saturating_sub(span);
        let covered = &mut self.symbols[from..=last];
        let share = weight / covered.len() as f64;
        covered.iter_mut().for_each(|(_, sum)| *sum += share);
    }
}

/// Adds one reason for every different word of the text.
fn words(text: &str, table: &NgramTable<LEXICAL_PLACES>, share: f64, reasons: &mut Vec<Reason>) {
    let mut attribution = Attribution { table, symbols: Vec::new() };
    Scanner::new().scan(text, &mut Vec::new(), &mut attribution);
    let first_reason = reasons.len();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut symbols = attribution.symbols.into_iter().peekable();
    let weighed = crate::words::ranges(text).into_iter().map(|range| {
        let mut sum = 0.0;
        while let Some((_, weight)) = symbols.next_if(|(at, _)| at.start < range.end) {
            sum += weight;
        }
        (range, sum)
    });
    #[cfg_attr(feature = "jieba", allow(unused_mut))]
    let mut weighed: Vec<(Range<usize>, f64)> = weighed.collect();
    #[cfg(not(feature = "jieba"))]
    crate::words::join(text, &mut weighed);
    for (range, sum) in weighed {
        let contribution = (sum * share) as f32;
        let word = &text[range.clone()];
        match seen.entry(word) {
            Entry::Occupied(at) => {
                let reason: &mut Reason = &mut reasons[*at.get()];
                reason.value += 1.0;
                reason.contribution += contribution;
            }
            Entry::Vacant(place) => {
                place.insert(reasons.len());
                reasons.push(Reason {
                    feature: Cow::Borrowed(WORD),
                    word: Some(word.to_owned()),
                    range: Some(range),
                    value: 1.0,
                    contribution,
                });
            }
        }
    }
    // The end symbol stands behind the last word.
    let rest: f64 = symbols.map(|(_, weight)| weight).sum();
    if let Some(reason) = reasons[first_reason..].last_mut() {
        reason.contribution += (rest * share) as f32;
    }
}
