"""Where a model computes and in what precision, by the names in the settings; and what it says when memory runs out."""

from __future__ import annotations

import torch

from docai.errors import EngineUnavailable

DTYPES = {"auto": None, "float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
"""What weights are computed in, by the name in the settings."""


def device_named(name: str) -> torch.device:
    """The device of a name: `cpu`, `cuda`, `cuda:<number>`; `auto` for a GPU where there is one.

    Raises:
        EngineUnavailable: a GPU is asked for, and there is none.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise EngineUnavailable("there is no CUDA device; set the device to cpu", device=name)
    return device


def precision(dtype: torch.dtype | None, device: torch.device) -> torch.dtype:
    """What to compute in: as asked for, else float32 on a CPU and bfloat16 on a GPU."""
    return dtype or (torch.float32 if device.type == "cpu" else torch.bfloat16)
