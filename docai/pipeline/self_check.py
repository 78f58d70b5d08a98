"""Whether the stores answer and the engines read: each is used as the steps use it, on something made for that."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from docai.domain.documents import MediaType
from docai.domain.images import RenderedPage
from docai.domain.words import PageWords, Witness
from docai.errors import DocaiError, EngineError, IndexMissing, StoreError
from docai.pipeline.parts import Parts
from docai.protocols import BlobStore, PageEmbedder, PdfReader, WordReader

LINE = "docai reads 2026"
"""What is printed on the page that the engines are tried on: letters and digits, so that both must be told apart."""
_DPI = 150
"""24 points are 50 pixels then: print that any text recognition reads, so a misread word is the engine's fault."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the self-check."""

    name: str
    is_ok: bool
    detail: str
    is_vital: bool = False
    """Whether nothing works without it."""


def check_stores(parts: Parts) -> list[Check]:
    """Whether the stores answer; cheap enough to be asked every few seconds."""
    is_reachable = parts.records.is_reachable()
    return [
        Check("records", is_reachable, "PostgreSQL answers" if is_reachable else "PostgreSQL does not answer"),
        _checked("blobs", lambda: try_blobs(parts.blobs)),
        _checked("index", lambda: told_of_index(parts.index.count(), parts.embedder)),
    ]


def told_of_index(n_pages: int, embedder: PageEmbedder) -> str:
    """How many pages can be found, and by which encoder, in words."""
    try:
        return f"{n_pages} pages, encoder {embedder.fingerprint}"
    except IndexMissing:
        return "no page was embedded yet"


def engine_names(parts: Parts) -> dict[str, str]:
    """What reads and finds, by what it does, each with its version; `model` only where one is configured.

    Raises:
        IndexMissing: this process embeds no pages, and there is no index yet.
    """
    told = {"layout": parts.reader.name, "ocr": parts.word_reader.name, "encoder": parts.embedder.fingerprint}
    return told if parts.vlm is None else {**told, "model": parts.vlm.name}


def check_isolation(reader: PdfReader) -> Check:
    """How readers of PDFs are confined; a missing wall is told, but is no reason not to read. Costs nothing."""
    found = reader.isolation
    return Check("isolation", True, found.detail if found.is_full else f"weaker than it could be: {found.detail}")


def check_engines(reader: PdfReader, word_reader: WordReader) -> list[Check]:
    """Whether the engines read: a page with one printed line is opened, measured, drawn and recognised.

    Takes some seconds, most of them to load the engines.
    """
    images: list[RenderedPage] = []
    reading = _checked("reader", lambda: _timed(reader.name, lambda: images.append(_try_reader(reader))))
    found = [check_isolation(reader), reading]
    if not images:
        return [*found, Check("ocr", False, f"{word_reader.name}, not tried: the reader drew no page")]
    return [*found, _checked("ocr", lambda: _timed(word_reader.name, lambda: _try_ocr(word_reader, images[0])))]


def _checked(name: str, look: Callable[[], str]) -> Check:
    """A part's line: what looking at it told, or why it could not be used."""
    try:
        return Check(name, True, look())
    except DocaiError as error:
        return Check(name, False, error.message)


def _timed(engine: str, use: Callable[[], object]) -> str:
    begun = time.monotonic()
    try:
        use()
    except DocaiError:
        raise
    except Exception as error:
        # A damaged model or library fails in ways of its own; to tell them is what the check is for.
        raise EngineError(f"{engine} fails: {error!r}; install it anew.") from error
    return f"{engine}, read a page in {time.monotonic() - begun:.1f} s"


def try_blobs(blobs: BlobStore) -> str:
    """Use the blob store; gives what was done, in words.

    Raises:
        StoreError: it does not work.
    """
    content = uuid4().bytes  # of its own: another check may be running
    probe = blobs.put(content)
    if blobs.get(probe) != content:
        raise StoreError("A blob did not come back as it was written; check the disk of DOCAI_HOME.")
    blobs.delete(probe)
    return "written, read and deleted"


def _try_reader(reader: PdfReader) -> RenderedPage:
    """The page as drawn, once its text layer said what is printed on it."""
    with TemporaryDirectory(prefix="docai-check-") as folder:
        path = Path(folder) / "page.pdf"
        path.write_bytes(_page())
        with reader.open(path, MediaType.PDF, None) as document:
            words = document.measure(1).words
            _compare(words, Witness.TEXT_LAYER, reader.name)
            return document.render(1, _DPI)


def _try_ocr(word_reader: WordReader, image: RenderedPage) -> None:
    _compare(word_reader.read(image.content), Witness.OCR, word_reader.name)


def _compare(words: PageWords, witness: Witness, engine: str) -> None:
    read = " ".join(word.text for word in words.words)
    if words.witness is not witness or read != LINE:
        raise EngineError(f"{engine} read {read!r} where {LINE!r} is printed; install it anew.")


def _page() -> bytes:
    """A PDF of one page with the line on it, written by hand: a reader cannot vouch for a file of its own."""
    text = f"BT /F 24 Tf 40 60 Td ({LINE}) Tj ET"
    bodies = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 120]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(text)}>>stream\n{text}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    file, places = "%PDF-1.7\n", ""
    for number, body in enumerate(bodies, start=1):
        places += f"{len(file):010d} 00000 n \n"
        file += f"{number} 0 obj\n{body}\nendobj\n"
    size = len(bodies) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n<</Root 1 0 R/Size {size}>>\n"
    return f"{file}{table}startxref\n{len(file)}\n%%EOF\n".encode("ascii")
