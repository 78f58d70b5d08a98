"""How pages are embedded, found and answered from."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from docai.settings.group import Group


class EmbedderSettings(Group):
    """Read by whatever turns pages and queries into vectors."""

    model: str = Field(
        "ngram",
        min_length=1,
        description="What pages and queries are embedded with: `ngram`, which needs no weights; or a model of the "
        "ColPali family, by the name of a profile such as `colqwen2`, a folder, or an id on the Hugging Face hub. A "
        "model needs the extra `docai[models]` in embed workers, and in them only. Pages that are indexed already keep "
        "the index they are in until `docai index build` and `docai index switch`.",
    )
    dimension: int = Field(128, ge=32, le=1024, description="Length of a word's vector under `ngram`.")
    device: str = Field(
        "auto",
        pattern="^(auto|cpu|cuda(:[0-9]+)?)$",
        description="Where a model computes: `cpu`, `cuda`, `cuda:1`; `auto`: on a GPU if there is one.",
    )
    dtype: str = Field(
        "auto",
        pattern="^(auto|float32|bfloat16|float16)$",
        description="What a model computes in; `auto`: float32 on a CPU, bfloat16 on a GPU.",
    )
    visual_tokens: int = Field(
        0, ge=0, description="Most image vectors per page, for models that keep a page's shape; 0: as the profile says."
    )
    batch_tokens: int = Field(
        0, ge=0, description="Most image tokens that a model takes at once; 0: what suits the device."
    )
    cache: Path | None = Field(None, description="Folder of files fetched from the hub; unset: the hub client's own.")
    max_query_tokens: int = Field(512, ge=8, description="Longest query that a model takes, tokens.")
    query_timeout_s: float = Field(
        15.0,
        gt=0,
        description="How long a process without the model waits for an embed worker to embed a query, seconds.",
    )


class IndexSettings(Group):
    """Read by the page index."""

    url: str | None = Field(
        None,
        description="Address of a Qdrant server or cluster, 1.16 or newer, such as `http://qdrant:6333`; unset: an "
        "embedded engine under `DOCAI_HOME`.",
    )
    api_key: SecretStr | None = Field(None, description="The server's API key.")
    grpc_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port on which the server speaks gRPC, as a rule 6334, which is faster; 0: HTTP is spoken.",
    )
    collection: str = Field(
        "docai_pages",
        min_length=1,
        description="Start of the names of the server's collections, one for each encoder, and the alias that "
        "follows a switch.",
    )
    full_scan_pages: int = Field(
        2000, ge=0, description="Up to so many pages in a search's scope, every one is scored by all its vectors."
    )
    candidates: int = Field(
        1000,
        ge=1,
        description="Beyond that, so many pages are chosen by the means of their rows, and scored by all their "
        "vectors.",
    )
    replication_factor: int = Field(
        1, ge=1, description="Copies of each page in a cluster; read when the collection is made."
    )
    timeout_s: float = Field(60.0, ge=1, description="Longest wait for the index to answer one call, seconds.")


class SearchSettings(Group):
    """Read by search."""

    candidates: int = Field(100, ge=1, description="Pages that each ranking hands to the fusion.")
    rrf_k: int = Field(
        60, ge=1, description="The constant of reciprocal-rank fusion; larger flattens the ranks' differences."
    )
    text_weight: float = Field(1.0, ge=0, description="Weight of the BM25 ranking in the fusion.")
    late_interaction_weight: float = Field(2.0, ge=0, description="Weight of the MaxSim ranking in the fusion.")
    max_filtered_documents: int = Field(
        10_000, ge=1, description="Most documents that a search's filter may match; beyond that, it must be narrowed."
    )

    @model_validator(mode="after")
    def _ranks(self) -> Self:
        if self.text_weight + self.late_interaction_weight <= 0:
            raise ValueError("TEXT_WEIGHT and LATE_INTERACTION_WEIGHT must not both be 0")
        return self


class AnswerSettings(Group):
    """Read by answering."""

    pages: int = Field(5, ge=1, description="Best pages that are read for an answer.")
    min_confidence: float = Field(
        0.5, ge=0, le=1, description="Answers less sure than this are withheld: the question is not answerable."
    )
    unverified: str = Field(
        "mark",
        pattern="^(withdraw|mark)$",
        description="What becomes of an answer that its cited places do not hold: `withdraw`: the question is not "
        "answerable; `mark`: it is given, and said to be unverified. Figures that stand nowhere are withdrawn always.",
    )
    span_reader: str = Field(
        "",
        description="Folder or hub id of a LayoutLMv3 or UDOP checkpoint that answers questions from the words and "
        "images of the best pages too, with the extra `docai[models]` in the process that answers; empty: none.",
    )
    span_reader_device: str = Field(
        "auto",
        pattern="^(auto|cpu|cuda(:[0-9]+)?)$",
        description="Where it computes: `cpu`, `cuda`, `cuda:1`; `auto`: on a GPU if there is one.",
    )
    span_reader_cache: Path | None = Field(
        None, description="Folder of its files fetched from the hub; unset: the hub client's own."
    )


class ExtractionSettings(Group):
    """Read by extraction."""

    max_fields: int = Field(500, ge=1, description="Most fields of one JSON Schema.")
    max_schema_bytes: int = Field(100_000, ge=100, description="Largest JSON Schema, bytes.")
    pages: int = Field(20, ge=1, description="Most pages that are shown to a model for one extraction.")
