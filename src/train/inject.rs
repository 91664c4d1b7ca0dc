//! Places for lines without any, so that a model for HTML learns of spam as well, and to listen to the text where the
//! markup says nothing. Lines that were put into a page of HTML become part of the element of the line before or behind,
//! or get a new element beside it. Pages of text get plain elements: all lines alike, or runs of lines apart.

use std::sync::Arc;

use fastrand::Rng;

use super::dataset::{LabeledBlock, LabeledPage};
use crate::page::{Elements, Markup};

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

/// Gives a page of text elements without names.
pub(super) fn furnish(page: &mut LabeledPage, rng: &mut Rng) {
    let mut elements = Elements::default();
    let body = elements.push(None, "body", "", 0);
    let main = elements.push(Some(body), "div", "", 0);
    let title = page.blocks.iter().find(|block| matches!(block.subkind.as_str(), "title" | "seo-title"));
    if let Some(title) = title.filter(|_| rng.bool()) {
        elements.entitle(&title.text);
    }
    let tag = rng.choice(["p", "p", "div", "li", "td"]).unwrap_or("p");
    let style = rng.u8(0..20);
    let (all_in_one, runs, lists) = (style < 3, style >= 10, style >= 16);
    let mut around = main;
    let mut last = None;
    for block in &mut page.blocks {
        // A new run now and then goes on in the element of the last one: spam stands in articles.
        if runs && last != Some(block.label) && rng.u8(0..10) < 7 {
            around = elements.push(Some(main), "div", "", 0);
        }
        last = Some(block.label);
        let tag = match block.subkind.as_str() {
            "title" if lists => "h1",
            "nav" | "related" | "seo-links" | "widget" if lists => "li",
            _ if lists => "p",
            _ => tag,
        };
        let element = if all_in_one { main } else { elements.push(Some(around), tag, "", 0) };
        block.markup = Some(markup(block, element, rng));
    }
    page.elements = Arc::new(elements);
}

/// Rows of links are links, mostly; other lines rarely.
fn markup(block: &LabeledBlock, element: u32, rng: &mut Rng) -> Markup {
    let linked = match block.subkind.as_str() {
        "seo-links" | "nav" | "related" => rng.u8(0..10) < 7,
        "promo" | "legal" | "widget" => rng.u8(0..10) < 2,
        _ => rng.u8(0..20) < 1,
    };
    let chars = block.text.chars().filter(|c| !c.is_whitespace()).count() as u32;
    let links = block.text.split(['|', ' ', '_', ',', '，']).count() as u32;
    let (links, link_chars) = if linked { (links, chars) } else { (0, 0) };
    Markup { element, inner: element, links, link_chars }
}
