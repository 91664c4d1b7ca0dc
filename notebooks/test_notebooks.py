"""Every notebook runs from top to bottom, and is committed without what it printed.

Run by ``cargo xtask test``, or by hand: ``pip install './python[notebooks]'`` and ``pytest notebooks``. The notebooks as they ran, with
their plots, are left in ``target/notebooks``.
"""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from plots import font_with_chinese

HERE = Path(__file__).parent
RUN = HERE.parent / "target" / "notebooks"
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))


def test_there_are_notebooks():
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_stripped(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and not cell.get("execution_count"), f"strip the outputs: {cell.source[:60]}"
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path):
    notebook = nbformat.read(path, as_version=4)
    RUN.mkdir(parents=True, exist_ok=True)
    try:
        # A cell that fails raises CellExecutionError, which shows it.
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": HERE}}).execute()
    finally:
        nbformat.write(notebook, RUN / path.name)
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    if font_with_chinese():
        assert "missing from" not in printed, "a plot has boxes in place of characters"
