//! Spam lines for generated pages: from the grammar's word lists, and from the spam of the data itself.

use fastrand::Rng;

use super::attack::Attack;
use super::dataset::LabeledBlock;
use super::grammar::Grammar;
use crate::page::{Kind, Label};

/// What one fold writes spam with.
pub(super) struct SpamWriter<'a> {
    pub grammar: &'a Grammar,
    /// Spam lines of the data of this fold.
    pub lines: Vec<&'a str>,
}

/// A junk block of kind spam.
pub(super) fn spam_block(text: String, subkind: &str) -> LabeledBlock {
    LabeledBlock { text, label: Some(Label::Junk), kind: Some(Kind::Spam), subkind: subkind.to_owned(), markup: None }
}

const LISTS: [&str; 3] = ["adult", "gambling", "products"];

impl SpamWriter<'_> {
    fn list(rng: &mut Rng) -> &'static str {
        LISTS[[0, 0, 1, 1, 2][rng.usize(0..5)]]
    }

    /// A page title made of search words; half of them drag the page's true title along.
    pub(super) fn stuffed_title(&self, title: Option<&str>, rng: &mut Rng) -> LabeledBlock {
        let mut text = self.grammar.stuffed(Self::list(rng), rng.usize(4..14), rng);
        if let Some(title) = title
            && rng.u8(0..4) == 0
        {
            text = format!("{text}{}{title}", self.grammar.separator(rng));
        }
        if rng.u8(0..3) == 0 {
            // Titles are cut off at some length.
            let keep = rng.usize(30..90);
            text = text.chars().take(keep).collect();
        }
        spam_block(text, "seo-title")
    }

    /// A row of links to other spam: a label, then phrases between bars; or one phrase a line.
    pub(super) fn link_rows(&self, rng: &mut Rng) -> Vec<LabeledBlock> {
        let list = Self::list(rng);
        let mut out = Vec::new();
        match rng.u8(0..4) {
            0 => {
                for _ in 0..rng.usize(5..25) {
                    out.push(spam_block(self.grammar.stuffed(list, 1, rng), "seo-links"));
                }
            }
            1 if !self.lines.is_empty() => {
                for _ in 0..rng.usize(1..8) {
                    out.extend(rng.choice(&self.lines).map(|line| spam_block((*line).to_owned(), "seo-links")));
                }
            }
            _ => {
                let length = if rng.u8(0..5) == 0 { rng.usize(100..400) } else { rng.usize(8..60) };
                let row = self.grammar.stuffed(list, length, rng);
                let label = rng
                    .choice(["主站蜘蛛池模板: ", "友情链接：", "热门搜索：", "标签：", "相关关键词 ", "", "", ""])
                    .unwrap_or("");
                out.push(spam_block(format!("{label}{row}"), "seo-links"));
            }
        }
        out
    }

    /// One or two sales lines with a contact, sometimes obfuscated.
    pub(super) fn contact_ads(&self, rng: &mut Rng) -> Vec<LabeledBlock> {
        (0..rng.usize(1..3))
            .map(|_| {
                let mut text = self.grammar.line("ad", self.grammar.word("brands", rng), rng);
                if rng.u8(0..3) == 0 {
                    let attack = rng.choice(Attack::SPAM).unwrap_or(Attack::Contacts);
                    text = attack.apply(&text, rng.f64(), rng.u64(..));
                }
                spam_block(text, "ad-contact")
            })
            .collect()
    }

    /// Promotional prose for gambling and the like, or another spam line of the data.
    pub(super) fn prose(&self, rng: &mut Rng) -> LabeledBlock {
        match rng.choice(&self.lines) {
            Some(line) if rng.bool() => spam_block((*line).to_owned(), "vice"),
            _ => spam_block(self.grammar.line("vice", self.grammar.word("brands", rng), rng), "vice"),
        }
    }
}
