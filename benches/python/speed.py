"""Speed from Python: a batch of 10,000 pages through tamis, beside the library in Rust and other filters on the same texts.

``cargo xtask bench-python`` installs and runs it, and prints Markdown. One process, one thread unless said; all runs of a language
take turns, so that whatever else the machine does hits all of them; medians.
"""

import argparse
import datetime
import html
import importlib.metadata
import json
import os
import platform
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import fasttext
import justext
import pyarrow
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter

import tamis

DATA = Path(__file__).parents[2] / "data"
LANGUAGES = {"Chinese": ("zh", "cmn"), "English": ("en", "eng")}
RUST, ALL_RUST = "tamis, the library in Rust", "tamis, the library in Rust, {} threads"


def pages(prefix):
    """All labeled pages of a language, in order: lists of (text, label)."""
    for file in sorted(DATA.glob("w*.jsonl")):
        for line in file.open(encoding="utf-8"):
            page = json.loads(line)
            if page["lang"].startswith(prefix):
                yield [(block["text"], block["label"]) for block in page["blocks"]]


def batch(prefix, size):
    """So many texts: all pages over and over, in another order each time."""
    known = ["\n".join(text for text, _ in page) for page in pages(prefix)]
    texts, pick = [], random.Random(1)
    while len(texts) < size:
        texts += pick.sample(known, len(known))
    return texts[:size]


def timed(run, texts):
    """Seconds. A list of texts is copied first: a `str` remembers its UTF-8 once it was asked for, as no page of a crawl would."""
    if isinstance(texts, list):
        texts = [text.encode().decode() for text in texts]
    start = time.perf_counter()
    run(texts)
    return time.perf_counter() - start


def rust(program, file, threads):
    """Seconds of a pass in memory; the first of two warms up."""
    done = subprocess.run([program, file, str(threads), "2"], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def datatrove(language, stop):
    """The filters of FineWeb with their thresholds, in its order. ``stop``: a page ends at the first that refuses it, as in a
    pipeline; else all four see it. The function counts the pages that come through."""
    filters = [
        GopherRepetitionFilter(language=language),
        GopherQualityFilter(language=language),
        C4QualityFilter(filter_no_terminal_punct=False, language=language),
        FineWebQualityFilter(language=language),
    ]

    def run(texts):
        passed = 0
        for text in texts:
            document = Document(text=text, id="")
            verdicts = (step.filter(document) is True for step in filters)
            passed += all(verdicts) if stop else all(list(verdicts))
        return passed

    return run


def fasttext_model(prefix, folder):
    """A classifier of lines, trained on the labeled lines of the language."""
    file = folder / "lines.txt"
    lines = [f"__label__{label} {text}" for page in pages(prefix) for text, label in page if label in ("content", "junk")]
    file.write_text("\n".join(line.replace("\n", " ") for line in lines) + "\n", encoding="utf-8")
    return fasttext.train_supervised(str(file), dim=16, epoch=5, minn=1, maxn=3, bucket=200_000, thread=1, seed=1, verbose=0)


def contenders(language, texts, file, program, folder):
    """Functions by name, each of which runs on all texts (slow ones on a part) and tells the seconds that all take."""
    prefix, code = LANGUAGES[language]
    clf, cores = tamis.load(), os.cpu_count()
    model = fasttext_model(prefix, folder)
    marked = {text: "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n")).encode() for text in set(texts)}
    stops = justext.get_stoplist("English") if language == "English" else frozenset()
    table = pyarrow.table({"text": texts})
    return {
        RUST: lambda: rust(program, file, 1),
        "tamis, `clean_many(threads=1)`": lambda: timed(lambda all: clf.clean_many(all, threads=1), texts),
        "tamis, `clean_arrow(threads=1)`": lambda: timed(lambda all: clf.clean_arrow(all, threads=1), table),
        "tamis, `clean`, a call a page": lambda: timed(lambda all: [clf.clean(text) for text in all], texts),
        ALL_RUST.format(cores): lambda: rust(program, file, cores),
        f"tamis, `clean_many`, {cores} threads": lambda: timed(clf.clean_many, texts),
        "fastText, every line": lambda: timed(lambda all: [model.predict(text.split("\n")) for text in all], texts),
        "jusText, lines as `<p>`": lambda: part(lambda some: [justext.justext(marked[text], stops) for text in some], texts),
        "datatrove: Gopher, C4, FineWeb; up to the first refusal": lambda: part(datatrove(code, True), texts),
        "datatrove: the same, all four": lambda: part(datatrove(code, False), texts),
    }


def part(run, texts, share=20):
    """The seconds all texts would take, from every twentieth: for what is slow."""
    some = texts[::share]
    return timed(run, some) * sum(map(len, texts)) / sum(map(len, some))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, help="examples/clean_pages.rs, built")
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()

    rows, sizes, passed = {}, {}, {}
    for language, (prefix, code) in LANGUAGES.items():
        texts = batch(prefix, options.pages)
        megabytes = sum(len(text.encode()) for text in texts) / 1e6
        sizes[language] = megabytes
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "pages.jsonl"
            file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
            runs = contenders(language, texts, file, options.program, Path(folder))
            for run in runs.values():
                run()  # warms up, and loads word lists
            seconds = {name: [] for name in runs}
            for _ in range(options.runs):
                for name, run in runs.items():
                    seconds[name].append(run())
        for name, all_of in seconds.items():
            rows.setdefault(name, []).append(megabytes / statistics.median(all_of))
        some = texts[::20]
        passed[language] = datatrove(code, True)(some) / len(some)

    print(f"# Speed from Python, {datetime.date.today()}\n")
    print(
        f"{options.pages:,} pages a language ({', '.join(f'{name} {size:.1f} MB' for name, size in sizes.items())}): those of `data/`, over and "
        f"over. {os.cpu_count()}-core machine, Python {platform.python_version()}, medians of {options.runs} runs that take turns.\n"
    )
    print(f"| | {' | '.join(f'{name}, MB/s | of Rust' for name in LANGUAGES)} |")
    print(f"|---|{'---:|' * 2 * len(LANGUAGES)}")
    for name, speeds in rows.items():
        base = rows[ALL_RUST.format(os.cpu_count())] if f"{os.cpu_count()} threads" in name else rows[RUST]
        cells = [f"{speed:.3g} | {share(speed / rust)}" for speed, rust in zip(speeds, base)]
        print(f"| {name} | {' | '.join(cells)} |")
    print(
        "\nOne thread where no other number stands; rows with threads are held against Rust with as many. fastText: a model of 16 dimensions "
        "and characters of 1 to 3, trained on the same lines, so only its speed means something here. jusText gets the lines as paragraphs. "
        "datatrove: `GopherRepetitionFilter`, `GopherQualityFilter`, `C4QualityFilter`, `FineWebQualityFilter` as in FineWeb, with the "
        f"language's word tokenizer; {', '.join(f'{100 * some:.0f} % of the {name} pages' for name, some in passed.items())} come through. It and "
        "jusText see every twentieth page. What they do is not the same: these filters drop whole pages, jusText needs words between "
        "spaces, fastText sees a line without its page.\n"
    )
    names = ["datatrove", "justext", "fasttext-wheel", "spacy", "jieba"]
    print(f"Versions: tamis {tamis.__version__}, " + ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names) + ".")


def share(ratio):
    return f"{100 * ratio:.0f} %" if ratio >= 0.1 else f"1/{1 / ratio:.0f}"


if __name__ == "__main__":
    main()
