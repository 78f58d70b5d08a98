"""Every knob, its default and its meaning; read once per process, then frozen."""

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
from docai.settings.settings import PREFIX, Settings, load_settings, unknown_variables

__all__ = [
    "PREFIX",
    "AnswerSettings",
    "ApiSettings",
    "BrokerSettings",
    "DatabaseSettings",
    "EmbedderSettings",
    "EvaluationSettings",
    "EvidenceSettings",
    "ExtractionSettings",
    "IndexSettings",
    "LimitSettings",
    "OcrSettings",
    "RasterSettings",
    "RetentionSettings",
    "SearchSettings",
    "Settings",
    "TelemetrySettings",
    "VlmSettings",
    "WebhookSettings",
    "WorkerSettings",
    "load_settings",
    "unknown_variables",
]
