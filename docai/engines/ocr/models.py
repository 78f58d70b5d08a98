"""The PP-OCR models that come in RapidOCR's package, run on the processor and never fetched."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rapidocr
from rapidocr import RapidOCR

from docai.engines.ocr.preparation import Pixels
from docai.errors import EngineUnavailable

Floats = npt.NDArray[np.float32]

LINE_HEIGHT_PX = 48
"""Height at which the recognition model reads a line (`rec_img_shape` in RapidOCR's config.yaml)."""
STRIDE_PX = 32
"""The detection model's sides are multiples of this (`DetPreProcess.resize` in RapidOCR)."""
MIN_WIDTH_PX = 320
"""Shortest input of the recognition model (`rec_img_shape` in RapidOCR's config.yaml)."""

_FILES = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}


def model_paths() -> dict[str, Path]:
    """Where the models lie, by role.

    Raises:
        EngineUnavailable: one is missing from the installed package.
    """
    folder = Path(rapidocr.__file__).parent / "models"
    paths = {role: folder / name for role, name in _FILES.items()}
    missing = [path.name for path in paths.values() if not path.is_file()]
    if missing:
        raise EngineUnavailable(f"RapidOCR's package lacks {', '.join(missing)}; install it anew.")
    return paths


class Models:
    """The three networks: where lines are, what they say, and whether they stand on their head."""

    def __init__(self, threads: int) -> None:
        """Load them; `threads` per run, 0 for all cores.

        Raises:
            EngineUnavailable: a model is missing.
        """
        params: dict[str, Any] = {f"{role}.model_path": str(path) for role, path in model_paths().items()}
        params |= {
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
            # A page can hold more pieces of text than the 1000 that RapidOCR looks at.
            "Det.max_candidates": 10_000,
        }
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        engine = RapidOCR(params=params)
        self._detector = engine._load_det_model()
        self._recogniser = engine._load_rec_model()
        self._classifier = engine._load_cls_model()
        self.characters: tuple[str, ...] = tuple(self._recogniser.postprocess_op.character)
        """What each class of the recognition model stands for; the first is CTC's blank."""

    def find_lines(self, image: Pixels) -> Floats:
        """Quadrilaterals `(N, 4, 2)` around the lines of an image whose sides are multiples of `STRIDE_PX`.

        Corners in pixels, clockwise from the top left.
        """
        scores = self._detector.session(_normalised([image]))
        quads, _ = self._detector.postprocess_op(scores, image.shape[:2])
        return np.asarray(quads, dtype=np.float32).reshape(-1, 4, 2)

    def read_lines(self, lines: list[Pixels]) -> Floats:
        """Probabilities `(N, steps, characters)` of lines that share one width and are `LINE_HEIGHT_PX` high."""
        return np.asarray(self._recogniser.session(_normalised(lines)), dtype=np.float32)

    def are_upside_down(self, lines: list[Pixels]) -> Floats:
        """Probability `(N,)` that each line, of any size, stands on its head."""
        results = self._classifier(lines).cls_res
        return np.asarray([p if label == "180" else 1 - p for label, p in results], dtype=np.float32)


def _normalised(images: list[Pixels]) -> Floats:
    """Images of one size as the networks want them: `(N, 3, height, width)`, from -1 to 1."""
    stack = np.stack(images).transpose(0, 3, 1, 2)
    batch = stack.astype(np.float32)
    batch *= 1 / 127.5
    batch -= 1.0
    return batch
