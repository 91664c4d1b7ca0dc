"""A tagger of the dolma toolkit: ``dolma tag --tagger_modules tamis.integrations.dolma --taggers junk --experiment tamis ...``.

With the experiment ``tamis`` it writes the very attributes that ``tamis classify --attributes`` writes:
``tamis__junk__boilerplate``, ``tamis__junk__spam``, ``tamis__junk__share``.
"""

from dolma.core.data_types import DocResult, Document, Span
from dolma.core.registry import TaggerRegistry
from dolma.core.taggers import BaseTagger

import tamis


def line(text: str, block: tamis.Block | tamis.Part) -> tuple[int, int]:
    """The whole line of a block, with its line end, so that dropping it leaves no blank line; of a part only the part."""
    if isinstance(block, tamis.Part):
        return block.start, block.end
    start = 1 + max(text.rfind("\n", 0, block.start), text.rfind("\r", 0, block.start))
    ends = [at for at in (text.find("\n", block.end), text.find("\r", block.end)) if at >= 0]
    if not ends:
        return start, len(text)
    end = min(ends)
    return start, end + (2 if text.startswith("\r\n", end) else 1)


@TaggerRegistry.add("junk")
class JunkTagger(BaseTagger):
    """Spans of junk lines by kind with P(junk) as their score, and the share of junk, by bytes of blocks, over the whole text.

    Offsets count code points. The embedded model; derive from it and set ``clf`` for another one.
    """

    def __init__(self) -> None:
        self.clf = tamis.load()

    @property
    def defaults(self) -> list[str]:
        """Types that are there even if they are empty."""
        return ["boilerplate", "spam", "share"]

    def predict(self, doc: Document) -> DocResult:
        """The spans of a document."""
        blocks = self.clf.classify(doc.text)
        # A block is junk as a whole, or parts of it are.
        pieces = [piece for block in blocks for piece in (block.parts or [block]) if piece.label == "junk"]
        spans = [Span(*line(doc.text, piece), type=piece.kind, score=piece.score) for piece in pieces]
        junk_bytes, all_bytes = (sum(len(doc.text[one.start : one.end].encode()) for one in some) for some in (pieces, blocks))
        share = Span(0, len(doc.text), type="share", score=junk_bytes / max(all_bytes, 1))
        return DocResult(doc=doc, spans=[*spans, share])
