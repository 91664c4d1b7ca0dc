//! HTML to blocks: what browsers would show, from good pages and bad ones.
#![cfg(feature = "html")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

use std::time::Instant;

use tamis::segment::html;

fn texts(source: &str) -> Vec<String> {
    html(source).blocks.iter().map(|block| block.text.clone().into_owned()).collect()
}

#[test]
fn block_elements_breaks_rows_and_items_are_blocks() {
    let cases: [(&str, &[&str]); 12] = [
        ("a<div>b<span>c</span> d</div>e", &["a", "bc d", "e"]),
        ("<p>one<p>two<div>three</p>four", &["one", "two", "three", "four"]),
        ("<ul><li>a<li>b<ul><li>c</ul>d</ul>", &["a", "b", "c", "d"]),
        ("a<br>b<br/><br>c<hr>d", &["a", "b", "c", "d"]),
        ("<table><tr><td>1<td>2<tr><th>3<th>4</table>", &["1 2", "3 4"]),
        ("<table><tr><td><p>x</p></td><td>y</td></tr></table>", &["x", "y"]),
        ("<dl><dt>a<dd>b<dt>c</dl>", &["a", "b", "c"]),
        ("<h1>t</h1>u<h2>v<h3>w", &["t", "u", "v", "w"]),
        ("<p>a <b> b </b>\n c\t</p>", &["a b c"]),
        ("<p>a&nbsp;&lt;b&gt;&#20013;&amp;amp;</p>", &["a\u{A0}<b>中&amp;"]),
        ("x<button>a</button><button>b</button>", &["x a b"]),
        ("</p>a</div>b</nope>", &["ab"]),
    ];
    for (source, expected) in cases {
        assert_eq!(texts(source), expected, "{source}");
    }
}

#[test]
fn only_what_is_shown_counts() {
    for source in [
        "<script>x('<p>no</p>')</script>",
        "<style>p{}</style><template><p>no</template><noscript><p>no</p></noscript>",
        "<!-- <p>no</p> --><iframe>no</iframe><textarea>no</textarea><select><option>no</select>",
        "<div hidden>no<p>no</div>",
        "<div style='color:red; DISPLAY : none'>no</div><p style=visibility:hidden>no</p>",
        "<title>no</title><svg><text>no</text></svg><svg/><math>no</math><video>no</video>",
        "<a hidden>no</a><img alt=no><input value=no>",
    ] {
        assert_eq!(texts(&format!("{source}<p>yes")), ["yes"], "{source}");
    }
    // A script will show it.
    assert_eq!(texts("<body style='display: none'><div hidden id='S:1'>yes</div>"), ["yes"]);
    // An attribute of this name on something else, and styles that show.
    assert_eq!(texts("<p data-hidden style='display:block'>yes"), ["yes"]);
}

#[test]
fn pre_keeps_its_lines() {
    assert_eq!(texts("<pre>\n  a\n    b\n</pre>c"), ["a\n    b", "c"]);
    assert_eq!(texts("<pre><code>x  y<br>z</code></pre>"), ["x  y\nz"]);
}

#[test]
fn ranges_speak_of_the_source() {
    let source = "<nav> <a href='/'>首页</a> | 新闻 </nav><p>a &amp; <i>b</i></p>";
    let page = html(source);
    let found: Vec<&str> = page.blocks.iter().map(|block| &source[block.range.clone()]).collect();
    assert_eq!(found, ["首页</a> | 新闻", "a &amp; <i>b"]);
}

#[test]
fn markup_says_where_a_block_stands() {
    let source = "<body><div id=main class='post  wide'><h1>t</h1><p>a <a href=/>b c</a><a>d</a><b>e</b>\
        <ul role=navigation><li><a href=/>x</a> y</ul><table><tr><td>1<td itemprop=price>2</table></div>z";
    let page = html(source);
    let told: Vec<(String, String, u32, u32)> = page
        .blocks
        .iter()
        .map(|block| {
            let markup = block.markup.unwrap();
            (block.text.to_string(), page.elements.path(markup.element), markup.links, markup.link_chars)
        })
        .collect();
    let expected = [
        ("t", "body>div#main.post.wide>h1", 0, 0),
        ("a b cde", "body>div#main.post.wide>p", 2, 3),
        ("x y", "body>div#main.post.wide>ul[role=navigation]>li", 1, 1),
        ("1 2", "body>div#main.post.wide>table>tr>td", 0, 0),
        ("z", "body", 0, 0),
    ];
    for (told, (text, path, links, link_chars)) in told.iter().zip(expected) {
        assert_eq!(*told, (text.to_owned(), path.to_owned(), links, link_chars));
    }
    let deep = html(&("<div>".repeat(50) + "<p>x"));
    assert_eq!(deep.elements.path(deep.blocks[0].markup.unwrap().element), format!("…>{}p", "div>".repeat(11)));
    assert_eq!(html("x").elements.path(html("x").blocks[0].markup.unwrap().element), "");
}

/// Each must end, and soon: no work that grows with the square of the input.
#[test]
fn monsters_are_survived() {
    let started = Instant::now();
    let deep = "<div>".repeat(100_000) + "<p>deep" + &"</div>".repeat(100_000) + "<p>after";
    assert_eq!(texts(&deep), ["deep", "after"]);
    assert_eq!(texts(&("<b>".repeat(100_000) + "</i>".repeat(100_000).as_str() + "x")), ["x"]);
    let inline = "<p>".to_owned() + &"<span>".repeat(50_000) + "a" + &"<div>b</p>".repeat(5_000);
    assert_eq!(texts(&inline).len(), 5_001);
    assert_eq!(texts(&"<form><form>a</form>".repeat(10_000)).len(), 10_000);
    assert_eq!(texts("<table><tr><td colspan=9000000000000000>a</table>"), ["a"]);
    let attributes = format!("<p {}>a", "x='y' ".repeat(2_000_000));
    assert_eq!(texts(&attributes), ["a"]);
    let value = format!("<p style='{}'>a", "x".repeat(10_000_000));
    assert_eq!(texts(&value), ["a"]);
    assert_eq!(texts(&"<".repeat(1_000_000)).len(), 1);
    assert_eq!(texts(&"&".repeat(1_000_000)).len(), 1);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn markdown_keeps_structure() {
    let cases = [
        ("<h1>t</h1><h3>u <b>v</b></h3>", "# t\n\n### u **v**\n"),
        ("<p><b> bold </b>and <em>so</em> on<br>next", "**bold** and *so* on  \nnext\n"),
        (
            "<p>a <a href='/x y'>link</a> <a href='#top'>no</a> <a href='javascript:x()'>no</a>",
            "a [link](/x%20y) no no\n",
        ),
        ("<ul><li>a<li>b<ol><li>c<li>d</ol><li>e</ul>f", "- a\n- b\n    1. c\n    1. d\n- e\n\nf\n"),
        ("<blockquote><p>q<p>r</blockquote>", "> q\n\n> r\n"),
        ("<pre><code>x *y*\n  z</code></pre><p>use <code>*p</code>", "```\nx *y*\n  z\n```\n\nuse `*p`\n"),
        (
            "<table><tr><th>k</th><th>v</th></tr><tr><td>a|b</td><td><b>1</b></td></tr></table>x",
            "| k | v |\n|---|---|\n| a\\|b | **1** |\n\nx\n",
        ),
        ("<table><tr><td><p>layout</p></td><td><p>only</p></td></tr></table>", "layout\n\nonly\n"),
        ("<p># no heading<p>2 * 3 [x] a_b &lt;c>", "\\# no heading\n\n2 \\* 3 \\[x\\] a_b \\<c>\n"),
        ("<p>a<span hidden>no</span><script>no</script>b", "ab\n"),
        ("", ""),
    ];
    for (source, expected) in cases {
        assert_eq!(tamis::segment::markdown(source, &html(source), |_| true), expected, "{source}");
    }
    let source = "<p>a<p>b<p>c";
    assert_eq!(tamis::segment::markdown(source, &html(source), |i| i != 1), "a\n\nc\n");
}

#[test]
fn html_without_junk_is_the_source_without_its_elements() {
    use tamis::{Label, Verdict, kept_html};
    let verdicts = |junk: &[usize], page: &tamis::Page<'_>| -> Vec<Verdict> {
        let label = |i| if junk.contains(&i) { Label::Junk } else { Label::Content };
        (0..page.blocks.len()).map(|i| Verdict::new(label(i), None, 0.5)).collect()
    };
    let left = |source: &str, junk: &[usize]| -> String {
        let page = html(source);
        kept_html(source, &page, &verdicts(junk, &page)).into_iter().map(|range| &source[range]).collect()
    };
    let source = "<body><nav class=n><ul><li>a<li>b</ul></nav><p>c <b>d</b><br>e</p><img src=i></body>";
    assert_eq!(left(source, &[]), source);
    assert_eq!(left(source, &[0, 1]), "<body><p>c <b>d</b><br>e</p><img src=i></body>");
    assert_eq!(left(source, &[1]), "<body><nav class=n><ul><li>a</ul></nav><p>c <b>d</b><br>e</p><img src=i></body>");
    // Only a part of the paragraph: its tags stay.
    assert_eq!(left("<p>x <i>y</i> z<br>w</p>", &[0]), "<p><i></i><br>w</p>");
    assert_eq!(left(source, &[0, 1, 2, 3]), "<body><img src=i></body>");
}
