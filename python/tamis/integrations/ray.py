"""Ray data sets, by ``map_batches`` over Arrow tables."""

from collections.abc import Sequence
from typing import Any

from ray.data import Dataset

import tamis
from tamis.integrations import _rows


def clean(
    dataset: Dataset,
    clf: tamis.Classifier | None = None,
    *,
    column: str = "text",
    into: str = "text",
    html: bool = False,
    **options: Any,
) -> Dataset:
    """The data set with the clean text of ``column`` in the column ``into``; all other columns stay. Null stays null.

    ``html``: the column has pages of HTML, as strings or as binary in any encoding. ``options`` go to ``map_batches``.
    """
    clf = clf or tamis.load()

    def run(rows: Any) -> Any:
        return _rows.clean(rows, clf, column, into, html)

    return dataset.map_batches(run, batch_format="pyarrow", **options)


def classify(
    dataset: Dataset,
    clf: tamis.Classifier | None = None,
    *,
    column: str = "text",
    keep: Sequence[str] | None = None,
    html: bool = False,
    **options: Any,
) -> Dataset:
    """A row for every block: the columns ``keep`` of its page (all but ``column`` by default), then ``start, end, label, kind, score``,
    and of HTML ``text, path``. ``options`` go to ``map_batches``.
    """
    clf = clf or tamis.load()

    def run(rows: Any) -> Any:
        kept = [name for name in rows.column_names if name != column] if keep is None else keep
        return _rows.classify(rows, clf, column, kept, html)

    return dataset.map_batches(run, batch_format="pyarrow", **options)
