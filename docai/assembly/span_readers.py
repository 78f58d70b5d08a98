"""The reader of spans that the settings name, loaded; its libraries only where one is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from docai.errors import CheckpointRefused, ConfigurationError
from docai.protocols import SpanReader
from docai.settings import Settings


def make_span_reader(settings: Settings) -> SpanReader | None:
    """What answers questions from the words and images of pages too, loaded; None where none is named.

    Raises:
        CheckpointRefused: its files are not what they should be, or it reads no spans.
        ConfigurationError: the packages that models need are not installed.
        EngineUnavailable: there is no such device, or the hub does not answer.
    """
    chosen = settings.answer
    if not chosen.span_reader:
        return None
    try:
        # Seconds of imports, and packages that most processes do not have.
        from docai.engines.checkpoints.fetching import fetched  # noqa: PLC0415
        from docai.engines.checkpoints.files import read_config  # noqa: PLC0415
        from docai.engines.specialists.layoutlmv3 import LayoutLMv3SpanReader  # noqa: PLC0415
        from docai.engines.specialists.udop import UdopSpanReader  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(
            f"The span reader {chosen.span_reader!r} needs packages that are not installed ({error}); install them "
            "with `pip install 'docai[models]'`, or unset DOCAI_ANSWER__SPAN_READER.",
            model=chosen.span_reader,
        ) from error
    loaders: Mapping[str, Callable[..., SpanReader]] = {
        "layoutlmv3": LayoutLMv3SpanReader.load,
        "udop": UdopSpanReader.load,
    }
    cache = chosen.span_reader_cache and chosen.span_reader_cache.expanduser()
    folder, _ = fetched(chosen.span_reader, cache=cache)
    kind = str(read_config(folder).get("model_type"))
    if kind not in loaders:
        raise CheckpointRefused(
            f"DOCAI_ANSWER__SPAN_READER: {chosen.span_reader} is a model of the type {kind!r}; those that read spans "
            f"are {' and '.join(loaders)}.",
            folder=str(folder),
        )
    return loaders[kind](chosen.span_reader, device=chosen.span_reader_device, cache=cache)
