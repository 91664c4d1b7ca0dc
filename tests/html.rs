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
