use super::*;

/// A sink that keeps everything.
#[derive(Default)]
struct Kept {
    symbols: Vec<(usize, usize)>,
    hashes: Vec<(u32, usize, usize)>,
}

impl Sink for Kept {
    const PLACES: bool = true;

    fn symbol(&mut self, start: usize, end: usize) {
        self.symbols.push((start, end));
    }

    fn hash(&mut self, hash: u32, last: usize, span: usize) {
        self.hashes.push((hash, last, span));
    }
}

fn scan(text: &str) -> (Scan, Kept) {
    Scanner::new().scan(text, &mut Vec::new(), Kept::default())
}

#[test]
fn counts_what_it_says() {
    let (scan, _) = scan("電話：０２１-5551234，2024年5月6日 08:30。");
    assert_eq!(scan.contact_numbers, 1);
    assert_eq!(scan.dates, 1);
    assert_eq!(scan.times, 1);
    assert_eq!(scan.traditional, 2);
    assert_eq!(scan.compat, 3, "full-width digits");
    assert!(scan.ends_sentence);
    assert_eq!(scan.classes[Class::Digit as usize], 3 + 7 + 4 + 1 + 1 + 4);
}

#[test]
fn separated_phrases_are_segments() {
    let (scan, _) = scan("在线观看 | 高清视频 | 在线观看 | 免");
    assert_eq!((scan.segments, scan.repeated_segments, scan.single_segments), (4, 1, 1));
    assert_eq!(scan.longest_segment, 4);
}

#[test]
fn words_are_runs_of_letters() {
    let (scan, kept) = scan("Read the news, of course");
    assert_eq!((scan.words, scan.stop_words), (5, 2));
    // Five words, four pairs; the comma and the spaces give two n-grams each; two at the end; the line.
    assert_eq!(kept.hashes.len(), scan.hashes as usize);
    let words = kept.hashes.iter().filter(|(.., span)| *span == 4).count();
    assert!(words >= 2, "`Read` and `news` cover four symbols");
}

#[test]
fn places_cover_the_text_but_for_what_is_skipped() {
    let text = "加\u{200B}微  信Ⓥ";
    let (scan, kept) = scan(text);
    let pieces: Vec<&str> = kept.symbols.iter().map(|(start, end)| &text[*start..*end]).collect();
    assert_eq!(pieces, ["加", "微", " ", "信", "Ⓥ", ""]);
    assert_eq!((scan.chars, scan.symbols), (7, 5));
}

/// Joiners of emoji and of Persian hide nothing; between Han characters they do.
#[test]
fn writing_has_use_for_characters_without_width() {
    let hidden = |text: &str| scan(text).0.hidden;
    let family = "👨\u{200D}👩\u{200D}👧";
    let flag = "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}";
    for text in [
        family,
        flag,
        "❤\u{FE0F}\u{200D}🔥",
        "1\u{FE0F}\u{20E3}",
        "می\u{200C}شود",
        "Straßen\u{AD}bahn",
        "ភាសា\u{200B}ខ្មែរ",
    ] {
        assert_eq!(hidden(text), 0, "{text:?}");
    }
    for text in ["加\u{200B}微\u{200D}信\u{AD}", "\u{200D}a\u{200B}b\u{2060}"] {
        assert_eq!(hidden(text), 3, "{text:?}");
    }
    assert_eq!(hidden(&"\u{200D}".repeat(1000)), 1000);
}

/// What is skipped leaves no trace in the hashes, and a repeated text is counted piece by piece.
#[test]
fn skipped_characters_leave_no_trace() {
    let piece = "第12章 Reading the news，加微信abc。";
    let long = piece.repeat(200);
    let (whole, kept) = scan(&long);
    let (other, shifted) = scan(&format!("\u{200B}{long}"));
    assert_eq!(kept.hashes, shifted.hashes, "a skipped character in front changes no hash");
    assert_eq!(whole.words, 200 * 4);
    assert_eq!((whole.words, whole.segments, whole.line), (other.words, other.segments, other.line));
    assert_eq!(whole.hashes as usize, kept.hashes.len());
}

#[test]
fn equal_folded_text_has_equal_lines() {
    assert_eq!(scan("首頁 | 新聞").0.line, scan("首页 | 新闻").0.line);
    assert_ne!(scan("首页 | 新闻").0.line, scan("新闻 | 首页").0.line);
}

#[test]
fn a_scanner_remembers_nothing() {
    let mut used = Scanner::new();
    let mut sketch = Vec::new();
    used.scan(&"在线 观看 ".repeat(300), &mut sketch, ());
    let (again, ()) = used.scan("在线观看", &mut sketch, ());
    let (fresh, ()) = Scanner::new().scan("在线观看", &mut Vec::new(), ());
    assert_eq!(format!("{again:?}"), format!("{fresh:?}"));
}
