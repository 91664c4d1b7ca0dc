//! The elements around the blocks of a page, as numbers: sums over all that is in them, and the *groups* of a block:
//! the smallest element that holds more than it, the smallest one that holds more than that, and so on.

use super::names::Names;
use super::ngrams;
use super::numbering::Numbering;
use super::{BlockFacts, Input};
use crate::page::Markup;

/// Groups of a block that are looked at.
pub(crate) const GROUPS: usize = 3;

/// What stands in an element, at any depth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    pub blocks: u32,
    /// Blocks of sentences.
    pub bodies: u32,
    /// Length in units.
    pub units: f32,
    /// Characters without white space, and those of them in links.
    pub chars: u32,
    pub link_chars: u32,
    /// Blocks that are links from end to end.
    pub links: u32,
    /// The number of the first block.
    pub first: u32,
}

impl Default for Inside {
    fn default() -> Self {
        Self { blocks: 0, bodies: 0, units: 0.0, chars: 0, link_chars: 0, links: 0, first: u32::MAX }
    }
}

impl Inside {
    fn add(&mut self, other: &Self) {
        self.blocks += other.blocks;
        self.bodies += other.bodies;
        self.units += other.units;
        self.chars += other.chars;
        self.link_chars += other.link_chars;
        self.links += other.links;
        self.first = self.first.min(other.first);
    }
}

/// One element.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Node {
    /// The element around it; itself for the outermost ones.
    pub parent: u32,
    /// The nearest one around it that holds more blocks; itself if there is none.
    pub wider: u32,
    /// Elements around it.
    pub depth: u32,
    /// What it and the elements around it are: see [`super::markup::traits_of`].
    pub traits: u32,
    /// Its tag and names: the number of a kind in [`Tree::names`].
    pub kind: u32,
    /// Elements beside it with the same signature.
    pub alike: u32,
    /// Elements in it, itself among them.
    pub elements: u32,
    pub inside: Inside,
}

/// The elements from `first` to the last one that a block stands in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    /// The number of the first one among the page's elements.
    pub first: u32,
    pub nodes: Vec<Node>,
    /// Per block: its element's place in `nodes`.
    pub at: Vec<u32>,
    /// Per block: the place of the innermost element of its first text.
    pub inner: Vec<u32>,
    pub names: Names,
    /// All blocks together.
    pub page: Inside,
    /// Per block: the number of its style.
    pub style: Vec<u32>,
    styles: Numbering,
    /// Signatures in their parents, per element and how often each comes.
    alike: Numbering,
    alike_of: Vec<u32>,
    alike_counts: Vec<u32>,
}

impl Tree {
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.at.clear();
        self.inner.clear();
        self.style.clear();
        self.page = Inside::default();
    }

    /// No block stands in an element.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Takes in the elements of a page. Of a later part of a page, those before the part's first block are left out:
    /// they could be many.
    pub(crate) fn load(&mut self, input: &Input<'_>, facts: &[BlockFacts]) {
        let Input { blocks, is_first, elements, .. } = *input;
        let markups = || blocks.iter().filter_map(|block| block.markup);
        let numbers = markups().map(|markup| markup.inner.max(markup.element));
        let Some(last) = numbers.filter(|number| (*number as usize) < elements.len()).max() else { return };
        let first = if is_first { 0 } else { markups().map(|markup| markup.element).min().unwrap_or(0) };
        self.first = first;
        self.names.clear((last - first) as usize + 1);
        for element in first..=last {
            let own = element - first;
            let parent = elements.parent(element).and_then(|parent| parent.checked_sub(first)).unwrap_or(own);
            let kind = self.names.push(elements, element);
            let around = (parent != own).then(|| self.nodes[parent as usize]);
            self.nodes.push(Node {
                parent,
                wider: own,
                depth: around.map_or(0, |around| around.depth + 1),
                traits: around.map_or(0, |around| around.traits) | self.names.traits(kind),
                kind,
                alike: 0,
                elements: 1,
                inside: Inside::default(),
            });
        }
        for (i, (block, facts)) in blocks.iter().zip(facts).enumerate() {
            let markup = block.markup.unwrap_or(Markup { element: first, inner: first, ..Markup::default() });
            let place = |element: u32| element.saturating_sub(first).min(last - first);
            let at = place(markup.element);
            self.at.push(at);
            self.inner.push(place(markup.inner));
            let own = Inside {
                blocks: 1,
                bodies: u32::from(facts.body),
                units: facts.units,
                chars: facts.chars,
                link_chars: markup.link_chars.min(facts.chars),
                links: u32::from(facts.chars > 0 && markup.link_chars >= facts.chars),
                first: i as u32,
            };
            self.nodes[at as usize].inside.add(&own);
            self.page.add(&own);
        }
        // Elements come before those in them.
        for at in (0..self.nodes.len()).rev() {
            let Node { parent, inside, elements, .. } = self.nodes[at];
            if parent as usize != at {
                self.nodes[parent as usize].elements += elements;
                self.nodes[parent as usize].inside.add(&inside);
            }
        }
        for at in 0..self.nodes.len() {
            let parent = self.nodes[at].parent as usize;
            let around = self.nodes[parent];
            self.nodes[at].wider = if around.inside.blocks > self.nodes[at].inside.blocks {
                parent as u32
            } else if around.wider as usize != parent {
                around.wider
            } else {
                at as u32
            };
        }
        self.find_alike();
        self.find_styles();
    }

    /// Counts elements of one signature in one parent.
    fn find_alike(&mut self) {
        self.alike.clear(self.nodes.len());
        self.alike_of.clear();
        self.alike_counts.clear();
        for node in &self.nodes {
            let signature = self.names.signature(node.kind);
            let key = ngrams::word_pair(node.parent.wrapping_mul(0x9E37_79B1), signature);
            let number = self.alike.number(key);
            self.alike_of.push(number);
            self.alike_counts.resize(self.alike.len(), 0);
            self.alike_counts[number as usize] += 1;
        }
        for (node, number) in self.nodes.iter_mut().zip(&self.alike_of) {
            node.alike = self.alike_counts[*number as usize] - 1;
        }
    }

    /// Numbers the styles. Blocks of one style look the same: their innermost elements, the block elements and those
    /// around have the same signatures.
    fn find_styles(&mut self) {
        self.styles.clear(self.at.len());
        let signature = |at: u32| self.names.signature(self.nodes[at as usize].kind);
        for (at, inner) in self.at.iter().zip(&self.inner) {
            let around = ngrams::word_pair(signature(self.nodes[*at as usize].parent), signature(*at));
            self.style.push(self.styles.number(ngrams::word_pair(around, signature(*inner))));
        }
    }

    /// How many styles there are.
    pub(crate) fn styles(&self) -> usize {
        self.styles.len()
    }

    /// The element of block `i`.
    pub(crate) fn node(&self, i: usize) -> &Node {
        &self.nodes[self.at[i] as usize]
    }

    /// The groups of block `i`, the smallest first; the widest again where there are no more.
    pub(crate) fn groups(&self, i: usize) -> [u32; GROUPS] {
        let own = self.at[i];
        let node = &self.nodes[own as usize];
        let mut group = if node.inside.blocks > 1 { own } else { node.wider };
        std::array::from_fn(|_| {
            let this = group;
            group = self.nodes[group as usize].wider;
            this
        })
    }

    /// The element around block `i`, up to four steps away, that most others beside it are like.
    pub(crate) fn card(&self, i: usize) -> &Node {
        let mut at = self.at[i] as usize;
        let mut best = at;
        for _ in 0..4 {
            at = self.nodes[at].parent as usize;
            if self.nodes[at].alike > self.nodes[best].alike {
                best = at;
            }
        }
        &self.nodes[best]
    }

    /// Per element: how many elements are around the innermost one that both it and `target` are in.
    pub(crate) fn shared(&self, target: Option<usize>, out: &mut Vec<u32>) {
        out.clear();
        out.resize(self.nodes.len(), u32::MAX);
        let mut target = target;
        while let Some(at) = target {
            out[at] = self.nodes[at].depth;
            target = Some(self.nodes[at].parent as usize).filter(|parent| *parent != at);
        }
        for (at, node) in self.nodes.iter().enumerate() {
            if out[at] == u32::MAX {
                out[at] = if node.parent as usize == at { 0 } else { out[node.parent as usize] };
            }
        }
    }

    /// The elements around the first text of block `i`, the innermost first.
    pub(crate) fn path(&self, i: usize) -> impl Iterator<Item = usize> {
        let parent = |at: &usize| Some(self.nodes[*at].parent as usize).filter(|parent| parent != at);
        std::iter::successors(Some(self.inner[i] as usize), parent)
    }
}
