"""Every model whose image tokens we can plan, by name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

from docai.errors import ModelUnknown
from docai.patches.cloud_models import CLOUD_MODELS
from docai.patches.from_config import model_of
from docai.patches.open_models import OPEN_MODELS
from docai.patches.reading_models import READING_MODELS
from docai.patches.vision_model import VisionModel

__all__ = ["MODELS", "VisionModel", "model_named", "model_of"]

MODELS: Mapping[str, VisionModel] = MappingProxyType(
    {model.name: model for model in (*OPEN_MODELS, *READING_MODELS, *CLOUD_MODELS)}
)
"""Name to model."""
_DATE = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$")
"""What providers hang on the name of a model to say which state of it is meant."""

_BY_SOURCE = {source.lower(): model for model in MODELS.values() for source in model.sources}


def model_named(name: str) -> VisionModel:
    """The model of a name, an id on the hub, or a provider's name for it, with or without a date.

    Upper and lower case are alike.

    Raises:
        ModelUnknown: there is none; the message has the names that are nearest.
    """
    wanted = name.strip().lower()
    for form in (wanted, _DATE.sub("", wanted)):
        found = MODELS.get(form) or _BY_SOURCE.get(form)
        if found is not None:
            return found
    near = difflib.get_close_matches(wanted, MODELS, n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise ModelUnknown(
        f"no rule is known by which {name!r} turns images into tokens{hint} `docai plan --models` lists the models; "
        "name one whose rule it follows with DOCAI_VLM__SEES_AS",
        model=name,
    )
