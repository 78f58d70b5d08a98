"""The encoder that the settings name, with what it needs loaded; models and their libraries only where one is named."""

from __future__ import annotations

from docai.engines.embedder.following import FollowingEmbedder
from docai.engines.embedder.ngram import NgramEmbedder
from docai.engines.embedder.profiles import CommercialUse, Profile
from docai.engines.embedder.queued import QueuedEmbedder
from docai.errors import ConfigurationError
from docai.pdf.sandbox import ENGINE
from docai.protocols import PageEmbedder, Records
from docai.settings import EmbedderSettings, Settings
from docai.telemetry import log

NGRAM = "ngram"
"""The model that is none: needs no weights."""


def make_embedder(settings: Settings) -> PageEmbedder:
    """The encoder of pages and queries; a model is loaded, which takes from seconds to minutes.

    Raises:
        CheckpointRefused: the model's files are not what they should be.
        ConfigurationError: the packages that models need are not installed.
        EngineUnavailable: there is no such device, or the hub does not answer.
    """
    chosen = settings.embedder
    return NgramEmbedder(dimension=chosen.dimension) if chosen.model == NGRAM else _loaded(chosen)


def query_embedder(settings: Settings, records: Records) -> PageEmbedder:
    """The encoder of queries for a process that embeds no pages: always that of the index in use."""
    own = NgramEmbedder(dimension=settings.embedder.dimension)
    timeout_s = settings.embedder.query_timeout_s
    return FollowingEmbedder(own, QueuedEmbedder(records.indexes, records.query_requests, timeout_s=timeout_s))


def _loaded(chosen: EmbedderSettings) -> PageEmbedder:
    try:
        # Seconds of imports, and packages that most processes do not have.
        from docai.engines.checkpoints.devices import DTYPES  # noqa: PLC0415
        from docai.engines.embedder.colpali import ColPaliEmbedder  # noqa: PLC0415
        from docai.engines.embedder.loading import load  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(
            f"The model {chosen.model!r} needs packages that are not installed ({error}); install them with "
            "`pip install 'docai[models]'`, or unset DOCAI_EMBEDDER__MODEL.",
            model=chosen.model,
        ) from error
    loaded = load(
        chosen.model,
        device=chosen.device,
        dtype=DTYPES[chosen.dtype],
        visual_tokens=chosen.visual_tokens or None,
        cache=chosen.cache and chosen.cache.expanduser(),
    )
    _tell_licence(loaded.profile)
    embedder = ColPaliEmbedder(
        loaded,
        renderer=ENGINE,
        batch_tokens=chosen.batch_tokens or None,
        max_query_tokens=chosen.max_query_tokens,
    )
    log("model loaded", fingerprint=embedder.fingerprint, **embedder.description)
    return embedder


def _tell_licence(profile: Profile) -> None:
    if profile.commercial_use is CommercialUse.NO:
        log(
            "the model's licence forbids commercial use",
            level="warning",
            model=profile.name,
            source=profile.source,
            licence=profile.licence,
        )
