"""How documents are drawn and read: limits, resolution, OCR, vision-language models."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from docai.settings.group import Group


class LimitSettings(Group):
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


class RasterSettings(Group):
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


class OcrSettings(Group):
    """Read by the OCR engine."""

    min_confidence: float = Field(
        0.5, ge=0, le=1, description="Words read with less confidence are marked illegible, never dropped silently."
    )
    threads: int = Field(0, ge=0, description="Threads of one OCR run; 0: all cores.")


class EvidenceSettings(Group):
    """Read by whatever holds readings against the page's witnesses."""

    witnesses: str = Field(
        "believed",
        pattern="^(believed|both)$",
        description="Whom values are compared with: `believed`: the text layer where it is believed, else OCR; `both`: "
        "OCR reads every page, also those with a text layer, which takes some seconds a page.",
    )
    correction: str = Field(
        "report",
        pattern="^(report|prefer_text_layer)$",
        description="What becomes of a value that a model misread where the text layer is believed: `report`: it "
        "stands as it was read, with the conflict; `prefer_text_layer`: the text layer's characters take its place, "
        "and what was read is kept beside it.",
    )


class VlmSettings(Group):
    """Read by whatever reads pages, tables and charts, or answers questions, with a vision-language model."""

    engine: str = Field(
        "none",
        pattern="^(none|local|served|anthropic|gemini|openai)$",
        description="What runs the vision-language model: `none`: pages are read by the layout engine alone; `local`: "
        "transformers in the workers, with the extra `docai[models]`; `served`: a server that speaks OpenAI's "
        "interface, such as vLLM; `anthropic`, `gemini`, `openai`: the provider, with the extra of that name, and only "
        "for tenants that allow it (`docai admin cloud`).",
    )
    model: str = Field(
        "",
        description="The model: a name that `docai plan --models` lists, a folder, or an id on the Hugging Face hub; "
        "for a server or provider, the name that it knows the model by.",
    )
    sees_as: str = Field(
        "",
        description="The listed model whose rule for image tokens the model follows, where its name or folder does not "
        "tell; for fine-tuned models behind a server.",
    )
    url: str | None = Field(None, description="Address of the server, such as `http://vllm:8000/v1`.")
    api_key: SecretStr | None = Field(None, description="Key of the server or provider.")
    server: str = Field(
        "vllm",
        pattern="^(vllm|sglang|transformers|openai)$",
        description="What the server is: decides what it may be asked beyond OpenAI's interface.",
    )
    device: str = Field(
        "auto",
        pattern="^(auto|cpu|cuda(:[0-9]+)?)$",
        description="Where a local model computes: `cpu`, `cuda`, `cuda:1`; `auto`: on a GPU if there is one.",
    )
    dtype: str = Field(
        "auto",
        pattern="^(auto|float32|bfloat16|float16)$",
        description="What a local model computes in; `auto`: float32 on a CPU, bfloat16 on a GPU.",
    )
    cache: Path | None = Field(None, description="Folder of files fetched from the hub; unset: the hub client's own.")
    allow_remote_code: bool = Field(
        False,
        description="Whether a local model may bring code of its own, which then runs as docai; only for checkpoints "
        "that need it and that you have read.",
    )
    dialect: str = Field(
        "auto",
        description="The form in which the model writes what it reads, such as `doctags`; `auto`: as its profile says.",
    )
    context_tokens: int = Field(
        0, ge=0, description="Most tokens of prompt and output together; 0: as the model or server says."
    )
    max_output_tokens: int = Field(8192, ge=16, description="Most tokens that the model may write about one image.")
    batch_tokens: int = Field(
        0,
        ge=0,
        description="Most prompt tokens, images included, that a local model takes at once; 0: 16,384 on a CPU, 65,536 "
        "on a GPU.",
    )
    concurrency: int = Field(32, ge=1, description="Most requests that one process has under way at a server.")
    timeout_s: float = Field(180.0, gt=0, description="Longest time for one image, seconds.")
    retries: int = Field(
        4, ge=0, description="How often a request is sent again to a server that is busy, failing or away."
    )
    max_attempts: int = Field(6, ge=1, description="Most times that the model is asked about one page.")
    floor_dpi: float = Field(
        150.0, ge=36, description="Resolution below which no text, table or chart may reach the model, DPI."
    )
    small_print_floor_dpi: float = Field(
        200.0, ge=36, description="The same for pages whose smallest print is below `SMALL_PRINT_PT`, DPI."
    )
    small_print_pt: float = Field(9.0, gt=0, description="Font size below which print is small, points.")
    page_tokens: int = Field(
        0,
        ge=0,
        description="For measuring what a budget costs (`docai eval run --visual-tokens`): a page is shown whole with "
        "at most so many visual tokens, below the floors too; 0: as many as the floors ask for.",
    )
    answers: bool = Field(True, description="Whether the model answers questions too; else the extractive reader does.")
    prompt_price: float = Field(0.0, ge=0, description="Price of a million tokens of prompt, for estimates.")
    output_price: float = Field(0.0, ge=0, description="Price of a million tokens of output, for estimates.")
    currency: str = Field("USD", min_length=1, max_length=8, description="Currency of these prices.")
    device_tflops: float = Field(
        0.0,
        ge=0,
        description="Operations that the device does per second, in 10^12, for estimates of time; 0: unknown.",
    )
    device_gb_s: float = Field(
        0.0, ge=0, description="Memory bandwidth of the device, GB/s, for estimates of time; 0: unknown."
    )
