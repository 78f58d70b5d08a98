"""The vision-language model that the settings name, with its engine; libraries only where they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from docai.assembly.estimates import configured_rule
from docai.engines.vlm.limited_rules import AsStarted
from docai.engines.vlm.remote import Limits, RemoteModel
from docai.engines.vlm.served import ChatCompletions
from docai.engines.vlm.server_profiles import SERVERS, Budgets
from docai.engines.vlm.wire import Wire
from docai.errors import ConfigurationError
from docai.patches.models import MODELS
from docai.patches.vision_model import VisionModel
from docai.protocols import VisionLanguageModel
from docai.settings import Settings, VlmSettings
from docai.telemetry import log


def make_vlm(settings: Settings) -> VisionLanguageModel | None:
    """The model that reads pages and answers questions; None where none is configured.

    A local model is loaded, which takes from seconds to minutes; no server or provider is asked anything yet.

    Raises:
        ConfigurationError: a setting is missing, or the packages that the engine needs are.
        ModelUnknown: no rule is known by which the model sees images.
        CheckpointRefused, EngineUnavailable: a local model's files are not what they should be, or are not to be had.
    """
    chosen = settings.vlm
    if chosen.engine == "none":
        return None
    if not chosen.model:
        raise ConfigurationError(
            f"DOCAI_VLM__ENGINE is {chosen.engine!r}, and DOCAI_VLM__MODEL does not say which model."
        )
    if chosen.page_tokens:
        log("pages are shown below the floor of the fidelity rule", level="warning", page_tokens=chosen.page_tokens)
    return _MAKERS[chosen.engine](chosen)


def _local(chosen: VlmSettings) -> VisionLanguageModel:
    try:
        # Seconds of imports, and packages that most processes do not have.
        from docai.engines.checkpoints.devices import DTYPES  # noqa: PLC0415
        from docai.engines.checkpoints.fetching import fetched  # noqa: PLC0415
        from docai.engines.checkpoints.files import read_config  # noqa: PLC0415
        from docai.engines.specialists.donut import DonutModel  # noqa: PLC0415
        from docai.engines.vlm.loading import LocalOptions  # noqa: PLC0415
        from docai.engines.vlm.local import LocalModel  # noqa: PLC0415
    except ImportError as error:
        raise _missing(chosen, "models", error) from error
    cache = chosen.cache and chosen.cache.expanduser()
    listed = MODELS.get(chosen.model)
    source = listed.sources[0] if listed and listed.sources else chosen.model
    folder, _ = fetched(source, cache=cache, with_code=chosen.allow_remote_code)
    # Donut's decoder reads no chat, so it has an engine of its own.
    if read_config(folder).get("model_type") == "vision-encoder-decoder":
        return DonutModel.load(source, device=chosen.device, dtype=DTYPES[chosen.dtype], cache=cache)
    options = LocalOptions(
        device=chosen.device,
        dtype=chosen.dtype,
        cache=cache,
        allow_remote_code=chosen.allow_remote_code,
        sees_as=chosen.sees_as,
        context_tokens=chosen.context_tokens,
        batch_tokens=chosen.batch_tokens,
    )
    return LocalModel(chosen.model, options)


def _served(chosen: VlmSettings) -> VisionLanguageModel:
    if not chosen.url:
        raise ConfigurationError("DOCAI_VLM__ENGINE is 'served', and DOCAI_VLM__URL does not say where the server is.")
    if urlsplit(chosen.url).scheme not in {"http", "https"} or not urlsplit(chosen.url).hostname:
        raise ConfigurationError(f"DOCAI_VLM__URL is no address of a server: {chosen.url!r}.")
    profile = SERVERS[chosen.server]
    rule = configured_rule(chosen)
    if profile.budgets is Budgets.NONE:
        rule = replace(rule, rule=AsStarted(rule.rule))
    key = None if chosen.api_key is None else chosen.api_key.get_secret_value()
    wire = ChatCompletions(profile, model=chosen.model, url=chosen.url, rule=rule, api_key=key)
    return RemoteModel(wire, rule, _limits(chosen), is_cloud=False)


def _anthropic(chosen: VlmSettings) -> VisionLanguageModel:
    try:
        from docai.engines.vlm.anthropic import AnthropicMessages  # noqa: PLC0415 - a package that few have
    except ImportError as error:
        raise _missing(chosen, "anthropic", error) from error
    return _cloud(chosen, lambda _, key: AnthropicMessages(model=chosen.model, api_key=key, url=chosen.url))


def _gemini(chosen: VlmSettings) -> VisionLanguageModel:
    try:
        from docai.engines.vlm.gemini import GeminiContent  # noqa: PLC0415 - a package that few have
    except ImportError as error:
        raise _missing(chosen, "gemini", error) from error
    return _cloud(chosen, lambda _, key: GeminiContent(model=chosen.model, api_key=key, url=chosen.url))


def _openai(chosen: VlmSettings) -> VisionLanguageModel:
    try:
        from docai.engines.vlm.openai import OpenAIChat  # noqa: PLC0415 - a package that few have
    except ImportError as error:
        raise _missing(chosen, "openai", error) from error
    return _cloud(chosen, lambda rule, key: OpenAIChat(model=chosen.model, rule=rule, api_key=key, url=chosen.url))


_MAKERS: Mapping[str, Callable[[VlmSettings], VisionLanguageModel]] = {
    "local": _local,
    "served": _served,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "openai": _openai,
}


def _cloud(chosen: VlmSettings, made: Callable[[VisionModel, str], Wire]) -> VisionLanguageModel:
    if chosen.api_key is None:
        raise ConfigurationError(f"DOCAI_VLM__ENGINE is {chosen.engine!r}, and DOCAI_VLM__API_KEY has no key for it.")
    rule = configured_rule(chosen)
    return RemoteModel(made(rule, chosen.api_key.get_secret_value()), rule, _limits(chosen), is_cloud=True)


def _limits(chosen: VlmSettings) -> Limits:
    return Limits(
        concurrency=chosen.concurrency,
        timeout_s=chosen.timeout_s,
        retries=chosen.retries,
        context_tokens=chosen.context_tokens,
    )


def _missing(chosen: VlmSettings, extra: str, error: ImportError) -> ConfigurationError:
    return ConfigurationError(
        f"DOCAI_VLM__ENGINE is {chosen.engine!r}, which needs packages that are not installed ({error}); install them "
        f"with `pip install 'docai[{extra}]'`.",
        engine=chosen.engine,
    )
