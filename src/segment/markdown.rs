//! Blocks of HTML as Markdown: headings, lists, tables, code, links and emphasis as the source has them.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use super::element::{Element, Role};
use super::html::{hides, is_space};
use crate::page::{Markup, Page};

/// The blocks of a page that are kept, as CommonMark with tables; `source` is what the page was made of.
///
/// ```
/// let source = "<h2>长椅</h2><ul><li>修<li><a href=/b>搬</a></ul><p><b>好</b>了";
/// let page = tamis::segment::html(source);
/// assert_eq!(tamis::segment::markdown(source, &page, |_| true), "## 长椅\n\n- 修\n- [搬](/b)\n\n**好**了\n");
/// ```
pub fn markdown(source: &str, page: &Page<'_>, kept: impl Fn(usize) -> bool) -> String {
    let mut out = String::new();
    let mut last: Option<Place> = None;
    let mut end = 0;
    for (i, block) in page.blocks.iter().enumerate() {
        let before = std::mem::replace(&mut end, block.range.end);
        let Some(markup) = block.markup.filter(|_| kept(i)) else { continue };
        let place = Place::of(page, markup);
        if let Some(last) = &last {
            out.push_str(last.separator(&place));
        }
        if place.code {
            let fence = if block.text.contains("```") { "~~~" } else { "```" };
            out.extend([fence, "\n", &*block.text, "\n", fence]);
        } else {
            // Inline elements may start before the first text.
            let start = page.elements.range(markup.element).map_or(block.range.start, |range| range.start);
            let fragment = source.get(start.max(before).min(block.range.start)..block.range.end).unwrap_or_default();
            let text = inline(fragment, place.row.is_some());
            place.write(&text, last.as_ref(), &mut out);
        }
        last = Some(place);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// What a block is on its page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    element: u32,
    heading: usize,
    /// The outermost list, how many lists there are, whether the innermost is numbered.
    list: Option<(u32, usize, bool)>,
    /// The item of a list, to tell its first block from others.
    item: Option<u32>,
    quotes: usize,
    code: bool,
    /// The table and its row.
    row: Option<(u32, u32)>,
}

impl Place {
    fn of(page: &Page<'_>, markup: Markup) -> Self {
        let mut place = Self { element: markup.element, ..Self::default() };
        let mut row = None;
        let tags = page.elements.ancestors(markup.element).filter_map(|at| Some((at, page.elements.get(at)?.0)));
        for (depth, (at, tag)) in tags.enumerate() {
            match tag {
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if place.heading == 0 => {
                    place.heading = usize::from(tag.as_bytes()[1] - b'0');
                }
                "li" if place.item.is_none() => place.item = Some(at),
                "ul" | "ol" | "menu" => {
                    let (_, depth, numbered) = place.list.unwrap_or((at, 0, tag == "ol"));
                    place.list = Some((at, depth + 1, numbered));
                }
                "blockquote" => place.quotes += 1,
                "pre" | "listing" | "xmp" => place.code = true,
                // A cell that holds blocks is layout, no table.
                "td" | "th" | "tr" if depth == 0 => row = Some(at),
                "tr" if row.is_some() && place.row.is_none() => row = Some(at),
                "table" if place.row.is_none() => place.row = row.take().map(|row| (at, row)),
                _ => {}
            }
        }
        place
    }

    /// What stands between this block and the next.
    fn separator(&self, next: &Self) -> &'static str {
        let same_table = self.row.zip(next.row).is_some_and(|(one, two)| one.0 == two.0);
        let same_list = self.list.zip(next.list).is_some_and(|(one, two)| one.0 == two.0);
        let line = self.element == next.element && !self.code && self.heading == 0;
        match () {
            () if same_table && self.row != next.row => "\n",
            () if same_list && next.item != self.item => "\n",
            () if line && self.row.is_none() => "  \n",
            () => "\n\n",
        }
    }

    fn write(&self, text: &str, last: Option<&Self>, out: &mut String) {
        for _ in 0..self.quotes {
            out.push_str("> ");
        }
        if let Some((_, depth, numbered)) = self.list {
            let first = last.is_none_or(|last| last.item != self.item);
            (1..depth).for_each(|_| out.push_str("    "));
            match (self.item, first, numbered) {
                (Some(_), true, true) => out.push_str("1. "),
                (Some(_), true, false) => out.push_str("- "),
                (Some(_), false, _) => out.push_str("  "),
                (None, ..) => {}
            }
        } else if self.heading > 0 {
            (0..self.heading).for_each(|_| out.push('#'));
            out.push(' ');
        } else if self.row.is_none() && starts_like_markup(text) {
            out.push('\\');
        }
        if let Some((table, _)) = self.row {
            out.extend(["| ", text, " |"]);
            if last.and_then(|last| last.row).is_none_or(|(before, _)| before != table) {
                out.push_str("\n|");
                (0..=text.matches(" | ").count()).for_each(|_| out.push_str("---|"));
            }
        } else {
            out.push_str(text);
        }
    }
}

/// A paragraph that would be taken for something else.
fn starts_like_markup(text: &str) -> bool {
    text.starts_with(['#', '>']) || ["- ", "+ "].iter().any(|mark| text.starts_with(mark))
}

/// Inline elements that Markdown has marks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    Strong,
    Emphasis,
    Code,
    Link(String),
}

/// The text of a block's source with marks.
fn inline(fragment: &str, row: bool) -> String {
    let mut writer = Inline { row, ..Inline::default() };
    let callback = |event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
        writer.event(&event);
        None
    };
    let mut emitter = CallbackEmitter::new(callback);
    emitter.naively_switch_states(true);
    let _ = Tokenizer::new_with_emitter(fragment, emitter).finish();
    while let Some((tag, _, _)) = writer.open.last().cloned() {
        writer.close(&tag);
    }
    writer.out
}

#[derive(Default)]
struct Inline {
    out: String,
    space: bool,
    row: bool,
    /// A cell has begun.
    cells: usize,
    /// Open marks with their tags; whether they are written yet, which waits for the first text.
    open: Vec<(Vec<u8>, Mark, bool)>,
    /// Elements that hide their content, by tag.
    hidden: Vec<Vec<u8>>,
    tag: Vec<u8>,
    hides: bool,
    attribute: Vec<u8>,
    href: String,
}

impl Inline {
    fn event(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = name.to_vec();
                self.hides = false;
                self.href.clear();
            }
            CallbackEvent::AttributeName { name } => {
                self.hides |= *name == b"hidden";
                self.attribute = name.to_vec();
            }
            CallbackEvent::AttributeValue { value } => match self.attribute.as_slice() {
                b"style" => self.hides |= hides(value),
                b"href" => self.href = String::from_utf8_lossy(value).trim().replace([' ', '\n', '\t'], "%20"),
                _ => {}
            },
            CallbackEvent::CloseStartTag { self_closing } => self.start(*self_closing),
            CallbackEvent::EndTag { name } => {
                if self.hidden.last().is_some_and(|hidden| hidden == name) {
                    self.hidden.pop();
                } else if self.hidden.is_empty() {
                    self.close(name);
                }
            }
            CallbackEvent::String { value } if self.hidden.is_empty() => self.text(&String::from_utf8_lossy(value)),
            _ => {}
        }
    }

    fn start(&mut self, self_closing: bool) {
        let role = Element::of(&self.tag).map_or(Role::Inline, Element::role);
        if (self.hides || role == Role::Hidden) && role != Role::Void && !self_closing {
            self.hidden.push(self.tag.clone());
        }
        if !self.hidden.is_empty() {
            return;
        }
        if role == Role::Cell {
            if self.row && self.cells > 0 {
                self.out.push_str(" | ");
                self.space = false;
            } else {
                self.space = true;
            }
            self.cells += 1;
        }
        let mark = match self.tag.as_slice() {
            b"b" | b"strong" => Mark::Strong,
            b"i" | b"em" => Mark::Emphasis,
            b"code" | b"kbd" | b"samp" | b"tt" => Mark::Code,
            b"a" if is_address(&self.href) => Mark::Link(std::mem::take(&mut self.href)),
            _ => return,
        };
        // Marks of one sort do not nest.
        let same = |(_, open, _): &(_, Mark, _)| std::mem::discriminant(open) == std::mem::discriminant(&mark);
        if !self.open.iter().any(same) {
            self.open.push((self.tag.clone(), mark, false));
        }
    }

    fn close(&mut self, tag: &[u8]) {
        let Some(at) = self.open.iter().rposition(|(open, _, _)| open == tag) else { return };
        // What was opened inside ends with it.
        for (_, mark, written) in self.open.split_off(at).into_iter().rev() {
            if written {
                match mark {
                    Mark::Strong => self.out.push_str("**"),
                    Mark::Emphasis => self.out.push('*'),
                    Mark::Code => self.out.push('`'),
                    Mark::Link(href) => self.out.extend(["](", &href, ")"]),
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        for (i, word) in text.split(is_space).enumerate() {
            self.space |= i > 0;
            if word.is_empty() {
                continue;
            }
            if self.space && !self.out.is_empty() && !self.out.ends_with(' ') {
                self.out.push(' ');
            }
            self.space = false;
            let mut code = false;
            for (_, mark, written) in &mut self.open {
                code |= *mark == Mark::Code;
                if !std::mem::replace(written, true) {
                    self.out.push_str(match mark {
                        Mark::Strong => "**",
                        Mark::Emphasis => "*",
                        Mark::Code => "`",
                        Mark::Link(_) => "[",
                    });
                }
            }
            for c in word.chars() {
                let escaped = !code && matches!(c, '\\' | '`' | '*' | '[' | ']' | '<') || self.row && c == '|';
                self.out.extend(escaped.then_some('\\'));
                self.out.push(c);
            }
        }
    }
}

/// Addresses that mean something outside of the page.
fn is_address(href: &str) -> bool {
    let script = |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    !href.is_empty()
        && !href.starts_with('#')
        && !script("javascript:")
        && !script("data:")
        && !href.contains([')', '<'])
}
