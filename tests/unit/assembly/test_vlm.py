from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from docai.assembly.vlm import make_vlm
from docai.errors import ConfigurationError, ModelUnknown
from docai.protocols import VisionLanguageModel
from docai.settings import Settings, VlmSettings

SERVER = {"engine": "served", "url": "http://127.0.0.1:1/v1"}
CLOUD = {"anthropic": "claude-sonnet-4-6", "gemini": "gemini-2.5-flash", "openai": "gpt-4o"}


def settings_of(**chosen: object) -> Settings:
    return Settings(vlm=VlmSettings.model_validate(chosen))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def made(stack: ExitStack, **chosen: object) -> VisionLanguageModel:
    vlm = make_vlm(settings_of(**chosen))
    assert vlm is not None
    stack.callback(vlm.close)
    return vlm


def test_by_default_there_is_none() -> None:
    assert make_vlm(Settings()) is None


def test_no_library_of_models_or_providers_is_imported_for_a_server() -> None:
    code = (
        "import sys; from docai.assembly.vlm import make_vlm; from docai.settings import Settings, VlmSettings;"
        "make_vlm(Settings(vlm=VlmSettings(engine='served', model='qwen2.5-vl-7b', url='http://localhost:1/v1')));"
        "print(sorted({'torch', 'transformers', 'anthropic', 'openai', 'google.genai'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_server_is_a_machine_of_the_operators_own(stack: ExitStack) -> None:
    vlm = made(stack, **SERVER, model="Qwen/Qwen2.5-VL-7B-Instruct", concurrency=7)
    assert (vlm.name, vlm.is_cloud, vlm.max_parallel) == ("vllm/Qwen/Qwen2.5-VL-7B-Instruct", False, 7)
    assert vlm.images.see(1120, 1120, max_visual_tokens=100).visual_tokens <= 100


def test_a_server_that_cannot_be_told_a_pixel_budget_promises_none(stack: ExitStack) -> None:
    vlm = made(stack, **SERVER, server="sglang", model="qwen2.5-vl-7b")
    sight = vlm.images.see(1120, 1120, max_visual_tokens=100)
    assert (sight.visual_tokens, sight.processor) == (1600, {})


@pytest.mark.parametrize("engine", list(CLOUD))
def test_a_provider_is_a_cloud_that_is_asked_nothing_yet(engine: str, stack: ExitStack) -> None:
    vlm = made(stack, engine=engine, model=CLOUD[engine], api_key="secret")
    assert (vlm.name, vlm.is_cloud) == (f"{engine}/{CLOUD[engine]}", True)


def test_a_model_of_ones_own_sees_as_the_one_that_it_was_made_from(stack: ExitStack) -> None:
    assert made(stack, **SERVER, model="our-invoices", sees_as="qwen3-vl-8b").images.name == "qwen3-vl-8b"
    with pytest.raises(ModelUnknown, match="DOCAI_VLM__SEES_AS"):
        make_vlm(settings_of(**SERVER, model="our-invoices"))


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"engine": "served", "url": "http://x"}, "DOCAI_VLM__MODEL"),
        ({"engine": "served", "model": "qwen2.5-vl-7b"}, "DOCAI_VLM__URL"),
        ({"engine": "served", "model": "qwen2.5-vl-7b", "url": "vllm:8000"}, "DOCAI_VLM__URL"),
        ({"engine": "openai", "model": "gpt-4o"}, "DOCAI_VLM__API_KEY"),
    ],
)
def test_a_setting_that_is_missing_is_named(chosen: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        make_vlm(settings_of(**chosen))


@pytest.mark.parametrize(
    ("engine", "package", "extra"),
    [
        ("local", "torch", "models"),
        ("anthropic", "anthropic", "anthropic"),
        ("gemini", "google.genai", "gemini"),
        ("openai", "openai", "openai"),
    ],
)
def test_an_engine_without_its_packages_says_what_to_install(
    engine: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where docai was installed without the extra."""
    for name in [name for name in sys.modules if name.startswith("docai.engines.vlm.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigurationError, match=rf"pip install 'docai\[{extra}\]'"):
        make_vlm(settings_of(engine=engine, model=CLOUD.get(engine, "qwen2.5-vl-7b"), api_key="secret"))
