"""Columns of Arrow, from and to several libraries."""

import json

import pyarrow as pa
import pytest
from pages import html, page

import tamis

PAGES = [page(number) for number in range(100)]


@pytest.fixture(scope="module")
def cleaned(clf):
    return clf.clean_many(PAGES)


@pytest.fixture(scope="module")
def labeled(clf):
    def rows(text):
        return [
            {"start": b.start, "end": b.end, "label": b.label, "kind": b.kind, "score": b.score} for b in clf.classify(text)
        ]

    return [None if text is None else rows(text) for text in PAGES]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_types_of_strings(clf, cleaned, labeled, kind):
    array = pa.array(PAGES, kind)
    for data in (array, pa.record_batch({"text": array, "n": range(100)}), pa.table({"n": range(100), "text": array}), array[:0]):
        column = clf.clean_arrow(data)
        assert len(column) == len(data)
        assert pa.array(column).type == kind
        assert pa.array(column).to_pylist() == cleaned[: len(data)]
        assert pa.array(clf.classify_arrow(data)).to_pylist() == labeled[: len(data)]


def test_slices_and_chunks_stay(clf, cleaned, labeled):
    array = pa.array([None, "x", *PAGES])
    chunked = pa.chunked_array([array[2:40], array[2:2], array[40:]])
    for threads in (1, 3):
        column = clf.clean_arrow(chunked, threads=threads)
        result = pa.chunked_array(column)
        assert [len(chunk) for chunk in result.chunks] == [38, 0, 62]
        assert result.to_pylist() == pa.array(column).to_pylist() == cleaned
        assert pa.chunked_array(clf.classify_arrow(chunked, threads=threads)).to_pylist() == labeled
    stream = pa.RecordBatchReader.from_batches(
        pa.schema([("body", pa.string())]), (pa.record_batch({"body": pa.array([text], pa.string())}) for text in PAGES)
    )
    assert pa.array(clf.clean_arrow(stream, "body")).to_pylist() == cleaned


def test_the_input_is_not_changed(clf):
    array = pa.array(PAGES)
    before = array.to_pylist()
    clf.clean_arrow(array)
    assert array.to_pylist() == before


def test_html(clf):
    pages = [None, *(html(number) for number in range(20))]
    raw = [None if source is None else source.replace("utf-8", "gb18030").encode("gb18030") for source in pages]
    expected = clf.clean_many(pages, html=True)
    for array in (pa.array(pages), pa.array(raw, pa.binary()), pa.array(raw, pa.large_binary()), pa.array(raw, pa.binary_view())):
        assert pa.array(clf.clean_arrow(array, html=True)).to_pylist() == expected
    rows = pa.array(clf.classify_arrow(pa.array(pages), html=True)).to_pylist()
    assert rows[0] is None
    first = clf.classify_html(pages[1])
    assert [(row["text"], row["path"], row["start"]) for row in rows[1]] == [(b.text, b.path, b.start) for b in first]


def test_other_libraries(clf, cleaned):
    polars = pytest.importorskip("polars")
    series = polars.Series("text", PAGES)
    assert polars.Series(clf.clean_arrow(series)).to_list() == cleaned
    assert polars.Series(clf.clean_arrow(polars.DataFrame({"body": series}), "body")).to_list() == cleaned
    duckdb = pytest.importorskip("duckdb")
    table = pa.table({"text": PAGES})  # DuckDB finds it by its name
    assert pa.array(clf.clean_arrow(duckdb.sql('from "table"'))).to_pylist() == cleaned
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": PAGES}, dtype="str")
    for data in (frame, frame["text"]):
        assert pa.array(clf.clean_arrow(data)).to_pylist() == cleaned


def test_pyarrow_is_not_needed(clf, python):
    pytest.importorskip("polars")
    program = f"""
import json, sys
sys.modules["pyarrow"] = None
import polars, tamis
print(json.dumps(polars.Series(tamis.load().clean_arrow(polars.Series({PAGES[:9]}))).to_list()))
"""
    assert json.loads(python(program)) == clf.clean_many(PAGES[:9])


def test_errors(clf):
    bad = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0"), pa.py_buffer(b"ab\xff\xfe")])
    wrong = [
        (["text"], {}, TypeError, "list"),
        (pa.array([1]), {}, TypeError, "Int64"),
        (pa.array([b"x"]), {}, TypeError, "html=True"),
        (pa.table({"body": ["x"]}), {}, KeyError, "text"),
        (pa.table({"text": [1]}), {}, TypeError, "Int64"),
        (bad, {}, tamis.TamisError, "item 1.*utf-8"),
        (pa.chunked_array([["x", "y"], pa.array(bad)]), {}, tamis.TamisError, "item 3.*utf-8"),
        (pa.array([b"<p>x", b"\x1f\x8b\x08x"]), {"html": True}, tamis.TamisError, "item 1"),
        (pa.array([None, {"text": "x"}]), {}, tamis.TamisError, "null"),
    ]
    for data, options, kind, message in wrong:
        for call in (clf.clean_arrow, clf.classify_arrow):
            with pytest.raises(kind, match=message):
                call(data, **options)
