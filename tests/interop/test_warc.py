"""WARC and WET files of warcio; the real samples where they are at hand."""

import gzip
import io
import json

import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from conftest import REPO
from pages import ARTICLE, LEGAL, MENU, PAGES, urn, warc_record, warcinfo, wet

SAMPLES = REPO.parent / "shared" / "data" / "warc"


def expected(cleaned, texts, **more):
    records = []
    for i, text in enumerate(texts):
        record = {"id": urn(i), "url": f"https://news.example/{i}", "date": f"2023-10-{i % 28 + 1:02d}T09:12:00Z"}
        records.append(record | more | {"text": cleaned(text)})
    return records


def http_pair(gzip=False):
    """A request and its response that is no page, as a crawler writes them."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    for kind, first, more in (("request", "GET / HTTP/1.1", []), ("response", "200 OK", [("Content-Type", "image/svg+xml")])):
        payload = f"<svg><text>{LEGAL}</text></svg>".encode() if kind == "response" else b""
        http = StatusAndHeaders(first, more, protocol="HTTP/1.1" if kind == "response" else "")
        writer.write_record(writer.create_warc_record("https://news.example/", kind, io.BytesIO(payload), http_headers=http))
    return out.getvalue()


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("ending", ["wet", "warc", "warc.wet"])
def test_conversion_records_are_pages(tamis, tmp_path, cleaned, compressed, ending):
    file = tmp_path / ("in." + ending + (".gz" if compressed else ""))
    file.write_bytes(wet(PAGES, gzip=compressed))
    # What warcio itself reads.
    read = [r.content_stream().read().decode() for r in ArchiveIterator(file.open("rb")) if r.rec_type == "conversion"]
    assert read == PAGES
    assert tamis.json_lines("clean", file) == expected(cleaned, PAGES)


@pytest.mark.parametrize("compressed", [False, True])
def test_standard_input_is_known_by_its_first_bytes(tamis, cleaned, compressed):
    assert tamis.json_lines("clean", "-", stdin=wet(PAGES, gzip=compressed)) == expected(cleaned, PAGES)


def test_one_gzip_member_for_all_records(tamis, tmp_path, cleaned):
    file = tmp_path / "in.wet.gz"
    file.write_bytes(gzip.compress(wet(PAGES)))
    assert tamis.json_lines("clean", file) == expected(cleaned, PAGES)


def test_languages_and_key_order(tamis, cleaned):
    data = warc_record(0, PAGES[0], WARC_Identified_Content_Language="zho,eng")
    out = tamis("clean", stdin=data)
    (record,) = expected(cleaned, PAGES[:1], language="zho,eng")
    assert json.loads(out) == record
    assert list(json.loads(out)) == ["id", "url", "date", "language", "text"]


def test_block_records_speak_of_the_payload(tamis):
    for i, text in enumerate(PAGES):
        for block in tamis.json_lines("classify", "--text", stdin=warc_record(i, text)):
            assert block["id"] == urn(i)
            assert text.encode()[block["start"] : block["end"]].decode() == block["text"]


@pytest.mark.parametrize("compressed", [False, True])
def test_other_records_are_passed_over_and_counted(tamis, tmp_path, stats_of, cleaned, compressed):
    others = http_pair(compressed)
    data = warcinfo(compressed)
    for i, text in enumerate(PAGES):
        data += others + warc_record(i, text, gzip=compressed)
    # Text is what the record says it is.
    data += warc_record(90, b'{"a":1}', kind="metadata", media="application/warc-fields", gzip=compressed)
    data += warc_record(91, b"\x89PNG\xff", kind="resource", media="image/png", gzip=compressed)
    data += warc_record(92, b'{"a":1}', kind="conversion", media="application/json", gzip=compressed)
    file, out = tmp_path / "in.warc", tmp_path / "out.jsonl"
    file.write_bytes(data)
    stats = stats_of("clean", file, "-o", out)
    assert (stats["records_in"], stats["records_out"]) == (len(PAGES), len(PAGES))
    assert stats["other_records"] == 1 + 2 * len(PAGES) + 3
    assert f"{stats['other_records']} of other sorts passed over" in tamis.run("clean", file, "-o", out).said
    assert [json.loads(line) for line in out.read_bytes().splitlines()] == expected(cleaned, PAGES)


def test_plain_text_resources_are_pages(tamis, cleaned):
    data = warc_record(0, PAGES[0], kind="resource", media="text/plain; charset=utf-8")
    assert tamis.json_lines("clean", stdin=data) == expected(cleaned, PAGES[:1])


def test_a_file_without_pages(tamis, tmp_path, stats_of):
    file, out = tmp_path / "in.warc.gz", tmp_path / "out.jsonl"
    file.write_bytes(http_pair(True) * 5)
    stats = stats_of("clean", file, "-o", out)
    assert (stats["records_in"], stats["other_records"]) == (0, 10)
    assert out.read_bytes() == b""


def test_charset_of_the_media_type(tamis, cleaned):
    text = "\n".join([MENU, ARTICLE[0], ARTICLE[1], "版权所有 河边新闻网 京ICP备12345678号"])
    for charset in ("gb18030", "GBK", "gb2312", '"utf-8"', "utf-16le"):
        payload = text.encode(charset.strip('"'))
        data = warc_record(0, payload, media=f"text/plain; charset={charset}")
        assert tamis.json_lines("clean", stdin=data) == expected(cleaned, [text])


def test_odd_but_good_records(tamis, cleaned):
    # Line feeds alone, header names in another case, payloads that look like records, empty ones, no last line ends.
    text = f"{ARTICLE[0]}\n\nWARC/1.0\r\nContent-Length: 5\r\n\r\n{ARTICLE[1]}\r\n\r\n"
    data = warc_record(0, text) + warc_record(1, "") + warc_record(2, PAGES[1]).replace(b"Content-Length", b"content-length")
    plain = PAGES[2].encode()
    data += (
        f"WARC/1.1\nWARC-Type: conversion\nWARC-Record-ID: <{urn(3)}>\nWARC-Target-URI: <https://news.example/3>\n"
        f"WARC-Date: 2023-10-04T09:12:00Z\nContent-Length: {len(plain)}\n\n"
    ).encode()
    data += plain
    texts = [text, "", PAGES[1], PAGES[2]]
    assert tamis.json_lines("clean", stdin=data) == expected(cleaned, texts)
    assert tamis.json_lines("clean", stdin=data + b"\n\n") == expected(cleaned, texts)


def test_several_files_to_one_output_in_order(tamis, tmp_path, cleaned):
    files = []
    for i, compressed in enumerate((True, False, True)):
        files.append(tmp_path / f"{i}.wet{'.gz' if compressed else ''}")
        files[-1].write_bytes(wet(PAGES[i : i + 3], gzip=compressed))
    out = tmp_path / "all.jsonl.gz"
    tamis("clean", *files, "-o", out)
    found = [json.loads(line)["text"] for line in gzip.open(out)]
    assert found == [cleaned(text) for i in range(3) for text in PAGES[i : i + 3]]


def test_text_and_wet_to_one_parquet_file(tamis, tmp_path, cleaned):
    text, file, out = tmp_path / "a.txt", tmp_path / "b.wet.gz", tmp_path / "out.parquet"
    text.write_bytes(PAGES[3].encode())
    file.write_bytes(wet(PAGES, gzip=True))
    tamis("clean", text, file, "-o", out)
    table = pq.read_table(out)
    assert table.column_names == ["id", "url", "date", "language", "text"]
    first = {"id": str(text), "url": None, "date": None, "language": None, "text": cleaned(PAGES[3])}
    assert table.to_pylist() == [first] + [record | {"language": None} for record in expected(cleaned, PAGES)]


def test_wet_to_text_has_a_blank_line_between_pages(tamis, cleaned):
    out = tamis("clean", "--output-format", "text", stdin=wet(PAGES[:3])).decode()
    at = 0
    for text in PAGES[:3]:
        assert out.startswith(cleaned(text), at)
        at += len(cleaned(text))
        rest = out[at:]
        at += len(rest) - len(rest.lstrip("\n"))
    assert at == len(out)


# Real files.


def sample(name):
    if not SAMPLES.is_dir():
        pytest.skip("the samples of real WARC files are not here")
    return SAMPLES / name


@pytest.mark.parametrize("name", ["whirlwind.warc.wet", "whirlwind.warc.wet.gz"])
def test_sample_of_one_page(tamis, stats_of, name):
    (record,) = tamis.json_lines("clean", sample(name))
    (read,) = [r for r in ArchiveIterator(sample(name).open("rb")) if r.rec_type == "conversion"]
    headers = read.rec_headers
    assert record["id"] == headers.get_header("WARC-Record-ID").strip("<>")
    assert record["url"] == headers.get_header("WARC-Target-URI")
    assert record["date"] == headers.get_header("WARC-Date")
    assert record["language"] == headers.get_header("WARC-Identified-Content-Language")
    assert stats_of("clean", sample(name))["other_records"] == 1


def test_other_samples(tamis, stats_of):
    files = [path for path in sorted(sample("").iterdir()) if path.suffix in (".gz", ".warc", ".bad")]
    assert files
    for file in files:
        for on_error in ("fail", "skip"):
            done = tamis.run("clean", "--input-format", "warc", "--on-error", on_error, file, code=None)
            assert done.returncode in (0, 2) and "panicked" not in done.said, (file, done.said)
        stats_of("clean", "--input-format", "warc", "--on-error", "skip", file, code=None)


def test_samples_that_warcio_reads_too(stats_of):
    # Not example-iana.org-chunked.warc: a record in it is a byte shorter than it says, which warcio forgives.
    for name in ("example.warc", "example.warc.gz", "example-resource.warc.gz", "post-test.warc.gz"):
        read = [r.rec_type for r in ArchiveIterator(sample(name).open("rb"))]
        stats = stats_of("clean", "--input-format", "warc", sample(name))
        assert stats["records_in"] + stats["other_records"] == len(read), name
