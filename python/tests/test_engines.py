"""All engines give the same answers on the same pages.

500 pages; TAMIS_PAGES=10000 for more. An engine that is not installed is skipped, unless TAMIS_ENGINES=all.
"""

import gzip
import importlib
import json
import os
import shutil
import subprocess
import sys

import pyarrow as pa
import pytest
from pages import html, page

import tamis

COUNT = int(os.environ.get("TAMIS_PAGES", "500"))
PAGES = [page(number) for number in range(COUNT)]
IDS = [f"page-{number}" for number in range(COUNT)]


def engine(name):
    """The engine's module; no test of it without it."""
    if os.environ.get("TAMIS_ENGINES") == "all":
        return importlib.import_module(name)
    return pytest.importorskip(name)


@pytest.fixture(scope="module")
def cleaned(clf):
    return clf.clean_many(PAGES)


@pytest.fixture(scope="module")
def rows(clf):
    """The rows that classify makes of all pages."""
    return [
        {"id": name, "start": b.start, "end": b.end, "label": b.label, "kind": b.kind, "score": b.score}
        for name, text in zip(IDS, PAGES)
        for b in clf.classify(text or "")
    ]


@pytest.fixture(scope="module")
def table():
    return pa.table({"id": IDS, "text": PAGES})


def test_pages_are_of_all_sorts(cleaned):
    assert None in cleaned and "" in cleaned
    assert len(set(cleaned)) > COUNT / 2
    changed = sum(clean != text for clean, text in zip(cleaned, PAGES))
    assert COUNT / 4 < changed < COUNT


def test_arrow(clf, cleaned, table):
    assert pa.array(clf.clean_arrow(table)).to_pylist() == cleaned


def test_the_command(clf, cleaned, command, tmp_path):
    pages = [(name, text) for name, text in zip(IDS, PAGES) if text is not None]
    lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in pages)
    written = command("clean", "--input-format", "jsonl", "-", stdin=lines.encode())
    assert [json.loads(line)["text"] for line in written.splitlines()] == [text for text in cleaned if text is not None]


def test_polars(clf, cleaned, rows):
    polars = engine("polars")
    frame = polars.DataFrame({"id": IDS, "text": PAGES})
    clean = frame.with_columns(polars.col("text").map_batches(lambda s: polars.Series(clf.clean_arrow(s)), polars.String))
    assert clean["text"].to_list() == cleaned
    blocks = frame.with_columns(blocks=polars.Series(clf.classify_arrow(frame))).explode("blocks").drop_nulls("blocks")
    texts = blocks.unnest("blocks").with_columns(
        cut=polars.col("text").str.slice(polars.col("start"), polars.col("end") - polars.col("start"))
    )
    assert texts.drop("text", "cut").to_dicts() == rows
    assert texts["cut"].to_list() == [block.text for text in PAGES if text for block in clf.classify(text)]


def test_duckdb(clf, cleaned, table):
    duckdb = engine("duckdb")

    def clean(texts: pa.ChunkedArray) -> pa.ChunkedArray:
        return pa.chunked_array(clf.clean_arrow(texts))

    with duckdb.connect() as connection:
        connection.create_function("clean", clean, ["VARCHAR"], "VARCHAR", type="arrow", null_handling="special")
        connection.register("pages", table)
        found = connection.sql("select id, clean(text) from pages").fetchall()
    assert sorted(found) == sorted(zip(IDS, cleaned), key=lambda row: row[0])


@pytest.mark.parametrize("processes", [None, 2])
def test_datasets(cleaned, processes, tmp_path):
    datasets = engine("datasets")
    from tamis.integrations.datasets import clean

    dataset = datasets.Dataset.from_dict({"id": IDS, "text": PAGES})
    assert clean(dataset, num_proc=processes)["text"][:] == cleaned
    beside = clean(datasets.DatasetDict({"train": dataset}), into="clean")["train"]
    assert (beside["text"][:], beside["clean"][:]) == (PAGES, cleaned)
    assert [row["text"] for row in clean(dataset.to_iterable_dataset())] == cleaned


@pytest.fixture(scope="module")
def spark():
    engine("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java: apt-get install default-jre-headless")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield session
    session.stop()


def test_spark(spark, cleaned, rows):
    from tamis.integrations.spark import classify, clean

    frame = spark.createDataFrame(list(zip(IDS, PAGES)), "id string, text string").repartition(3)
    assert dict(clean(frame).collect()) == dict(zip(IDS, cleaned))
    beside = clean(frame, into="clean")
    assert beside.columns == ["id", "text", "clean"]
    assert {row.id: (row.text, row.clean) for row in beside.collect()} == {
        name: (text, clean) for name, text, clean in zip(IDS, PAGES, cleaned)
    }
    found = [row.asDict() for row in classify(frame, tamis.load()).collect()]
    order = {name: number for number, name in enumerate(IDS)}
    assert sorted(found, key=lambda row: (order[row["id"]], row["start"])) == rows
    sources = spark.createDataFrame([(i, html(i).encode()) for i in range(10)], "id int, body binary")
    of_html = clean(sources, column="body", into="clean", html=True).collect()
    assert [row.clean for row in of_html] == [tamis.load().clean_html(html(row.id)) for row in of_html]
    assert {row.path for row in classify(sources, column="body", html=True).collect()} >= {"body>div#main>p.b0"}


@pytest.fixture(scope="module")
def ray():
    ray = engine("ray")
    engine("ray.data")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray
    ray.shutdown()


def test_ray(ray, cleaned, rows, table):
    from tamis.integrations.ray import classify, clean

    dataset = ray.data.from_arrow([table.slice(0, COUNT // 3), table.slice(COUNT // 3)])
    order = {name: number for number, name in enumerate(IDS)}
    found = clean(dataset, into="clean").take_all()
    assert {row["id"]: (row["text"], row["clean"]) for row in found} == {
        name: (text, clean) for name, text, clean in zip(IDS, PAGES, cleaned)
    }
    blocks = classify(dataset, batch_size=64).take_all()
    assert sorted(blocks, key=lambda row: (order[row["id"]], row["start"])) == rows


def test_datatrove(clf, cleaned, tmp_path):
    engine("datatrove")
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    from tamis.integrations.datatrove import JunkRemover

    pages = [(name, text) for name, text in zip(IDS, PAGES) if text]
    (tmp_path / "in").mkdir()
    for part in range(2):
        lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in pages[part::2])
        (tmp_path / "in" / f"{part}.jsonl").write_text(lines, encoding="utf-8")
    step = JunkRemover(exclusion_writer=JsonlWriter(str(tmp_path / "removed")))
    steps = [JsonlReader(str(tmp_path / "in")), step, JsonlWriter(str(tmp_path / "out"))]
    LocalPipelineExecutor(steps, tasks=2, workers=2, logging_dir=str(tmp_path / "logs")).run()

    def read(folder):
        for file in sorted((tmp_path / folder).iterdir()):
            yield from map(json.loads, gzip.open(file, "rt", encoding="utf-8"))

    expected = {name: clean for name, text, clean in zip(IDS, PAGES, cleaned) if text}
    # The writer leaves out what is empty.
    assert {doc["id"]: doc.get("text", "") for doc in read("out")} == expected
    junk = {f"{name}/{b.index}": b for name, text in pages for b in clf.classify(text) if b.label == "junk"}
    removed = {doc["id"]: doc for doc in read("removed")}
    assert {name: doc["text"] for name, doc in removed.items()} == {name: block.text for name, block in junk.items()}
    name, block = next(iter(junk.items()))
    assert removed[name]["metadata"]["start"] == block.start
    stats = json.loads((tmp_path / "logs" / "stats.json").read_text())
    counts = next(entry["stats"] for entry in stats if "tamis" in entry["name"])
    # A count is a number where all of its updates were 1.
    totals = {name: count["total"] if isinstance(count, dict) else count for name, count in counts.items()}
    assert totals["total"] == len(pages)
    assert totals["removed_boilerplate"] + totals["removed_spam"] == len(junk)


def test_dolma(clf, cleaned, command, tmp_path):
    engine("dolma")
    pages = [(name, text) for name, text in zip(IDS, PAGES) if text is not None]
    documents = tmp_path / "documents"
    documents.mkdir()
    lines = "".join(json.dumps({"id": name, "text": text, "source": "test"}) + "\n" for name, text in pages)
    with gzip.open(documents / "pages.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(lines)
    tag = [os.path.join(os.path.dirname(sys.executable), "dolma"), "tag", "--documents", str(documents / "*.gz"), "--taggers", "junk"]
    more = ["--tagger_modules", "tamis.integrations.dolma", "--experiment", "tamis", "--processes", "1"]
    done = subprocess.run([*tag, *more], capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    tagged = map(json.loads, gzip.open(tmp_path / "attributes" / "tamis" / "pages.jsonl.gz", "rt", encoding="utf-8"))
    written = command("classify", "--attributes", "--input-format", "jsonl", "-", stdin=lines.encode()).splitlines()
    for ours, theirs in zip(map(json.loads, written), tagged, strict=True):
        assert ours["id"] == theirs["id"]
        for name, spans in ours["attributes"].items():
            got = theirs["attributes"][name]
            assert [span[:2] for span in got] == [span[:2] for span in spans]
            assert [span[2] for span in got] == pytest.approx([span[2] for span in spans], abs=1e-5)
