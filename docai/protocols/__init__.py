"""The seams: what an engine, a PDF reader, a store and a queue must do."""

from docai.protocols.erasures import ErasureQueue, ErasureRecords
from docai.protocols.generating import Cancellation, ImageRule, SpanReader, VisionLanguageModel
from docai.protocols.indexes import EmbeddingRecords, IndexRecords, QueryRequests
from docai.protocols.reading import OpenDocument, PageCropper, PageEmbedder, PdfReader, QueryEmbedder, WordReader
from docai.protocols.records import (
    AnswerRecords,
    DocumentRecords,
    ExtractionRecords,
    JobRecords,
    Records,
    TermRecords,
    UnitOfWork,
)
from docai.protocols.requests import BatchRecords, RequestKeys
from docai.protocols.reviews import FlagRecords, RevisionRecords
from docai.protocols.stores import BlobStore, IndexShelf, PageIndex, Sealer
from docai.protocols.upkeep import UpkeepRecords
from docai.protocols.webhooks import WebhookOutbox, WebhookRecords
from docai.protocols.work import Doorbell, EventRecords, WorkQueue, WorkRecords

__all__ = [
    "AnswerRecords",
    "BatchRecords",
    "BlobStore",
    "Cancellation",
    "DocumentRecords",
    "Doorbell",
    "EmbeddingRecords",
    "ErasureQueue",
    "ErasureRecords",
    "EventRecords",
    "ExtractionRecords",
    "FlagRecords",
    "ImageRule",
    "IndexRecords",
    "IndexShelf",
    "JobRecords",
    "OpenDocument",
    "PageCropper",
    "PageEmbedder",
    "PageIndex",
    "PdfReader",
    "QueryEmbedder",
    "QueryRequests",
    "Records",
    "RequestKeys",
    "RevisionRecords",
    "Sealer",
    "SpanReader",
    "TermRecords",
    "UnitOfWork",
    "UpkeepRecords",
    "VisionLanguageModel",
    "WebhookOutbox",
    "WebhookRecords",
    "WordReader",
    "WorkQueue",
    "WorkRecords",
]
