//! The user's own rules: words, patterns and hosts that keep or drop a block, whatever the model says of it.

pub(crate) mod host;

use std::ops::Range;
use std::path::Path;

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;

use crate::chars::{self, Class};
use crate::error::{Error, Result};
use crate::page::{Block, Kind, Label, Verdict};

/// The log-odds of a block that a rule drops; of one that a rule keeps, it is the negative.
const CERTAIN: f32 = 20.0;

/// Rules of the user's own, of a TOML file. [`Classifier::with_rules`](crate::Classifier::with_rules) puts them to work.
///
/// ```toml
/// keep = ["本报讯", "Abstract"]        # a block that holds one of these words is content
/// drop = ["加微信", "buy followers"]   # a block that holds one of these words is junk
///
/// [[rule]]
/// name = "house ads"                  # shown as the reason; `rule N` by default, from 1 on
/// action = "drop"                     # or "keep"
/// kind = "boilerplate"                # or "spam"; only with drop; by default what the model says
/// words = ["订阅本刊"]                 # any of them, anywhere in the block
/// pattern = '^Posted by \w+$'         # a regular expression
/// hosts = ["example.com", "*.news.example"]
/// ```
///
/// **Order.** The first rule that fires decides, and no other: the list `keep`, then the list `drop`, then every
/// `[[rule]]` in the order of the file. A rule with words and a pattern fires if either is found.
///
/// **Words** are compared folded, as [`chars::fold_into`] does it: traditional Chinese is simplified, full width is half
/// width, case and zero-width characters do not count. A word is found inside of others as well: `ad` in `read`. A
/// pattern `\bad\b` finds it on its own.
///
/// **Patterns** are those of the crate `regex`. They see the text of the block as it is, not folded; `^` and `$` are its
/// ends.
///
/// **Hosts.** A rule with hosts fires only on pages whose [`url`](crate::Page::url) is known and has one of these hosts.
/// `example.com` is that host alone, `*.example.com` also everything below it. Hosts are compared as they are written,
/// but for the case of ASCII letters and a dot at the end: an international name is not the same as its `xn--` form.
///
/// **What a rule does.** The verdict is junk with a score of 1 or content with a score of nearly 0 (2e-9), whatever the
/// threshold. The page model sees the block as clear junk or clear content, which moves the scores of its neighbours.
///
/// ```
/// # fn main() -> tamis::Result<()> {
/// use tamis::{Classifier, Label, Rules, segment};
///
/// let rules = Rules::parse("drop = ['关注本号']")?;
/// let classifier = Classifier::embedded()?.with_rules(rules);
/// let page = segment::text("老木匠把修好的长椅搬回了河边的小公園。\n請關注本號，明天接着讲。\n");
/// let verdict = classifier.classify(&page)[1].clone();
/// assert_eq!((verdict.label, verdict.score), (Label::Junk, 1.0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// In the order in which they are asked.
    rules: Vec<Rule>,
    /// Finds the folded words of all rules at once.
    words: Option<AhoCorasick>,
    /// The rule that each of the words belongs to.
    owners: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Rule {
    name: String,
    action: Action,
    kind: Option<Kind>,
    pattern: Option<Regex>,
    hosts: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Keep,
    Drop,
}

/// What can stand in a file. Rules are read one by one, so that an error can name the rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    rule: Vec<toml::Table>,
}

/// What can stand in a `[[rule]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    action: Action,
    kind: Option<Kind>,
    #[serde(default)]
    words: Vec<String>,
    pattern: Option<String>,
    hosts: Option<Vec<String>>,
}

impl Rules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// If it cannot be read, and as [`Rules::parse`]. The error's position has the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| Error::from(error).in_file(path))?;
        Self::parse(&text).map_err(|error| error.in_file(path))
    }

    /// Reads rules from the text of a file.
    ///
    /// # Errors
    /// If the text is no TOML (the error says the line), or if something in it is unknown, empty or makes no sense (the
    /// error names the rule).
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| match error.span() {
            Some(span) => {
                let line = 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count();
                Error::rules(format!("line {line}: {}", error.message()))
            }
            None => Error::rules(error.message()),
        })?;
        let mut rules = Self::default();
        let mut words = Vec::new();
        for (name, action, list) in [("keep", Action::Keep, file.keep), ("drop", Action::Drop, file.drop)] {
            if !list.is_empty() {
                let entry = Entry { name: None, action, kind: None, words: list, pattern: None, hosts: None };
                rules
                    .add(name.to_owned(), entry, &mut words)
                    .map_err(|why| Error::rules(format!("`{name}`: {why}")))?;
            }
        }
        for (i, table) in file.rule.into_iter().enumerate() {
            let number = format!("rule {}", i + 1);
            let shown = match table.get("name").and_then(toml::Value::as_str) {
                Some(name) => format!("{number} `{name}`"),
                None => number.clone(),
            };
            let entry: Result<Entry, _> = table.try_into();
            entry
                .map_err(|error| error.message().to_owned())
                .and_then(|mut entry| rules.add(entry.name.take().unwrap_or(number), entry, &mut words))
                .map_err(|why| Error::rules(format!("{shown}: {why}")))?;
        }
        if !words.is_empty() {
            rules.words = Some(AhoCorasick::new(words).map_err(|error| Error::rules(error.to_string()))?);
        }
        Ok(rules)
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Checks one rule and takes it in; its folded words go to `words`. An error says what is wrong with it.
    fn add(&mut self, name: String, entry: Entry, words: &mut Vec<String>) -> Result<(), String> {
        let Entry { action, kind, pattern, hosts, .. } = entry;
        if entry.words.is_empty() && pattern.is_none() {
            return Err("it has neither words nor a pattern".to_owned());
        }
        if action == Action::Keep && kind.is_some() {
            return Err("a `kind` is for junk, and this rule keeps".to_owned());
        }
        if name.trim().is_empty() {
            return Err("its name is empty".to_owned());
        }
        for word in entry.words {
            let mut folded = String::new();
            chars::fold_into(&word, &mut folded);
            if folded.trim().is_empty() {
                return Err("one of its words is empty".to_owned());
            }
            words.push(folded);
            self.owners.push(self.rules.len());
        }
        let pattern = match pattern.as_deref() {
            Some("") => return Err("its pattern is empty".to_owned()),
            Some(pattern) => Some(Regex::new(pattern).map_err(|error| format!("its pattern is wrong: {error}"))?),
            None => None,
        };
        match hosts.as_deref() {
            Some([]) => return Err("its list of hosts is empty".to_owned()),
            Some(hosts) => hosts.iter().try_for_each(|host| host::check(host))?,
            None => {}
        }
        self.rules.push(Rule { name, action, kind, pattern, hosts });
        Ok(())
    }

    /// The name of the rule that fired.
    pub(crate) fn name(&self, fired: &Fired) -> &str {
        &self.rules[fired.rule].name
    }

    /// The log-odds of junk that the rule stands for.
    pub(crate) fn log_odds(&self, fired: &Fired) -> f32 {
        match self.rules[fired.rule].action {
            Action::Keep => -CERTAIN,
            Action::Drop => CERTAIN,
        }
    }

    /// The verdict of the rule, where `score` is that of its log-odds, and `kind` what the model takes the block for.
    pub(crate) fn verdict(&self, fired: &Fired, score: f32, kind: impl FnOnce() -> Kind) -> Verdict {
        let rule = &self.rules[fired.rule];
        match rule.action {
            Action::Keep => Verdict::new(Label::Content, None, score),
            Action::Drop => Verdict::new(Label::Junk, Some(rule.kind.unwrap_or_else(kind)), score),
        }
    }

    /// The first rule among the active ones that fires on a text. `folded` is memory to reuse.
    fn first(&self, active: &[bool], text: &str, folded: &mut String) -> Option<Fired> {
        let mut first: Option<Fired> = None;
        if let Some(words) = &self.words {
            folded.clear();
            chars::fold_into(text, folded);
            for found in words.find_overlapping_iter(folded.as_str()) {
                let rule = self.owners[found.pattern()];
                if active[rule] && first.as_ref().is_none_or(|first| rule < first.rule) {
                    first = Some(Fired { rule, range: found.range(), folded: true });
                }
            }
        }
        // Only a pattern of an earlier rule can still change the outcome.
        let end = first.as_ref().map_or(self.rules.len(), |first| first.rule);
        let earlier = self.rules[..end].iter().enumerate().filter(|(rule, _)| active[*rule]);
        let mut patterns = earlier.filter_map(|(rule, Rule { pattern, .. })| Some((rule, pattern.as_ref()?)));
        let by_pattern = patterns
            .find_map(|(rule, pattern)| Some(Fired { rule, range: pattern.find(text)?.range(), folded: false }));
        by_pattern.or(first)
    }
}

/// A rule that fired on a block.
#[derive(Debug)]
pub(crate) struct Fired {
    rule: usize,
    range: Range<usize>,
    /// Whether the range is one of the folded text.
    folded: bool,
}

impl Fired {
    /// What was found, in bytes of the block's text.
    pub(crate) fn range(&self, text: &str) -> Range<usize> {
        if !self.folded {
            return self.range.clone();
        }
        // Folding maps one character to one and drops those of no width; byte lengths may differ.
        let mut range = 0..text.len();
        let mut at = 0;
        for (start, c) in text.char_indices() {
            if chars::lookup(u32::from(c)).class() == Class::ZeroWidth {
                continue;
            }
            if at == self.range.start {
                range.start = start;
            }
            at += chars::fold(c).len_utf8();
            if at == self.range.end {
                range.end = start + c.len_utf8();
                break;
            }
        }
        range
    }
}

/// Which rules fired on a page. Reused from page to page.
#[derive(Debug, Default)]
pub(crate) struct Rulings {
    /// Numbers of blocks in order, each with the one rule that decides on it.
    pub(crate) fired: Vec<(usize, Fired)>,
    /// The rules that are for the page's host.
    active: Vec<bool>,
    folded: String,
}

impl Rulings {
    /// Asks the rules about every block of a page with this address.
    pub(crate) fn page(&mut self, rules: &Rules, url: Option<&str>, blocks: &[Block<'_>]) {
        self.fired.clear();
        let host = url.map(host::of);
        self.active.clear();
        self.active.extend(rules.rules.iter().map(|rule| match &rule.hosts {
            Some(hosts) => host.is_some_and(|host| hosts.iter().any(|wanted| host::is(host, wanted))),
            None => true,
        }));
        if !self.active.contains(&true) {
            return;
        }
        for (i, block) in blocks.iter().enumerate() {
            let fired = rules.first(&self.active, &block.text, &mut self.folded);
            self.fired.extend(fired.map(|fired| (i, fired)));
        }
    }

    /// The rule that decides on block `i`.
    pub(crate) fn of_block(&self, i: usize) -> Option<&Fired> {
        self.fired.binary_search_by_key(&i, |(block, _)| *block).ok().map(|at| &self.fired[at].1)
    }
}
