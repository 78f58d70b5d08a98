"""Settings: all groups together, from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from docai.settings.finding import AnswerSettings, EmbedderSettings, ExtractionSettings, IndexSettings, SearchSettings
from docai.settings.measuring import EvaluationSettings
from docai.settings.reading import EvidenceSettings, LimitSettings, OcrSettings, RasterSettings, VlmSettings
from docai.settings.running import (
    ApiSettings,
    BrokerSettings,
    DatabaseSettings,
    RetentionSettings,
    TelemetrySettings,
    WebhookSettings,
    WorkerSettings,
)

PREFIX = "DOCAI_"


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
    evidence: EvidenceSettings = EvidenceSettings()
    vlm: VlmSettings = VlmSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    index: IndexSettings = IndexSettings()
    search: SearchSettings = SearchSettings()
    answer: AnswerSettings = AnswerSettings()
    extraction: ExtractionSettings = ExtractionSettings()
    worker: WorkerSettings = WorkerSettings()
    retention: RetentionSettings = RetentionSettings()
    api: ApiSettings = ApiSettings()
    webhook: WebhookSettings = WebhookSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    evaluation: EvaluationSettings = EvaluationSettings()

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
