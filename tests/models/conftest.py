"""Random checkpoints and drawn pages, for tests that run models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.models.digit_pages import Crop
    from tests.models.training import Lesson

Checkpoints = Callable[[str], Path]

FOREIGN_WARNINGS = (
    # Of transformers 5.23 with numpy 2, in PaliGemma's processor.
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
    # Of peft 0.20 with transformers 5.23, when an adapter is made.
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            for warning in FOREIGN_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    import torch
    import transformers

    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoints:
    """The folder of a random checkpoint of an architecture, made once; to be read only."""
    from tests.models.checkpoints import save

    made: dict[str, Path] = {}

    def of(architecture: str) -> Path:
        if architecture not in made:
            made[architecture] = save(architecture, tmp_path_factory.mktemp("checkpoint") / architecture)
        return made[architecture]

    return of


@pytest.fixture(scope="session")
def vlm_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoints:
    """The folder of a random checkpoint of a family of vision-language models, made once; to be read only."""
    from tests.models.vlm_checkpoints import save

    made: dict[str, Path] = {}

    def of(family: str) -> Path:
        if family not in made:
            made[family] = save(family, tmp_path_factory.mktemp("vlm") / family)
        return made[family]

    return of


@pytest.fixture(scope="session")
def lesson() -> Lesson:
    """Drawn pages, each with a word of its own that is asked for."""
    from tests.models.training import draw_lesson

    return draw_lesson(48, seed=0)


@pytest.fixture(scope="session")
def taught(lesson: Lesson, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a small ColQwen2 that has learnt the lesson; to be read only."""
    from tests.models.training import save, teach, untaught

    model, processor = untaught()
    losses = teach(model, processor, lesson, max_steps=150)
    assert losses[-1] < losses[0] / 10
    return save(model, processor, tmp_path_factory.mktemp("taught"))


@pytest.fixture(scope="session")
def crops() -> list[Crop]:
    """Drawn tables of digits."""
    from tests.models.digit_pages import draw_crops

    return draw_crops(12, seed=0)


@pytest.fixture(scope="session")
def trained(crops: list[Crop], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a small Qwen2-VL that knows the drawn tables by heart; to be read only."""
    from tests.models.trained_reader import save, teach, untaught

    model, processor = untaught()
    losses = teach(model, processor, crops, max_steps=400)
    assert losses[-1] < losses[0] / 50, f"it has not learnt: loss {losses[-1]} after {len(losses)} steps"
    return save(model, processor, tmp_path_factory.mktemp("trained"))
