"""Rules with hosts, --drop, --mark and --drop-pages-over, the same for all formats."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pages import ARTICLE, LEGAL, MENU, jsonl, lines, urn, warc_record

PROMO = "关注本站公众号，第一时间看到新的故事。"
SPAM = "免费 在线 观看 高清 最新 推荐 全集"
RULES = f"""
keep = ["{LEGAL[:6]}"]

[[rule]]
name = "house ads"
action = "drop"
kind = "boilerplate"
words = ["关注本站"]
hosts = ["news.example", "*.paper.example"]

[[rule]]
action = "drop"
kind = "spam"
words = ["免费 在线"]
"""
TEXT = "\n".join([ARTICLE[0], PROMO, ARTICLE[1], LEGAL]) + "\n"

# An address, and whether the rule for hosts is for it.
ADDRESSES = [
    ("https://news.example/a", True),
    ("http://NEWS.example:8080/", True),
    ("https://www.news.example/", False),
    ("https://a.b.paper.example/x?y=1#z", True),
    ("https://notpaper.example/", False),
    ("https://user@news.example/", True),
    ("no address", False),
    (None, False),
]


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def without_promo(flag):
    return TEXT.replace(PROMO + "\n", "") if flag else TEXT


def expected():
    return [without_promo(flag) for _, flag in ADDRESSES]


def test_hosts_of_json_lines(tamis, rules):
    data = jsonl([{"url": url, "text": TEXT} for url, _ in ADDRESSES]) + jsonl([{"text": TEXT}, {"url": 5, "text": TEXT}])
    found = tamis.json_lines("clean", "--rules", rules, "--input-format", "jsonl", stdin=data)
    assert [record["text"] for record in found] == [*expected(), TEXT, TEXT]
    # An address that is spelled with escapes.
    data = data.replace(b"://", b":\\/\\/")
    found = tamis.json_lines("clean", "--rules", rules, "--input-format", "jsonl", stdin=data)
    assert [record["text"] for record in found] == [*expected(), TEXT, TEXT]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())])
def test_hosts_of_a_parquet_column(tamis, rules, tmp_path, kind):
    urls = pa.array([url for url, _ in ADDRESSES]).cast(kind)
    pq.write_table(pa.table({"url": urls, "text": [TEXT] * len(ADDRESSES)}), tmp_path / "in.parquet")
    tamis("clean", "--rules", rules, tmp_path / "in.parquet", "-o", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet")["text"].to_pylist() == expected()


def test_hosts_of_warc_records(tamis, rules):
    records = []
    for i, (url, _) in enumerate(ADDRESSES[:-1]):
        records.append(warc_record(i, TEXT).replace(f"https://news.example/{i}".encode(), url.encode()))
    found = tamis.json_lines("clean", "--rules", rules, stdin=b"".join(records))
    assert [record["id"] for record in found] == [urn(i) for i in range(len(records))]
    assert [record["text"] for record in found] == expected()[:-1]


def test_a_rule_is_certain_and_says_so(tamis, rules):
    data = jsonl([{"url": ADDRESSES[0][0], "text": TEXT}])
    args = ("classify", "--rules", rules, "--input-format", "jsonl", "--reasons")
    blocks = tamis.json_lines(*args, stdin=data)
    assert [(block["label"], block["kind"]) for block in (blocks[1], blocks[3])] == [("junk", "boilerplate"), ("content", None)]
    assert blocks[1]["score"] == 1 and blocks[3]["score"] < 1e-6
    assert "house ads" in json.dumps(blocks[1]["reasons"]) and "keep" in json.dumps(blocks[3]["reasons"])


def test_broken_rules(tamis, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\naction = "drop"\npattern = "("\n')
    said = tamis.run("clean", "--rules", path, stdin=b"x", code=2).said
    assert str(path) in said and "rule 1" in said


# What is removed.

BOTH = "\n".join([SPAM, ARTICLE[0], PROMO, ARTICLE[1]]) + "\n"
ADDRESS = "https://news.example/"


def in_all_formats(tamis, tmp_path, rules, *args):
    """What becomes of the text in JSON Lines, WARC and Parquet; none for a page that is left out."""
    found = {}
    options = ("clean", "--rules", rules, *args)
    data = jsonl([{"url": ADDRESS, "text": BOTH}])
    found["jsonl"] = [record["text"] for record in tamis.json_lines(*options, "--input-format", "jsonl", stdin=data)]
    found["warc"] = [record["text"] for record in tamis.json_lines(*options, stdin=warc_record(0, BOTH))]
    pq.write_table(pa.table({"url": [ADDRESS], "text": [BOTH]}), tmp_path / "in.parquet")
    tamis(*options, tmp_path / "in.parquet", "-o", tmp_path / "out.parquet")
    found["parquet"] = pq.read_table(tmp_path / "out.parquet")["text"].to_pylist()
    assert found["jsonl"] == found["warc"] == found["parquet"]
    return found["jsonl"][0] if found["jsonl"] else None


def test_drop(tamis, tmp_path, rules):
    body = [ARTICLE[0], ARTICLE[1]]
    assert lines(in_all_formats(tamis, tmp_path, rules)) == body
    assert lines(in_all_formats(tamis, tmp_path, rules, "--drop", "all")) == body
    assert lines(in_all_formats(tamis, tmp_path, rules, "--drop", "spam")) == [ARTICLE[0], PROMO, ARTICLE[1]]
    assert lines(in_all_formats(tamis, tmp_path, rules, "--drop", "boilerplate")) == [SPAM, *body]


def test_mark(tamis, tmp_path, rules):
    marked = BOTH.replace(SPAM, "[junk:spam] " + SPAM).replace(PROMO, "[junk:boilerplate] " + PROMO)
    assert in_all_formats(tamis, tmp_path, rules, "--mark") == marked
    only = BOTH.replace(SPAM, "[junk:spam] " + SPAM)
    assert in_all_formats(tamis, tmp_path, rules, "--mark", "--drop", "spam") == only
    # Without junk a text stays as it is.
    assert tamis("clean", "--mark", stdin=(ARTICLE[0] + "\n" + ARTICLE[1]).encode()).decode() == ARTICLE[0] + "\n" + ARTICLE[1]


def test_drop_pages_over(tamis, tmp_path, rules):
    junk = len((SPAM + PROMO).encode()) / len("".join(lines(BOTH)).encode())
    assert in_all_formats(tamis, tmp_path, rules, "--drop-pages-over", str(junk - 0.01)) is None
    assert lines(in_all_formats(tamis, tmp_path, rules, "--drop-pages-over", str(junk + 0.01))) == [ARTICLE[0], ARTICLE[1]]
    # Only what would be removed counts.
    spam = len(SPAM.encode()) / len("".join(lines(BOTH)).encode())
    args = ("--drop", "spam", "--drop-pages-over")
    assert in_all_formats(tamis, tmp_path, rules, *args, str(spam - 0.01)) is None
    assert in_all_formats(tamis, tmp_path, rules, *args, str(spam + 0.01)) is not None


def test_dropped_pages_are_counted(tamis, tmp_path, stats_of, rules):
    good = ARTICLE[0] + "\n" + ARTICLE[1] + "\n"
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_bytes(jsonl([{"id": i, "text": text} for i, text in enumerate([good, SPAM, good, "", SPAM])]))
    args = ("clean", "--rules", rules, file, "-o", out, "--drop-pages-over", "0.5")
    stats = stats_of(*args)
    assert (stats["records_in"], stats["records_out"], stats["records_dropped"]) == (5, 3, 2)
    assert [json.loads(line)["id"] for line in out.open("rb")] == [0, 2, 3]
    assert "2 pages dropped" in tamis.run(*args).said
    # Of plain text, too.
    assert tamis("clean", "--rules", rules, "--drop-pages-over", "0.5", stdin=SPAM.encode()) == b""


def test_a_threshold_acts(tamis):
    text = "\n".join([MENU, ARTICLE[0], LEGAL])
    assert tamis("clean", "-t", "0", stdin=text.encode()) == b""
    low, high = (tamis("clean", "-t", limit, stdin=text.encode()) for limit in ("0.9", "1"))
    assert len(low) < len(high)
