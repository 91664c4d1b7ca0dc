"""The stubs say what the native module does, and document it in the same words."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from typed import use

import tamis._tamis

FOLDER = Path(__file__).parents[1]


@pytest.mark.parametrize("tool", [["mypy"], ["mypy.stubtest", "tamis._tamis"]], ids=" ".join)
def test_mypy(tool):
    done = subprocess.run([sys.executable, "-m", *tool], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_are_true(tmp_path):
    use(tmp_path)


def test_help_is_the_same_everywhere():
    stub = ast.parse((FOLDER / "tamis" / "_tamis.pyi").read_text(encoding="utf-8"))
    documented = 0
    for node in ast.walk(stub):
        owner = tamis._tamis
        if isinstance(node, ast.ClassDef) and hasattr(owner, node.name):
            pairs = [(node, getattr(owner, node.name))]
            pairs += [(inner, getattr(pairs[0][1], inner.name)) for inner in node.body if isinstance(inner, ast.FunctionDef)]
        elif isinstance(node, ast.FunctionDef) and node in stub.body:
            pairs = [(node, getattr(owner, node.name))]
        else:
            continue
        for inner, native in pairs:
            if (text := ast.get_docstring(inner)) is not None:
                documented += 1
                assert text == native.__doc__.strip(), inner.name
    assert documented > 25
