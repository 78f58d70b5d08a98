from __future__ import annotations

import subprocess
import sys

import pytest

from docai.assembly.embedders import make_embedder
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import ConfigurationError
from docai.settings import EmbedderSettings, Settings


def settings_of(**chosen: object) -> Settings:
    return Settings(embedder=EmbedderSettings.model_validate(chosen))


def test_by_default_nothing_but_words_is_looked_at() -> None:
    made = make_embedder(settings_of(dimension=64))
    assert isinstance(made, NgramEmbedder)
    assert (made.dimension, made.sees_images) == (64, False)


def test_by_default_no_library_of_models_is_imported() -> None:
    code = (
        "import sys; from docai.assembly.embedders import make_embedder; from docai.settings import Settings;"
        "make_embedder(Settings());"
        "print(sorted({'torch', 'transformers', 'colpali_engine', 'peft'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_model_without_the_packages_for_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where docai was installed without the extra: neither the library nor what was imported of it is there."""
    monkeypatch.delitem(sys.modules, "docai.engines.embedder.colpali", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'docai\[models\]'"):
        make_embedder(settings_of(model="colqwen2"))
