"""JSON Lines: everything but the text passes through byte for byte; compressed in and out."""

import gzip
import io
import json

import pytest
import zstandard

from pages import ARTICLE, EMOJI, LEGAL, MENU, PAGES, documents, jsonl, page

TEXT = "\n".join([MENU, ARTICLE[0], ARTICLE[1], LEGAL]) + "\n"
KEPT = "\n".join([ARTICLE[0], ARTICLE[1]]) + "\n"


def clean(tamis, data, *args):
    return tamis("clean", "--input-format", "jsonl", *args, stdin=data)


def test_the_reference_removes_junk_and_keeps_the_article(cleaned):
    # All other tests would mean little if nothing were ever removed.
    assert cleaned(TEXT) == KEPT


@pytest.mark.parametrize(
    "before, after",
    [
        (b'{"text":', b"}\n"),
        (b'  { "b" : 1 ,\t"text"\t:  ', b' , "a":[ 1,2 ] }  \n'),
        (b'{"n":[1.50,1E5,-0,0.1e-7,123456789012345678901234567890,1e999],"text":', b',"z":{"y":null,"x":[]}}\n'),
        (b'{"s":"\\u4e2d\\/\\u00e9\\b \\ud83c\\udf89","text":', ',"中文":"值","":""}\n'.encode()),
        # Half a surrogate pair in a field that tamis need not read.
        (b'{"half":"\\ud83c","text":', b',"k":true}\n'),
        (b'{"text":', b',"crlf":1}\r\n'),
        (b'{"nested":{"text":"inner","id":7},"text":', b',"after":{"text":[]}}\n'),
        # A key may be spelled with escapes.
        (b'{"te\\u0078t":', b"}\n"),
        (b'{"deep":' + b"[" * 500 + b"]" * 500 + b',"text":', b"}\n"),
    ],
)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_other_fields_byte_for_byte(tamis, before, after, ascii_only):
    out = clean(tamis, before + json.dumps(TEXT, ensure_ascii=ascii_only).encode() + after)
    assert out.startswith(before) and out.endswith(after)
    assert json.loads(out[len(before) : -len(after)]) == KEPT


def test_a_text_that_is_kept_whole_stays_as_it_was_spelled(tamis):
    # The escapes of the text too, not only the other fields.
    text = json.dumps("\n".join([ARTICLE[0], EMOJI, ARTICLE[1]])).replace("\\n", "\\u000A")
    line = ('{"text": %s , "id":"x"}\n' % text).encode()
    assert clean(tamis, line) == line


def test_surrogate_pairs_and_escapes_in_the_text(tamis, cleaned):
    text = "\n".join([MENU, EMOJI + '\t"\\/\x01\u2028 𠮷', ARTICLE[0], LEGAL])
    for ascii_only in (False, True):
        out = clean(tamis, json.dumps({"text": text}, ensure_ascii=ascii_only).encode())
        assert json.loads(out) == {"text": cleaned(text)}


def test_half_a_surrogate_pair_in_the_text_is_a_bad_record(tamis, stats_of):
    bad = b'{"text":"a \\ud83c b"}\n'
    good = jsonl(documents([TEXT]))
    done = tamis.run("clean", "--input-format", "jsonl", stdin=good + bad, code=2)
    assert "record 2" in done.said and "not a string" not in done.said
    stats = stats_of("clean", "--input-format", "jsonl", "--on-error", "skip", stdin=good + bad + good)
    assert (stats["records_in"], stats["records_skipped"]) == (3, 1)


def test_byte_order_mark_blank_lines_and_no_last_line_end(tamis, cleaned):
    lines = [json.dumps({"id": i, "text": text}, ensure_ascii=False).encode() for i, text in enumerate(PAGES[:3])]
    data = b"\xef\xbb\xbf" + lines[0] + b"\n\n  \t\r\n" + lines[1] + b"\r\n\n" + lines[2]
    out = clean(tamis, data)
    assert out.endswith(b"\n")
    found = [json.loads(line) for line in out.splitlines()]
    assert found == [{"id": i, "text": cleaned(text)} for i, text in enumerate(PAGES[:3])]


def test_text_field(tamis):
    line = json.dumps({"text": TEXT, "body": TEXT, "title": LEGAL}).encode()
    record = json.loads(clean(tamis, line, "--text-field", "body"))
    assert record == {"text": TEXT, "body": KEPT, "title": LEGAL}


@pytest.mark.parametrize("bad", [b"{}", b"[1]", b'{"text":1}', b'{"text":null}', b'{"text":"a"', b'{"text":"a"} x', b"\xff"])
def test_bad_lines(tamis, tmp_path, stats_of, bad):
    good = jsonl(documents([TEXT]))
    file, quarantine = tmp_path / "in.jsonl", tmp_path / "bad.jsonl"
    file.write_bytes(good + bad + b"\n" + good)
    done = tamis.run("clean", file, "-o", tmp_path / "out.jsonl", code=2)
    assert f"{file}, record 2, byte " in done.said
    byte = int(done.said.split("byte ")[1].split(":")[0])
    assert len(good) <= byte <= len(good) + len(bad)
    # No half output is left.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]
    stats = stats_of("clean", file, "-o", tmp_path / "out.jsonl", "--on-error", f"quarantine={quarantine}")
    assert (stats["records_out"], stats["records_quarantined"]) == (2, 1)
    assert quarantine.read_bytes() == bad + b"\n"
    assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == 2


# Compression.


def many():
    """More than one batch."""
    return documents([page(i) for i in range(2500)])


def check_cleaned(found, records, cleaned):
    assert len(found) == len(records)
    for record, line in zip(records[:8] + records[-8:], found[:8] + found[-8:]):
        assert json.loads(line) == record | {"text": cleaned(record["text"])}


def test_gzip_of_several_members_in_and_gzip_out(tamis, tmp_path, cleaned):
    records = many()
    file, out = tmp_path / "in.jsonl.gz", tmp_path / "out.jsonl.gz"
    # Members end in the middle of lines; one is empty.
    data = jsonl(records)
    cuts = [data[:1000], b"", data[1000:600_001], data[600_001:]]
    file.write_bytes(b"".join(gzip.compress(cut) for cut in cuts))
    tamis("clean", file, "-o", out)
    with gzip.open(out) as stream:
        check_cleaned(stream.read().splitlines(), records, cleaned)


def test_gzip_with_zeros_behind_it(tamis, tmp_path):
    # Padding of tapes and archives, which gzip and Python read over.
    file = tmp_path / "in.jsonl.gz"
    file.write_bytes(gzip.compress(jsonl(documents([TEXT]))) + b"\0" * 512)
    assert gzip.decompress(file.read_bytes())
    assert json.loads(tamis("clean", file))["text"] == KEPT


def test_zstd_of_several_frames_in_and_one_frame_out(tamis, tmp_path, cleaned):
    records = many()
    file, out = tmp_path / "in.jsonl.zst", tmp_path / "out.jsonl.zst"
    data = jsonl(records)
    cuts = [data[:1000], b"", data[1000:600_001], data[600_001:]]
    file.write_bytes(b"".join(zstandard.ZstdCompressor().compress(cut) for cut in cuts))
    tamis("clean", file, "-o", out)
    # This reader stops at the end of the first frame, as many do.
    with zstandard.ZstdDecompressor().stream_reader(out.open("rb"), read_across_frames=False) as stream:
        check_cleaned(io.BufferedReader(stream).read().splitlines(), records, cleaned)


def test_zstd_that_starts_with_a_skippable_frame(tamis, tmp_path):
    # As pzstd writes it: its frames have a small one with their size in front.
    frame = zstandard.ZstdCompressor().compress(jsonl(documents([TEXT])))
    skippable = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + len(frame).to_bytes(4, "little")
    assert zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress(skippable + frame)
    file = tmp_path / "in.jsonl.zst"
    file.write_bytes(skippable + frame)
    assert json.loads(tamis("clean", file))["text"] == KEPT


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_compressed_standard_input(tamis, compress):
    data = jsonl(documents(PAGES))
    expected = clean(tamis, data)
    assert clean(tamis, compress(data), "-") == expected
    assert clean(tamis, compress(data)) == expected


def test_empty_outputs_are_still_valid_files(tamis, tmp_path):
    for name in ("out.jsonl.gz", "out.jsonl.zst", "out.jsonl"):
        tamis("clean", "--input-format", "jsonl", "-o", tmp_path / name, stdin=b"")
    assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()) == b""
    with zstandard.ZstdDecompressor().stream_reader((tmp_path / "out.jsonl.zst").open("rb")) as stream:
        assert stream.read() == b""
    assert (tmp_path / "out.jsonl").read_bytes() == b""
