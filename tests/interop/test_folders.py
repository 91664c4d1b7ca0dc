"""Folders, patterns, resumed runs, and the file of removed blocks."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pages import PAGES, documents, jsonl, lines, page, wet

KEY = b'{"text":"not a page"}\n'


def make_tree(root):
    """Files of all formats, some hidden, some of no known format."""
    rows = pa.table({"id": [str(i) for i in range(8)], "text": PAGES})
    files = {
        "a.txt": PAGES[0].encode(),
        "b/one.jsonl": jsonl(documents(PAGES)),
        "b/two.jsonl.gz": gzip.compress(jsonl(documents(PAGES[:4]))),
        "b/c/three.wet.gz": wet(PAGES, gzip=True),
        "b/c/four.warc": wet(PAGES[:2]),
        "d/five.txt.zst": zstandard.compress(PAGES[5].encode()),
        ".hidden.jsonl": KEY,
        ".git/inner.jsonl": KEY,
        "b/.six.wet": b"broken",
        "readme.md": b"# not a page\n",
    }
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    pq.write_table(rows, root / "d" / "seven.parquet")
    return root


@pytest.fixture
def tree(tmp_path):
    return make_tree(tmp_path / "in")


def contents(folder):
    """Names and bytes of all files that are not hidden."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_tree_is_kept(tamis, tree, tmp_path, cleaned):
    out = tmp_path / "out"
    tamis("clean", tree, "-o", out)
    found = contents(out)
    names = ["a.txt", "b/c/four.warc.jsonl", "b/c/three.wet.jsonl.gz", "b/one.jsonl", "b/two.jsonl.gz", "d/five.txt.zst", "d/seven.parquet"]
    assert list(found) == names
    assert found["a.txt"].decode() == cleaned(PAGES[0])
    assert zstandard.decompress(found["d/five.txt.zst"], max_output_size=1 << 20).decode() == cleaned(PAGES[5])
    texts = [json.loads(line)["text"] for line in gzip.decompress(found["b/c/three.wet.jsonl.gz"]).splitlines()]
    assert texts == [cleaned(text) for text in PAGES]
    assert pq.read_table(out / "d" / "seven.parquet")["text"].to_pylist() == texts
    # Nothing unfinished is left.
    assert not [path for path in out.rglob("*") if path.name.endswith(".partial")]


def test_patterns_and_named_files(tamis, tree, tmp_path):
    out = tmp_path / "out"
    tamis("clean", tree / "b" / "**" / "*.jsonl*", "-o", out)
    assert list(contents(out)) == ["one.jsonl", "two.jsonl.gz"]
    out = tmp_path / "out2"
    tamis("clean", tree / "*" / "*.parquet", tree / "a.txt", "-o", f"{out}/")
    assert list(contents(out)) == ["a.txt", "d/seven.parquet"]


def test_no_file_fits(tamis, tree, tmp_path):
    assert "no file fits" in tamis.run("clean", tree / "*.pdf", "-o", tmp_path / "out", code=2).said
    (tmp_path / "empty").mkdir()
    assert "no file to read" in tamis.run("clean", tmp_path / "empty", "-o", tmp_path / "out", code=2).said


def test_different_shapes_do_not_go_to_one_output(tamis, tree):
    assert "cannot go to one output" in tamis.run("clean", tree, code=2).said
    found = tamis.json_lines("clean", tree, "--output-format", "jsonl")
    assert len(found) == 1 + 8 + 4 + 8 + 2 + 1 + 8


def test_all_files_of_a_folder_with_a_named_format(tamis, tmp_path):
    for name in ("x.json", "y", ".z"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(KEY)
    assert tamis("clean", "--input-format", "jsonl", tmp_path / "in") == KEY * 2


@pytest.mark.parametrize(
    "verb, names",
    [
        ("clean", ["page.jsonl", "page.wet"]),
        ("clean", ["page.warc.gz", "page.wet.gz"]),
        ("clean", ["page.jsonl", "page.ndjson"]),
        ("classify", ["page.txt", "page.jsonl"]),
        ("classify", ["sub/page.txt", "sub/page.wet"]),
    ],
)
def test_two_inputs_with_one_output_are_refused(tamis, tmp_path, verb, names):
    # Or both are written somewhere: nothing may be lost without a word.
    for name in names:
        data = {"txt": PAGES[0].encode(), "jsonl": jsonl(documents(PAGES[:2])), "ndjson": jsonl(documents(PAGES[:3]))}
        bare = name.removesuffix(".gz").rsplit(".", 1)[1]
        data = data.get(bare, wet(PAGES[3:6]))
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    out = tmp_path / "out"
    done = tamis.run(verb, tmp_path / "in", "-o", out, code=None)
    written = list(contents(out)) if out.exists() else []
    assert (done.returncode, written) == (2, []) or len(written) == 2


def test_same_names_of_different_folders_are_refused(tamis, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("x")
    said = tamis.run("clean", tmp_path / "one", tmp_path / "two", "-o", tmp_path / "out", code=2).said
    assert "would have one output" in said


def test_inputs_are_not_written_over(tamis, tree, tmp_path):
    before = contents(tree)
    file = tree / "b" / "one.jsonl"
    for args in (
        [tree, "-o", tree],
        [file, "-o", file],
        [file, "-o", tree / "b"],
        [tree / "a.txt", file, "-o", tree / "b" / "c" / ".." / "one.jsonl", "--output-format", "jsonl"],
    ):
        assert "written over" in tamis.run("clean", *args, code=2).said
        assert contents(tree) == before


@pytest.mark.parametrize("option", ["--removed", "--stats", "--on-error=quarantine"])
def test_inputs_are_not_written_over_by_other_files(tamis, tmp_path, option):
    file = tmp_path / "in.jsonl"
    file.write_bytes(jsonl(documents(PAGES)))
    before = file.read_bytes()
    option = [f"{option}={file}"]
    tamis.run("clean", file, "-o", tmp_path / "out.jsonl", *option, code=2)
    assert file.read_bytes() == before


def test_two_sorts_of_output_do_not_share_a_file(tamis, tmp_path):
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_bytes(jsonl(documents(PAGES)) + b"broken\n")
    skip = ["--on-error", "skip"]
    for args in (
        ["-o", out, "--removed", out, "--on-error", "skip"],
        ["-o", out, f"--on-error=quarantine={out}"],
        ["--removed", out, f"--on-error=quarantine={out}"],
    ):
        tamis.run("clean", file, *args, code=2)
        # It is said before anything is written.
        assert not out.exists()


# Resumed runs.


def run_all(tamis, tree, out, *more, code=0):
    side = out.with_name(out.name + "-side")
    side.mkdir(exist_ok=True)
    args = ["--removed", side / "removed.jsonl.gz", "--on-error", f"quarantine={side / 'bad'}", "--stats", side / "stats.json"]
    tamis("clean", tree, "-o", out, *args, *more, code=code)
    files = contents(out) | {f"side/{name}": data for name, data in contents(side).items()}
    stats = json.loads(files.pop("side/stats.json"))
    del stats["seconds"]
    return files, stats


@pytest.mark.parametrize("deleted", [["a.txt"], ["b/c/three.wet.jsonl.gz", "d/seven.parquet"], ["d/seven.parquet"], []])
def test_resume_after_outputs_were_deleted(tamis, tree, tmp_path, deleted):
    (tree / "b" / "one.jsonl").write_bytes(jsonl(documents(PAGES)) + b"{broken\n" + jsonl(documents(PAGES[:1])))
    (tree / "d" / "eight.jsonl").write_bytes(b"no line end")
    out = tmp_path / "out"
    first = run_all(tamis, tree, out)
    assert "side/bad" in first[0] and first[1]["records_quarantined"] == 2
    for name in deleted:
        (out / name).unlink()
    assert run_all(tamis, tree, out, "--resume", "-j", "3") == first
    # Once more, with nothing to do.
    assert run_all(tamis, tree, out, "--resume") == first


def test_resume_after_an_input_has_changed(tamis, tree, tmp_path):
    run_all(tamis, tree, tmp_path / "out")
    (tree / "b" / "one.jsonl").write_bytes(jsonl(documents([page(77)])))
    resumed = run_all(tamis, tree, tmp_path / "out", "--resume")
    assert resumed == run_all(tamis, tree, tmp_path / "new")


def test_resume_after_an_error(tamis, tree, tmp_path):
    file = tree / "b" / "one.jsonl"
    good = file.read_bytes()
    file.write_bytes(good + b"broken\n")
    args = ["clean", tree, "-o", tmp_path / "out", "--removed", tmp_path / "removed.jsonl"]
    tamis(*args, code=2)
    assert not (tmp_path / "out" / "b" / "one.jsonl").exists()
    file.write_bytes(good)
    tamis(*args, "--resume")
    tamis("clean", tree, "-o", tmp_path / "new", "--removed", tmp_path / "removed-new.jsonl")
    assert contents(tmp_path / "out") == contents(tmp_path / "new")
    assert (tmp_path / "removed.jsonl").read_bytes() == (tmp_path / "removed-new.jsonl").read_bytes()


def test_resume_with_other_options_is_refused(tamis, tree, tmp_path):
    tamis("clean", tree, "-o", tmp_path / "out")
    assert "other options" in tamis.run("clean", tree, "-o", tmp_path / "out", "--resume", "-p", "strict", code=2).said


# Removed blocks.


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_removed_and_kept_blocks_are_all_blocks(tamis, tmp_path, ending):
    texts = [page(i) for i in range(50)]
    file, side, out = tmp_path / "in.jsonl", tmp_path / f"removed.{ending}", tmp_path / "out.jsonl"
    file.write_bytes(jsonl(documents(texts)))
    for args in ((), ("-p", "strict"), ("--drop", "boilerplate"), ("--drop-pages-over", "0.2")):
        tamis("clean", file, "-o", out, "--removed", side, *args)
        open_file = gzip.open if ending.endswith("gz") else open
        removed = {}
        for record in map(json.loads, open_file(side, "rb")):
            removed.setdefault(record["id"], {})[record["block"]] = record
        kept = {record["id"]: lines(record["text"]) for record in map(json.loads, out.open("rb"))}
        assert removed
        for document in documents(texts):
            blocks = lines(document["text"])
            gone = removed.get(document["id"], {})
            for i, record in gone.items():
                assert record["text"] == blocks[i]
                assert document["text"].encode()[record["start"] : record["end"]].decode() == blocks[i]
                assert record["reasons"]
            left = [block for i, block in enumerate(blocks) if i not in gone]
            # A page that was left out as a whole is there as a whole.
            assert left == kept.get(document["id"], [])


def test_removed_of_several_files(tamis, tree, tmp_path):
    removed = tmp_path / "removed.jsonl"
    tamis("clean", tree, "-o", tmp_path / "out", "--removed", removed)
    assert {record["id"] for record in map(json.loads, removed.open("rb"))} >= {str(tree / "a.txt"), "doc-0", "0"}
