"""Parts and ReadingPolicy: what the stages are done with, and by which settings."""

from __future__ import annotations

from dataclasses import dataclass

from docai.checks.verify import EvidencePolicy
from docai.dialects.profiles import ReadingProfile
from docai.patches.fidelity import FidelityPolicy
from docai.pipeline.rasterise import RasterPolicy
from docai.protocols import (
    BlobStore,
    Doorbell,
    PageEmbedder,
    PageIndex,
    PdfReader,
    Records,
    Sealer,
    VisionLanguageModel,
    WordReader,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages are done with."""

    records: Records
    blobs: BlobStore
    index: PageIndex
    reader: PdfReader
    word_reader: WordReader
    embedder: PageEmbedder
    doorbell: Doorbell
    sealer: Sealer
    vlm: VisionLanguageModel | None = None
    """None: pages are read by the layout engine alone."""


@dataclass(frozen=True, slots=True)
class ModelPolicy:
    """The settings that decide how a vision-language model reads pages."""

    profile: ReadingProfile
    fidelity: FidelityPolicy
    max_output_tokens: int
    """Of one image, at most."""
    max_attempts: int
    """How often the model is asked about one page, each time about all parts of it that are still to be read."""
    libraries: tuple[str, ...] = ()
    """Names of the packages that run the model or speak to its server, for manifests."""


@dataclass(frozen=True, slots=True)
class ReadingPolicy:
    """The settings that decide how pages are read."""

    raster: RasterPolicy
    max_pages: int
    evidence: EvidencePolicy
    """What becomes of what witnesses say."""
    patience_s: float
    """How long passing trouble is waited out before an item is given up, seconds since the job was accepted."""
    model: ModelPolicy | None = None
    """None: pages are read by the layout engine alone."""
    wants_both_witnesses: bool = False
    """Whether OCR reads pages with a text layer that is believed, too."""
