"""Rows of pyarrow, a ``RecordBatch`` or a ``Table``, in and out."""

from collections.abc import Sequence
from typing import Any

import pyarrow
import pyarrow.compute

from tamis import Classifier


def clean(rows: Any, clf: Classifier, column: str, into: str, html: bool) -> Any:
    """The rows with clean text in the column ``into``, in place of one of that name or behind all others."""
    texts = pyarrow.array(clf.clean_arrow(rows, column, html=html, threads=1))
    if html:
        texts = texts.cast(pyarrow.string())
    at = rows.schema.get_field_index(into)
    if at < 0:
        return rows.append_column(into, texts)
    return rows.set_column(at, into, texts)


def classify(rows: Any, clf: Classifier, column: str, keep: Sequence[str], html: bool) -> Any:
    """A row for every block: the columns ``keep`` of its page, then those of the block."""
    pages = pyarrow.array(clf.classify_arrow(rows, column, html=html, threads=1))
    kept = rows.select(list(keep)).take(pyarrow.compute.list_parent_indices(pages))
    for field, values in zip(pages.type.value_type, pages.flatten().flatten()):
        kind = pyarrow.string() if pyarrow.types.is_large_string(field.type) else field.type
        kept = kept.append_column(field.name, values.cast(kind))
    return kept
