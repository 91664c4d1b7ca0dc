//! Generated training pages. Real sites show little spam and always the same bodies; real spam comes without pages.
//! So: bodies that are all content get the boilerplate of a real page around them, and real pages get spam put in.
//!
//! Everything is made inside one fold, of material of that fold, so that no site stands on both sides of a split.

use fastrand::Rng;

use super::attack::{self, Attack};
use super::dataset::{LabeledBlock, LabeledPage};
use super::grammar::Grammar;
use super::inject;
use super::spam::{SpamWriter, spam_block};
use crate::page::{Kind, Label};

/// What the pages of one fold are made of.
#[derive(Default)]
pub(super) struct Material<'a> {
    /// Real pages.
    pub pages: Vec<&'a LabeledPage>,
    /// Pages that are content only, by data set.
    pub bodies: Vec<Vec<&'a LabeledPage>>,
    /// Pages of interface strings.
    pub widgets: Vec<&'a LabeledPage>,
    /// Pages of spam lines.
    pub spam: Vec<&'a LabeledPage>,
}

/// Writes the pages of one fold.
pub(super) struct Composer<'a> {
    grammar: &'a Grammar,
    material: &'a Material<'a>,
    spam: SpamWriter<'a>,
    rng: Rng,
}

/// The language without its script or region.
pub(super) fn base(lang: &str) -> &str {
    lang.split('-').next().unwrap_or(lang)
}

impl<'a> Composer<'a> {
    pub(super) fn new(grammar: &'a Grammar, material: &'a Material<'a>, seed: u64) -> Self {
        let own = material.pages.iter().flat_map(|page| &page.blocks).filter(|block| block.kind == Some(Kind::Spam));
        let given = material.spam.iter().flat_map(|page| &page.blocks);
        let lines = own.chain(given).map(|block| block.text.as_str()).collect();
        Self { grammar, material, spam: SpamWriter { grammar, lines }, rng: Rng::with_seed(seed) }
    }

    /// A body of a one-class source in the frame of a real page of the same language, or in one of template lines.
    pub(super) fn composed(&mut self, number: usize, traditional: f64) -> Option<LabeledPage> {
        let set = self.rng.choice(&self.material.bodies)?;
        let body = *self.rng.choice(set)?;
        let lang = base(&body.lang);
        let frames: Vec<&&LabeledPage> =
            self.material.pages.iter().filter(|page| base(&page.lang) == lang && page.blocks.len() > 5).collect();
        let frame = if self.rng.f64() < 0.85 { self.rng.choice(&frames).copied().copied() } else { None };
        let site = match frame {
            Some(frame) => site_name(frame),
            None => format!(
                "{}{}网",
                self.grammar.word("cities", &mut self.rng),
                self.grammar.word("categories", &mut self.rng)
            ),
        };

        let length = self.rng.usize(3..40).min(body.blocks.len());
        let from = self.rng.usize(0..=body.blocks.len() - length);
        let body_blocks = &body.blocks[from..from + length];
        let title = clause(&body_blocks.first()?.text);
        let mut blocks = Vec::new();
        if self.rng.bool() {
            blocks.push(title_line(&title, &site, &mut self.rng));
        }
        let bare = self.rng.f64() < 0.15;
        if !bare {
            self.top(frame, lang, &site, &mut blocks);
        }
        if self.rng.u8(0..10) < 7 {
            blocks.push(content(title.clone(), "title"));
        }
        if lang == "zh" && self.rng.u8(0..10) < 4 {
            let line = self.grammar.line("meta", &site, &mut self.rng);
            blocks.push(boilerplate(line, "meta"));
        }
        for block in body_blocks {
            blocks.push(block.clone());
            if lang == "zh" && !bare && self.rng.u8(0..40) == 0 {
                let kind = self.rng.choice(["app", "relhead", "widget"]).unwrap_or("app");
                let line = self.grammar.line(kind, &site, &mut self.rng);
                blocks.push(boilerplate(line, "promo"));
            }
        }
        if lang == "zh" && self.rng.u8(0..10) < 9 {
            self.credits(&mut blocks);
        }
        if !bare {
            self.bottom(frame, lang, &site, &mut blocks);
        }
        let mut page = LabeledPage {
            id: format!("composed-{number}"),
            lang: body.lang.clone(),
            site: frame.map_or_else(|| format!("composed-{}", number % 50), |frame| frame.site.clone()),
            blocks,
            ..LabeledPage::default()
        };
        page.blocks.retain(|block| !block.text.trim().is_empty());
        if body.lang == "zh-Hans" && self.rng.f64() < traditional {
            self.convert(&mut page);
        }
        if lang == "zh" && self.rng.f64() < 0.4 {
            self.pollute(&mut page, Some(&title));
        }
        Some(page)
    }

    /// Credits stand right behind the article and look like its last lines.
    fn credits(&mut self, blocks: &mut Vec<LabeledBlock>) {
        let last = blocks.iter().rposition(|block| block.label == Some(Label::Content)).map_or(0, |at| at + 1);
        let lines: Vec<LabeledBlock> = (0..self.rng.usize(1..4))
            .map(|_| boilerplate(self.grammar.line("credit", "", &mut self.rng), "meta"))
            .collect();
        blocks.splice(last..last, lines);
    }

    fn top(&mut self, frame: Option<&LabeledPage>, lang: &str, site: &str, blocks: &mut Vec<LabeledBlock>) {
        match frame {
            Some(frame) => {
                let first = frame.blocks.iter().position(|block| block.label == Some(Label::Content)).unwrap_or(0);
                let first = match frame.blocks.get(first) {
                    // A title in the first line has the menu behind it.
                    Some(block) if first == 0 && block.subkind == "title" => {
                        1 + frame.blocks[1..].iter().position(|block| block.label == Some(Label::Content)).unwrap_or(0)
                    }
                    _ => first,
                };
                let run = frame.blocks[..first].iter().filter(|block| block.label != Some(Label::Content));
                blocks.extend(run.take(80).cloned());
            }
            None => self.furniture(&["nav", "nav", "nav", "widget"], lang, site, 3..15, blocks),
        }
    }

    fn bottom(&mut self, frame: Option<&LabeledPage>, lang: &str, site: &str, blocks: &mut Vec<LabeledBlock>) {
        match frame {
            Some(frame) => {
                let last =
                    frame.blocks.iter().rposition(|block| block.label == Some(Label::Content)).map_or(0, |at| at + 1);
                blocks.extend(frame.blocks[last..].iter().take(100).cloned());
                if lang == "zh" && self.rng.u8(0..4) == 0 {
                    self.furniture(&["legal", "widget", "relhead"], lang, site, 1..5, blocks);
                }
            }
            None => self.furniture(&["meta", "widget", "relhead", "nav", "legal", "legal"], lang, site, 4..18, blocks),
        }
    }

    /// Template lines in Chinese, interface strings in other languages.
    fn furniture(
        &mut self,
        kinds: &[&str],
        lang: &str,
        site: &str,
        count: std::ops::Range<usize>,
        blocks: &mut Vec<LabeledBlock>,
    ) {
        let strings: Vec<&&LabeledPage> =
            self.material.widgets.iter().filter(|page| base(&page.lang) == lang).collect();
        for _ in 0..self.rng.usize(count) {
            let from_strings = lang != "zh" || self.rng.u8(0..4) == 0;
            if from_strings {
                let string = self.rng.choice(&strings).and_then(|page| self.rng.choice(&page.blocks));
                blocks.extend(string.map(|block| boilerplate(block.text.clone(), "widget")));
            } else {
                let kind = self.rng.choice(kinds).copied().unwrap_or("nav");
                blocks.push(boilerplate(self.grammar.line(kind, site, &mut self.rng), kind));
            }
        }
    }

    /// A copy of a real page with spam put in.
    pub(super) fn polluted(&mut self, page: &LabeledPage, number: usize) -> LabeledPage {
        let mut page = page.clone();
        page.id = format!("polluted-{number}");
        let title = page.blocks.iter().find(|block| block.subkind == "title").map(|block| block.text.clone());
        let title = title.or_else(|| page.elements.title().map(str::to_owned));
        if self.rng.bool() {
            self.credits(&mut page.blocks);
        }
        self.pollute(&mut page, title.as_deref());
        if page.has_markup() {
            inject::inject(&mut page, &mut self.rng);
        }
        page
    }

    fn pollute(&mut self, page: &mut LabeledPage, title: Option<&str>) {
        let mut done = false;
        while !done {
            if self.rng.bool() {
                page.blocks.insert(0, self.spam.stuffed_title(title, &mut self.rng));
                done = true;
            }
            if self.rng.bool() {
                page.blocks.extend(self.spam.link_rows(&mut self.rng));
                done = true;
            }
            if self.rng.u8(0..10) < 3 {
                let ads = self.spam.contact_ads(&mut self.rng);
                self.insert(page, ads);
                done = true;
            }
            if self.rng.u8(0..10) < 3 {
                let lines = (0..self.rng.usize(1..4)).map(|_| self.spam.prose(&mut self.rng)).collect();
                self.insert(page, lines);
                done = true;
            }
            if self.rng.u8(0..10) < 2 {
                let rows = self.spam.link_rows(&mut self.rng);
                self.insert(page, rows);
                done = true;
            }
        }
    }

    /// Puts lines in at the top, at the end or anywhere.
    fn insert(&mut self, page: &mut LabeledPage, lines: Vec<LabeledBlock>) {
        let at = match self.rng.u8(0..4) {
            0 => 0,
            1 => page.blocks.len(),
            _ => self.rng.usize(0..=page.blocks.len()),
        };
        page.blocks.splice(at..at, lines);
    }

    /// A page that is spam from the first line to the last.
    pub(super) fn doorway(&mut self, number: usize) -> LabeledPage {
        let mut blocks = Vec::new();
        let rng = &mut self.rng;
        blocks.push(self.spam.stuffed_title(None, rng));
        for _ in 0..rng.usize(3..14) {
            match rng.u8(0..6) {
                0 => blocks.extend(self.spam.link_rows(rng)),
                1 => blocks.extend(self.spam.contact_ads(rng)),
                2 => {
                    let brand = self.grammar.word("brands", rng);
                    let city = self.grammar.word("cities", rng);
                    let topic = self.grammar.word("categories", rng);
                    blocks.push(spam_block(
                        format!("{brand}{city}{topic}_{brand}{}", self.grammar.word("gambling", rng)),
                        "generated",
                    ));
                }
                3 => blocks.push(boilerplate(self.grammar.line("nav", self.grammar.word("brands", rng), rng), "nav")),
                _ => blocks.push(self.spam.prose(rng)),
            }
        }
        blocks.retain(|block| !block.text.trim().is_empty());
        let site = format!("doorway-{}", number % 20);
        LabeledPage {
            id: format!("doorway-{number}"),
            lang: "zh-Hans".to_owned(),
            site,
            blocks,
            ..LabeledPage::default()
        }
    }

    /// The page in traditional characters, one for one, wrong pairs and all, as converters of hacked pages do it.
    pub(super) fn convert(&self, page: &mut LabeledPage) {
        page.lang = "zh-Hant".to_owned();
        for block in &mut page.blocks {
            block.text = block.text.chars().map(|c| attack::traditional(c).unwrap_or(c)).collect();
        }
    }

    /// Puts the page's own title in as the first line, as extractors do that keep `<title>`. False if it has none.
    pub(super) fn entitle(&mut self, page: &mut LabeledPage) -> bool {
        let named = page.blocks.iter().find(|block| block.subkind == "title" && block.label == Some(Label::Content));
        let Some(title) = named.map(|block| block.text.clone()) else {
            return false;
        };
        let line = title_line(&title, &site_name(page), &mut self.rng);
        page.blocks.insert(0, line);
        true
    }
}

/// Disguises the spam of a page, all of it in the same way. False if it has none.
pub(super) fn disguise(page: &mut LabeledPage, rng: &mut Rng) -> bool {
    let attack = rng.choice(Attack::SPAM).unwrap_or(Attack::Contacts);
    let (strength, seed) = (rng.f64(), rng.u64(..));
    let mut any = false;
    for block in page.blocks.iter_mut().filter(|block| block.kind == Some(Kind::Spam)) {
        block.set_text(attack.apply(&block.text, strength, seed));
        any = true;
    }
    any
}

/// Damages a page from the first line to the last, so that damage is no sign of either label.
pub(super) fn damage(page: &mut LabeledPage, rng: &mut Rng) {
    let attack = rng.choice(Attack::DAMAGE).unwrap_or(Attack::Bytes);
    // Too much of this leaves nothing that could be told apart.
    let most = if attack == Attack::Bytes { 0.3 } else { 1.0 };
    let (strength, seed) = (most * rng.f64(), rng.u64(..));
    for block in &mut page.blocks {
        block.set_text(attack.apply(&block.text, strength, seed));
    }
}

/// A piece of a page, cut off before, behind or on both sides: the edge of a page is no sign of its furniture, because
/// texts also come without it. At least four blocks, content among them.
pub(super) fn cropped(page: &LabeledPage, number: usize, rng: &mut Rng) -> Option<LabeledPage> {
    let content = |block: &LabeledBlock| block.label == Some(Label::Content);
    let inside: Vec<usize> = (0..page.blocks.len()).filter(|&at| content(&page.blocks[at])).collect();
    let (mut from, mut to) = (0, page.blocks.len());
    let sides = rng.u8(0..3);
    if sides != 1 {
        from = *rng.choice(&inside)?;
    }
    if sides != 0 {
        to = *rng.choice(&inside)? + 1;
    }
    let blocks = page.blocks.get(from..to).filter(|blocks| blocks.len() >= 4)?.to_vec();
    Some(LabeledPage { id: format!("cropped-{number}"), blocks, ..page.clone() })
}

/// A site's name as its pages might have it: the longest label of its host.
fn site_name(page: &LabeledPage) -> String {
    let host = page.site.rsplit('/').next().unwrap_or(&page.site);
    host.split('.').max_by_key(|label| label.len()).unwrap_or(host).to_owned()
}

fn content(text: String, subkind: &str) -> LabeledBlock {
    LabeledBlock { text, label: Some(Label::Content), kind: None, subkind: subkind.to_owned(), markup: None }
}

fn boilerplate(text: String, subkind: &str) -> LabeledBlock {
    let (label, kind) = (Some(Label::Junk), Some(Kind::Boilerplate));
    LabeledBlock { text, label, kind, subkind: subkind.to_owned(), markup: None }
}

fn title_line(title: &str, site: &str, rng: &mut Rng) -> LabeledBlock {
    let separator = rng.choice([" - ", "-", "_", " | ", " – "]).unwrap_or("-");
    content(if rng.u8(0..3) == 0 { title.to_owned() } else { format!("{title}{separator}{site}") }, "title")
}

/// The first clause of a text, at most 40 characters.
fn clause(text: &str) -> String {
    let cut = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '#' || c == '.' || c == ' ');
    let end = cut
        .char_indices()
        .skip(6)
        .find(|(_, c)| "，。！？；：,.!?;:\u{3000}".contains(*c))
        .map_or(cut.len(), |(at, _)| at);
    cut[..end].chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_spam_is_disguised_and_everything_is_damaged() {
        let spam = || spam_block("加微信免费领取 bonus 123".repeat(5), "vice");
        let page = LabeledPage {
            blocks: vec![content("今天的天气很好，我们去公园。".repeat(5), "main"), spam()],
            ..LabeledPage::default()
        };
        let mut rng = Rng::with_seed(1);
        let (mut disguised, mut damaged) = (0, 0);
        for _ in 0..100 {
            let mut copy = page.clone();
            assert!(disguise(&mut copy, &mut rng));
            assert_eq!(copy.blocks[0], page.blocks[0]);
            disguised += usize::from(copy.blocks[1] != page.blocks[1]);
            let mut copy = page.clone();
            damage(&mut copy, &mut rng);
            assert!(copy.blocks.iter().zip(&page.blocks).all(|(a, b)| (a.label, a.kind) == (b.label, b.kind)));
            damaged += usize::from(copy.blocks[0] != page.blocks[0] && copy.blocks[1] != page.blocks[1]);
        }
        assert!(disguised > 80 && damaged > 80, "{disguised} {damaged}");
        let mut honest = LabeledPage { blocks: page.blocks[..1].to_vec(), ..page };
        assert!(!disguise(&mut honest, &mut rng), "there is no spam in it");
    }
}
