"""HTML: files, and the responses in WARC files of warcio."""

import gzip
import io
import json

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pages import ARTICLE, LEGAL, MENU, urn

HTML = f"""<!DOCTYPE html><html><head><title>标题</title><style>p {{}}</style><meta charset="CHARSET"></head>
<body><nav><ul><li><a href="/">{MENU}</a></li></ul></nav>
<article><h1>河边的长椅</h1><p>{ARTICLE[0]}<p>{ARTICLE[1]}<br>{ARTICLE[0]}</article>
<script>var x = "<p>不是文字</p>";</script><div style="display:none">看不见的字</div>
<footer>{LEGAL}&copy; 2024&nbsp;河边网</footer></body></html>"""
TEXTS = [MENU, "河边的长椅", ARTICLE[0], ARTICLE[1], ARTICLE[0], f"{LEGAL}© 2024\u00a0河边网"]


def response(html, content_type="text/html", chunked=False, packed=False, compressed=False):
    """One response as a crawler writes it that leaves the transport's packing on."""
    body = gzip.compress(html) if packed else html
    headers = [("Content-Type", content_type)] + ([("Content-Encoding", "gzip")] if packed else [])
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 100]), body[i : i + 100]) for i in range(0, len(body), 100)) + b"0\r\n\r\n"
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed)
    http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
    extra = {"WARC-Record-ID": f"<{urn(7)}>"}
    uri = "https://news.example/7"
    writer.write_record(writer.create_warc_record(uri, "response", io.BytesIO(body), http_headers=http, warc_headers_dict=extra))
    return out.getvalue()


def texts(records):
    return [record["text"] for record in records]


def test_blocks_and_their_places(tamis, tmp_path):
    file = tmp_path / "page.html"
    source = HTML.replace("CHARSET", "utf-8").encode()
    file.write_bytes(source)
    blocks = tamis.json_lines("classify", "--text", file)
    assert texts(blocks) == TEXTS
    for block in blocks[:-1]:
        assert source[block["start"] : block["end"]].decode() == block["text"]
    last = source[blocks[-1]["start"] : blocks[-1]["end"]].decode()
    assert last == f"{LEGAL}&copy; 2024&nbsp;河边网"


def test_clean_gives_paragraphs(tamis, tmp_path):
    file = tmp_path / "page.htm"
    file.write_bytes(HTML.replace("CHARSET", "utf-8").encode())
    verdicts = tamis.json_lines("classify", "--text", "-p", "balanced", file)
    kept = [verdict["text"] for verdict in verdicts if verdict["label"] == "content"]
    assert ARTICLE[0] in kept and LEGAL not in "".join(kept)
    assert tamis("clean", "-p", "balanced", file).decode() == "\n\n".join(kept) + "\n"
    record = json.loads(tamis("clean", "-p", "balanced", file, "--output-format", "jsonl"))
    assert record == {"id": str(file), "text": "\n\n".join(kept) + "\n"}


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "utf-8"])
@pytest.mark.parametrize("told", ["meta", "header", "nothing"])
def test_encodings(tamis, charset, told):
    html = HTML.replace("CHARSET", charset if told == "meta" else "").encode(
        charset if charset != "gb2312" else "gbk", "xmlcharrefreplace"
    )
    assert texts(tamis.json_lines("classify", "--text", "--input-format", "html", stdin=html)) == TEXTS or told == "header"
    content_type = f"text/html; charset={charset}" if told == "header" else "text/html"
    assert texts(tamis.json_lines("classify", "--text", stdin=response(html, content_type))) == TEXTS


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("compressed", [False, True])
def test_responses_are_pages(tamis, tmp_path, chunked, packed, compressed):
    html = HTML.replace("CHARSET", "utf-8").encode()
    file = tmp_path / "in.warc"
    file.write_bytes(response(html, "text/html; charset=utf-8", chunked, packed, compressed) * 2)
    blocks = tamis.json_lines("classify", "--text", file)
    assert texts(blocks) == TEXTS * 2
    (one, two) = tamis.json_lines("clean", file)
    assert one == two and (one["id"], one["url"]) == (urn(7), "https://news.example/7")


def test_a_packing_that_cannot_be_undone_is_a_bad_record(tamis):
    data = response(b"<p>x", "text/html").replace(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n")
    data = data.replace(b"Content-Length: %d" % len(data), b"")
    done = tamis.run("clean", "--on-error", "skip", stdin=data, code=None)
    assert done.returncode == 0 and "bad record" in done.said


def test_spans_need_text(tamis):
    for way in ("--attributes", "--columns"):
        assert "text" in tamis.run("classify", way, "--input-format", "html", stdin=b"<p>x</p>", code=2).said


def test_markdown_and_html(tamis, tmp_path):
    file = tmp_path / "in" / "page.html"
    file.parent.mkdir()
    source = HTML.replace("CHARSET", "utf-8")
    file.write_text(source, encoding="utf-8")
    tamis("clean", "-p", "balanced", file, "-o", tmp_path / "page.md")
    markdown = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "# 河边的长椅\n\n" in markdown and f"{ARTICLE[1]}  \n{ARTICLE[0]}" in markdown and LEGAL not in markdown
    tamis("clean", "-p", "balanced", file.parent, "--output-format", "html", "-o", tmp_path / "out/")
    html = (tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert "<script>" in html and ARTICLE[0] in html and "<footer>" not in html
    # What is left is a subsequence of the source.
    rest = iter(source)
    assert all(character in rest for character in html)
    tamis("clean", "-p", "balanced", file.parent, "--output-format", "markdown", "-o", tmp_path / "md/")
    assert (tmp_path / "md" / "page.html.md").read_text(encoding="utf-8") == markdown
    warc = response(source.encode(), "text/html")
    assert tamis("clean", "-p", "balanced", "--output-format", "markdown", stdin=warc).decode() == markdown + "\n"
    for way in (["--output-format", "html", "--input-format", "text"], ["--output-format", "markdown", "--mark"]):
        tamis.run("clean", *way, file, code=2)
