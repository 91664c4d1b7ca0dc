"""The native part of the package."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, Protocol, final, overload

_Path = str | PathLike[str]
_Preset = Literal["cautious", "balanced", "strict"]
_Label = Literal["content", "junk"]
_Kind = Literal["boilerplate", "spam"]

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[Any, Any]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> Any: ...

_Arrow = _ArrowArray | _ArrowStream

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
    "run_command",
    "train",
]

__version__: str

class TamisError(ValueError):
    """An option, a model, rules or data that cannot be used. The message says where: file, record, byte."""

@final
class Block:
    """A block of a page with its verdict. Immutable, can be compared and pickled.

    `text`: without white space around it. `start`, `end`: where it stands in the page's text or HTML source, in code points.
    `label`: `"content"` or `"junk"`. `kind`: `"boilerplate"` (the site's own furniture) or `"spam"`; `None` for content.
    `score`: the calibrated probability that it is junk, in [0, 1]. `index`: its number on the page, from 0 on.
    `path`: of HTML the element it stands in (`body>div#main.post>p`), else `None`.
    `parts`: a tuple of the parts of a block of both content and junk, in order and without gaps; empty for a block that is one thing.
    """
    def __new__(
        cls,
        text: str,
        start: int,
        end: int,
        label: _Label,
        kind: _Kind | None,
        score: float,
        index: int,
        path: str | None = None,
        parts: Sequence[Part] = ...,
    ) -> Block: ...
    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def label(self) -> _Label: ...
    @property
    def kind(self) -> _Kind | None: ...
    @property
    def score(self) -> float: ...
    @property
    def index(self) -> int: ...
    @property
    def path(self) -> str | None: ...
    @property
    def parts(self) -> tuple[Part, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[type[Block], tuple[Any, ...]]: ...

@final
class Part:
    """A part of a block of both content and junk, judged as if it were a block of its own. Immutable, can be compared and pickled.

    `start`, `end`: where it stands in the page's text, in code points. `label`, `kind`, `score`: as those of a block.
    """
    def __new__(cls, start: int, end: int, label: _Label, kind: _Kind | None, score: float) -> Part: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def label(self) -> _Label: ...
    @property
    def kind(self) -> _Kind | None: ...
    @property
    def score(self) -> float: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[type[Part], tuple[Any, ...]]: ...

@final
class Reason:
    """One share of a score.

    `feature`: the feature's name with its group (`stats.length`, `context.window8`), `word` for a piece of text, `rule.` and a name for
    the rule that decided. `word`, `start`, `end`: the piece of text and where it stands in the block's text, in code points; else
    `None`. `value`: the feature's value, or how often the word stands in the block. `contribution`: what it adds to the log-odds of
    junk: above 0 speaks for junk, below 0 for content.
    """
    @property
    def feature(self) -> str: ...
    @property
    def word(self) -> str | None: ...
    @property
    def start(self) -> int | None: ...
    @property
    def end(self) -> int | None: ...
    @property
    def value(self) -> float: ...
    @property
    def contribution(self) -> float: ...

@final
class Explanation:
    """A score, taken apart.

    `log_odds`: the calibrated log-odds of junk: `base` plus all contributions, up to rounding. `score`: the probability they stand
    for. `base`: what an average block without words would get. `reasons`: all contributions, the largest first, whatever their sign.
    """
    @property
    def log_odds(self) -> float: ...
    @property
    def base(self) -> float: ...
    @property
    def score(self) -> float: ...
    @property
    def reasons(self) -> list[Reason]: ...

@final
class Column:
    """A column of results. Any Arrow library can take it without a copy: `pyarrow.array(column)`, `pyarrow.chunked_array(column)`,
    `polars.Series(column)`. `len` is the number of rows.
    """
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_array__(self, requested_schema: Any | None = None) -> tuple[Any, Any]: ...
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...

@final
class Classifier:
    """A model with a threshold and rules: what labels and cleans pages.

    Immutable: `with_preset`, `with_threshold` and `with_rules` return changed copies. It may be used by any number of threads
    at once; every method that works on pages releases the GIL. It can be pickled (the embedded model stays out of the pickle),
    and processes that use it can be forked. Make one with `load` or `train`.

    Texts are `str`; offsets count code points, so that `text[block.start:block.end] == block.text`. A text with lone surrogates
    raises `UnicodeEncodeError`, which is a `ValueError`. `url` is the page's address; only rules with hosts read it.
    """
    def with_preset(self, preset: _Preset) -> Classifier:
        """A copy with the thresholds of a preset, which are part of the model, one for each script.

        `"cautious"` loses at most 0.5 % of the content characters of sites held out of training, `"balanced"` at most 2 %, `"strict"`
        has the best F1 of junk. Raises `TamisError` for other names.
        """
    def with_threshold(self, threshold: float) -> Classifier:
        """A copy that calls junk what has at least this P(junk), between 0 and 1, whatever the script.

        Raises `TamisError` if it is not between 0 and 1.
        """
    def with_rules(self, rules: _Path | Mapping[str, Any] | None) -> Classifier:
        """A copy with these rules in place of any others; `None` takes them away.

        `rules`: the path of a TOML file, or a dict of what stands in one: `{"keep": [...], "drop": [...], "rule": [{"name": ...,
        "action": "drop", "kind": "spam", "words": [...], "pattern": "...", "hosts": [...]}]}`. The first rule that fires on a block
        decides, whatever the model says.

        Raises `OSError` if the file cannot be read, `TamisError` if a rule is wrong.
        """
    def with_parts(self, parts: bool) -> Classifier:
        """A copy that looks for parts of blocks (`Block.parts`), as is the default, or does not."""
    @property
    def preset(self) -> _Preset | None:
        """The preset's name; `None` if there is a threshold instead."""
    @property
    def threshold(self) -> float | None:
        """The threshold; `None` if there is a preset instead."""
    @property
    def metadata(self) -> dict[str, Any]:
        """What the model file says of itself: versions, feature groups, data, metrics. A new dict."""
    @property
    def metrics(self) -> dict[str, float]:
        """Measures of the model on sites held out of its training, by name. A new dict; values that cannot be told are left out."""
    def clean(self, text: str, *, url: str | None = None) -> str:
        """The text without its junk lines and junk parts of lines. Characters are deleted, never changed."""
    def clean_html(self, source: str | bytes, *, url: str | None = None) -> str:
        """The text of a page of HTML without its junk, with a blank line between blocks and a line feed at the end.

        `source`: `str`, or `bytes` in any encoding, as they came from the server, gzip too; how the encoding is told is the same as
        with `decode_html`. The same as `tamis clean page.html`.
        """
    @overload
    def clean_many(
        self,
        texts: Iterable[str],
        *,
        html: Literal[False] = False,
        urls: Sequence[str | None] | None = None,
        threads: int | None = None,
    ) -> list[str]:
        """What `clean` makes of every text, in order: N texts in, N texts out, and `None` for `None`.

        `texts`: any iterable; `html`: they are pages of HTML, `str` or `bytes`, and it is `clean_html` instead; `urls`: the address of
        each page, or `None`; `threads`: how many share the work, all cores by default; the result does not depend on it.

        Raises `TypeError` for other items, `TamisError` if there are not as many urls as texts or if compressed HTML is broken.
        """
    @overload
    def clean_many(
        self,
        texts: Iterable[str | None],
        *,
        html: Literal[False] = False,
        urls: Sequence[str | None] | None = None,
        threads: int | None = None,
    ) -> list[str | None]: ...
    @overload
    def clean_many(
        self,
        texts: Iterable[str | bytes | None],
        *,
        html: bool,
        urls: Sequence[str | None] | None = None,
        threads: int | None = None,
    ) -> list[str | None]: ...
    def classify(self, text: str, *, url: str | None = None) -> list[Block]:
        """The blocks of a text with their verdicts, in order. A line that is not blank is a block; one of both content and junk has
        `parts`.
        """
    def classify_html(self, source: str | bytes, *, url: str | None = None) -> list[Block]:
        """The blocks of a page of HTML with their verdicts and paths, in order.

        Offsets speak of the source as text: that is `source` if it is a `str`, else `decode_html(source)`. A block's range runs from the
        first to behind the last character of its text in the source, so that there may be tags in it.
        """
    def score_blocks(self, pages: Sequence[Sequence[str]], *, threads: int | None = None) -> list[list[float]]:
        """P(junk) of every block of pages that are cut into blocks already: a list of floats in [0, 1] for each page.

        `pages`: lists of texts, each a block; neighbours on a page count. `threads`: as with `clean_many`.
        """
    def explain(self, text: str, block: int | Block, *, url: str | None = None) -> Explanation:
        """Why a block of a text got its score. `block`: one that `classify` made of this text, or its index.

        Raises `IndexError` if there is no such block, `TamisError` if it is one of another page.
        """
    def explain_html(self, source: str | bytes, block: int | Block, *, url: str | None = None) -> Explanation:
        """Why a block of a page of HTML got its score. `block`: one that `classify_html` made of this source, or its index.

        Raises `IndexError` if there is no such block, `TamisError` if it is one of another page.
        """
    def clean_arrow(
        self, data: _Arrow, column: str = "text", *, html: bool = False, threads: int | None = None
    ) -> Column:
        """What `clean` makes of a column of Arrow: N rows in, N rows out, null for null.

        `data`: an array, chunked array, record batch, table or stream of any library that has the Arrow PyCapsule interface (pyarrow,
        polars, duckdb, pandas, ...); it is read without a copy. `column`: which column, where there are several; strings of any
        width. `html`: the column has pages of HTML, in strings or in binary of any encoding, and it is `clean_html` instead.
        `threads`: as with `clean_many`.

        The result has the type and the chunks of the input (of HTML: large strings).
        Raises `TypeError` if the column is of another type, `KeyError` if there is none, `TamisError` with the number of the row
        for text that is not UTF-8 and compressed HTML that is broken.
        """
    def classify_arrow(
        self, data: _Arrow, column: str = "text", *, html: bool = False, threads: int | None = None
    ) -> Column:
        """The blocks of every row of a column of Arrow: N rows in, N rows out, null for null.

        A row is a list of `{start: int64, end: int64, label: string, kind: string?, score: float}`, as with `classify`; `html=True` adds
        `text` and `path`, as with `classify_html`. Offsets count code points. Parameters and errors are those of `clean_arrow`.
        """
    def save(self, path: _Path) -> None:
        """Writes the model to a file, for `load` and for the command's `--model`. Threshold and rules are not part of it.

        Raises `OSError` if it cannot be written; then there is no half file.
        """
    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]: ...
    @staticmethod
    def _restore(
        model: bytes | None, preset: str | None, threshold: float | None, rules: str | None, parts: bool = ...
    ) -> Classifier: ...

def load(
    path: _Path | None = None,
    *,
    preset: _Preset | None = None,
    threshold: float | None = None,
    rules: _Path | Mapping[str, Any] | None = None,
) -> Classifier:
    """A classifier with the embedded model, or with that of a file.

    `path`: a model file (`tamis train`, `Classifier.save`); the embedded model by default.
    `preset`: `"cautious"` (the default), `"balanced"` or `"strict"`; `threshold`: see `Classifier.with_threshold`; one of the two.
    `rules`: see `Classifier.with_rules`.

    Raises `OSError` if a file cannot be read, `TamisError` if it is no model or something else makes no sense.
    """

def decode_html(source: bytes) -> str:
    """The source of a page of HTML as text, gzip and zstd unpacked: offsets of `classify_html` speak of it.

    The encoding is that of a byte order mark or a `<meta>` element, else a guess; valid UTF-8 with characters beyond ASCII is UTF-8.
    What cannot be decoded becomes U+FFFD. Raises `TamisError` if compressed bytes are broken.
    """

def remove_junk(text: str, blocks: Sequence[Block]) -> str:
    """A text without the blocks among `blocks` that are junk, and without the junk parts of those that have parts; all
    others stay. `clean` without classifying again, or with junk of your choice: `remove_junk(text, [b for b in clf.classify(text) if b.kind == "spam"])`.

    `blocks`: of this text, in any order. Raises `TamisError` if one is not.
    """

def train(
    data: _Path | Iterable[_Path | Mapping[str, Any]],
    *,
    recipe: _Path | Mapping[str, Any] | None = None,
    augment: bool = True,
    threads: int | None = None,
) -> Classifier:
    """Trains a model on labeled pages. The same data, recipe and seed give the same model on any number of threads.

    `data`: a path (a file, or a folder of them), or a list of paths and records. Files are those of `tamis train`; a record is a
    dict, `{"blocks": [{"text": ..., "label": "content" or "junk", "kind"?: ...}], "id"?, "site"?, "lang"?, "split"?}`. Pages of the split
    `test` are left out. At least two sites are needed: how well the model does is measured on sites it has not seen (`metrics`).
    `recipe`: the path of a TOML file or a dict of what stands in one (`{"seed": 7, "groups": ["stats", "ngrams"]}`).
    `augment`: also learn from generated pages, as the recipe says. `threads`: all cores by default.

    Raises `OSError` if a file cannot be read, `TamisError` if data or recipe cannot be used.
    """

def evaluate(
    classifier: Classifier,
    data: _Path | Iterable[_Path | Mapping[str, Any]],
    *,
    split: Literal["all", "train", "test"] = "all",
    threads: int | None = None,
) -> dict[str, Any]:
    """Measures a classifier's model on labeled pages: its score on every block, and what each preset does.

    `data`: as with `train`. `split`: `"all"`, `"train"` or `"test"` pages. The result is what `tamis eval --format json` prints:
    `pages`, `sites`, `overall`, `capped`, `intervals` (95 %), `page_f1`, `by_set`, `by_lang`, `by_site`, `by_kind`; shares are in [0, 1],
    lists of three are for the presets from the most careful on, measures that the data cannot tell are `None`.

    Raises `OSError` if a file cannot be read, `TamisError` if data cannot be used.
    """

def run_command(args: Sequence[str]) -> int:
    """Runs the command line, the program's name first. The exit code: 0 done, 1 a gate has failed, 2 an error."""
