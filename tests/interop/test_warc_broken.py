"""Broken WARC files: what is wrong is named or set aside byte for byte, what is good survives."""

import gzip
import json
import re
import zlib

import pytest

from pages import PAGES, urn, warc_record, warcinfo

GOOD = [warc_record(i, text) for i, text in enumerate(PAGES)]
BAD = GOOD[2]
BEFORE = warcinfo() + GOOD[0] + GOOD[1]
AFTER = GOOD[3] + GOOD[4]


def with_length(record, change):
    """The record with another Content-Length."""
    return re.sub(rb"Content-Length: (\d+)", lambda found: b"Content-Length: %d" % (int(found[1]) + change), record)


NOT_UTF8 = warc_record(2, PAGES[2][:40].encode() + b"\xff\xfe" + PAGES[2][40:].encode())

# What stands between good records, and the byte in it that is to blame.
BROKEN = {
    "too long by a few bytes": (with_length(BAD, 2), 0),
    "too long, into the next record": (with_length(BAD, 50), 0),
    "too long, beyond the end of the file": (with_length(BAD, 10**6), 0),
    "too long for any machine": (with_length(BAD, 10**18), 0),
    "too short": (with_length(BAD, -70), 0),
    "payload cut": (BAD[:-200], 0),
    "no length": (BAD.replace(b"Content-Length", b"Content-Size"), 0),
    "not UTF-8": (NOT_UTF8, NOT_UTF8.index(b"\xff\xfe")),
    "garbage": (b"<html>this is no record</html>\r\n\r\n", 0),
    "binary garbage": (b"\x00\xff\x1f\x8b" * 300 + b"\n", 0),
    "a record without its first line": (BAD[BAD.index(b"\n") + 1 :], 0),
}


def ids(data):
    return [json.loads(line)["id"] for line in data.splitlines()]


def survivors():
    return [urn(i) for i in (0, 1, 3, 4)]


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("compressed", [False, True])
def test_broken_records(tamis, stats_of, tmp_path, name, compressed):
    bad, inside = BROKEN[name]
    # Cut short and with a line end behind, so that the next record starts on a line of its own.
    bad = bad if bad.endswith(b"\n") else bad + b"\r\n"
    file, out, quarantine = tmp_path / "in.wet", tmp_path / "out.jsonl", tmp_path / "bad"
    if compressed:
        # Each part is a member, as in files of one member a record; places are told in what is inside.
        file.write_bytes(b"".join(gzip.compress(part) for part in (BEFORE, bad, AFTER)))
    else:
        file.write_bytes(BEFORE + bad + AFTER)

    done = tamis.run("clean", file, "-o", out, code=2)
    assert f"{file}, record 3, byte {len(BEFORE) + inside}: bad record: " in done.said
    assert not out.exists()
    assert ids(tamis("clean", file, code=2)) == survivors()[:2]

    stats = stats_of("clean", file, "-o", out, "--on-error", "skip")
    assert ids(out.read_bytes()) == survivors()
    assert (stats["records_in"], stats["records_skipped"], stats["other_records"]) == (5, 1, 1)

    done = tamis.run("clean", file, "-o", out, "--on-error", f"quarantine={quarantine}")
    assert f"record 3, byte {len(BEFORE) + inside}" in done.said and "1 quarantined" in done.said
    assert ids(out.read_bytes()) == survivors()
    # warcio puts line ends behind a record; where the record's own length is wrong they belong to what is bad.
    assert quarantine.read_bytes() == bad
    stats = stats_of("clean", file, "-o", out, "--on-error", f"quarantine={quarantine}.gz")
    assert stats["records_quarantined"] == 1
    assert gzip.decompress((tmp_path / "bad.gz").read_bytes()) == bad


def test_garbage_that_does_not_end_its_line(tamis, tmp_path):
    # The next record starts in the middle of a line; it is still a record.
    file = tmp_path / "in.wet"
    file.write_bytes(BEFORE + b"<!-- rest of something -->" + AFTER)
    assert ids(tamis("clean", file, "--on-error", "skip")) == survivors()


def test_a_length_over_the_limit_does_not_take_good_records_along(tamis, tmp_path):
    # One wrong number must not cost the rest of the file, whatever the limit is.
    file = tmp_path / "in.wet"
    many = b"".join(warc_record(i, PAGES[i % 8]) for i in range(10, 1500))
    file.write_bytes(BEFORE + with_length(BAD, 10**9) + many)
    assert len(many) > 1 << 20
    args = ("--on-error", "skip", "--max-record-bytes", "64K")
    assert len(ids(tamis("clean", file, *args))) == 2 + 1490


def test_truncated_gzip(tamis, stats_of, tmp_path):
    members = [gzip.compress(warcinfo())] + [gzip.compress(record) for record in GOOD[:3]]
    cut = members[3][:-150]
    file, out, quarantine = tmp_path / "in.wet.gz", tmp_path / "out.jsonl", tmp_path / "bad"
    file.write_bytes(b"".join(members[:3]) + cut)
    # What can be had of the last record.
    left = zlib.decompressobj(31).decompress(cut)
    assert GOOD[2].startswith(left) and 0 < len(left) < len(GOOD[2])

    done = tamis.run("clean", file, "-o", out, code=2)
    assert f"{file}, record 3, byte {len(BEFORE)}: bad record: the compressed data ends early" in done.said
    assert not out.exists()
    stats = stats_of("clean", file, "-o", out, "--on-error", "skip", code=None)
    assert (stats["records_in"], stats["records_out"], stats["records_skipped"]) == (3, 2, 1)
    assert ids(out.read_bytes()) == survivors()[:2]
    stats = stats_of("clean", file, "-o", out, "--on-error", f"quarantine={quarantine}", code=None)
    assert stats["records_quarantined"] == 1
    assert quarantine.read_bytes().rstrip(b"\n") == left.rstrip(b"\n")


@pytest.mark.parametrize("ending", ["txt.gz", "jsonl.gz", "wet.gz"])
def test_a_file_that_breaks_off_is_counted_as_not_read_to_its_end(stats_of, tmp_path, ending):
    file = tmp_path / f"in.{ending}"
    data = {"txt": PAGES[0].encode(), "jsonl": json.dumps({"text": PAGES[0]}).encode() + b"\n", "wet": GOOD[0]}
    file.write_bytes(gzip.compress(data[ending[:-3]] * 30)[:-40])
    stats = stats_of("clean", file, "--on-error", "skip", code=None)
    assert (stats["files"], stats["failed_files"]) == (0, 1)


def test_a_broken_member_costs_the_rest_of_the_file_but_not_without_a_word(tamis, stats_of, tmp_path):
    members = [bytearray(gzip.compress(record)) for record in GOOD]
    members[2][60:70] = b"\xff" * 10
    file, out = tmp_path / "in.wet.gz", tmp_path / "out.jsonl"
    file.write_bytes(b"".join(members))
    assert f"{file}, record 3" in tamis.run("clean", file, "-o", out, code=2).said
    stats = stats_of("clean", file, "-o", out, "--on-error", "skip", code=None)
    assert ids(out.read_bytes())[:2] == survivors()[:2]
    # Either the members behind it are read, or the file counts as one that was not read to its end.
    assert stats["records_out"] == len(GOOD) - 1 or stats["failed_files"] == 1


def test_cut_at_the_end_of_a_member_is_no_error(tamis, tmp_path):
    file = tmp_path / "in.wet.gz"
    file.write_bytes(b"".join(gzip.compress(record) for record in GOOD[:3]))
    assert len(ids(tamis("clean", file))) == 3


def test_many_bad_records_are_set_aside_in_order(tamis, tmp_path, stats_of):
    bad = [with_length(record, -30) for record in GOOD]
    parts = [part for pair in zip(GOOD, bad) for part in pair]
    file, quarantine, out = tmp_path / "in.wet", tmp_path / "bad", tmp_path / "out.jsonl"
    file.write_bytes(b"".join(parts))
    for threads in (1, 3):
        stats = stats_of("clean", file, "-j", threads, "-o", out, "--on-error", f"quarantine={quarantine}")
        assert stats["records_quarantined"] == len(bad)
        assert quarantine.read_bytes() == b"".join(bad)
        assert ids(out.read_bytes()) == [urn(i) for i in range(len(GOOD))]


def test_others_do_not_count_towards_the_limit_of_a_record(stats_of, tmp_path):
    # A big picture between pages is passed over like a small one, wherever the reader's buffer ends.
    picture = warc_record(99, b"\x89PNG" * 1000, kind="resource", media="image/png")
    file = tmp_path / "in.warc"
    file.write_bytes((GOOD[0] + picture) * 400)
    stats = stats_of("clean", file, "--max-record-bytes", "2K", "--on-error", "skip", code=None)
    assert (stats["records_out"], stats["other_records"], stats["records_skipped"]) == (400, 400, 0)
