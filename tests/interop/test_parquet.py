"""Parquet files of pyarrow: the text column changes, nothing else does."""

import datetime
import decimal
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pages import PAGES, documents, page

TEXTS = [page(i) for i in range(40)]


def texts_of(cleaned, texts):
    return [None if text is None else cleaned(text) for text in texts]


def write(table, path, **more):
    pq.write_table(table, path, **more)
    return path


def round_trip(tamis, table, tmp_path, *args, **more):
    """The table as it was written and read again, and as tamis cleans it."""
    file, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    write(table, file, **more)
    tamis("clean", file, *args, "-o", out)
    return pq.read_table(file), pq.read_table(out)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_kinds_of_text_columns(tamis, tmp_path, cleaned, kind):
    texts = [None, *TEXTS[:7], "", None]
    table = pa.table({"n": list(range(len(texts))), "text": pa.array(texts, kind)})
    table, found = round_trip(tamis, table, tmp_path, row_group_size=3)
    assert found.schema.equals(table.schema, check_metadata=True)
    assert found["text"].to_pylist() == texts_of(cleaned, texts)
    assert found["n"].equals(table["n"])


def test_a_column_that_must_not_be_null(tamis, tmp_path, cleaned):
    schema = pa.schema([pa.field("text", pa.string(), nullable=False), pa.field("n", pa.int8(), nullable=False)])
    table = pa.table({"text": TEXTS[:4], "n": [1, 2, 3, 4]}, schema=schema)
    table, found = round_trip(tamis, table, tmp_path)
    assert found.schema.equals(schema)
    assert found["text"].to_pylist() == texts_of(cleaned, TEXTS[:4])


def awkward(n):
    """Columns of many types, with nulls."""
    days = [datetime.date(2023, 10, i % 28 + 1) for i in range(n)]
    times = [None if i % 4 == 0 else datetime.datetime(2023, 10, 1, 9, i % 60, 3, 123456) for i in range(n)]
    number = decimal.Decimal
    return {
        "dictionary": pa.array(["a", "b", None, "a"] * (n // 4)).dictionary_encode(),
        "numbers": pa.array([1, 2, None, 1] * (n // 4), pa.int16()).dictionary_encode(),
        "micro": pa.array(times, pa.timestamp("us", tz="Asia/Shanghai")),
        "milli": pa.array(times, pa.timestamp("us")).cast(pa.timestamp("ms"), safe=False),
        "nano": pa.array(times, pa.timestamp("ns")),
        "date": pa.array(days, pa.date32()),
        "time": pa.array([datetime.time(9, 12, 1, i) for i in range(n)], pa.time64("us")),
        "duration": pa.array([datetime.timedelta(seconds=i) for i in range(n)], pa.duration("ms")),
        "decimal": pa.array([number("12345.678") * i for i in range(n)], pa.decimal128(20, 3)),
        "wide": pa.array([number("1e40") + i for i in range(n)], pa.decimal256(60, 2)),
        "binary": pa.array([b"\xff\x00" * i for i in range(n)]),
        "fixed": pa.array([bytes([i]) * 16 for i in range(n)], pa.binary(16)),
        "large_binary": pa.array([b"x" * i for i in range(n)], pa.large_binary()),
        "list": pa.array([None if i % 3 == 0 else list(range(i % 5)) for i in range(n)], pa.list_(pa.int64())),
        "large_list": pa.array([["文"] * (i % 3) for i in range(n)], pa.large_list(pa.string())),
        "fixed_list": pa.array([[i, -i] for i in range(n)], pa.list_(pa.float32(), 2)),
        "struct": pa.array([{"text": "inner", "deep": [{"k": i, "v": None}]} for i in range(n)]),
        "map": pa.array([[("k", i)] for i in range(n)], pa.map_(pa.string(), pa.int32())),
        "float": pa.array([float("nan"), -0.0, None, 1e-310] * (n // 4)),
        "half": pa.array([0.5] * n, pa.float16()),
        "bool": pa.array([True, None] * (n // 2)),
        "unsigned": pa.array([2**64 - 1] * n, pa.uint64()),
        "nothing": pa.nulls(n),
    }


def same_columns(found, table, names):
    """Equal also where equals() sees a difference: no number is no number, and dictionaries may have another order."""
    for name in names:
        assert found.schema.field(name).equals(table.schema.field(name), check_metadata=True), name
        if name in ("float", "dictionary"):
            assert str(found[name].to_pylist()) == str(table[name].to_pylist())
        else:
            assert found[name].combine_chunks().equals(table[name].combine_chunks()), name


def test_other_columns_are_untouched(tamis, tmp_path, cleaned):
    columns = awkward(len(TEXTS))
    table = pa.table({"before": ["x"] * len(TEXTS), "text": TEXTS, **columns})
    table, found = round_trip(tamis, table, tmp_path, row_group_size=11)
    assert found.column_names == table.column_names
    assert found["text"].to_pylist() == texts_of(cleaned, TEXTS)
    same_columns(found, table, ["before", *columns])


def test_dropped_pages_take_their_rows_along(tamis, tmp_path, cleaned):
    columns = awkward(len(TEXTS))
    table = pa.table({"text": TEXTS, **columns, "url": [f"https://news.example/{i}" for i in range(len(TEXTS))]})
    file = write(table, tmp_path / "pages.parquet", row_group_size=7)
    shares = [one["junk_share"] for one in tamis.json_lines("classify", file, "--pages")]
    limit = sorted(shares)[len(shares) // 2]
    keep = [share <= limit for share in shares]
    assert 0 < sum(keep) < len(keep)
    table, found = round_trip(tamis, table, tmp_path, "--drop-pages-over", limit, row_group_size=7)
    left = table.filter(pa.array(keep))
    assert found["text"].to_pylist() == texts_of(cleaned, left["text"].to_pylist())
    same_columns(found, left, [*columns, "url"])
    # The other way round all go, and a file without rows is left.
    table, found = round_trip(tamis, pa.table({"text": [PAGES[0]] * 3}), tmp_path, "--drop-pages-over", "0")
    assert found.num_rows == 0 and found.schema.names == ["text"]


def test_text_field(tamis, tmp_path, cleaned):
    table = pa.table({"text": TEXTS, "body": TEXTS})
    table, found = round_trip(tamis, table, tmp_path, "--text-field", "body")
    assert found["text"].to_pylist() == TEXTS
    assert found["body"].to_pylist() == texts_of(cleaned, TEXTS)


def test_empty_tables(tamis, tmp_path):
    schema = pa.schema([("text", pa.string()), ("n", pa.list_(pa.int64()))], metadata={"a": "b"})
    table, found = round_trip(tamis, schema.empty_table(), tmp_path)
    assert found.num_rows == 0 and found.schema.equals(table.schema, check_metadata=True)
    # Not one row group.
    with pq.ParquetWriter(tmp_path / "none.parquet", schema):
        pass
    assert pq.ParquetFile(tmp_path / "none.parquet").num_row_groups == 0
    tamis("clean", tmp_path / "none.parquet", "-o", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").schema.equals(table.schema, check_metadata=True)
    # An empty row group between full ones.
    with pq.ParquetWriter(tmp_path / "gap.parquet", schema) as writer:
        for rows in (2, 0, 1):
            writer.write_table(pa.table({"text": ["x"] * rows, "n": [[1]] * rows}, schema=schema))
    tamis("clean", tmp_path / "gap.parquet", "-o", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 3


def test_what_is_wrong_with_the_columns_is_said(tamis, tmp_path):
    file = write(pa.table({"body": TEXTS, "text": list(range(len(TEXTS)))}), tmp_path / "in.parquet")
    said = tamis.run("clean", file, "--text-field", "content", "-o", tmp_path / "out.parquet", code=2).said
    assert str(file) in said and "`content`" in said and "body, text" in said
    said = tamis.run("clean", file, "-o", tmp_path / "out.parquet", code=2).said
    assert str(file) in said and "`text` holds Int64" in said
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("on_error", ["fail", "skip"])
def test_files_that_are_not_parquet(tamis, tmp_path, on_error):
    good = write(pa.table({"text": TEXTS}), tmp_path / "good.parquet").read_bytes()
    for name, data in {"text": b"hello", "cut": good[:-100], "empty": b"", "headless": good[: len(good) // 2]}.items():
        file = tmp_path / f"{name}.parquet"
        file.write_bytes(data)
        done = tamis.run("clean", file, "-o", tmp_path / "out.parquet", "--on-error", on_error, code=2)
        assert f"{file}: bad record: not a readable Parquet file" in done.said
        assert "panicked" not in done.said and not (tmp_path / "out.parquet").exists()


def test_a_broken_row_group_ends_the_file_but_not_the_run(tamis, stats_of, tmp_path, cleaned):
    file = write(pa.table({"text": TEXTS}), tmp_path / "in.parquet", row_group_size=10, compression="zstd")
    place = pq.ParquetFile(file).metadata.row_group(2).column(0)
    data = bytearray(file.read_bytes())
    start = place.dictionary_page_offset or place.data_page_offset
    data[start : start + place.total_compressed_size] = b"\xff" * place.total_compressed_size
    file.write_bytes(data)
    done = tamis.run("clean", file, "-o", tmp_path / "out.parquet", code=2)
    assert f"{file}, record 21: bad record: row group 2" in done.said
    assert not (tmp_path / "out.parquet").exists()
    stats = stats_of("clean", file, "-o", tmp_path / "out.parquet", "--on-error", "skip")
    assert (stats["records_in"], stats["failed_files"]) == (20, 1)
    assert pq.read_table(tmp_path / "out.parquet")["text"].to_pylist() == texts_of(cleaned, TEXTS[:20])


def test_json_lines_of_rows(tamis, tmp_path, cleaned):
    table = pa.table({
        "id": ["a", None, "c"], "n": [1, None, 3], "list": [[1, 2], None, []], "text": [TEXTS[0], None, TEXTS[1]],
        "struct": [{"x": 1, "y": None}, None, {"x": 2, "y": "文"}], "float": [0.5, None, 2.0],
        "label": pa.array(["p", "q", None]).dictionary_encode(),
    })  # fmt: skip
    file = write(table, tmp_path / "in.parquet")
    rows = table.to_pylist()
    for row in rows:
        row["text"] = row["text"] and cleaned(row["text"])
    assert tamis.json_lines("clean", file, "--output-format", "jsonl") == rows
    tamis("clean", file, "-o", tmp_path / "out.jsonl.gz")
    assert [json.loads(line) for line in gzip.open(tmp_path / "out.jsonl.gz")] == rows


def test_parquet_on_standard_input_and_output(tamis, tmp_path, cleaned):
    file = write(pa.table({"text": TEXTS}), tmp_path / "in.parquet")
    out = tamis("clean", "-", stdin=file.read_bytes())
    assert pq.read_table(pa.BufferReader(out))["text"].to_pylist() == texts_of(cleaned, TEXTS)


def test_json_lines_do_not_become_parquet_by_clean(tamis, tmp_path):
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps(documents(TEXTS[:1])[0]))
    assert "columns" in tamis.run("clean", file, "-o", tmp_path / "out.parquet", code=2).said


@pytest.mark.parametrize(
    "ids, expected",
    [
        (pa.array(["a", None, "c"]), ["a", 2, "c"]),
        (pa.array(["a", None, "c"], pa.large_string()), ["a", 2, "c"]),
        (pa.array([7, None, 2**40], pa.int64()), [7, 2, 2**40]),
        (pa.array([7, 8, 9], pa.int16()), [7, 8, 9]),
        # What pandas calls a category.
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    ],
)
def test_ids_of_classify(tamis, tmp_path, ids, expected):
    file = write(pa.table({"id": ids, "text": TEXTS[:3]}), tmp_path / "in.parquet")
    assert [one["id"] for one in tamis.json_lines("classify", file, "--pages")] == expected
