//! HTML: what a browser would show, block element by block element.
//!
//! The source is tokenised by the rules of the HTML standard (html5gum); no tree is built. A stack of open elements says
//! what a text stands in. It is closed as the standard closes elements in the cases that real pages need: end tags that
//! are left out, end tags that close nothing, elements that end others.

use std::borrow::Cow;
use std::ops::Range;

use html5gum::emitters::ForwardingEmitter;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, Span, Tokenizer};

use super::element::{Element, Role};
use crate::page::{Block, Elements, Markup, Page};

/// Bytes of an element's names that are kept.
const MOST_NAMES: usize = 256;

/// Open elements that are looked through for the one that an end tag closes.
const SEARCHED: usize = 256;

/// Cuts an HTML page into blocks: the text of block elements, table rows and list items, and what `<br>` parts.
///
/// Only what browsers show counts: no scripts, styles, templates, comments, `<noscript>`, `<select>`, and nothing with the
/// attribute `hidden` or a style of `display: none` or `visibility: hidden` on the element itself; but a body that is hidden
/// as a whole, and parts with ids such as `S:0`, wait for a script to show them. White space is collapsed
/// as in browsers, entities are decoded, `<pre>` keeps its lines. A block's range runs from the first to behind the last
/// byte of its text in the source.
///
/// Any bytes are survived: unclosed and misnested tags, any depth, attributes of any size.
///
/// ```
/// let page = tamis::segment::html("<ul><li>首页<li>新闻</ul><p>昨天，<b>老木匠</b>修好了长椅&#12290;");
/// let texts: Vec<&str> = page.blocks.iter().map(|block| &*block.text).collect();
/// assert_eq!(texts, ["首页", "新闻", "昨天，老木匠修好了长椅。"]);
/// ```
pub fn html(source: &str) -> Page<'static> {
    let mut builder = Builder { source, ..Builder::default() };
    let callback = |event: CallbackEvent<'_>, span: Span<usize>| -> Option<std::convert::Infallible> {
        builder.event(&event, span.start..span.end);
        None
    };
    let mut emitter = CallbackEmitter::<_, _, usize>::new(callback);
    emitter.naively_switch_states(true);
    // Reading from memory does not fail, and errors of the page are survived.
    let _ = Tokenizer::new_with_emitter(source, Quiet(emitter)).finish();
    builder.at = source.len();
    builder.pop(builder.stack.len());
    builder.end_block();
    Page { url: None, blocks: builder.blocks, elements: builder.elements }
}

/// Does not look for errors of the page, which takes time.
struct Quiet<E>(E);

impl<E: Emitter> ForwardingEmitter for Quiet<E> {
    type Token = E::Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = Self::Token> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

/// An open element.
struct Open {
    element: Element,
    /// Nothing in it is shown.
    hidden: bool,
    /// Its number among the page's elements; that of the element around it if it is hidden.
    number: u32,
    /// The number is its own.
    own: bool,
}

#[derive(Default)]
struct Builder<'s> {
    source: &'s str,
    blocks: Vec<Block<'static>>,
    elements: Elements,
    stack: Vec<Open>,
    /// How many elements of a sort are open, so that end tags that close nothing cost nothing.
    open: Counts,
    /// Open elements that hide what is in them, and those that keep white space.
    hiding: usize,
    keeping: usize,
    /// The block that is being built.
    text: String,
    range: Range<usize>,
    markup: Option<Markup>,
    /// A link has begun that the block has no text of yet.
    new_link: bool,
    /// The page's title is open, the first one.
    in_title: bool,
    /// White space is due before the next character.
    space: bool,
    /// The start tag that is being read.
    tag: Option<Element>,
    hides: bool,
    attribute: Attribute,
    names: String,
    /// Where the tag that is being read starts.
    at: usize,
}

/// Attributes that matter.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Attribute {
    Style,
    Class,
    Id,
    Role,
    Itemprop,
    #[default]
    Other,
}

struct Counts([u32; Element::COUNT]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; Element::COUNT])
    }
}

impl Builder<'_> {
    fn event(&mut self, event: &CallbackEvent<'_>, span: Range<usize>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Element::of(name);
                self.at = span.start;
                self.hides = false;
                self.names.clear();
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute = match *name {
                    b"style" => Attribute::Style,
                    b"class" => Attribute::Class,
                    b"id" => Attribute::Id,
                    b"role" => Attribute::Role,
                    b"itemprop" => Attribute::Itemprop,
                    b"hidden" => {
                        self.hides = true;
                        Attribute::Other
                    }
                    _ => Attribute::Other,
                };
            }
            CallbackEvent::AttributeValue { value } => match self.attribute {
                Attribute::Style => self.hides |= hides(value),
                Attribute::Class => self.name(".", value, ""),
                Attribute::Id => self.name("#", value, ""),
                Attribute::Role => self.name("[role=", value, "]"),
                Attribute::Itemprop => self.name("[itemprop=", value, "]"),
                Attribute::Other => {}
            },
            CallbackEvent::CloseStartTag { self_closing } => match self.tag.take() {
                // Outside of HTML, `/>` means what it says.
                Some(Element::Svg | Element::Math) if *self_closing => {}
                Some(element) => self.start(element),
                None => {}
            },
            CallbackEvent::EndTag { name } => {
                if let Some(element) = Element::of(name) {
                    self.at = span.start;
                    self.end(element, span.end);
                }
            }
            CallbackEvent::String { value } if self.hiding == 0 => self.string(value, span),
            // Nothing but the title itself hides it.
            CallbackEvent::String { value } if self.in_title && self.hiding == 1 => {
                self.elements.entitle(&String::from_utf8_lossy(value));
            }
            _ => {}
        }
    }

    /// Adds names to those of the tag that is being read, as far as they are not too long to be of use.
    fn name(&mut self, before: &str, value: &[u8], behind: &str) {
        let Ok(value) = std::str::from_utf8(&value[..value.len().min(MOST_NAMES)]) else { return };
        for name in value.split_ascii_whitespace() {
            if self.names.len() + name.len() <= MOST_NAMES {
                self.names.extend([before, name, behind]);
            }
        }
    }

    /// A start tag.
    fn start(&mut self, element: Element) {
        self.close_implied(element);
        match element.role() {
            Role::Break => {
                if self.keeping > 0 {
                    self.text.push('\n');
                } else {
                    self.end_block();
                }
                return;
            }
            Role::Rule => {
                self.end_block();
                return;
            }
            Role::Void => return,
            Role::Block | Role::Kept => self.end_block(),
            // Cells of a row are parts of one block.
            Role::Cell => self.space = true,
            Role::Inline | Role::Hidden => {}
        }
        // Scripts show what they find hidden: a page as a whole, or the parts that React streams (`S:` and a number).
        let shown_later = || matches!(element, Element::Html | Element::Body) || self.names.contains("#S:");
        let hidden = element.role() == Role::Hidden || self.hides && !shown_later();
        self.hiding += usize::from(hidden);
        self.keeping += usize::from(element.role() == Role::Kept);
        self.open.0[element as usize] += 1;
        self.new_link |= element == Element::A;
        self.in_title |= element == Element::Title && self.elements.title().is_none();
        let parent = self.stack.last().map(|open| open.number);
        let (number, own) = match parent {
            Some(parent) if self.hiding > 0 => (parent, false),
            _ => (self.elements.push(parent, element.tag(), &self.names, self.at), true),
        };
        self.stack.push(Open { element, hidden, number, own });
    }

    /// An end tag that ends at `behind`: closes the nearest element of its name and all in it, unless a table's cell
    /// stands between.
    fn end(&mut self, element: Element, behind: usize) {
        if element == Element::Br {
            self.end_block();
        }
        if self.open.0[element as usize] == 0 {
            // A paragraph that is ended without being open is an empty one.
            if element == Element::P {
                self.end_block();
            }
            return;
        }
        let mut nearest = self.stack.iter().rev().take(SEARCHED);
        let beyond = |open: &Open| open.element.is_scope() && !element.is_table();
        let depth = nearest.by_ref().position(|open| open.element == element || beyond(open));
        let Some(depth) = depth else { return };
        let Open { element: found, number, own, .. } = self.stack[self.stack.len() - 1 - depth];
        if found == element {
            self.pop(depth + 1);
            if own {
                self.elements.end(number, behind);
            }
        }
    }

    /// Closes the innermost elements.
    fn pop(&mut self, count: usize) {
        for _ in 0..count {
            let Some(Open { element, hidden, number, own }) = self.stack.pop() else { return };
            if own {
                self.elements.end(number, self.at);
            }
            if matches!(element.role(), Role::Block | Role::Kept) && self.hiding == 0 {
                self.end_block();
            }
            if element.role() == Role::Cell {
                self.space = true;
            }
            self.open.0[element as usize] -= 1;
            self.in_title &= element != Element::Title;
            self.hiding -= usize::from(hidden);
            self.keeping -= usize::from(element.role() == Role::Kept);
        }
    }

    /// Closes what a start tag closes without saying so.
    fn close_implied(&mut self, element: Element) {
        // A paragraph ends where a block starts in it; nothing but inline elements stands between.
        if element.ends_paragraph() && self.open.0[Element::P as usize] > 0 {
            let inside = |open: &&Open| open.element != Element::P && open.element.role() == Role::Inline;
            let depth = self.stack.iter().rev().take(SEARCHED).take_while(inside).count();
            if depth < self.stack.len() && self.stack[self.stack.len() - 1 - depth].element == Element::P {
                self.pop(depth + 1);
            }
        }
        // Items end items, rows end rows, up to the list or table that they are in.
        let (ends, within) = element.ends();
        if ends.iter().all(|&ended| self.open.0[ended as usize] == 0) {
            return;
        }
        let stop = |open: &Open| ends.contains(&open.element) || within.contains(&open.element);
        if let Some(depth) = self.stack.iter().rev().take(SEARCHED).position(stop)
            && ends.contains(&self.stack[self.stack.len() - 1 - depth].element)
        {
            self.pop(depth + 1);
            // A cell that starts a row ends the row before as well.
            if element.ends().0.len() > 1 {
                self.close_implied(element);
            }
        }
    }

    /// Text between tags, entities decoded.
    fn string(&mut self, value: &[u8], span: Range<usize>) {
        let source = self.source.get(span.clone()).unwrap_or_default();
        // Mostly it is the source as it stands, and comparing is faster than validating.
        let text = if source.as_bytes() == value { Cow::Borrowed(source) } else { String::from_utf8_lossy(value) };
        let start = span.start + (source.len() - source.trim_ascii_start().len());
        let end = span.end - (source.len() - source.trim_ascii_end().len());
        if self.keeping > 0 {
            // The line feed behind the start tag is no text.
            let text = if self.text.is_empty() { text.trim_start_matches(['\r', '\n']) } else { &text };
            if !text.is_empty() {
                self.grow(start..end.max(start));
                self.text.push_str(text);
                self.mark(text);
            }
            return;
        }
        let words = text.split(is_space);
        let mut any = false;
        for (i, word) in words.enumerate() {
            self.space |= i > 0;
            if word.is_empty() {
                continue;
            }
            if self.space && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.space = false;
            self.text.push_str(word);
            any = true;
        }
        if any {
            self.grow(start..end.max(start));
            self.mark(&text);
        }
    }

    /// Notes where new text of the block stands.
    fn mark(&mut self, text: &str) {
        let nearest = |stack: &[Open]| {
            let holds = |open: &&Open| matches!(open.element.role(), Role::Block | Role::Kept | Role::Cell);
            stack.iter().rev().take(SEARCHED).find(holds).or(stack.last()).map_or(u32::MAX, |open| open.number)
        };
        let stack = &self.stack;
        let markup = self.markup.get_or_insert_with(|| Markup {
            element: nearest(stack),
            inner: stack.last().map_or(u32::MAX, |open| open.number),
            ..Markup::default()
        });
        if self.open.0[Element::A as usize] > 0 {
            markup.links += u32::from(self.new_link);
            self.new_link = false;
            markup.link_chars += text.chars().filter(|c| !c.is_whitespace()).count() as u32;
        }
    }

    fn grow(&mut self, range: Range<usize>) {
        if self.text.is_empty() || self.range.is_empty() {
            self.range = range;
        } else {
            self.range.end = range.end;
        }
    }

    fn end_block(&mut self) {
        self.space = false;
        let text = self.text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        if !text.is_empty() {
            let text = Cow::Owned(text.to_owned());
            self.blocks.push(Block { text, range: self.range.clone(), markup: self.markup });
        }
        self.markup = None;
        self.text.clear();
        self.range = 0..0;
    }
}

/// White space that browsers collapse.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C')
}

/// A style that hides its element.
pub(super) fn hides(style: &[u8]) -> bool {
    let mut parts = style.split(|&byte| byte == b';');
    parts.any(|part| {
        let mut sides = part.splitn(2, |&byte| byte == b':').map(<[u8]>::trim_ascii);
        let (name, value) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
        let starts = |with: &[u8]| value.len() >= with.len() && value[..with.len()].eq_ignore_ascii_case(with);
        name.eq_ignore_ascii_case(b"display") && starts(b"none")
            || name.eq_ignore_ascii_case(b"visibility") && starts(b"hidden")
    })
}
