//! The group `markup`: what HTML tells of a block. Where it stands in the tree of elements, what else stands there, how
//! much of it is links, what the elements around it are called.

use super::feature::Feature;
use super::tree::{GROUPS, Inside, Node, Tree};
use super::{BlockFacts, names};
use crate::math::ln_1p;
use crate::model::{NAME_PLACES, NgramTable};
use crate::page::Markup;

/// What an element, or one around it, is.
macro_rules! traits {
    ($($name:ident = $bit:literal: $tags:pat, $role:literal;)*) => {
        $(const $name: u32 = 1 << $bit;)*

        /// The traits of an element by its tag and its names.
        pub(crate) fn traits_of(tag: &str, names: &str) -> u32 {
            let mut traits = 0;
            $(if matches!(tag, $tags) { traits |= $name; })*
            if let Some(at) = memchr::memchr(b'[', names.as_bytes()) {
                $(if names[at..].contains($role) { traits |= $name; })*
            }
            traits
        }
    };
}

traits! {
    NAV = 0: "nav" | "menu", "[role=navigation]";
    HEADER = 1: "header", "[role=banner]";
    FOOTER = 2: "footer", "[role=contentinfo]";
    ASIDE = 3: "aside", "[role=complementary]";
    MAIN = 4: "main", "[role=main]";
    ARTICLE = 5: "article", "[role=article]";
    ARTICLE_BODY = 6: "\0", "[itemprop=articleBody]";
    FORM = 7: "form" | "fieldset" | "search", "[role=search]";
    LIST = 8: "ul" | "ol" | "dl", "[role=list]";
    TABLE = 9: "table", "[role=table]";
    CODE = 10: "pre" | "code" | "listing" | "xmp", "[role=code]";
    QUOTE = 11: "blockquote", "[role=blockquote]";
    FIGURE = 12: "figure" | "figcaption" | "caption", "[role=figure]";
    HEADING = 13: "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hgroup", "[role=heading]";
    TOP_HEADING = 14: "h1", "[itemprop=headline]";
    LOW_HEADING = 15: "h4" | "h5" | "h6", "[role=note]";
    PARAGRAPH = 16: "p", "[role=paragraph]";
    ITEM = 17: "li" | "dd" | "dt", "[role=listitem]";
    CELL = 18: "tr" | "td" | "th", "[role=cell]";
}

/// What the features of one block are made of.
struct Place<'t> {
    node: &'t Node,
    parent: &'t Node,
    groups: [&'t Node; GROUPS],
    page: Inside,
    facts: &'t BlockFacts,
    markup: Markup,
    /// The number of the block.
    number: u32,
    outline: &'t Outline,
    /// The element that most others beside it are like.
    card: &'t Node,
    /// Elements around the innermost one that the block and the title's heading are in.
    shared: u32,
}

/// What is known of the page as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    /// The number of the first heading that agrees with the page's title; else of the first `<h1>`.
    title: Option<usize>,
    /// The heading agrees.
    agrees: bool,
    /// Elements around it.
    depth: u32,
    /// Per element: those of them that are around it too.
    shared: Vec<u32>,
    /// Traits of elements that hold bodies.
    bodies: u32,
}

impl Outline {
    pub(crate) fn load(&mut self, tree: &Tree, facts: &[BlockFacts]) {
        let headings = || (0..facts.len()).filter(|&i| tree.node(i).traits & HEADING != 0);
        let agrees = |i: &usize| facts[*i].title_share >= 0.6 && facts[*i].units >= 3.0;
        let title = headings().find(agrees);
        self.agrees = title.is_some();
        self.title = title.or_else(|| headings().find(|&i| tree.node(i).traits & TOP_HEADING != 0));
        self.depth = self.title.map_or(0, |i| tree.node(i).depth);
        tree.shared(self.title.map(|i| tree.at[i] as usize), &mut self.shared);
        let bodies = facts.iter().enumerate().filter(|(_, facts)| facts.body);
        self.bodies = bodies.fold(0, |traits, (i, _)| traits | tree.node(i).traits);
    }
}

macro_rules! markup {
    ($place:ident; $($name:literal $formula:literal $source:literal $value:expr;)*) => {
        /// Names and formulas, in the order of the row; the names' scores come last.
        pub(crate) const FEATURES: &[Feature] = &[
            $(Feature { name: $name, formula: $formula, source: $source },)*
            Feature {
                name: "names",
                formula: "sum of the weights of the tags and names of the elements around / sqrt(number of names)",
                source: "feature hashing, Weinberger et al. 2009",
            },
            Feature {
                name: "names_mean",
                formula: "sum of the weights of the tags and names of the elements around / number of names",
                source: "feature hashing, Weinberger et al. 2009",
            },
        ];

        fn values($place: &Place<'_>) -> [f32; FEATURES.len() - 2] {
            [$($value),*]
        }
    };
}

impl Place<'_> {
    /// Blocks from the title's heading to this one; below 0 before it, 0 if there is none.
    fn behind_title(&self) -> f32 {
        self.outline.title.map_or(0.0, |title| self.number as f32 - title as f32)
    }

    /// 1 if the page has bodies in such an element, and the block is in none.
    fn outside(&self, trait_: u32) -> f32 {
        f32::from(u8::from(self.outline.bodies & trait_ != 0 && self.node.traits & trait_ == 0))
    }

    /// Logarithm of the steps from one element up to the innermost that it shares with another; 0 without a title.
    fn steps(&self, depth: u32) -> f32 {
        if self.outline.title.is_some() { ln_1p(depth.saturating_sub(self.shared) as f32) } else { 0.0 }
    }

    /// 1 for blocks of repeated elements of several blocks, one of which is a link.
    fn linked_card(&self) -> f32 {
        let Inside { blocks, links, .. } = self.card.inside;
        f32::from(u8::from(self.card.alike >= 2 && blocks >= 2 && links >= 1))
    }

    fn is(&self, traits: u32) -> f32 {
        f32::from(u8::from(self.node.traits & traits != 0))
    }

    fn group(&self, at: usize) -> &Inside {
        &self.groups[at].inside
    }
}

fn share(part: f32, all: f32) -> f32 {
    part / all.max(1.0)
}

fn link_share(inside: &Inside) -> f32 {
    share(inside.link_chars as f32, inside.chars as f32)
}

/// Mean length of a block, as a logarithm.
fn mean_length(inside: &Inside) -> f32 {
    ln_1p(share(inside.units, inside.blocks as f32))
}

markup! { p;
    "link_share" "characters in links / characters" "Kohlschütter et al. 2010"
        share(p.markup.link_chars as f32, p.facts.chars as f32);
    "all_links" "1 if all characters are in links" "Kohlschütter et al. 2010"
        f32::from(u8::from(p.markup.link_chars > 0 && p.markup.link_chars >= p.facts.chars));
    "links" "ln(1 + links)" "Kohlschütter et al. 2010" ln_1p(p.markup.links as f32);
    "no_links" "ln(1 + units) * (1 - link share)" "readability"
        p.facts.length * (1.0 - share(p.markup.link_chars as f32, p.facts.chars as f32));
    "nav" "1 in nav or menu" "HTML standard" p.is(NAV);
    "header" "1 in header" "HTML standard" p.is(HEADER);
    "footer" "1 in footer" "HTML standard" p.is(FOOTER);
    "aside" "1 in aside" "HTML standard" p.is(ASIDE);
    "main" "1 in main" "HTML standard" p.is(MAIN);
    "article" "1 in article" "HTML standard" p.is(ARTICLE);
    "article_body" "1 in an item property articleBody" "schema.org" p.is(ARTICLE_BODY);
    "form" "1 in form, fieldset or search" "HTML standard" p.is(FORM);
    "list" "1 in ul, ol or dl" "HTML standard" p.is(LIST);
    "table" "1 in table" "HTML standard" p.is(TABLE);
    "code" "1 in pre or code" "HTML standard" p.is(CODE);
    "quote" "1 in blockquote" "HTML standard" p.is(QUOTE);
    "figure" "1 in figure or a caption" "HTML standard" p.is(FIGURE);
    "heading" "1 in h1 to h6" "HTML standard" p.is(HEADING);
    "heading1" "1 in h1 or an item property headline" "HTML standard" p.is(TOP_HEADING);
    "heading4" "1 in h4 to h6" "HTML standard" p.is(LOW_HEADING);
    "paragraph" "1 in p" "HTML standard" p.is(PARAGRAPH);
    "item" "1 in li, dd or dt" "HTML standard" p.is(ITEM);
    "cell" "1 in a row of a table" "HTML standard" p.is(CELL);
    "list_length" "length, in a list" "interaction" p.is(LIST) * p.facts.length;
    "paragraph_length" "length, in p" "interaction" p.is(PARAGRAPH) * p.facts.length;
    "title_share" "share of the block's shingles that stand in the page's title" "title agreement" p.facts.title_share;
    "title_cover" "share of the title's shingles that stand in the block" "title agreement" p.facts.title_cover;
    "title_heading" "title_share, in a heading" "interaction" p.is(HEADING) * p.facts.title_share;
    "titled" "1 if 60 % of a heading stand in the page's title" "title agreement" f32::from(u8::from(p.outline.agrees));
    "before_title" "1 before the first such heading, or before the first h1 without one" "title agreement"
        f32::from(u8::from(p.behind_title() < 0.0));
    "behind_title" "1 behind that heading" "title agreement" f32::from(u8::from(p.behind_title() > 0.0));
    "from_title" "ln(1 + blocks from that heading to the block behind it)" "title agreement"
        ln_1p(p.behind_title().max(0.0));
    "title_climb" "ln(1 + elements up from the block to one around that heading)" "title agreement"
        p.steps(p.node.depth);
    "title_fall" "ln(1 + elements down from there to that heading)" "title agreement" p.steps(p.outline.depth);
    "outside_article" "1 outside of article, if bodies are in one" "HTML standard" p.outside(ARTICLE);
    "outside_main" "1 outside of main, if bodies are in it" "HTML standard" p.outside(MAIN);
    "outside_body" "1 outside of an item property articleBody, if bodies are in one" "schema.org" p.outside(ARTICLE_BODY);
    "outside_paragraphs" "1 outside of p, if bodies are in one" "HTML standard" p.outside(PARAGRAPH);
    "cards" "ln(1 + elements like the one, up to four steps away, that most others beside it are like)"
        "repeated siblings, Liu et al. 2003" ln_1p(p.card.alike as f32);
    "linked_card" "1 if such elements have several blocks, one of them a link" "repeated siblings, Liu et al. 2003"
        p.linked_card();
    "linked_cards" "linked_card * cards" "interaction" p.linked_card() * ln_1p(p.card.alike as f32);
    "card_links" "link share of the block's such element" "repeated siblings, Liu et al. 2003"
        link_share(&p.card.inside);
    "depth" "ln(1 + elements around)" "Web2Text, Vogels et al. 2018" ln_1p(p.node.depth as f32);
    "alike" "ln(1 + elements of the same tag and names beside the block's)" "repeated siblings, Liu et al. 2003"
        ln_1p(p.node.alike as f32);
    "parent_alike" "the same of the element around it" "repeated siblings, Liu et al. 2003"
        ln_1p(p.parent.alike as f32);
    "place" "blocks of the smallest group before the block / blocks of the group" "Web2Text"
        share(p.number.saturating_sub(p.group(0).first) as f32, p.group(0).blocks as f32);
    "group1_blocks" "ln(blocks of the smallest element that holds more than the block)" "readability"
        ln_1p(p.group(0).blocks as f32);
    "group1_length" "ln(1 + mean length of them)" "readability" mean_length(p.group(0));
    "group1_links" "link share of them" "readability" link_share(p.group(0));
    "group1_linked" "share of them that are links from end to end" "readability"
        share(p.group(0).links as f32, p.group(0).blocks as f32);
    "group1_bodies" "share of them that are bodies" "readability"
        share(p.group(0).bodies as f32, p.group(0).blocks as f32);
    "group1_share" "share of the page's text in them" "readability" share(p.group(0).units, p.page.units);
    "group2_blocks" "ln(blocks of the smallest element that holds more than that group)" "readability"
        ln_1p(p.group(1).blocks as f32);
    "group2_length" "ln(1 + mean length of them)" "readability" mean_length(p.group(1));
    "group2_links" "link share of them" "readability" link_share(p.group(1));
    "group2_linked" "share of them that are links from end to end" "readability"
        share(p.group(1).links as f32, p.group(1).blocks as f32);
    "group2_bodies" "share of them that are bodies" "readability"
        share(p.group(1).bodies as f32, p.group(1).blocks as f32);
    "group2_share" "share of the page's text in them" "readability" share(p.group(1).units, p.page.units);
    "group3_blocks" "ln(blocks of the smallest element that holds more than that one)" "readability"
        ln_1p(p.group(2).blocks as f32);
    "group3_length" "ln(1 + mean length of them)" "readability" mean_length(p.group(2));
    "group3_links" "link share of them" "readability" link_share(p.group(2));
    "group3_linked" "share of them that are links from end to end" "readability"
        share(p.group(2).links as f32, p.group(2).blocks as f32);
    "group3_bodies" "share of them that are bodies" "readability"
        share(p.group(2).bodies as f32, p.group(2).blocks as f32);
    "group3_share" "share of the page's text in them" "readability" share(p.group(2).units, p.page.units);
    "density" "ln(1 + characters per element in the second group)" "text density, Sun et al. 2011"
        ln_1p(p.group(1).chars as f32 / p.groups[1].elements.max(1) as f32);
}

/// How many there are.
pub(crate) const COUNT: usize = FEATURES.len();
/// Place of the names' scores: over the root of their number, over their number.
pub(crate) const NAMES: usize = COUNT - 2;

/// Fills the places of a block's row that are of the group, but for the names' scores.
pub(crate) fn compute(
    tree: &Tree,
    i: usize,
    facts: &BlockFacts,
    markup: Markup,
    outline: &Outline,
    out: &mut [f32; COUNT],
) {
    let node = tree.node(i);
    let place = Place {
        node,
        parent: &tree.nodes[node.parent as usize],
        groups: tree.groups(i).map(|group| &tree.nodes[group as usize]),
        page: tree.page,
        facts,
        markup,
        number: i as u32,
        outline,
        card: tree.card(i),
        shared: outline.shared[tree.at[i] as usize],
    };
    if let Some(places) = out.first_chunk_mut() {
        *places = values(&place);
    }
}

/// Sums and numbers of the names' weights.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameSums {
    /// Per kind of element: its own, and what it weighs besides as the innermost one.
    kinds: Vec<(f32, f32)>,
    /// Per element: all along the way to it.
    ways: Vec<(f32, u32)>,
}

impl NameSums {
    pub(crate) fn load(&mut self, tree: &Tree, table: &NgramTable<NAME_PLACES>) {
        self.kinds.clear();
        self.kinds.extend(tree.names.kinds().map(|own| {
            let nearest = own.iter().map(|hash| table.weight(names::nearest(*hash))).sum();
            (table.sum(own), nearest)
        }));
        self.ways.clear();
        for (at, node) in tree.nodes.iter().enumerate() {
            let around = node.parent as usize;
            let (sum, number) = if around == at { (0.0, 0) } else { self.ways[around] };
            let own = self.kinds[node.kind as usize].0;
            self.ways.push((sum + own, number + tree.names.of(node.kind).len() as u32));
        }
    }

    /// Sum and number for the block `i`: the names of its innermost element count twice, the second time with weights of
    /// their own.
    pub(crate) fn of(&self, tree: &Tree, i: usize) -> (f32, u32) {
        let at = tree.inner[i] as usize;
        let (sum, number) = self.ways[at];
        let kind = tree.nodes[at].kind;
        (sum + self.kinds[kind as usize].1, number + tree.names.of(kind).len() as u32)
    }

    /// The elements around block `i`, the innermost first, with what they add to the sum.
    pub(crate) fn along(&self, tree: &Tree, i: usize) -> impl Iterator<Item = (u32, f32)> {
        let inner = tree.inner[i] as usize;
        tree.path(i).map(move |at| {
            let (own, nearest) = self.kinds[tree.nodes[at].kind as usize];
            (tree.first + at as u32, own + if at == inner { nearest } else { 0.0 })
        })
    }
}

/// All hashes that [`NameSums::of`] sums up.
#[cfg(feature = "train")]
pub(crate) fn name_hashes(tree: &Tree, i: usize, out: &mut Vec<u32>) {
    let names = |at: usize| tree.names.of(tree.nodes[at].kind);
    for at in tree.path(i) {
        out.extend_from_slice(names(at));
    }
    out.extend(names(tree.inner[i] as usize).iter().map(|hash| names::nearest(*hash)));
}

/// Puts the names' scores into a row, from the sum of their weights and their number.
pub(crate) fn set_names(out: &mut [f32; COUNT], sum: f32, number: u32) {
    let n = number.max(1) as f32;
    out[NAMES] = sum / n.sqrt();
    out[NAMES + 1] = sum / n;
}
