"""Many records: the same bytes on any number of threads, and records that are too long."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pages import PAGES, documents, jsonl, page, urn, warc_record, warcinfo, wet

MANY = [page(i) for i in range(3000)]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """More than a batch in every format, with bad records where there can be some."""
    folder = tmp_path_factory.mktemp("many")
    lines = jsonl(documents(MANY)).splitlines(keepends=True)
    lines[700:700] = [b"broken\n", b"\xff\n"]
    lines.append(b'{"text":')
    (folder / "a.jsonl").write_bytes(b"".join(lines))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(b"".join(lines)))
    (folder / "c.wet.gz").write_bytes(wet(MANY, gzip=True)[:-50])
    (folder / "d.warc").write_bytes(wet(MANY[:1500]) + b"garbage\n" + wet(MANY[1500:]))
    table = pa.table({"id": list(range(3000)), "text": MANY})
    pq.write_table(table, folder / "e.parquet", row_group_size=450)
    (folder / "f.txt").write_bytes("\n".join(MANY).encode())
    return folder


@pytest.mark.parametrize(
    "args",
    [
        ("clean",),
        ("clean", "--drop-pages-over", "0.15"),
        ("clean", "--output-format", "jsonl"),
        ("classify", "--attributes"),
        ("classify", "--columns"),
        ("classify", "--pages"),
        ("classify", "--text", "--reasons"),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "b.jsonl.gz", "c.wet.gz", "d.warc", "e.parquet", "f.txt"])
def test_the_same_bytes_on_any_number_of_threads(tamis, inputs, tmp_path, name, args):
    found = []
    for threads in (1, 2, 5):
        out = tmp_path / str(threads)
        more = ["-j", str(threads), "-o", f"{out}/", "--on-error", f"quarantine={tmp_path / 'bad'}"]
        if args[0] == "clean":
            more += ["--removed", tmp_path / "removed.jsonl.gz"]
        done = tamis.run(args[0], inputs / name, *args[1:], *more)
        files = [path for path in sorted(out.iterdir()) if not path.name.startswith(".")]
        files += [path for path in (tmp_path / "bad", tmp_path / "removed.jsonl.gz") if path.exists()]
        # The last line has the time in it.
        found.append(([(path.name, path.read_bytes()) for path in files], done.said.splitlines()[:-1]))
        # The text is one page, which may be left out as a whole.
        assert name == "f.txt" or files[0].stat().st_size > 0
    assert found[0] == found[1] == found[2]


def test_all_of_them_to_standard_output(tamis, inputs, stats_of):
    args = ("clean", inputs, "--output-format", "jsonl", "--on-error", "skip")
    first = tamis(*args, "-j", "1")
    assert tamis(*args, "-j", "5") == first
    stats = stats_of(*args)
    assert first.count(b"\n") == stats["records_out"]
    assert stats["records_in"] == 2 * 3003 + 3000 + 3001 + 3000 + 1


# --max-record-bytes.


@pytest.mark.parametrize("size", [2000, 600_000, 3_000_000])
@pytest.mark.parametrize("last", [False, True])
def test_a_line_that_is_too_long(tamis, tmp_path, stats_of, cleaned, size, last):
    good = jsonl(documents(PAGES))
    long = json.dumps({"text": "x" * size}).encode() + b"\n"
    file, out, bad = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "bad"
    file.write_bytes(good + long + (b"" if last else good))
    args = ("clean", file, "-o", out, "--max-record-bytes", "1800")
    said = tamis.run(*args, code=2).said
    assert f"{file}, record 9, byte {len(good)}: bad record: the record has over 1800 bytes" in said
    stats = stats_of(*args, "--on-error", f"quarantine={bad}")
    records = 8 if last else 16
    assert (stats["records_in"], stats["records_out"], stats["records_quarantined"]) == (records + 1, records, 1)
    assert bad.read_bytes() == long
    texts = [json.loads(line)["text"] for line in out.open("rb")]
    assert texts == [cleaned(text) for text in PAGES] * (records // 8)
    # Two of them are two, also if nothing is between them.
    file.write_bytes(good + long + long + good)
    stats = stats_of(*args, "--on-error", f"quarantine={bad}")
    assert stats["records_quarantined"] == 2 and bad.read_bytes() == long * 2


@pytest.mark.parametrize("size", [5000, 600_000, 3_000_000])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_warc_record_that_is_too_long(tamis, tmp_path, stats_of, size, place):
    good = b"".join(warc_record(i, text) for i, text in enumerate(PAGES))
    long = warc_record(50, "x\n" * (size // 2))
    parts = {"first": [warcinfo(), long, good], "middle": [good, long, good], "last": [good, long]}[place]
    file, out, bad = tmp_path / "in.wet", tmp_path / "out.jsonl", tmp_path / "bad"
    file.write_bytes(b"".join(parts))
    stats = stats_of("clean", file, "-o", out, "--max-record-bytes", "4K", "--on-error", f"quarantine={bad}")
    assert stats["records_quarantined"] == 1
    assert bad.read_bytes() == long
    assert [json.loads(line)["id"] for line in out.open("rb")] == [urn(i) for i in range(8)] * parts.count(good)


def test_a_warc_record_that_is_too_long_before_bare_line_feeds(tamis, tmp_path):
    # Two bytes end such records, not four.
    good = warc_record(0, PAGES[0])
    long = warc_record(50, "x" * 1_500_000).replace(b"\r\n", b"\n")
    file, bad = tmp_path / "in.wet", tmp_path / "bad"
    file.write_bytes(good + long + good)
    found = tamis.json_lines("clean", file, "--max-record-bytes", "4K", "--on-error", f"quarantine={bad}")
    assert [record["id"] for record in found] == [urn(0)] * 2
    assert bad.read_bytes() == long


def test_a_text_that_is_too_long(tamis, tmp_path, stats_of):
    for size in (3000, 1_200_000):
        file, bad = tmp_path / "in.txt", tmp_path / "bad"
        file.write_bytes(b"line of text\n" * (size // 13))
        stats = stats_of("clean", file, "--max-record-bytes", "2K", "--on-error", f"quarantine={bad}")
        assert (stats["records_in"], stats["records_quarantined"]) == (1, 1)
        assert bad.read_bytes() == file.read_bytes()


def test_sizes(tamis):
    data = jsonl([{"text": "x" * 2000}])
    for limit in ("1K", "1k", "2000", "1"):
        tamis.run("clean", "--input-format", "jsonl", "--max-record-bytes", limit, stdin=data, code=2)
    for limit in ("2K", "1M", "1g"):
        tamis.run("clean", "--input-format", "jsonl", "--max-record-bytes", limit, stdin=data)
    for limit in ("", "0", "x", "-1", "1T", "99999999999999999999G"):
        tamis.run("clean", f"--max-record-bytes={limit}", stdin=data, code=2)
