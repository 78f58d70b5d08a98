"""Image to words with boxes."""

from docai.engines.ocr.rapidocr import RapidOcrReader

__all__ = ["RapidOcrReader"]
