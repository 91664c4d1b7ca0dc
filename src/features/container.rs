//! Inputs of the page model that are made of the scores of the blocks in the elements around a block. Only pages of HTML
//! have them.

use super::PageFeatures;
use super::feature::Feature;
use super::tree::Tree;
use crate::math::{exp, ln_1p};

/// Share of the predicted content that the page's container holds.
const CONTAINED: f64 = 0.6;

macro_rules! inputs {
    ($($name:literal $formula:literal $source:literal;)*) => {
        pub(crate) const FEATURES: &[Feature] = &[$(Feature { name: $name, formula: $formula, source: $source }),*];
        pub(crate) const AGAIN: &[Feature] = &[$(Feature {
            name: concat!("again_", $name),
            formula: concat!($formula, "; with the scores of the first pass"),
            source: $source,
        }),*];
    };
}

inputs! {
    "group1" "mean score of the other blocks of the smallest element that holds more than the block" "readability";
    "group2" "mean score of the other blocks of the smallest element that holds more than that group" "readability";
    "group3" "mean score of the other blocks of the smallest element that holds more than that one" "readability";
    "group1_content" "share of predicted content in the text of the first group's other blocks" "readability";
    "group2_content" "share of predicted content in the text of the second group's other blocks" "readability";
    "group3_content" "share of predicted content in the text of the third group's other blocks" "readability";
    "group1_mass" "share of the page's predicted content in the first group" "readability";
    "group2_mass" "share of the page's predicted content in the second group" "readability";
    "group3_mass" "share of the page's predicted content in the third group" "readability";
    "style" "mean score of the other blocks whose element and the one around it have the same tags and names" "repeated siblings, Liu et al. 2003";
    "style_content" "share of predicted content in the text of those blocks" "repeated siblings, Liu et al. 2003";
    "styles" "ln(1 + number of those blocks)" "repeated siblings, Liu et al. 2003";
    "contained" "1 in the smallest element that holds 60 % of the predicted content" "readability";
    "climb" "ln(1 + elements up from the block to one around that container)" "readability";
    "fall" "ln(1 + elements down from there to the container)" "readability";
}

pub(crate) const COUNT: usize = FEATURES.len();

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    score: f64,
    /// Predicted content and text, in units.
    mass: f64,
    units: f64,
    blocks: f64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.score += other.score;
        self.mass += other.mass;
        self.units += other.units;
        self.blocks += other.blocks;
    }

    /// Mean score and share of content of all but `own`; 0 where nothing else is.
    fn without(self, own: Self) -> [f32; 2] {
        if self.blocks <= own.blocks {
            return [0.0; 2];
        }
        let score = (self.score - own.score) / (self.blocks - own.blocks);
        let share = (self.mass - own.mass) / (self.units - own.units).max(1e-6);
        [score as f32, share.clamp(0.0, 1.0) as f32]
    }
}

/// The memory for it, reused from page to page.
#[derive(Default)]
pub(crate) struct Container {
    blocks: Vec<Sums>,
    /// Per element: of all blocks in it.
    sums: Vec<Sums>,
    /// Per element: elements around the innermost one that both it and the container are in.
    shared: Vec<u32>,
    /// Per style.
    styles: Vec<Sums>,
    /// The page's predicted content.
    all: f64,
    /// Elements around the container.
    depth: u32,
}

impl Container {
    /// Takes in scores, cut at the limit of certainty.
    pub(crate) fn load(&mut self, page: &PageFeatures, scores: &[f32]) {
        let tree = &page.tree;
        self.blocks.clear();
        self.sums.clear();
        self.sums.resize(tree.nodes.len(), Sums::default());
        for ((score, facts), at) in scores.iter().zip(&page.facts).zip(&tree.at) {
            let units = f64::from(facts.units);
            let own =
                Sums { score: f64::from(*score), mass: units / (1.0 + f64::from(exp(*score))), units, blocks: 1.0 };
            self.blocks.push(own);
            self.sums[*at as usize].add(own);
        }
        for at in (0..tree.nodes.len()).rev() {
            let parent = tree.nodes[at].parent as usize;
            if parent != at {
                let inner = self.sums[at];
                self.sums[parent].add(inner);
            }
        }
        self.find_container(tree);
        self.sum_styles(tree);
    }

    fn find_container(&mut self, tree: &Tree) {
        self.all = self.blocks.iter().map(|own| own.mass).sum();
        // The innermost one: elements with most of the content lie one in the other.
        let container = self.sums.iter().rposition(|sums| sums.mass >= CONTAINED * self.all);
        self.depth = container.map_or(0, |at| tree.nodes[at].depth);
        tree.shared(container, &mut self.shared);
    }

    fn sum_styles(&mut self, tree: &Tree) {
        self.styles.clear();
        self.styles.resize(tree.styles(), Sums::default());
        for (own, style) in self.blocks.iter().zip(&tree.style) {
            self.styles[*style as usize].add(*own);
        }
    }

    /// The inputs of block `i`.
    pub(crate) fn of(&self, page: &PageFeatures, i: usize) -> [f32; COUNT] {
        let tree = &page.tree;
        let own = self.blocks[i];
        let groups = tree.groups(i).map(|group| self.sums[group as usize]);
        let others = groups.map(|group| group.without(own));
        let mass = groups.map(|group| (group.mass / self.all.max(1e-9)) as f32);
        let style = self.styles[tree.style[i] as usize];
        let [style_score, style_share] = style.without(own);
        let (node, shared) = (tree.node(i), self.shared[tree.at[i] as usize]);
        [
            others[0][0],
            others[1][0],
            others[2][0],
            others[0][1],
            others[1][1],
            others[2][1],
            mass[0],
            mass[1],
            mass[2],
            style_score,
            style_share,
            ln_1p((style.blocks - own.blocks) as f32),
            f32::from(u8::from(shared == self.depth)),
            ln_1p(node.depth.saturating_sub(shared) as f32),
            ln_1p(self.depth.saturating_sub(shared) as f32),
        ]
    }
}
