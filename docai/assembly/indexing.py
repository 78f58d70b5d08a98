"""What `docai index` needs: records, files and indexes, beside whatever else works on them; encoders when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from docai.assembly.adoption import adopt, entry_of, new_entry
from docai.assembly.embedders import make_embedder
from docai.assembly.operations import database_of
from docai.assembly.parts import INDEX_SOCKET, own_shelf, shared_shelf
from docai.assembly.parts import open_records as open_records_at
from docai.domain.indexes import IndexEntry, IndexState
from docai.errors import HomeInUse, IndexMismatch
from docai.protocols import BlobStore, IndexShelf, PageEmbedder, Records
from docai.settings import Settings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.home import HomeLock
from docai.stores.indexes import RegisteredIndexes
from docai.stores.qdrant.wire import socket_place


@dataclass(frozen=True, slots=True)
class Indexing:
    """The indexes and what fills them."""

    settings: Settings
    records: Records
    blobs: BlobStore
    shelf: IndexShelf
    indexes: RegisteredIndexes

    def embedder(self, model: str, *, dimension: int | None = None) -> PageEmbedder:
        """The encoder of that name, loaded; where it has an index, it gives what that was built with.

        Args:
            model: as the setting DOCAI_EMBEDDER__MODEL has it.
            dimension: of an encoder without weights, instead of the one that is set.

        Raises:
            CheckpointRefused, ConfigurationError, EngineUnavailable: it cannot be loaded.
            IndexMismatch: it no longer gives what its index was built with.
        """
        chosen = self.settings.embedder
        changed = chosen.model_copy(update={"model": model, "dimension": dimension or chosen.dimension})
        made = make_embedder(self.settings.model_copy(update={"embedder": changed}))
        if entry_of(self.records.indexes, made.fingerprint) is not None:
            adopt(self.records.indexes, made, model)
        return made

    def embedder_of(self, entry: IndexEntry) -> PageEmbedder:
        """The encoder that an index was built with, loaded.

        Raises:
            CheckpointRefused, ConfigurationError, EngineUnavailable: it cannot be loaded.
            IndexMismatch: with the settings in force its model gives other vectors.
        """
        made = self.embedder(entry.model, dimension=entry.dimension)
        if made.fingerprint != entry.encoder:
            raise IndexMismatch(
                f"With the settings in force {entry.model!r} is another encoder than its index was built with; set "
                "DOCAI_EMBEDDER__* as they were then.",
                index=entry.encoder,
                given=made.fingerprint,
            )
        return made

    def entered(self, embedder: PageEmbedder, model: str) -> IndexEntry:
        """The encoder's index; entered as one that is being built, or as the one in use where there is none yet."""
        is_first = self.records.indexes.active() is None
        state = IndexState.ACTIVE if is_first else IndexState.BUILDING
        known = entry_of(self.records.indexes, embedder.fingerprint)
        return known or self.records.indexes.register(new_entry(embedder, model, state))


@contextmanager
def open_indexing(settings: Settings) -> Iterator[Indexing]:
    """Connect to the stores; those of our own that do not run are started meanwhile.

    Raises:
        HomeInUse: one process has everything to itself (`docai serve` without a broker).
        ConfigurationError, StoreUnavailable: a store cannot be used.
    """
    with ExitStack() as stack:
        url, is_ours_alone = database_of(settings, stack)
        records = open_records_at(settings, url, stack, migrate=is_ours_alone)
        shelf = _shelf(settings, stack, is_locked=is_ours_alone)
        indexes = RegisteredIndexes(records.indexes, shelf)
        stack.callback(indexes.close)
        yield Indexing(settings, records, FilesystemBlobs(settings.home_path / "blobs"), shelf, indexes)


def _shelf(settings: Settings, stack: ExitStack, *, is_locked: bool) -> IndexShelf:
    if settings.index.url is not None or socket_place(settings.home_path / INDEX_SOCKET).exists():
        return shared_shelf(settings)
    if not is_locked:
        try:
            stack.enter_context(HomeLock(settings.home_path))
        except HomeInUse as error:
            raise HomeInUse(
                f"{error.message} While `docai up` runs, the index can be changed over without stopping anything; "
                "`docai serve` in one process must be stopped for it.",
            ) from error
    return own_shelf(settings)
