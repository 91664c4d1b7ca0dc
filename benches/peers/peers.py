"""Runs content extractors and tamis on the same pages, scores what they keep, writes a table."""

import argparse, json, os, platform, re, select, shutil, subprocess, sys, time
from collections import Counter
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from statistics import mean

import extractors

TIMEOUT = 20  # seconds a page
RUST = ["dom_smoothie", "rs-trafilatura"]
TAMIS = ["tamis-cautious", "tamis-balanced", "tamis-strict"]
GROUPS = {
    "Chinese": ["zhsites*", "gne-163", "cxextractor", "blog-0cch", "site-*", "docs-*zh*"],
    "English": ["wcxb*", "newspaper", "goose3"],
    "others": ["xxsites*"],
}
SEEN = """\
**The models of tamis were trained on blocks of these very sites: its accuracy here is not held out.** Held-out figures
are those of `cargo xtask held-out`."""
HELD_OUT = """\
**Held out**: five models, each trained without a fifth of the sites (or groups of sites of one owner); every page is
cleaned by the model that has not seen its site."""
NOTES = """\
A word is a run of letters and digits, or one character of Chinese, Japanese or Korean. F1 of words: bags of words, the
mean of the pages' F1. F1 of shingles: bags of four words, the F1 of mean precision and mean recall, as in zyte's
article-extraction-benchmark. A page that fails or takes over 20 s counts as empty. MB/s: of HTML in CPU seconds, all
threads; for tamis those of the whole run from files to files, for the others of extraction alone. Peak memory is that
of the process, with Python and its packages where it is Python. newspaper4k and jusText are told a language, or go by
the page or by none. Some gold texts of goose3 are only the beginning of the content."""


# Runs: what is kept of PAGES/SET/X.html goes to OUT/SET/X.html.txt; a page without such a file is a failure.


class Failed(Exception):
    pass


def peak(process):
    """Peak memory in MB of a process that runs; the usage told after its end counts in what started it."""
    status = Path(f"/proc/{process}/status")
    found = re.search(r"VmHWM:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0


class Server:
    """A process that extracts page by page; started anew when it ends or hangs."""

    def __init__(self, command):
        self.command, self.peak = command, 0
        self.start()

    def start(self):
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self.process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=null, encoding="utf-8")
        self.ready = self.answer(10 * TIMEOUT)

    def answer(self, seconds):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise Failed("timeout")
        line = self.process.stdout.readline()
        if not line:
            raise Failed("crash")
        return json.loads(line)

    def ask(self, page):
        try:
            self.process.stdin.write(f"{page}\n")
            self.process.stdin.flush()
            return self.answer(TIMEOUT)
        except (Failed, BrokenPipeError) as error:
            self.stop()
            self.start()
            return {"error": str(error), "cpu": TIMEOUT if str(error) == "timeout" else 0}

    def stop(self):
        self.peak = max(self.peak, peak(self.process.pid))
        self.process.kill()
        self.process.wait()


def run_server(command, pages, out):
    server, cpu, errors = Server(command), 0, Counter()
    if "missing" in server.ready:
        server.stop()
        raise Failed(f"not installed: {server.ready['missing']}")
    for page in pages:
        answer = server.ask(page)
        cpu += answer["cpu"]
        if "error" in answer:
            errors[answer["error"]] += 1
            continue
        file = out / page.parent.name / f"{page.name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(answer["text"], "utf-8")
    server.stop()
    for error, count in errors.most_common(3):
        print(f"    failed on {count}: {error}", file=sys.stderr)
    return {"cpu": cpu, "peak": server.peak, "version": server.ready.get("version")}


def run_tamis(options, preset, out):
    """One run over all pages; with held-out models one for each part, by the model that has not seen it."""
    pages, total = options.target / "pages", {"cpu": 0, "peak": 0}
    for part in sorted(pages.iterdir()) if options.held_out else [pages]:
        model = options.held_out / f"{part.name}.safetensors" if options.held_out else options.model
        ran = run_command(options, preset, model, part, out)
        total = {"cpu": total["cpu"] + ran["cpu"], "peak": max(total["peak"], ran["peak"])}
    version = subprocess.run([options.tamis, "--version"], capture_output=True, encoding="utf-8").stdout.strip()
    return {**total, "version": version}


def run_command(options, preset, model, pages, out):
    command = [options.tamis, "clean", "--input-format", "html", "-j", "1", "-p", preset, "--on-error", "skip"]
    command += ["-m", model] if model else []
    command += [pages, "-o", out]
    log, memory, ended = options.target / "tamis.log", 0, 0
    with log.open("w") as said:
        process = subprocess.Popen(command, stderr=said)
    while not ended:
        time.sleep(0.005)
        memory = max(memory, peak(process.pid))
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    if status:
        raise Failed(log.read_text())
    return {"cpu": usage.ru_utime + usage.ru_stime, "peak": memory}


def read_parts(options):
    """The part of each page that the held-out models were trained without."""
    parts = {}
    for file in options.held_out.glob("parts/*/*.jsonl"):
        with file.open(encoding="utf-8") as lines:
            parts |= {Path(json.loads(line)["html_file"]).resolve(): file.parent.name for line in lines}
    return parts


def link_pages(options):
    """Some pages of every folder, evenly spaced, below one folder; with held-out models a folder for each part."""
    pages, parts = [], read_parts(options) if options.held_out else {}
    for folder in map(Path, options.data):
        found = sorted(page for page in folder.glob("*.html") if page.with_suffix(".txt").exists())
        size = min(len(found), options.limit)
        for page in (found[i * len(found) // size] for i in range(size)):
            pages.append(options.target / "pages" / parts.get(page.resolve(), "") / folder.name / page.name)
            pages[-1].parent.mkdir(parents=True, exist_ok=True)
            pages[-1].symlink_to(page.resolve())
    return pages


def run(options):
    target, here, out = options.target, Path(__file__).parent, options.target / "out"
    for folder in (target / "pages", out):
        shutil.rmtree(folder, ignore_errors=True)
    pages, done = link_pages(options), {}
    lock = (here / "rust/Cargo.lock").read_text()
    servers = {name: [target / "rust/release/peers", name] for name in RUST}
    servers |= {name: [sys.executable, here / "extractors.py", name] for name in extractors.EXTRACTORS}
    for name in [*TAMIS, *servers]:
        if not name.lower().startswith(tuple(options.only.lower().split(","))):
            continue
        print(f"{name} ..", file=sys.stderr)
        try:
            if name in TAMIS:
                done[name] = run_tamis(options, name.removeprefix("tamis-"), out / name)
            else:
                done[name] = run_server(servers[name], pages, out / name)
        except (Failed, OSError) as error:
            print(f"    LEFT OUT: {error}", file=sys.stderr)
            continue
        if name in RUST:
            done[name]["version"] = f"{name} " + re.search(f'name = "{name}"\nversion = "(.*)"', lock)[1]
    if not done or not pages:
        sys.exit("nothing to compare")
    return pages, done


# Scores.

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")


def bags(text):
    """Words, and shingles of four; a shorter text is one shingle."""
    words = WORD.findall(text)
    shingles = [tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))] if words else []
    return Counter(words), Counter(shingles)


def overlap(gold, kept):
    """Precision and recall; None where nothing is kept, or nothing is to be kept."""
    same, gold, kept = (gold & kept).total(), gold.total(), kept.total()
    return same / kept if kept else None, same / gold if gold else None


def f1(precision, recall):
    if precision is None and recall is None:
        return 1.0
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def averages(scores):
    """F1 of words, F1 of shingles."""
    precision, recall = ([pair[i] for _, pair in scores if pair[i] is not None] or [0.0] for i in (0, 1))
    return mean(f1(*words) for words, _ in scores), f1(mean(precision), mean(recall))


def score(options, pages, done):
    scores = {name: {} for name in done}
    for page in pages:
        gold = bags(page.resolve().with_suffix(".txt").read_text("utf-8", "replace"))
        for name in done:
            file = options.target / "out" / name / page.parent.name / f"{page.name}.txt"
            done[name]["failures"] = done[name].get("failures", 0) + (not file.exists())
            kept = bags(file.read_text("utf-8", "replace") if file.exists() else "")
            scores[name][page] = [overlap(*pair) for pair in zip(gold, kept)]
    return scores


# The table.


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def report(options, pages, done):
    scores = score(options, pages, done)
    sets, groups = {}, {}
    for page in pages:
        sets.setdefault(page.parent.name, []).append(page)
        for group, patterns in GROUPS.items():
            if any(fnmatch(page.parent.name, pattern) for pattern in patterns):
                groups.setdefault(group, []).append(page)
    megabytes = sum(page.stat().st_size for page in pages) / 1e6

    def percents(name, which, groups):
        return [f"{100 * averages([scores[name][page] for page in members])[which]:.1f}" for members in groups.values()]

    header, rows = ["F1"], [[name] for name in done]
    tables = []
    for which, kind in enumerate(["words", "shingles"]):
        header += [f"{group}, {kind}" for group in groups]
        for row, name in zip(rows, done):
            row += percents(name, which, groups)
        columns = [f"{name} ({len(members)})" for name, members in sets.items()]
        tables.append(table([f"F1 of {kind}", *columns], [[name, *percents(name, which, sets)] for name in done]))
    for row, ran in zip(rows, done.values()):
        row += [f"{megabytes / ran['cpu']:.1f}", f"{ran['peak']:.0f}", str(ran["failures"])]
    tables.insert(0, table([*header, "MB/s", "peak MB", "failures"], rows))

    info = Path("/proc/cpuinfo")
    cpu = re.search("model name\\s*: (.*)", info.read_text()) if info.exists() else None
    machine = f"{cpu[1] if cpu else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    sizes = ", ".join(f"{len(members)} {group}" for group, members in groups.items())
    head = f"{len(pages)} pages ({sizes}; at most {options.limit} a set), {megabytes:.0f} MB of HTML. {machine}.\n"
    if options.held_out:
        seen = HELD_OUT
    elif options.model:
        seen = f"The model of tamis is `{Path(options.model).name}`; this table cannot tell which sites it has seen."
    else:
        seen = SEEN
    versions = "Versions: " + ", ".join(dict.fromkeys(ran["version"] for ran in done.values())) + ".\n"
    notes = [seen, "", NOTES, "", versions]
    return "\n".join([f"# tamis and its peers, {date.today()}\n", head, *tables, *notes])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--tamis", required=True)
    parser.add_argument("--model")
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int, default=150)
    parser.add_argument("--data", nargs="+", required=True)
    arguments = parser.parse_args()
    text = report(arguments, *run(arguments))
    print(text)
    results = Path(__file__).parents[1] / "results"
    results.mkdir(exist_ok=True)
    (results / f"peers-{'held-out-' if arguments.held_out else ''}{date.today()}.md").write_text(text, "utf-8")
