//! Plain text for a terminal.

use std::io::Write;

use unicode_width::UnicodeWidthChar;
#[cfg(feature = "train")]
use unicode_width::UnicodeWidthStr;

use super::Counts;
use crate::error::Result;
use crate::explain::{Explanation, Reason};
use crate::page::{Kind, Label, Page, Verdict};

/// Columns of a block that are shown.
const SHOWN: usize = 60;

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();
const SPAM: anstyle::Style = anstyle::AnsiColor::Red.on_default();
const BOILERPLATE: anstyle::Style = anstyle::AnsiColor::Yellow.on_default();

/// The junk of one page, a line a block or a part of one: number, kind, score, text, and the words and features that speak
/// for it. `reasons` gets the number of the block, and of the part.
///
/// # Errors
/// If writing fails.
pub fn page(
    name: &str,
    page: &Page<'_>,
    verdicts: &[Verdict],
    mut reasons: impl FnMut(usize, Option<usize>) -> Vec<Reason>,
    out: &mut impl Write,
) -> Result<()> {
    let junk = verdicts.iter().filter(|verdict| verdict.label == Label::Junk).count();
    let name = shortened(name, usize::MAX);
    let mixed = verdicts.iter().filter(|verdict| !verdict.parts.is_empty()).count();
    let mixed = if mixed > 0 { format!(", {mixed} in parts") } else { String::new() };
    writeln!(out, "{BOLD}{name}{BOLD:#}: {junk} of {} blocks are junk{mixed}", verdicts.len())?;
    let junk =
        page.blocks.iter().zip(verdicts).enumerate().flat_map(|(i, (block, verdict))| {
            verdict.junk(&block.range).map(move |(part, junk)| (i, block, part, junk))
        });
    for (i, block, part, junk) in junk {
        let (style, kind) = match junk.kind {
            Some(Kind::Spam) => (SPAM, "spam"),
            _ => (BOILERPLATE, "boilerplate"),
        };
        let (number, text) = match part {
            Some(part) => (format!("{i}.{part}"), block.part(&junk.range)),
            None => (i.to_string(), &*block.text),
        };
        writeln!(out, "{number:>6}  {style}{kind:<11}{style:#}  {:.3}  {}", junk.score, shortened(text, SHOWN))?;
        let why: Vec<String> =
            reasons(i, part).iter().map(|reason| format!("{} {:+.1}", name_of(reason), reason.contribution)).collect();
        if !why.is_empty() {
            writeln!(out, "{DIM}{:27}{}{DIM:#}", "", why.join("  "))?;
        }
    }
    Ok(())
}

/// All pages in two lines.
///
/// # Errors
/// If writing fails.
pub fn summary(counts: &Counts, out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "{BOLD}{} page{}, {} blocks{BOLD:#}: {} boilerplate, {} spam\n{:.1} % of {} bytes of text are junk",
        counts.pages,
        if counts.pages == 1 { "" } else { "s" },
        counts.blocks,
        counts.boilerplate,
        counts.spam,
        100.0 * counts.junk_share(),
        counts.bytes
    )?;
    Ok(())
}

/// The score of a block or a part of one, taken apart; `left_out` is the sum of contributions that `explanation` no longer lists.
///
/// # Errors
/// If writing fails.
pub fn explanation(
    name: &str,
    text: &str,
    verdict: &Verdict,
    explanation: &Explanation,
    left_out: f32,
    out: &mut impl Write,
) -> Result<()> {
    writeln!(out, "{BOLD}{name}{BOLD:#}  {}", shortened(text, SHOWN))?;
    let kind = verdict.kind.map_or(String::new(), |kind| format!(" ({kind})"));
    writeln!(out, "{}{kind}, P(junk) = {:.4}, log-odds {:+.3}\n", verdict.label, verdict.score, explanation.log_odds)?;
    writeln!(out, "contribution       value  feature")?;
    writeln!(out, "{:>+12.3}  {:>10}  base (all features at their means)", explanation.base, "")?;
    for reason in &explanation.reasons {
        writeln!(out, "{:>+12.3}  {:>10.3}  {}", reason.contribution, reason.value, name_of(reason))?;
    }
    if left_out != 0.0 {
        writeln!(out, "{left_out:>+12.3}  {:>10}  all smaller ones", "")?;
    }
    writeln!(out, "{:>+12.3}  {:>10}  sum", explanation.log_odds, "")?;
    Ok(())
}

fn name_of(reason: &Reason) -> String {
    match (&reason.word, &reason.range) {
        (Some(word), Some(range)) => {
            let place = format!("`{}` at {}", shortened(word, 20).replace('\n', " "), range.start);
            // A rule has a name besides.
            if reason.feature == "word" { place } else { format!("{} {place}", shortened(&reason.feature, SHOWN)) }
        }
        _ => reason.feature.to_string(),
    }
}

/// What fits into `most` columns of a text, on one line, without control characters. Han characters take two columns.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let mut short = String::new();
    let mut left = most;
    for c in text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }) {
        let width = c.width().unwrap_or(0);
        if width > left {
            short.push('…');
            break;
        }
        left -= width;
        short.push(c);
    }
    short
}

/// A text that fills a column: shortened or with spaces behind it.
#[cfg(feature = "train")]
pub(crate) fn padded(text: &str, width: usize) -> String {
    let mut text = shortened(text, width - 2);
    let taken = text.width();
    text.extend(std::iter::repeat_n(' ', width.saturating_sub(taken)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(shortened("一二三", 6), "一二三");
        assert_eq!(shortened("一二三", 5), "一二…");
        assert_eq!(shortened("a\u{1b}[31mb\n", 9), "a\u{FFFD}[31mb\u{FFFD}");
        #[cfg(feature = "train")]
        for text in ["", "一二", "abcdefghijk", "一二三四五六"] {
            assert_eq!(padded(text, 10).width(), 10, "{text}");
        }
    }
}
