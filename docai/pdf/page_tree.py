"""Counts a PDF's pages, after mending what the engine's own repair leaves broken."""

from __future__ import annotations

import contextlib

import pymupdf
from pymupdf import mupdf

_MAX_OBJECTS = 20_000
"""Objects searched for lost pages, so that a hostile file costs at most some hundred milliseconds."""


def count_pages(document: pymupdf.Document) -> int:
    """How many pages there are; a PDF whose page tree is broken or lies about its length is given a new one.

    Nothing is mended in an encrypted file, whose objects would be read without their key, nor where no tree is named.
    """
    n_pages = _counted(document)
    if n_pages > 0 or not document.is_pdf or document.is_encrypted or (document.metadata or {}).get("encryption"):
        return n_pages
    with contextlib.suppress(Exception):
        mupdf.pdf_repair_xref(mupdf.pdf_document_from_fz_document(document.this))
        n_pages = _counted(document)
    if n_pages < 1 and _names_a_tree(document):
        with contextlib.suppress(Exception):
            _plant(document)
            n_pages = _counted(document)
    return n_pages


def _counted(document: pymupdf.Document) -> int:
    try:
        return int(document.page_count)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- "Invalid number of pages" has no type of its own
        return 0


def _names_a_tree(document: pymupdf.Document) -> bool:
    catalog = int(document.pdf_catalog())
    return catalog > 0 and bool(document.xref_get_key(catalog, "Pages/Kids")[0] == "array")


def _plant(document: pymupdf.Document) -> None:
    """Hang every page object of the file under a new root; pages keep what they inherit from their old parents."""
    pages = [
        xref
        for xref in range(1, min(document.xref_length(), _MAX_OBJECTS))
        if document.xref_get_key(xref, "Type") == ("name", "/Page")
    ]
    if pages:
        root = document.get_new_xref()
        kids = " ".join(f"{xref} 0 R" for xref in pages)
        document.update_object(root, f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>")
        document.xref_set_key(document.pdf_catalog(), "Pages", f"{root} 0 R")
