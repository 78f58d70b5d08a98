"""Parts and ReadingPolicy: what the stages are done with, and by which settings."""

from __future__ import annotations

from dataclasses import dataclass

from docai.pipeline.rasterise import RasterPolicy
from docai.protocols import BlobStore, Doorbell, PageEmbedder, PageIndex, PdfReader, Records, Sealer, WordReader


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


@dataclass(frozen=True, slots=True)
class ReadingPolicy:
    """The settings that decide how pages are read."""

    raster: RasterPolicy
    max_pages: int
    min_confidence: float
    """OCR words below are illegible."""
    patience_s: float
    """How long passing trouble is waited out before an item is given up, seconds since the job was accepted."""
