//! Plain text: every line that is not blank is a block.

use crate::page::{Block, Page};

/// How much of an input was not valid UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utf8Damage {
    /// The first bad byte, counted from the start of the input.
    pub first: usize,
    /// How many blocks hold bad bytes.
    pub blocks: usize,
}

/// Cuts plain text into a page of blocks: the lines that are not blank, without the white space around them.
///
/// Lines end at LF, CR LF or CR. Ranges are exact: what lies between them is white space.
///
/// ```
/// let page = tamis::segment::text("标题\n\n  正文。\n");
/// assert_eq!(page.blocks[1].text, "正文。");
/// assert_eq!(page.blocks[1].range, 10..19);
/// ```
pub fn text(input: &str) -> Page<'_> {
    // Line ends are ASCII, so both ends are character boundaries.
    let blocks = Lines::new(input.as_bytes()).filter_map(|(start, end)| line(&input[start..end], start));
    Page { blocks: blocks.collect(), ..Page::default() }
}

/// The block of a line that starts at byte `start`, if the line is not blank.
fn line(line: &str, start: usize) -> Option<Block<'_>> {
    let text = line.trim();
    let start = start + (line.len() - line.trim_start().len());
    (!text.is_empty()).then(|| Block::new(text, start..start + text.len()))
}

/// The same for bytes that ought to be UTF-8. Lines that are not are decoded with replacement characters for the
/// classifier's eyes only; their ranges still speak of the input's own bytes.
pub fn bytes(input: &[u8]) -> (Page<'_>, Option<Utf8Damage>) {
    // Validating the whole input at once is much faster than line by line.
    if let Ok(valid) = simdutf8::basic::from_utf8(input) {
        return (text(valid), None);
    }
    let (page, blocks) = segment_damaged(input);
    let first = std::str::from_utf8(input).err().map_or(0, |error| error.valid_up_to());
    (page, Some(Utf8Damage { first, blocks }))
}

fn segment_damaged(input: &[u8]) -> (Page<'_>, usize) {
    let mut damaged = 0;
    let mut blocks = Vec::new();
    for (start, end) in Lines::new(input) {
        let bytes = &input[start..end];
        if let Ok(valid) = std::str::from_utf8(bytes) {
            blocks.extend(line(valid, start));
            continue;
        }
        damaged += 1;
        let start = start + (bytes.len() - bytes.trim_ascii_start().len());
        let bytes = bytes.trim_ascii();
        blocks.push(Block { text: String::from_utf8_lossy(bytes), range: start..start + bytes.len(), markup: None });
    }
    (Page { blocks, ..Page::default() }, damaged)
}

/// Start and end of every line, without its line end.
struct Lines<'a> {
    input: &'a [u8],
    ends: memchr::Memchr2<'a>,
    start: usize,
}

impl<'a> Lines<'a> {
    fn new(input: &'a [u8]) -> Self {
        Self { input, ends: memchr::memchr2_iter(b'\n', b'\r', input), start: 0 }
    }
}

impl Iterator for Lines<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        if self.start >= self.input.len() {
            return None;
        }
        let end = self.ends.next().unwrap_or(self.input.len());
        let line = (self.start, end);
        self.start = end + 1;
        Some(line)
    }
}
