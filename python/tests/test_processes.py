"""Processes and threads: pickles, forks, Ctrl-C, the command line."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest
from pages import page, record

import tamis

PAGES = [page(number) for number in range(60)]


def test_pickles_are_small_and_keep_what_was_set(clf):
    for changed in (clf, clf.with_preset("strict"), clf.with_threshold(0.25), clf.with_rules({"drop": ["木匠"]})):
        data = pickle.dumps(changed)
        assert len(data) < 300
        copy = pickle.loads(data)
        assert repr(copy) == repr(changed)
        assert copy.clean_many(PAGES) == changed.clean_many(PAGES)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_processes_work(python):
    program = f"""
import multiprocessing, sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
from pages import page, record
import tamis
pages = [page(number) for number in range(60)]
clf = tamis.load()
expected = clf.clean_many(pages)  # threads have run before the fork
records = [record(number) for number in range(10)]
tamis.evaluate(clf, records)
def work(_):
    tamis.evaluate(clf, records)
    return clf.clean_many(pages) == expected
for method in ("fork", "spawn"):
    if __name__ == "__main__":
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(work, range(4)))
"""
    assert python(program) == "[True, True, True, True]\n" * 2


def test_threads_share_a_classifier(clf):
    expected = clf.clean_many(PAGES)
    results = [None] * 4

    def work(number):
        results[number] = [None if text is None else clf.clean(text) for text in PAGES]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_the_gil_is_released(clf):
    many = PAGES * 1500
    ticks = []
    done = threading.Event()

    def tick():
        while not done.wait(0.005):
            ticks.append(time.monotonic())

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.monotonic()
    clf.clean_many(many, threads=1)
    end = time.monotonic()
    done.set()
    ticker.join()
    assert end - start > 0.05, "too fast to tell"
    assert sum(start < tick < end for tick in ticks) >= 3


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize(
    "work",
    [
        "clf.clean_many(pages * 10**5)",
        "tamis.train([record(number) for number in range(3000)], recipe={'folds': 40})",
    ],
    ids=["clean_many", "train"],
)
def test_ctrl_c_is_a_keyboard_interrupt(work):
    program = f"""
import sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
from pages import page, record
import tamis
clf = tamis.load()
pages = [page(number) for number in range(60)]
print("ready", flush=True)
try:
    {work}
except KeyboardInterrupt:
    print("interrupted")
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(1.5)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (out, child.returncode, err) == ("interrupted\n", 0, "")


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_ctrl_c_ends_the_command():
    child = subprocess.Popen([sys.executable, "-m", "tamis", "clean", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=20) in (-signal.SIGINT, 128 + signal.SIGINT)
    child.communicate()


def test_the_command(command, clf, tmp_path):
    assert command("--version").decode().strip() == f"tamis {tamis.__version__}"
    assert b"Usage: tamis" in command("clean", "--help")
    command("no-such-verb", code=2)
    command("clean", tmp_path / "none.txt", code=2)
    text = "\n".join(filter(None, PAGES[:3]))
    assert command("clean", "-", stdin=text.encode()).decode() == clf.clean(text)
    script = os.path.join(os.path.dirname(sys.executable), "tamis")
    assert subprocess.run([script, "--version"], capture_output=True, check=True).stdout == command("--version")
