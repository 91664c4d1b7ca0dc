"""Run with ``cargo xtask test``, or by hand: ``maturin develop`` and ``pytest`` in this folder."""

import subprocess
import sys

import pytest

import tamis


@pytest.fixture(scope="session")
def clf():
    return tamis.load()


@pytest.fixture
def command():
    """Runs the command line of the package; its standard output."""

    def run(*args, stdin=b"", code=0):
        done = subprocess.run([sys.executable, "-m", "tamis", *map(str, args)], input=stdin, capture_output=True, timeout=120)
        assert done.returncode == code, done.stderr.decode()
        return done.stdout

    return run


@pytest.fixture
def python(tmp_path):
    """Runs a program in a Python of its own; its standard output."""

    def run(program, **more):
        file = tmp_path / "program.py"
        file.write_text(program, encoding="utf-8")
        done = subprocess.run([sys.executable, file], capture_output=True, timeout=120, text=True, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
