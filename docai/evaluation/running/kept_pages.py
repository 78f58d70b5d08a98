"""Page pictures of a run, from what it keeps, with the places marked that an answer stands on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from docai.assembly.parts import open_records
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, TenantId
from docai.errors import BlobMissing, NotFound
from docai.evaluation.predictions import Prediction
from docai.evaluation.running.run_folder import RunFolder
from docai.evaluation.scoring.scorer import Scored
from docai.protocols import BlobStore, Records
from docai.rendering.pictures import PillowCropper
from docai.settings import Settings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.home import HomeLock
from docai.stores.postgres.embedded import EmbeddedPostgres

Pictures = Callable[[Scored], Sequence[bytes]]
"""Pages as PNG, those that are cited first, the boxes of their evidence marked."""
MOST_PAGES = 3
"""Of one sample."""


@contextmanager
def kept_pictures(folder: RunFolder) -> Iterator[Pictures]:
    """The pictures of a run's pages; no engine is loaded. Where its files are gone, there are none.

    Raises:
        HomeInUse: the run is under way in another process.
    """
    if not folder.home.exists():
        yield _no_picture
        return
    with ExitStack() as stack:
        home = folder.home.resolve()
        stack.enter_context(HomeLock(home))
        server = stack.enter_context(EmbeddedPostgres(home / "postgres"))
        records = open_records(Settings(home=home), server.url, stack, migrate=True)
        tenant, documents = records.first_tenant(), _documents(folder)
        if tenant is None:
            yield _no_picture
            return
        yield _KeptPages(records, FilesystemBlobs(home / "blobs"), tenant.id, documents).pictures


@dataclass(frozen=True, slots=True)
class _KeptPages:
    records: Records
    blobs: BlobStore
    tenant_id: TenantId
    documents: dict[str, DocumentId]
    """By file name."""

    def pictures(self, scored: Scored) -> Sequence[bytes]:
        """See `Pictures`."""
        places = _places(scored.prediction) or self._first_pages(scored)
        found = (self._picture(document_id, number, boxes) for (document_id, number), boxes in places.items())
        return [picture for picture in found if picture is not None][:MOST_PAGES]

    def _first_pages(self, scored: Scored) -> dict[tuple[DocumentId, int], list[Box]]:
        known = (self.documents.get(file.name) for file in scored.sample.files[:1])
        return {(document_id, 1): [] for document_id in known if document_id is not None}

    def _picture(self, document_id: DocumentId, number: int, boxes: Sequence[Box]) -> bytes | None:
        try:
            with self.records.unit_of_work(self.tenant_id) as unit:
                page = unit.documents.page(document_id, number)
            if page.image is None:
                return None
            image = self.blobs.get(page.image.sha256)
        except (NotFound, BlobMissing):
            return None
        return PillowCropper().mark(image, boxes) if boxes else image


def _places(prediction: Prediction) -> dict[tuple[DocumentId, int], list[Box]]:
    """The pages that an answer or fields stand on, in order, with their boxes."""
    found: defaultdict[tuple[DocumentId, int], list[Box]] = defaultdict(list)
    for citation in prediction.answer.citations if prediction.answer is not None else ():
        found[citation.document_id, citation.page_number].append(citation.box)
    for field in prediction.extraction.fields if prediction.extraction is not None else ():
        if field.document_id is not None and field.page_number is not None and field.box is not None:
            found[field.document_id, field.page_number].append(field.box)
    return dict(found)


def _documents(folder: RunFolder) -> dict[str, DocumentId]:
    return {file.name: file.document_id for file in folder.files.read() if file.document_id is not None}


def _no_picture(_: Scored) -> Sequence[bytes]:
    return ()
