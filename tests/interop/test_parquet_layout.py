"""Parquet: how the file is stored stays the same too."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pages import page

TEXTS = [page(i) for i in range(60)]
TABLE = pa.table({"id": list(range(60)), "text": TEXTS, "host": ["news.example", "other.example"] * 30})


def clean(tamis, file, *args):
    out = file.with_name("out.parquet")
    tamis("clean", file, *args, "-o", out)
    return pq.ParquetFile(out)


def group_sizes(file):
    return [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]


def codecs(file):
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    return {group.column(i).path_in_schema: group.column(i).compression for group in groups for i in range(group.num_columns)}


@pytest.mark.parametrize("codec", ["snappy", "zstd", "gzip", "brotli", "lz4", "none"])
def test_compression(tamis, tmp_path, cleaned, codec):
    file = tmp_path / "in.parquet"
    pq.write_table(TABLE, file, compression=codec)
    found = clean(tamis, file)
    assert codecs(found) == codecs(pq.ParquetFile(file))
    assert found.read()["text"].to_pylist() == [cleaned(text) for text in TEXTS]


def test_compression_and_dictionaries_by_column(tamis, tmp_path):
    file = tmp_path / "in.parquet"
    nested = TABLE.append_column("nested", pa.array([{"a": [i], "b": "x"} for i in range(60)]))
    codec = {"id": "none", "text": "zstd", "host": "gzip", "nested.a.list.element": "brotli", "nested.b": "snappy"}
    pq.write_table(nested, file, compression=codec, use_dictionary=["host", "nested.b"])
    found, source = clean(tamis, file), pq.ParquetFile(file)
    assert codecs(found) == codecs(source)

    def encoded(file):
        group = file.metadata.row_group(0)
        return [group.column(i).dictionary_page_offset is not None for i in range(group.num_columns)]

    assert encoded(found) == encoded(source)


@pytest.mark.parametrize("sizes", [[1, 2, 57], [30, 30], [60], [1] * 60])
def test_row_groups(tamis, tmp_path, cleaned, sizes):
    file = tmp_path / "in.parquet"
    with pq.ParquetWriter(file, TABLE.schema) as writer:
        at = 0
        for size in sizes:
            writer.write_table(TABLE.slice(at, size))
            at += size
    for threads in (1, 3):
        found = clean(tamis, file, "-j", threads)
        assert group_sizes(found) == sizes
        assert found.read()["text"].to_pylist() == [cleaned(text) for text in TEXTS]


def test_large_row_groups_are_not_cut(tamis, tmp_path):
    # Larger than the batches they are worked on in.
    file = tmp_path / "in.parquet"
    table = pa.table({"n": list(range(25_000)), "text": [f"line {i} of the story\n" for i in range(25_000)]})
    pq.write_table(table, file, row_group_size=12_000)
    found = clean(tamis, file)
    assert group_sizes(found) == [12_000, 12_000, 1_000]
    assert found.read()["n"].equals(table["n"])


def test_key_value_metadata(tamis, tmp_path):
    file = tmp_path / "in.parquet"
    metadata = {b"origin": "河边".encode(), b"huggingface": b'{"info": {"features": {}}}', b"empty": b""}
    table = TABLE.replace_schema_metadata(metadata)
    pq.write_table(table, file)
    found = clean(tamis, file)
    assert found.schema_arrow.equals(table.schema, check_metadata=True)
    kept = dict(found.metadata.metadata)
    del kept[b"ARROW:schema"]
    assert kept == metadata
    # Metadata that is the file's alone, and a file without a stored Arrow schema.
    with pq.ParquetWriter(file, TABLE.schema, store_schema=False) as writer:
        writer.write_table(TABLE)
        writer.add_key_value_metadata({"late": "value"})
    assert clean(tamis, file).metadata.metadata[b"late"] == b"value"


def test_metadata_of_fields_and_field_ids(tamis, tmp_path):
    file = tmp_path / "in.parquet"
    inner = pa.field("a", pa.int32(), metadata={"PARQUET:field_id": "12"})
    schema = pa.schema([
        pa.field("text", pa.string(), metadata={"PARQUET:field_id": "7", "note": "正文"}),
        pa.field("s", pa.struct([inner]), metadata={"PARQUET:field_id": "11", "k": "v"}),
    ])  # fmt: skip
    pq.write_table(pa.table({"text": TEXTS[:2], "s": [{"a": 1}, None]}, schema=schema), file)
    found, source = clean(tamis, file), pq.ParquetFile(file)
    assert found.schema_arrow.equals(source.schema_arrow, check_metadata=True)
    # But for the name of the root, which is the writer's own.
    assert str(found.schema).split("{", 1)[1] == str(source.schema).split("{", 1)[1]


def test_metadata_of_pandas(tamis, tmp_path):
    # As Table.from_pandas writes it: the index is a column by its name.
    file = tmp_path / "in.parquet"
    pandas = b'{"index_columns": ["__index_level_0__"], "columns": [], "pandas_version": "2.2.0"}'
    table = TABLE.rename_columns(["__index_level_0__", "text", "host"]).replace_schema_metadata({b"pandas": pandas})
    pq.write_table(table, file)
    found = clean(tamis, file)
    assert found.schema_arrow.pandas_metadata == table.schema.pandas_metadata
    assert found.schema_arrow.pandas_metadata["index_columns"] == ["__index_level_0__"]


@pytest.mark.parametrize("version", ["1.0", "2.4", "2.6"])
@pytest.mark.parametrize("pages", ["1.0", "2.0"])
def test_versions(tamis, tmp_path, cleaned, version, pages):
    file = tmp_path / "in.parquet"
    pq.write_table(TABLE, file, version=version, data_page_version=pages)
    found = clean(tamis, file)
    assert found.metadata.format_version[0] == pq.ParquetFile(file).metadata.format_version[0]
    assert found.read()["text"].to_pylist() == [cleaned(text) for text in TEXTS]


def test_statistics_tell_of_the_new_texts(tamis, tmp_path):
    file = tmp_path / "in.parquet"
    pq.write_table(TABLE, file, row_group_size=20)
    found = clean(tamis, file)
    for i in range(found.num_row_groups):
        group, rows = found.metadata.row_group(i), found.read_row_group(i)
        assert group.column(0).statistics.min == min(rows["id"].to_pylist())
        assert group.column(0).statistics.max == max(rows["id"].to_pylist())
        # Long texts may be shortened there, but must still be bounds.
        assert group.column(1).statistics.min.encode() <= min(text.encode() for text in rows["text"].to_pylist())
    filtered = pq.read_table(file.with_name("out.parquet"), filters=[("id", "==", 33)])
    assert filtered["id"].to_pylist() == [33]


def test_several_files_to_one_output(tamis, tmp_path, cleaned):
    for i in range(3):
        pq.write_table(TABLE.slice(i * 20, 20), tmp_path / f"{i}.parquet", row_group_size=7)
    out = tmp_path / "all.parquet"
    tamis("clean", *[tmp_path / f"{i}.parquet" for i in range(3)], "-o", out)
    assert pq.read_table(out)["text"].to_pylist() == [cleaned(text) for text in TEXTS]
    assert group_sizes(pq.ParquetFile(out)) == [7, 7, 6] * 3
    # Not if their columns differ.
    pq.write_table(TABLE.drop_columns("host"), tmp_path / "1.parquet")
    said = tamis.run("clean", tmp_path / "0.parquet", tmp_path / "1.parquet", "-o", tmp_path / "other.parquet", code=2).said
    assert "columns" in said and not (tmp_path / "other.parquet").exists()


def test_a_compressed_parquet_file_is_read_or_refused_by_name(tamis, tmp_path):
    # Nobody should write these, but some do.
    pq.write_table(TABLE, tmp_path / "in.parquet")
    file = tmp_path / "in.parquet.gz"
    file.write_bytes(gzip.compress((tmp_path / "in.parquet").read_bytes()))
    done = tamis.run("clean", file, "-o", tmp_path / "out.parquet", code=None)
    assert done.returncode == 0 or done.returncode == 2 and str(file) in done.said
