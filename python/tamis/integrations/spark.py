"""Spark data frames, by ``mapInArrow``: no data is copied into Python's objects."""

from collections.abc import Iterator, Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql.types import FloatType, LongType, StringType, StructType

import tamis
from tamis.integrations import _rows


def clean(
    df: DataFrame, clf: tamis.Classifier | None = None, *, column: str = "text", into: str = "text", html: bool = False
) -> DataFrame:
    """The data frame with the clean text of ``column`` in the column ``into``; all other columns stay. Null stays null.

    ``html``: the column has pages of HTML, as strings or as binary in any encoding. Needs pyarrow on the executors.
    """
    clf = clf or tamis.load()
    schema = StructType()
    for field in df.schema.fields:
        schema = schema.add(into, StringType()) if field.name == into else schema.add(field)
    if into not in df.columns:
        schema = schema.add(into, StringType())

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield _rows.clean(batch, clf, column, into, html)

    return df.mapInArrow(run, schema)


def classify(
    df: DataFrame,
    clf: tamis.Classifier | None = None,
    *,
    column: str = "text",
    keep: Sequence[str] | None = None,
    html: bool = False,
) -> DataFrame:
    """A row for every block: the columns ``keep`` of its page (all but ``column`` by default), then ``start, end, label, kind, score``,
    and of HTML ``text, path``. Offsets count code points, as ``substring`` does.
    """
    clf = clf or tamis.load()
    kept = [name for name in df.columns if name != column] if keep is None else list(keep)
    schema = StructType([df.schema[name] for name in kept])
    schema = schema.add("start", LongType(), False).add("end", LongType(), False)
    schema = schema.add("label", StringType(), False).add("kind", StringType()).add("score", FloatType(), False)
    if html:
        schema = schema.add("text", StringType(), False).add("path", StringType())

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield _rows.classify(batch, clf, column, kept, html)

    return df.mapInArrow(run, schema)
