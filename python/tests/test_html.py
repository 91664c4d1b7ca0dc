"""HTML: encodings, ranges, paths."""

import gzip

import pytest
from pages import html

import tamis

PAGES = [html(number) for number in range(30)]


def test_clean_is_what_the_command_does(clf, command, tmp_path):
    file = tmp_path / "page.html"
    for page in PAGES[:10]:
        for encoding in ("utf-8", "gb18030"):
            source = page.replace("utf-8", encoding).encode(encoding)
            file.write_bytes(source)
            assert clf.clean_html(source).encode() == command("clean", file)
        assert clf.clean_html(page) == clf.clean_html(page.encode()) == clf.clean_html(gzip.compress(page.encode()))


def test_the_encoding_is_told():
    text = "昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园。"
    for encoding in ("gb2312", "big5", "utf-16"):
        source = f"<meta charset={encoding}><p>{text}" if encoding != "big5" else "<meta charset=big5><p>鎮上的老木匠"
        assert tamis.decode_html(source.encode(encoding)).lstrip("\ufeff") == source
    assert tamis.decode_html(b"") == ""
    with pytest.raises(tamis.TamisError):
        tamis.decode_html(gzip.compress(text.encode() * 100)[:-20])


def test_ranges_speak_of_the_source(clf):
    seen = 0
    for source in PAGES:
        blocks = clf.classify_html(source)
        for block in blocks:
            assert source[block.start : block.end] == block.text
            assert block.path == f"body>div#main>p.b{block.index}"
        seen += len(blocks)
        raw = source.replace("charset=utf-8", "charset=gb18030").encode("gb18030")
        decoded = tamis.decode_html(raw)
        assert [decoded[block.start : block.end] for block in clf.classify_html(raw)] == [block.text for block in blocks]
    assert seen > 100


def test_blocks_are_what_is_kept(clf):
    for source in PAGES:
        kept = [block.text for block in clf.classify_html(source) if block.label == "content"]
        assert clf.clean_html(source) == "\n\n".join(kept) + ("\n" if kept else "")


def test_many(clf):
    sources = [source if number % 2 else source.encode() for number, source in enumerate(PAGES)]
    assert clf.clean_many([*sources, None], html=True) == [*map(clf.clean_html, PAGES), None]


def test_explanations_are_of_the_same_block(clf):
    block = clf.classify_html(PAGES[0])[1]
    explanation = clf.explain_html(PAGES[0].encode(), block)
    assert explanation.score == pytest.approx(block.score, abs=1e-5)
    assert any(reason.word and reason.word in block.text for reason in explanation.reasons)


def test_anything_is_survived(clf):
    for source in ("", "<", "<p>\0</p>", "<" * 1000, "<table><p><td>x</p>", "&#x110000;&bogus;", "\ud7ff<p>" + "<div>" * 3000 + "x"):
        for block in clf.classify_html(source):
            assert 0 <= block.start <= block.end <= len(source)
        clf.clean_html(source)
    for junk in (b"\xff\xfe\x00", bytes(range(256)) * 20, b"\x1f\x8b"):
        try:
            clf.clean_html(junk)
        except tamis.TamisError:
            pass
