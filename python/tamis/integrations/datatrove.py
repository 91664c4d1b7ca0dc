"""A step of a datatrove pipeline."""

import contextlib

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.writers.disk_base import DiskWriter
from datatrove.utils.typeshelper import StatHints

import tamis


class JunkRemover(PipelineStep):
    """Takes the junk out of every document's text.

    Every document goes on, with an empty text if all of it was junk: put a filter behind that drops those. Rules with hosts read
    ``metadata["url"]``.

    ``clf``: the embedded model by default. ``exclusion_writer``: gets every removed block or part of one as a document of its own: the document's
    id and the block's number (`3`, `3.1`) as its id, and ``kind``, ``score``, ``start`` and ``end`` (code points of the document) as metadata.

    Statistics: ``total`` documents, ``changed`` and ``emptied`` ones; ``blocks``, ``removed_boilerplate``, ``removed_spam`` blocks and
    ``removed_characters`` a document.
    """

    name = "tamis"
    type = "✂️ - FORMAT"

    def __init__(self, clf: tamis.Classifier | None = None, exclusion_writer: DiskWriter | None = None) -> None:
        super().__init__()
        self.clf = clf or tamis.load()
        self.exclusion_writer = exclusion_writer

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Yields the documents, changed."""
        with self.exclusion_writer or contextlib.nullcontext() as writer:
            for doc in data:
                self.stat_update(StatHints.total)
                with self.track_time():
                    junk = self.clean(doc)
                for block, part, piece in junk:
                    where = {"kind": piece.kind, "score": piece.score, "start": piece.start, "end": piece.end}
                    text = block.text[piece.start - block.start : piece.end - block.start]
                    if writer:
                        writer.write(Document(text=text, id=f"{doc.id}/{block.index}{part}", metadata=where), rank)
                self.update_doc_stats(doc)
                yield doc

    def clean(self, doc: Document) -> list[tuple[tamis.Block, str, tamis.Block | tamis.Part]]:
        """Changes the document's text, counts, and returns what was removed: the block, `.` and the number of the part, the part."""
        blocks = self.clf.classify(doc.text, url=doc.metadata.get("url"))
        junk: list[tuple[tamis.Block, str, tamis.Block | tamis.Part]] = []
        for block in blocks:
            parts = [(block, f".{number}", part) for number, part in enumerate(block.parts) if part.label == "junk"]
            junk += parts if block.parts else [(block, "", block)] if block.label == "junk" else []
        text = tamis.remove_junk(doc.text, [block for block, _, _ in junk])
        self.stat_update("blocks", value=len(blocks), unit="doc")
        for kind in ("boilerplate", "spam"):
            self.stat_update(f"removed_{kind}", value=sum(piece.kind == kind for _, _, piece in junk), unit="doc")
        self.stat_update("removed_characters", value=len(doc.text) - len(text), unit="doc")
        if junk:
            self.stat_update("changed" if text.strip() else "emptied")
        doc.text = text
        return junk
