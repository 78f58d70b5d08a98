"""One page read again from its document, by the steps that read it first; nothing of it is saved."""

from __future__ import annotations

from dataclasses import dataclass

from docai.domain.documents import Document, Page
from docai.domain.work import Stage
from docai.errors import EngineUnavailable
from docai.pipeline.follow import follow
from docai.pipeline.manifest import Manifests
from docai.pipeline.model_reading import Asking, ModelReading
from docai.pipeline.parts import Parts, ReadingPolicy
from docai.pipeline.read import PageReading
from docai.protocols import OpenDocument
from docai.replaying.unsaved_blobs import UnsavedBlobs


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads a page with the engines and settings of now. Thread-safe."""

    parts: Parts
    policy: ReadingPolicy

    def read(self, opened: OpenDocument, document: Document, number: int, asking: Asking) -> Page:
        """The page in the state that a worker would leave it in, before it is embedded.

        Raises:
            EngineUnavailable: an engine is away, or this process has no vision-language model although one is set.
            ReadingCancelled: nobody waits for it any more.
        """
        reading, model = self._steps()
        manifests = Manifests(self.policy, self.parts.vlm)
        stage = Stage.READ
        page, _ = reading.read(opened, document, number)
        while True:
            page = manifests.entered(page, document.sha256)
            following = follow(page, stage)
            if not following or following[0].stage is Stage.EMBED:
                return page
            stage = following[0].stage
            if stage is Stage.OCR:
                page = reading.recognise(page)
            elif stage is Stage.PARSE:
                page = reading.lay_out(opened, page)
            elif model is None:
                raise EngineUnavailable("This process has no vision-language model, and the settings name one.")
            else:
                page, _ = model.read(page, asking)

    def _steps(self) -> tuple[PageReading, ModelReading | None]:
        """What a page is read with; its image and what a model says of it are kept in memory as long as these are."""
        parts, policy = self.parts, self.policy
        blobs = UnsavedBlobs(parts.blobs)
        reading = PageReading(blobs=blobs, reader=parts.reader, word_reader=parts.word_reader, policy=policy)
        if parts.vlm is None or policy.model is None:
            return reading, None
        return reading, ModelReading(parts.vlm, blobs, policy.model, evidence=policy.evidence)
