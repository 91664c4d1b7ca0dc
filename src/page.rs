//! The data model: a page is a list of blocks, a block is text with its exact byte range.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One unit of a page that gets a verdict: a line of extracted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The text without surrounding white space. Borrowed, unless the input was not valid UTF-8.
    pub text: Cow<'a, str>,
    /// Where the block stands in the input, in bytes.
    pub range: Range<usize>,
}

impl<'a> Block<'a> {
    /// A block that borrows its text.
    pub fn new(text: &'a str, range: Range<usize>) -> Self {
        Self { text: Cow::Borrowed(text), range }
    }
}

/// A page: its blocks in input order. Ranges never overlap and never run backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page<'a> {
    /// The blocks, in the order of the input.
    pub blocks: Vec<Block<'a>>,
    /// The page's address, if it is known. Only rules with hosts read it.
    pub url: Option<Cow<'a, str>>,
}

impl<'a> Page<'a> {
    /// A page of texts that stand in no common input, such as the blocks of a labeled page.
    /// Ranges count as if the texts were joined by one line feed.
    pub fn from_texts<I, T>(texts: I) -> Self
    where
        I: IntoIterator<Item = T>,
        T: Into<Cow<'a, str>>,
    {
        let mut start = 0;
        let blocks = texts
            .into_iter()
            .map(|text| {
                let text = text.into();
                let range = start..start + text.len();
                start = range.end + 1;
                Block { text, range }
            })
            .collect();
        Self { blocks, url: None }
    }

    /// The same page with its address.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<Cow<'a, str>>) -> Self {
        self.url = Some(url.into());
        self
    }
}

/// What a block is for the page it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// A careful editor would keep it.
    Content,
    /// A careful editor would drop it.
    Junk,
}

/// What sort of junk a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The site's own furniture: menus, legal lines, widgets, related links, promotion.
    Boilerplate,
    /// Text that abuses the page: stuffed titles, keyword rows, injected advertising, generated text.
    Spam,
}

impl Kind {
    /// The kind that a sub-kind of the label guideline (`nav`, `seo-title`, ...) belongs to; `None` for unknown names.
    pub fn from_subkind(name: &str) -> Option<Self> {
        Some(match name {
            "boilerplate" | "nav" | "legal" | "meta" | "widget" | "related" | "promo" => Self::Boilerplate,
            "spam" | "seo-title" | "seo-links" | "vice" | "generated" | "gibberish" | "ad-contact" => Self::Spam,
            _ => return None,
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Content => "content",
            Self::Junk => "junk",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Boilerplate => "boilerplate",
            Self::Spam => "spam",
        })
    }
}

/// The classifier's word on one block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Content or junk, by the threshold in use or by a rule.
    pub label: Label,
    /// The sort of junk; `None` for content.
    pub kind: Option<Kind>,
    /// The calibrated probability that the block is junk, in `[0, 1]`; 1 or nearly 0 if a rule decided.
    pub score: f32,
}
