"""Every knob, its default and its meaning; read once per process, then frozen."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DOCAI_"


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(_Group):
    """Read by the record store."""

    url: SecretStr | None = Field(
        None,
        description="SQLAlchemy URL of a PostgreSQL 15 or newer, such as "
        "`postgresql+psycopg://user:password@host/docai`; unset: a real PostgreSQL of our own under `DOCAI_HOME`.",
    )
    pool_size: int = Field(
        8, ge=4, description="Connections kept open per process; sweeping and tending the index need two each."
    )


class BrokerSettings(_Group):
    """Read by whatever rings for workers or waits for them to be rung for."""

    url: SecretStr | None = Field(
        None,
        description="Where Celery's messages go, such as `redis://:password@host:6379/0`, also of Valkey or RabbitMQ; "
        "unset: `docai up` runs a Valkey of our own. Messages only wake workers; losing them loses no work.",
    )


class LimitSettings(_Group):
    """Read by ingest, the PDF sandbox and the API."""

    max_bytes: int = Field(500_000_000, ge=1, description="Largest file taken in, bytes.")
    max_pages: int = Field(2000, ge=1, description="Most pages of one document.")
    max_page_pixels: int = Field(
        40_000_000,
        ge=1_000_000,
        le=80_000_000,
        description="Most pixels of one page image; A4 at 600 DPI has 35 million. OCR reads 80 million at most.",
    )
    open_timeout_s: float = Field(15.0, gt=0, description="Longest time to open a document, seconds.")
    page_timeout_s: float = Field(
        12.0,
        gt=0,
        description="Longest time for one step of one page in the PDF sandbox, seconds; a dense page takes 1 to 3 on "
        "a core of its own.",
    )
    document_timeout_s: float = Field(
        3600.0,
        gt=0,
        description="Longest time that all pages of a document may take in the PDF sandbox of one worker, seconds; the "
        "pages left then fail.",
    )
    keep_open_s: float = Field(
        2.0,
        ge=0,
        description="How long the process of a document that was just closed is kept for its next pages, seconds; 0: "
        "not at all.",
    )
    sandbox_memory_mib: int = Field(
        2048, ge=512, description="Address space that a process which opens a PDF may use beside the file's own, MiB."
    )
    max_question_characters: int = Field(4000, ge=1, description="Longest question or search, characters.")
    max_wait_s: float = Field(
        60.0, ge=0, description="Longest time that a request may wait for its job (`Prefer: wait`), seconds."
    )
    max_jobs_of_tenant: int = Field(
        10_000, ge=1, description="Most unfinished jobs of one tenant; beyond that, uploads are answered with 429."
    )
    max_jobs_of_all: int = Field(
        100_000, ge=1, description="Most unfinished jobs of all tenants; beyond that, uploads are answered with 503."
    )
    max_batch_files: int = Field(5000, ge=1, description="Most files of one batch.")
    max_batch_bytes: int = Field(20_000_000_000, ge=1, description="Largest body of one batch, bytes.")
    max_page_size: int = Field(200, ge=1, description="Most entries of one page of a list.")


class RasterSettings(_Group):
    """Read when a page's resolution is chosen."""

    floor_dpi: int = Field(
        150, ge=72, description="No page is drawn below this resolution unless the pixel limit forces it."
    )
    ceiling_dpi: int = Field(400, ge=72, description="No page is drawn above this resolution.")
    min_x_height_px: float = Field(
        10.0,
        gt=0,
        description="Pixels that the x-height of the smallest print must have; text recognition confuses similar "
        "letters below about 10.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.floor_dpi > self.ceiling_dpi:
            raise ValueError(f"FLOOR_DPI ({self.floor_dpi}) must not be above CEILING_DPI ({self.ceiling_dpi})")
        return self


class OcrSettings(_Group):
    """Read by the OCR engine."""

    min_confidence: float = Field(
        0.5, ge=0, le=1, description="Words read with less confidence are marked illegible, never dropped silently."
    )
    threads: int = Field(0, ge=0, description="Threads of one OCR run; 0: all cores.")


class EmbedderSettings(_Group):
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


class IndexSettings(_Group):
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


class SearchSettings(_Group):
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


class AnswerSettings(_Group):
    """Read by answering."""

    pages: int = Field(5, ge=1, description="Best pages that are read for an answer.")
    min_confidence: float = Field(
        0.5, ge=0, le=1, description="Answers less sure than this are withheld: the question is not answerable."
    )


class WorkerSettings(_Group):
    """Read by workers, and by every process that sweeps."""

    processes: int = Field(
        0,
        ge=0,
        description="Documents' pages read side by side, each in a process of its own; `docai up` runs as many "
        "workers, one of them for images, words and vectors; 0: one per core.",
    )
    lease_s: float = Field(
        30.0, ge=1, description="A worker that says nothing for so long loses the work it holds, seconds."
    )
    sweep_s: float = Field(5.0, gt=0, description="Time between two looks for lost work and unheard bells, seconds.")
    stage_budget_s: float = Field(
        300.0,
        gt=0,
        description="Longest time that one item may take without progress before its worker is given up, seconds.",
    )
    idle_s: float = Field(
        60.0, gt=0, description="A worker that sits idle for so long beside work that it could do leaves, seconds."
    )
    patience_s: float = Field(
        86400.0,
        ge=0,
        description="How long trouble that may pass is waited out before a job's work is given up, seconds.",
    )

    health_host: str = Field("127.0.0.1", description="Address on which a worker tells its health.")
    health_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port on which a worker answers `/livez`, `/readyz` and `/metrics`; 0: none. Each worker of a "
        "machine needs its own.",
    )


class RetentionSettings(_Group):
    """Read by the chore that forgets. Documents, their pages and what work cost are kept until they are deleted."""

    work_days: float = Field(
        7.0, ge=0, description="How long work items that were done or cancelled are kept after their end, days."
    )
    dead_days: float = Field(
        90.0, ge=0, description="How long work items that were given up can be looked at and put back, days."
    )
    event_days: float = Field(
        30.0, ge=0, description="How long events can be read again (`Last-Event-ID`) and redelivered, days."
    )
    query_days: float = Field(
        30.0,
        ge=0,
        description="How long searched-for texts are kept to compare indexes by (`docai index compare`), days; 0: they "
        "are not kept at all.",
    )
    worker_days: float = Field(1.0, ge=0, description="How long workers that went silent are remembered, days.")


class ApiSettings(_Group):
    """Read by `docai serve`."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0: any free one.")
    drain_s: int = Field(
        25,
        ge=0,
        description="Longest time that requests under way are given to end when the service is told to stop, seconds; "
        "new ones are refused at once.",
    )
    max_streams: int = Field(
        200, ge=1, description="Most event streams open at once per process; beyond that, they are answered with 503."
    )
    keep_keys_s: float = Field(
        86_400.0, ge=60, description="How long the answer to a request with an Idempotency-Key is kept, seconds."
    )


class WebhookSettings(_Group):
    """Read by whatever sends webhooks."""

    send: bool = Field(
        True,
        description="Whether this process sends webhooks; `false` for workers that cannot reach the receivers, so that "
        "they take no attempt from those that can.",
    )
    allowed_networks: str | None = Field(
        None,
        description="Networks besides the public internet that webhooks may reach, by HTTP too and on any port, such "
        "as `10.0.0.0/8,fd00::/8`; for receivers on an intranet.",
    )
    timeout_s: float = Field(15.0, gt=0, le=30, description="Longest time of one attempt at a delivery, seconds.")

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, value: str | None) -> str | None:
        _networks(value)
        return value

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`allowed_networks`, one by one."""
        return _networks(self.allowed_networks)


def _networks(value: str | None) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(block.strip()) for block in value.split(",")) if value else ()


class TelemetrySettings(_Group):
    """Read once at start."""

    log_level: str = Field(
        "warning", pattern="^(debug|info|warning|error)$", description="Least severe event that is logged."
    )
    log_json: bool = Field(False, description="One JSON object per log line instead of text.")
    otlp_endpoint: str | None = Field(
        None,
        pattern="^https?://",
        description="Collector that OpenTelemetry traces are sent to over HTTP, such as `http://collector:4318`; "
        "unset: nothing is traced. Needs the extra `docai[telemetry]`.",
    )


class Settings(BaseSettings):
    """All settings; each is `DOCAI_<GROUP>__<NAME>` in the environment. There is no settings file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid")

    home: Path = Field(Path("~/.docai"), description="Folder of everything kept on this machine.")
    secret_key: SecretStr | None = Field(
        None,
        description="What secrets are sealed with at rest: 32 bytes in base64, or several such keys separated by "
        "commas, of which the first seals; the same in every process. Unset: a key file in `DOCAI_HOME`.",
    )
    database: DatabaseSettings = DatabaseSettings()
    broker: BrokerSettings = BrokerSettings()
    limits: LimitSettings = LimitSettings()
    raster: RasterSettings = RasterSettings()
    ocr: OcrSettings = OcrSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    index: IndexSettings = IndexSettings()
    search: SearchSettings = SearchSettings()
    answer: AnswerSettings = AnswerSettings()
    worker: WorkerSettings = WorkerSettings()
    retention: RetentionSettings = RetentionSettings()
    api: ApiSettings = ApiSettings()
    webhook: WebhookSettings = WebhookSettings()
    telemetry: TelemetrySettings = TelemetrySettings()

    @property
    def home_path(self) -> Path:
        """`home`, absolute."""
        return self.home.expanduser().resolve()

    @property
    def n_processes(self) -> int:
        """How many pages are read side by side."""
        return self.worker.processes or os.cpu_count() or 1


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        pydantic.ValidationError: a variable has a value that its setting does not allow.
    """
    return Settings()


def unknown_variables() -> list[str]:
    """Names of `DOCAI_*` variables that no setting reads: misspelt, most likely."""
    known = {PREFIX + "HOME", PREFIX + "SECRET_KEY"}
    for group, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            known |= {f"{PREFIX}{group}__{name}".upper() for name in kind.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
