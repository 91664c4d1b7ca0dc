"""classify: block records, pages, attributes for the dolma toolkit, columns."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pages import LEGAL, MENU, PAGES, documents, jsonl, lines, page

DOCUMENTS = documents([page(i) for i in range(30)])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "docs.jsonl"
    path.write_bytes(jsonl(DOCUMENTS))
    return path


def by_id(records):
    found = {}
    for record in records:
        found.setdefault(record["id"], []).append(record)
    return found


def test_block_records_speak_of_the_bytes_of_the_text(tamis, file):
    found = by_id(tamis.json_lines("classify", "--text", file))
    assert list(found) == [document["id"] for document in DOCUMENTS]
    for document in DOCUMENTS:
        blocks = found[document["id"]]
        data = document["text"].encode()
        assert [block["block"] for block in blocks] == list(range(len(blocks)))
        assert [block["text"] for block in blocks] == lines(document["text"])
        for block in blocks:
            assert data[block["start"] : block["end"]].decode() == block["text"]
            assert (block["kind"] in ("boilerplate", "spam")) == (block["label"] == "junk")
            assert 0 <= block["score"] <= 1
            assert set(block) == {"id", "block", "start", "end", "label", "kind", "score", "text"}


def test_reasons(tamis, file):
    found = tamis.json_lines("classify", file, "--reasons=2")
    assert all(1 <= len(record["reasons"]) <= 2 for record in found)


def test_ids_are_the_records_own_as_they_are_spelled(tamis):
    ids = ['"a\\u0062c"', "12345678901234567890123", "1.50", '"标识"', "null", '{"a": [1]}', "true"]
    data = "".join(f'{{"id":{id},"text":"{LEGAL}"}}\n' for id in ids).encode()
    out = tamis("classify", "--input-format", "jsonl", stdin=data).decode().splitlines()
    assert [line.split(',"block"')[0] for line in out] == ['{"id":' + id for id in ids]


def test_without_an_id_it_is_the_number_of_the_record_or_the_name_of_the_file(tamis, tmp_path):
    data = jsonl([{"text": LEGAL}, {"text": LEGAL}])
    assert [r["id"] for r in tamis.json_lines("classify", "--input-format", "jsonl", stdin=data)] == [1, 2]
    path = tmp_path / "页.txt"
    path.write_text(LEGAL)
    assert [r["id"] for r in tamis.json_lines("classify", path)] == [str(path)]


def test_pages(tamis, file):
    blocks = by_id(tamis.json_lines("classify", file))
    pages = tamis.json_lines("classify", file, "--pages")
    assert [one["id"] for one in pages] == [document["id"] for document in DOCUMENTS]
    for one in pages:
        own = blocks[one["id"]]
        sizes = [block["end"] - block["start"] for block in own]
        junk = [block["label"] == "junk" for block in own]
        assert one["blocks"] == len(own) and one["bytes"] == sum(sizes)
        assert one["junk_blocks"] == sum(junk)
        assert one["junk_bytes"] == sum(size for size, is_junk in zip(sizes, junk) if is_junk)
        assert one["junk_share"] == pytest.approx(one["junk_bytes"] / one["bytes"])
        score = sum(block["score"] * size for block, size in zip(own, sizes)) / sum(sizes)
        assert one["score"] == pytest.approx(score, abs=1e-6)
        assert one["label"] == ("junk" if one["junk_share"] > 0.5 else "content")
    for one in tamis.json_lines("classify", file, "--pages=0.1"):
        assert one["label"] == ("junk" if one["junk_share"] > 0.1 else "content")


@pytest.mark.parametrize("option", ["--pages", "--reasons"])
def test_a_file_may_follow_an_option_with_a_default_value(tamis, file, option):
    assert tamis("classify", option, file) == tamis("classify", file, option)


# Attributes.


def mix(text, attributes):
    """What the dolma toolkit's mixer does: spans in code points are replaced by nothing."""
    spans = attributes["tamis__junk__boilerplate"] + attributes["tamis__junk__spam"]
    left, at = [], 0
    for start, end, score in sorted(spans):
        assert at <= start < end <= len(text) and 0 <= score <= 1
        left.append(text[at:start])
        at = end
    return "".join(left) + text[at:]


@pytest.mark.parametrize("preset", ["cautious", "balanced", "strict"])
def test_mixed_attributes_are_what_clean_leaves(tamis, file, preset):
    kept = tamis.json_lines("clean", file, "-p", preset)
    attributes = tamis.json_lines("classify", file, "-p", preset, "--attributes")
    assert [one["id"] for one in attributes] == [document["id"] for document in DOCUMENTS]
    for document, clean, one in zip(DOCUMENTS, kept, attributes):
        assert lines(mix(document["text"], one["attributes"])) == lines(clean["text"])
        ((start, end, share),) = one["attributes"]["tamis__junk__share"]
        assert (start, end) == (0, len(document["text"])) and 0 <= share <= 1


def test_attributes_of_awkward_texts(tamis):
    texts = ["", "\n\n", LEGAL, LEGAL + "\r", "🎉" * 3 + "\r\n" + LEGAL + "\r" + MENU + "\n\n" + "𠮷🏮", "a\u2028b\x0b\x85c\n" + LEGAL]
    data = jsonl(documents(texts))
    kept = tamis.json_lines("clean", "--input-format", "jsonl", stdin=data)
    attributes = tamis.json_lines("classify", "--attributes", "--input-format", "jsonl", stdin=data)
    assert len(attributes) == len(texts)
    for text, clean, one in zip(texts, kept, attributes):
        assert lines(mix(text, one["attributes"])) == lines(clean["text"])


def test_attributes_beside_documents(tamis, tmp_path):
    # The toolkit wants attribute files with the names of the document files, one line for each line.
    for name in ("a.jsonl.gz", "sub/b.jsonl.gz"):
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(jsonl(DOCUMENTS)))
    tamis("classify", "--attributes", tmp_path / "documents", "-o", tmp_path / "attributes")
    for name in ("a.jsonl.gz", "sub/b.jsonl.gz"):
        with gzip.open(tmp_path / "attributes" / name) as stream:
            assert [json.loads(line)["id"] for line in stream] == [document["id"] for document in DOCUMENTS]


# Columns.

ADDED = ["tamis_label", "tamis_score", "tamis_junk_share", "tamis_junk"]


def check_columns(found, tamis, file):
    blocks = by_id(tamis.json_lines("classify", file))
    pages = {one["id"]: one for one in tamis.json_lines("classify", file, "--pages")}
    for record in found:
        own, one = blocks[record["id"]], pages[record["id"]]
        junk = [block for block in own if block["label"] == "junk"]
        spans = [{name: block[name] for name in ("start", "end", "kind")} for block in junk]
        assert [{name: span[name] for name in ("start", "end", "kind")} for span in record["tamis_junk"]] == spans
        scores = [span["score"] for span in record["tamis_junk"]]
        assert scores == pytest.approx([block["score"] for block in junk])
        assert record["tamis_label"] == one["label"]
        assert record["tamis_score"] == pytest.approx(one["score"])
        assert record["tamis_junk_share"] == pytest.approx(one["junk_share"])


def test_columns_of_json_lines(tamis, file):
    out = tamis("classify", "--columns", file).splitlines()
    for line, source in zip(out, file.read_bytes().splitlines(), strict=True):
        # The record as it came, but for its last brace.
        assert line.startswith(source[:-1] + b',"tamis_label":')
    found = [json.loads(line) for line in out]
    assert list(found[0]) == ["id", "url", "text", *ADDED]
    check_columns(found, tamis, file)


def test_columns_of_odd_lines(tamis):
    data = ' {"text" : "%s" }\t\r\n{"text":"%s"}' % (LEGAL, PAGES[1].replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r"))
    for record in tamis.json_lines("classify", "--columns", "--input-format", "jsonl", stdin=data.encode()):
        assert list(record) == ["text", *ADDED]


def test_columns_of_parquet(tamis, tmp_path):
    table = pa.Table.from_pylist(DOCUMENTS)
    path, out = tmp_path / "docs.parquet", tmp_path / "out.parquet"
    pq.write_table(table, path, row_group_size=7)
    tamis("classify", "--columns", path, "-o", out)
    found = pq.read_table(out)
    assert found.column_names == [*table.column_names, *ADDED]
    assert found.select(table.column_names).equals(table)
    check_columns(found.to_pylist(), tamis, path)
    # The file's second run would give two columns of one name.
    assert "tamis_label" in tamis.run("classify", "--columns", out, "-o", path.with_name("x.parquet"), code=2).said


def test_pages_and_blocks_as_parquet(tamis, file, tmp_path):
    for args in ([], ["--text"], ["--pages"], ["--text", "--reasons=3"]):
        out = tmp_path / "out.parquet"
        tamis("classify", file, *args, "-o", out)
        found, expected = pq.read_table(out).to_pylist(), tamis.json_lines("classify", file, *args)
        assert len(found) == len(expected)
        for row, record in zip(found, expected):
            row.pop("reasons", None), record.pop("reasons", None)
            # Only blocks of HTML have one.
            assert row.pop("path", None) is None
            # Only mixed lines have them.
            for part, told in zip(row.pop("parts", None) or [], record.pop("parts", []), strict=True):
                assert part.pop("score") == pytest.approx(told.pop("score"))
                assert part == told
            assert list(row) == list(record)
            assert row.pop("score") == pytest.approx(record.pop("score"))
            assert row.pop("junk_share", 0) == pytest.approx(record.pop("junk_share", 0))
            assert row == record
