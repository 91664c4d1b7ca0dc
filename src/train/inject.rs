//! Places for lines that were put into a page of HTML: as part of the element of the line before or behind, or in a new
//! element beside it, with or without links, as hacked pages and templates have them.

use std::sync::Arc;

use fastrand::Rng;

use super::dataset::{LabeledBlock, LabeledPage};
use crate::page::Markup;

/// Gives every block without markup a place.
pub(super) fn inject(page: &mut LabeledPage, rng: &mut Rng) {
    let elements = Arc::make_mut(&mut page.elements);
    let mut at = 0;
    while at < page.blocks.len() {
        let count = page.blocks[at..].iter().take_while(|block| block.markup.is_none()).count();
        if count == 0 {
            at += 1;
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| page.blocks[before].markup);
        let behind = page.blocks.get(at + count).and_then(|block| block.markup);
        let near = if rng.bool() { before.or(behind) } else { behind.or(before) };
        let near = near.map_or(0, |markup| markup.element);
        let around = elements.parent(near).unwrap_or(near);
        let tag = rng.choice(["div", "p", "li", "div"]).unwrap_or("div");
        // One element for all, one for each, or none of their own.
        let style = rng.u8(0..4);
        let shared = if style == 0 { near } else { elements.push(Some(around), tag, "", 0) };
        for block in &mut page.blocks[at..at + count] {
            let element = if style == 3 { elements.push(Some(shared), tag, "", 0) } else { shared };
            block.markup = Some(markup(block, element, rng));
        }
        at += count;
    }
}

/// Rows of links are links, mostly; other lines rarely.
fn markup(block: &LabeledBlock, element: u32, rng: &mut Rng) -> Markup {
    let linked = match block.subkind.as_str() {
        "seo-links" => rng.u8(0..10) < 7,
        _ => rng.u8(0..10) < 1,
    };
    let chars = block.text.chars().filter(|c| !c.is_whitespace()).count() as u32;
    let links = block.text.split(['|', ' ', '_', ',', '，']).count() as u32;
    let (links, link_chars) = if linked { (links, chars) } else { (0, 0) };
    Markup { element, inner: element, links, link_chars }
}
