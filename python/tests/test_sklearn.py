"""The estimator."""

import pickle

import numpy
import pytest
from pages import blocks
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

import tamis
from tamis.sklearn import JunkClassifier

RECIPE = {"folds": 5, "table_bits": 10}
PAGES = [[text for text, _ in blocks(number)] for number in range(30)]
LABELS = [[label for _, label in blocks(number)] for number in range(30)]
TEXTS = [text for page in PAGES for text in page]
FLAT = [label for page in LABELS for label in page]


@parametrize_with_checks([JunkClassifier()])
def test_checks(estimator, check):
    check(estimator)


class NumbersAsText(JunkClassifier):
    """Takes the matrices of scikit-learn's checks: each row becomes a text."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = False
        tags.input_tags.two_d_array = True
        return tags

    def fit(self, X, y):
        return super().fit(self.written(X, y), y)

    def predict_proba(self, X):
        check_is_fitted(self)
        return super().predict_proba(self.written(X))

    def written(self, X, y="no_validation"):
        rows = validate_data(self, X, reset=not isinstance(y, str)) if y is not None else X
        # All digits are the same to the n-grams, so numbers become letters.
        return [" ".join(f"w{chr(97 + i % 26)}{chr(110 + int(numpy.clip(x, -12, 12)))}" for i, x in enumerate(row)) for row in rows]


@parametrize_with_checks([NumbersAsText(RECIPE)])
def test_checks_with_numbers_as_text(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def of_pages():
    return JunkClassifier(RECIPE).fit(PAGES, LABELS)


def test_pages(of_pages):
    assert of_pages.classes_.tolist() == ["content", "junk"]
    predicted = of_pages.predict(PAGES)
    assert list(map(len, predicted)) == list(map(len, PAGES))
    proba = of_pages.predict_proba(PAGES)
    assert proba[0].shape == (len(PAGES[0]), 2)
    assert numpy.allclose(numpy.concatenate(proba).sum(axis=1), 1)
    assert of_pages.score(PAGES, LABELS) > 0.9
    assert of_pages.predict([]).tolist() == []


def test_flat_blocks():
    for texts in (TEXTS, numpy.array(TEXTS), numpy.array(TEXTS, dtype=object)):
        flat = JunkClassifier(RECIPE).fit(texts, FLAT)
        assert flat.predict(texts).shape == (len(TEXTS),)
        assert flat.predict_proba(texts).shape == (len(TEXTS), 2)
        assert flat.score(texts, FLAT) > 0.9


def test_any_two_labels(of_pages):
    expected = numpy.concatenate(of_pages.predict_proba(PAGES))[:, 1]
    for content, junk, place in ((0, 1, 1), (False, True, 1), ("ham", "spam", 1), ("keep", "junk", 0)):
        y = [[junk if label == "junk" else content for label in page] for page in LABELS]
        estimator = JunkClassifier(RECIPE).fit(PAGES, y)
        assert estimator.classes_.tolist() == sorted((content, junk))
        assert numpy.array_equal(numpy.concatenate(estimator.predict_proba(PAGES))[:, place], expected)
        assert estimator.score(PAGES, y) == of_pages.score(PAGES, LABELS)


def test_it_is_what_train_makes(of_pages):
    records = [
        {"id": str(i), "site": str(i), "blocks": [{"text": t, "label": l} for t, l in zip(page, labels)]}
        for i, (page, labels) in enumerate(zip(PAGES, LABELS))
    ]
    trained = tamis.train(records, recipe=RECIPE, augment=False)
    assert of_pages.classifier_.metadata == trained.metadata
    assert of_pages.classifier_.score_blocks(PAGES) == trained.score_blocks(PAGES)


def test_dont_care_and_groups():
    y = [[None, *page[1:]] for page in LABELS]
    estimator = JunkClassifier(RECIPE).fit(PAGES, y, groups=[number % 4 for number in range(30)])
    assert len(numpy.concatenate(estimator.predict(PAGES))) == len(TEXTS)
    assert estimator.score(PAGES, y) > 0.9
    weights = [[1.0] * len(page) for page in PAGES]
    assert estimator.score(PAGES, y, weights) == pytest.approx(estimator.score(PAGES, y))


def test_it_goes_through_the_tools():
    estimator = JunkClassifier(RECIPE)
    assert cross_val_score(estimator, PAGES, LABELS, cv=KFold(3)).min() > 0.8
    groups = [number % 5 for number in range(30)]
    assert cross_val_score(estimator, PAGES, LABELS, groups=groups, cv=GroupKFold(3)).min() > 0.8
    assert cross_val_score(estimator, TEXTS, FLAT, cv=3).min() > 0.8
    search = GridSearchCV(make_pipeline(estimator), {"junkclassifier__threshold": [0.5, 1.0]}, cv=KFold(2))
    search.fit(PAGES, LABELS)
    assert search.best_params_ == {"junkclassifier__threshold": 0.5}
    copy = pickle.loads(pickle.dumps(search.best_estimator_))
    assert copy.score(PAGES, LABELS) == search.best_estimator_.score(PAGES, LABELS)
    with pytest.raises(NotFittedError):
        clone(estimator).predict(PAGES)


def test_thresholds():
    low, high = (JunkClassifier(RECIPE, threshold=value).fit(PAGES, LABELS) for value in (0.0, 1.0))
    assert set(numpy.concatenate(low.predict(PAGES))) == {"junk"}
    assert set(numpy.concatenate(high.predict(PAGES))) == {"content"}


def test_errors():
    wrong = [
        ([["a"], "b"], ["junk", "content"], TypeError, "texts"),
        ("ab", ["junk", "content"], TypeError, "list"),
        ([1, 2], ["junk", "content"], TypeError, "lists of texts"),
        (["a", "b"], ["junk", "junk"], ValueError, "class"),
        (["a", "b"], ["junk"], ValueError, "labels"),
        ([["a", "b"], ["c"]], [["junk"], ["content"]], ValueError, "2 blocks"),
        ([["a", "b"]], [["junk", "content"]], ValueError, "one site"),
    ]
    for X, y, kind, message in wrong:
        with pytest.raises(kind, match=message):
            JunkClassifier(RECIPE).fit(X, y)
