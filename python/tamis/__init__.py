"""A fine sieve for scraped text: labels every block of a page content or junk, and says why.

    import tamis

    clf = tamis.load()
    clean = clf.clean(text)
    for block in clf.classify(text):
        print(block.label, block.score, block.text)

Offsets count code points: ``text[block.start:block.end] == block.text``. Errors are ``OSError`` where a file cannot be read or
written, and ``TamisError``, a ``ValueError``, for options, models, rules and data. ``tamis.sklearn`` has an estimator,
``tamis.integrations`` steps for the engines of clusters.
"""

from tamis._tamis import (
    Block,
    Classifier,
    Column,
    Explanation,
    Part,
    Reason,
    TamisError,
    __version__,
    decode_html,
    evaluate,
    load,
    remove_junk,
    train,
)

__all__ = [
    "Block",
    "Classifier",
    "Column",
    "Explanation",
    "Part",
    "Reason",
    "TamisError",
    "__version__",
    "decode_html",
    "evaluate",
    "load",
    "remove_junk",
    "train",
]
