"""An estimator for scikit-learn (``pip install tamis[sklearn]``). Training is that of ``tamis.train``."""

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any

import numpy
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

import tamis


class JunkClassifier(ClassifierMixin, BaseEstimator):
    """Learns which blocks of pages are junk.

    **X** is a list of pages, each a list of block texts in order, and **y** has a list of labels for each page. Or X is a flat list
    (or one-dimensional array) of block texts and y a flat list of labels; then every block is a page of its own, and nothing is
    learned from neighbours. What is predicted has the shape of X: one array for each page, or one flat array.

    Labels are of two sorts, of any type that can be sorted. ``"junk"`` is junk; without it the greater label is, as 1 of 0 and 1.
    ``None`` stands for "don't care": such a block is only there for its neighbours.

    Of pages, tools like ``cross_val_score`` want a splitter (``cv=KFold(5)``, or ``GroupKFold`` by site) in place of a number, which they
    take for one that looks at single labels.

    **Parameters**

    - ``recipe``: as with ``tamis.train``: a path, a dict, or ``None``. Seed and feature groups are part of it.
    - ``augment``: also learn from generated pages; ``False`` by default.
    - ``threshold``: blocks with at least this P(junk) are junk; 0.5 by default.
    - ``threads``: all cores by default. The result does not depend on it.

    **Attributes** after ``fit``: ``classes_``, an array of the two labels in order; ``classifier_``, a ``tamis.Classifier`` with the threshold.

    ``fit`` raises ``ValueError`` if there are not two labels, not two pages (or groups), or if X and y do not fit together; ``TypeError``
    if X has something else than texts.

    **scikit-learn's checks.** The tags say ``string`` and not ``two_d_array``, so that ``check_estimator`` runs its checks of constructor,
    parameters, tags, cloning and representation, and skips those that fit on matrices of numbers, which are no text. The package's
    tests run those too, on numbers written as text.
    """

    def __init__(
        self,
        recipe: str | PathLike[str] | dict[str, Any] | None = None,
        *,
        augment: bool = False,
        threshold: float = 0.5,
        threads: int | None = None,
    ) -> None:
        self.recipe = recipe
        self.augment = augment
        self.threshold = threshold
        self.threads = threads

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, groups: Iterable[Any] | None = None) -> "JunkClassifier":
        """Trains. ``groups``: the site of each page; pages of one site are never on both sides of a measurement."""
        pages, flat = _pages(X)
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        labels = [[label] for label in column_or_1d(y, warn=True, dtype=object)] if flat else [list(page) for page in y]
        sites = list(range(len(pages))) if groups is None else list(groups)
        if not len(pages) == len(labels) == len(sites):
            raise ValueError(f"{len(pages)} pages have {len(labels)} lists of labels and {len(sites)} groups")
        known = [label for page in labels for label in page if label is not None]
        check_classification_targets(numpy.asarray(known))
        self.classes_ = numpy.unique(numpy.asarray(known))
        if len(self.classes_) < 2:
            raise ValueError(f"labels must be of two sorts, and there is {len(self.classes_)} class")
        if len(self.classes_) > 2:
            raise ValueError(f"Only binary classification is supported. Labels are of {len(self.classes_)} sorts")
        junk = self.classes_[self._junk()]
        names = {None: "mixed"} | {label: "junk" if label == junk else "content" for label in self.classes_}
        records = []
        for number, (page, of_page, site) in enumerate(zip(pages, labels, sites)):
            if len(page) != len(of_page):
                raise ValueError(f"page {number} has {len(page)} blocks and {len(of_page)} labels")
            blocks = [{"text": text, "label": names[label]} for text, label in zip(page, of_page)]
            records.append({"id": str(number), "site": str(site), "blocks": blocks})
        trained = tamis.train(records, recipe=self.recipe, augment=self.augment, threads=self.threads)
        self.classifier_ = trained.with_threshold(self.threshold)
        return self

    def predict_proba(self, X: Any) -> Any:
        """Probabilities of shape (blocks, 2), with columns in the order of ``classes_``; of pages a list of such arrays."""
        check_is_fitted(self)
        pages, flat = _pages(X)
        scores = self.classifier_.score_blocks(pages, threads=self.threads)
        order = [1 - self._junk(), self._junk()]
        arrays = [numpy.stack([1 - numpy.asarray(page), page], axis=1)[:, order] for page in scores]
        return numpy.concatenate([numpy.empty((0, 2)), *arrays]) if flat else arrays

    def predict(self, X: Any) -> Any:
        """Labels of shape (blocks,); of pages a list of such arrays."""
        proba = self.predict_proba(X)
        junk = self._junk()

        def labels(page: Any) -> Any:
            return self.classes_[numpy.where(page[:, junk] >= self.threshold, junk, 1 - junk)]

        return [labels(page) for page in proba] if isinstance(proba, list) else labels(proba)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of blocks that are labeled rightly. ``sample_weight``: of each block, in the shape of y."""
        predicted = self.predict(X)
        if isinstance(predicted, list):
            predicted = numpy.concatenate(predicted)
            y = [label for page in y for label in page]
            if sample_weight is not None:
                sample_weight = [weight for page in sample_weight for weight in page]
        care = numpy.asarray([label is not None for label in y], dtype=bool)
        right = predicted[care] == numpy.asarray([label for label in y if label is not None])
        weights = None if sample_weight is None else numpy.asarray(sample_weight)[care]
        return float(numpy.average(right, weights=weights))

    def _junk(self) -> int:
        """The place of the junk label in ``classes_``."""
        return 0 if self.classes_[0] == "junk" else 1


def _pages(X: Any) -> tuple[list[list[str]], bool]:
    """The pages of X, and whether it was a flat list of blocks."""
    if isinstance(X, (str, bytes)) or not isinstance(X, (Sequence, numpy.ndarray)) and not hasattr(X, "__array__"):
        raise TypeError("X must be a list of pages or of texts")
    items = list(X)
    flat = all(isinstance(item, str) for item in items)
    pages = [[item] for item in items] if flat else items
    for page in pages:
        if not isinstance(page, (list, tuple, numpy.ndarray)) or not all(isinstance(text, str) for text in page):
            raise TypeError("pages must be lists of texts (str), or X a flat list of texts")
    return [list(page) for page in pages], flat
