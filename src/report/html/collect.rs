//! Counts over all pages, and a sample of pages that fits into the report: those with the lowest hashes of their names,
//! as many as there is room for. What is kept depends on the pages and their order alone; memory is bounded.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;
use serde_json::value::RawValue;

use super::blocks::{Detail, Source, blocks};
use super::{About, SCRIPTS_TOLD, margin, script_place};
use crate::classify::{Classifier, Threshold, Worker};
use crate::error::Result;
use crate::page::{Kind, Label, Page, Verdict};

/// Bytes of pages in a report, so that the whole of it stays below two megabytes.
const ROOM: usize = 1_800_000;
/// What is told of one page at most.
const PAGE_ROOM: usize = 150_000;
/// Characters of a block that are shown.
const SHOWN: usize = 3000;
/// Features and words that are told of a block, as many of each: where there is room, and where there is none.
const REASONS: [usize; 2] = [8, 4];
/// A block is near the threshold if its log-odds are this close to it.
const NEAR: f32 = 0.5;
/// Hosts, lines and pages in a table.
const ROWS: usize = 30;
/// Different lines and hosts that are counted at any time.
const COUNTED: usize = 20_000;
/// Longer lines are hardly ever repeated.
const LINE: usize = 200;
/// Steps of a quarter of log-odds from -6 to 6.
const BINS: usize = 48;

/// Blocks of some sort.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Tally {
    pages: u64,
    blocks: u64,
    chars: u64,
    boilerplate: u64,
    spam: u64,
    junk_chars: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.pages += other.pages;
        self.blocks += other.blocks;
        self.chars += other.chars;
        self.boilerplate += other.boilerplate;
        self.spam += other.spam;
        self.junk_chars += other.junk_chars;
    }
}

/// What one page adds to a report.
#[derive(Debug)]
pub(crate) struct Seen {
    source: Source,
    scripts: [Tally; SCRIPTS_TOLD],
    /// Content, boilerplate and spam by score.
    bins: [[u32; 3]; BINS],
    /// Removed lines.
    lines: Vec<(String, Kind)>,
    key: u64,
    /// Bytes with all reasons.
    full: usize,
    shown: Option<[Box<RawValue>; 2]>,
}

/// Which pages are still wanted; told to the workers, so that they don't prepare pages in vain.
pub(crate) struct Wanted {
    /// Keys from here on are not.
    below: AtomicU64,
    /// There is no room for the reasons of all blocks.
    lean: AtomicBool,
}

impl Seen {
    /// A page with its verdicts under the run's threshold. `undecided` is [`super::undecided`].
    ///
    /// # Errors
    /// Never: what is written is memory.
    pub(crate) fn new(
        source: Source,
        page: &Page<'_>,
        verdicts: &[Verdict],
        worker: &mut Worker<'_>,
        undecided: &Classifier,
        threshold: Threshold,
        wanted: &Wanted,
    ) -> Result<Self> {
        let key = hash(&source.name);
        let mut seen = Self {
            source,
            scripts: Default::default(),
            bins: [[0; 3]; BINS],
            lines: Vec::new(),
            key,
            full: 0,
            shown: None,
        };
        let mut near = Vec::with_capacity(verdicts.len());
        for (i, (block, verdict)) in page.blocks.iter().zip(verdicts).enumerate() {
            let at = worker.turn_to(page, i);
            let tally = &mut seen.scripts[script_place(worker, at)];
            let chars = block.text.chars().count();
            tally.blocks += 1;
            tally.chars += chars as u64;
            let odds = (verdict.score / (1.0 - verdict.score)).ln();
            near.push(margin(worker, page, i, verdict.score, threshold).abs() < NEAR);
            let bin = ((odds + 6.0) * 4.0).clamp(0.0, BINS as f32 - 1.0) as usize;
            let kind = match (verdict.label, verdict.kind) {
                (Label::Content, _) => 0,
                (Label::Junk, Some(Kind::Spam)) => 2,
                (Label::Junk, _) => 1,
            };
            seen.bins[bin][kind] += 1;
            if kind > 0 {
                tally.junk_chars += chars as u64;
                *(if kind == 2 { &mut tally.spam } else { &mut tally.boilerplate }) += 1;
                if chars <= LINE {
                    seen.lines.push((block.text.to_string(), verdict.kind.unwrap_or(Kind::Boilerplate)));
                }
            }
        }
        for tally in &mut seen.scripts {
            tally.pages = u64::from(tally.blocks > 0);
        }
        if key < wanted.below.load(Ordering::Relaxed) {
            let worker = &mut undecided.worker();
            let mut shown = |all: bool| {
                let detail = Detail { reasons: REASONS[usize::from(!all)], text: SHOWN, bytes: PAGE_ROOM };
                let told = |i: usize| all || verdicts[i].label == Label::Junk || near[i];
                blocks(&seen.source, page, told, detail, worker)
            };
            let lean = shown(false)?;
            let full = if wanted.lean.load(Ordering::Relaxed) { lean.clone() } else { shown(true)? };
            seen.full = weight(&full);
            seen.shown = Some([lean, full]);
        }
        Ok(seen)
    }
}

/// A removed line: how often, and on how many pages it stands.
#[derive(Clone, Copy, Debug)]
struct Line {
    times: u64,
    kind: Kind,
}

/// The heaviest of many: from time to time the lightest half is forgotten.
struct Heavy<T> {
    all: BTreeMap<String, T>,
    forgotten: bool,
}

impl<T: Copy> Heavy<T> {
    const fn new() -> Self {
        Self { all: BTreeMap::new(), forgotten: false }
    }

    fn add(&mut self, name: &str, new: T, more: impl FnOnce(&mut T), weight: impl Fn(&T) -> u64) {
        match self.all.get_mut(name) {
            Some(old) => more(old),
            None => {
                self.all.insert(name.to_owned(), new);
                if self.all.len() > 2 * COUNTED {
                    let heaviest = self.heaviest(COUNTED, weight);
                    self.all = heaviest.into_iter().collect();
                    self.forgotten = true;
                }
            }
        }
    }

    fn heaviest(&self, most: usize, weight: impl Fn(&T) -> u64) -> Vec<(String, T)> {
        let mut all: Vec<(&String, &T)> = self.all.iter().collect();
        all.sort_by_key(|(_, value)| std::cmp::Reverse(weight(value)));
        all.into_iter().take(most).map(|(name, value)| (name.clone(), *value)).collect()
    }
}

/// Takes in pages, in order.
pub(crate) struct Collector {
    total: Tally,
    scripts: [Tally; SCRIPTS_TOLD],
    bins: [[u64; 3]; BINS],
    hosts: Heavy<Tally>,
    lines: Heavy<Line>,
    /// The pages with most junk.
    hit: Vec<(String, Tally)>,
    /// The sample by key; pages of one key are told apart by their number.
    sample: BTreeMap<(u64, u64), [Box<RawValue>; 2]>,
    /// Bytes of the sample without and with all reasons.
    lean_bytes: usize,
    full_bytes: usize,
}

/// The data of a report.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    view: &'static str,
    #[serde(flatten)]
    about: About,
    total: Tally,
    scripts_seen: Vec<Tally>,
    bins: Vec<[u64; 3]>,
    hosts: Vec<(String, Tally)>,
    lines: Vec<(String, u64, Kind)>,
    hit: &'a [(String, Tally)],
    /// Counts of hosts and lines may be too low.
    rough: bool,
    /// Only blocks that are junk or near a threshold have reasons.
    lean: bool,
    /// Pages in input order.
    pages: Vec<&'a RawValue>,
}

impl Collector {
    pub(crate) fn new() -> Self {
        Self {
            total: Tally::default(),
            scripts: Default::default(),
            bins: [[0; 3]; BINS],
            hosts: Heavy::new(),
            lines: Heavy::new(),
            hit: Vec::new(),
            sample: BTreeMap::new(),
            lean_bytes: 0,
            full_bytes: 0,
        }
    }

    /// Which pages could be in the sample before any was seen: all.
    pub(crate) fn wanted() -> Wanted {
        Wanted { below: AtomicU64::new(u64::MAX), lean: AtomicBool::new(false) }
    }

    /// Takes in a page and tells the workers what is wanted now.
    pub(crate) fn add(&mut self, seen: Seen, wanted: &Wanted) {
        let mut page = Tally::default();
        for (all, of_page) in self.scripts.iter_mut().zip(&seen.scripts) {
            all.add(of_page);
            page.add(of_page);
        }
        page.pages = 1;
        self.total.add(&page);
        for (to, from) in self.bins.iter_mut().flatten().zip(seen.bins.iter().flatten()) {
            *to += u64::from(*from);
        }
        if let Some(host) = &seen.source.host {
            self.hosts.add(host, page, |tally| tally.add(&page), |tally| tally.chars);
        }
        for (text, kind) in seen.lines {
            self.lines.add(&text, Line { times: 1, kind }, |line| line.times += 1, |line| line.times);
        }
        if page.junk_chars > 0 {
            let more = |(_, other): &(String, Tally)| other.junk_chars >= page.junk_chars;
            self.hit.insert(self.hit.partition_point(more), (seen.source.name, page));
            self.hit.truncate(ROWS);
        }
        let Some(shown) = seen.shown else { return };
        // A worker may have been told late.
        if seen.key >= wanted.below.load(Ordering::Relaxed) {
            return;
        }
        self.lean_bytes += weight(&shown[0]) + 1;
        self.full_bytes += seen.full + 1;
        self.sample.insert((seen.key, self.total.pages), shown);
        while self.lean_bytes > ROOM
            && let Some(((key, _), [lean, _])) = self.sample.pop_last()
        {
            self.lean_bytes -= weight(&lean) + 1;
            wanted.below.store(key, Ordering::Relaxed);
        }
        wanted.lean.store(self.full_bytes > ROOM, Ordering::Relaxed);
    }

    /// The report on all pages that were taken in.
    pub(crate) fn report(&self, about: About) -> Report<'_> {
        let lean = self.full_bytes > ROOM;
        let mut pages: Vec<_> =
            self.sample.iter().map(|((_, number), shown)| (number, &*shown[usize::from(!lean)])).collect();
        pages.sort_unstable_by_key(|(number, _)| **number);
        let lines = self.lines.heaviest(ROWS, |line| line.times);
        Report {
            view: "report",
            about,
            total: self.total,
            scripts_seen: self.scripts.to_vec(),
            bins: self.bins.to_vec(),
            hosts: self.hosts.heaviest(ROWS, |tally| tally.chars),
            lines: lines
                .into_iter()
                .filter(|(_, line)| line.times > 1)
                .map(|(text, line)| (text, line.times, line.kind))
                .collect(),
            hit: &self.hit,
            rough: self.hosts.forgotten || self.lines.forgotten,
            lean,
            pages: pages.into_iter().map(|(_, json)| json).collect(),
        }
    }
}

/// Bytes in the page, where `<` is written as six.
fn weight(json: &RawValue) -> usize {
    json.get().len() + 5 * memchr::memchr_iter(b'<', json.get().as_bytes()).count()
}

/// FNV-1a with the last step of MurmurHash3, which spreads it.
fn hash(name: &str) -> u64 {
    let mut hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ hash >> 33
}
