"""Data sets of the library ``datasets``, by ``map`` over batches."""

from typing import Any

import datasets

import tamis


def clean(
    dataset: Any,
    clf: tamis.Classifier | None = None,
    *,
    column: str = "text",
    into: str = "text",
    html: bool = False,
    **options: Any,
) -> Any:
    """The data set with the clean text of ``column`` in the column ``into``; all other columns stay, and ``None`` stays ``None``.

    ``dataset``: a ``Dataset``, ``DatasetDict``, or one of the streamed sorts. ``html``: the column has pages of HTML, ``str`` or
    ``bytes``. ``options`` go to ``map``; with ``num_proc`` each process works with one thread.
    """
    clf = clf or tamis.load()
    threads = 1 if options.get("num_proc") else None

    def run(batch: dict[str, list[Any]]) -> dict[str, list[str | None]]:
        return {into: clf.clean_many(batch[column], html=html, threads=threads)}

    if not isinstance(dataset, (datasets.IterableDataset, datasets.IterableDatasetDict)):
        options.setdefault("desc", "tamis")
    return dataset.map(run, batched=True, **options)
