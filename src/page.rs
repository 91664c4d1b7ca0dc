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
    /// What HTML tells of it.
    pub markup: Option<Markup>,
}

/// What HTML tells of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Markup {
    /// The nearest block element or table cell: its number in [`Page::elements`].
    pub element: u32,
    /// The innermost element that its first text stands in, which may be a link or a span.
    pub inner: u32,
    /// Links in the block.
    pub links: u32,
    /// Characters inside of links, white space not counted.
    pub link_chars: u32,
}

impl<'a> Block<'a> {
    /// A block that borrows its text.
    pub fn new(text: &'a str, range: Range<usize>) -> Self {
        Self { text: Cow::Borrowed(text), range, markup: None }
    }

    /// The text of a part of the block with this range; empty if it is none.
    pub fn part(&self, range: &Range<usize>) -> &str {
        let place = |at: usize| at.checked_sub(self.range.start);
        let text = || self.text.get(place(range.start)?..place(range.end)?);
        text().unwrap_or_default()
    }
}

/// A page: its blocks in input order. Ranges never overlap and never run backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page<'a> {
    /// The blocks, in the order of the input.
    pub blocks: Vec<Block<'a>>,
    /// The page's address, if it is known. Only rules with hosts read it.
    pub url: Option<Cow<'a, str>>,
    /// The elements of HTML that text can stand in.
    pub elements: Elements,
}

/// Elements of a page of HTML, in the order of their start tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elements {
    nodes: Vec<Node>,
    /// Ids, classes, roles and item properties of all elements, as selectors, one element behind the other.
    names: String,
    title: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    /// The element around it; itself for the outermost.
    parent: u32,
    tag: &'static str,
    /// Where its names end.
    names: u32,
    /// From its start tag to behind its end tag in the source.
    range: Range<usize>,
}

/// Elements of a path that are shown.
const SHOWN: usize = 12;

impl Elements {
    /// Adds an element with its names; its number.
    #[cfg(feature = "html")]
    pub(crate) fn push(&mut self, parent: Option<u32>, tag: &'static str, names: &str, start: usize) -> u32 {
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        // Names beyond four gigabytes are not kept.
        if u32::try_from(self.names.len() + names.len()).is_ok() {
            self.names.push_str(names);
        }
        let names = self.names.len() as u32;
        self.nodes.push(Node { parent: parent.unwrap_or(number), tag, names, range: start..start });
        number
    }

    /// An element ends at this byte of the source.
    #[cfg(feature = "html")]
    pub(crate) fn end(&mut self, element: u32, at: usize) {
        if let Some(node) = self.nodes.get_mut(element as usize) {
            node.range.end = at.max(node.range.start);
        }
    }

    /// Adds to the page's title.
    #[cfg(feature = "html")]
    pub(crate) fn entitle(&mut self, text: &str) {
        self.title.get_or_insert_default().push_str(text);
    }

    /// The text of the first `<title>`, which is no block.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// How many there are; their numbers are below that.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// There is none: the page is not of HTML.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// From the start tag of an element to behind its end tag, in bytes of the source.
    pub fn range(&self, element: u32) -> Option<Range<usize>> {
        self.nodes.get(element as usize).map(|node| node.range.clone())
    }

    /// An element and those around it, the innermost first.
    pub fn ancestors(&self, element: u32) -> impl Iterator<Item = u32> {
        let known = Some(element).filter(|at| (*at as usize) < self.nodes.len());
        std::iter::successors(known, |at| self.parent(*at))
    }

    /// The tag and the names (`#id.class[role=name]`) of an element.
    pub fn get(&self, element: u32) -> Option<(&'static str, &str)> {
        let at = element as usize;
        let node = self.nodes.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.nodes[before].names);
        Some((node.tag, &self.names[start as usize..node.names as usize]))
    }

    /// The element around an element.
    pub fn parent(&self, element: u32) -> Option<u32> {
        self.nodes.get(element as usize).map(|node| node.parent).filter(|parent| *parent != element)
    }

    /// The way to an element from the outermost one, the last twelve steps of it: `body>div#main.post>p`.
    pub fn path(&self, element: u32) -> String {
        let mut steps: Vec<String> = self
            .ancestors(element)
            .take(SHOWN + 1)
            .filter_map(|at| self.get(at))
            .map(|(tag, names)| [tag, names].concat())
            .collect();
        if steps.len() > SHOWN {
            steps[SHOWN] = "…".to_owned();
        }
        steps.reverse();
        steps.join(">")
    }
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
                Block { text, range, markup: None }
            })
            .collect();
        Self { blocks, ..Self::default() }
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
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Content or junk, by the threshold in use or by a rule. A block of both is what it is as a whole.
    pub label: Label,
    /// The sort of junk; `None` for content.
    pub kind: Option<Kind>,
    /// The calibrated probability that the block is junk, in `[0, 1]`; 1 or nearly 0 if a rule decided.
    pub score: f32,
    /// The parts of a block some of which are content and some junk, in order; without gaps they make up the block. Empty
    /// for a block that is one thing. Blocks of HTML, of text that is not UTF-8 and those that a rule decides on have none.
    pub parts: Vec<Part>,
}

/// A part of a block, judged as if it were a block of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Where the part stands in the input, in bytes, as [`Block::range`].
    pub range: Range<usize>,
    /// Content or junk, by the threshold in use; a part of a junk block is junk from a score of 0.5 on, too.
    pub label: Label,
    /// The sort of junk; `None` for content.
    pub kind: Option<Kind>,
    /// The calibrated probability that the part is junk.
    pub score: f32,
}

impl Verdict {
    /// A verdict on a block that is one thing.
    pub fn new(label: Label, kind: Option<Kind>, score: f32) -> Self {
        Self { label, kind, score, parts: Vec::new() }
    }

    /// What is junk of a block with this range: all of it, some of its parts, which come with their numbers, or nothing.
    pub fn junk(&self, block: &Range<usize>) -> impl Iterator<Item = (Option<usize>, Part)> {
        let whole = Part { range: block.clone(), label: self.label, kind: self.kind, score: self.score };
        let whole = self.parts.is_empty().then_some((None, whole));
        let parts = self.parts.iter().cloned().enumerate().map(|(number, part)| (Some(number), part));
        whole.into_iter().chain(parts).filter(|(_, part)| part.label == Label::Junk)
    }
}
