"""Interoperability: inputs are written by other tools, and what tamis makes of them is read back by the same tools.

    pip install -r tests/interop/requirements.txt
    cargo build --release
    pytest tests/interop

The environment variable TAMIS names another binary. What the model thinks of a page is not tested here: the reference is
always what tamis makes of the same text as plain text.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


def find_binary():
    named = os.environ.get("TAMIS")
    if named:
        if not os.access(named, os.X_OK):
            pytest.exit(f"TAMIS={named} is no program", returncode=2)
        return str(Path(named).resolve())
    for build in ("release", "debug"):
        path = REPO / "target" / build / "tamis"
        if path.is_file():
            return str(path)
    pytest.exit("no tamis: build it (cargo build --release), or set TAMIS to its path", returncode=2)


class Tamis:
    """Runs the program and checks its exit code."""

    def __init__(self, binary):
        self.binary = binary

    def run(self, *args, stdin=b"", code=0, cwd=None):
        command = [self.binary, *map(str, args)]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=120, cwd=cwd)
        # None: any exit code will do.
        if code is not None:
            assert done.returncode == code, f"exit {done.returncode}: {command}\n{done.stderr.decode(errors='replace')}"
        done.said = done.stderr.decode(errors="replace")
        return done

    def __call__(self, *args, **more):
        """Standard output."""
        return self.run(*args, **more).stdout

    def json_lines(self, *args, **more):
        return [json.loads(line) for line in self(*args, **more).splitlines()]


@pytest.fixture(scope="session")
def tamis():
    return Tamis(find_binary())


@pytest.fixture(scope="session")
def cleaned(tamis):
    """The reference: what is left of a text that comes as plain text."""
    known = {}

    def clean(text, *args):
        if (text, args) not in known:
            known[text, args] = tamis("clean", *args, "-", stdin=text.encode()).decode()
        return known[text, args]

    return clean


@pytest.fixture
def stats_of(tamis, tmp_path):
    """Runs tamis with --stats; checks that all records are accounted for."""

    def run(*args, **more):
        file = tmp_path / "stats.json"
        file.unlink(missing_ok=True)
        tamis(*args, "--stats", file, **more)
        stats = json.loads(file.read_text())
        parts = ("records_out", "records_dropped", "records_skipped", "records_quarantined")
        assert stats["records_in"] == sum(stats[part] for part in parts), stats
        return stats

    return run
