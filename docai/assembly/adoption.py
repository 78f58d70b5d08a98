"""At its start, a process that embeds pages makes sure of the index that its encoder writes to."""

from __future__ import annotations

from datetime import UTC, datetime

from docai.domain.indexes import IndexEntry, IndexState
from docai.engines.embedder.golden import Golden, check, golden_of
from docai.errors import IndexMismatch
from docai.protocols import IndexRecords, PageEmbedder


def adopt(indexes: IndexRecords, embedder: PageEmbedder, model: str) -> IndexEntry:
    """The entry of the encoder's index, once the encoder is seen to give what the index was built with.

    The first encoder ever used gets its index made; any other one gets its own by `docai index build` only, so that a
    changed setting does not quietly make every page unfindable.

    Args:
        indexes: which there are.
        embedder: this process's encoder.
        model: what it is called in the settings.

    Raises:
        IndexMismatch: the pages stand in another encoder's index, or the encoder gives other vectors than at first.
        StoreUnavailable: the database does not answer.
    """
    entry = entry_of(indexes, embedder.fingerprint)
    if entry is None:
        active = indexes.active()
        if active is None:
            active = indexes.register(new_entry(embedder, model, IndexState.ACTIVE))
        if active.encoder != embedder.fingerprint:
            raise IndexMismatch(
                f"The pages are indexed by {active.model!r} ({active.encoder}), not by {model!r} as it is set up now. "
                f"Set DOCAI_EMBEDDER__MODEL={active.model} and the settings of its time, or change over with "
                f"`docai index build --model {model}` and `docai index switch`.",
                index=active.encoder,
                given=embedder.fingerprint,
            )
        entry = active
    check(embedder, Golden.from_bytes(entry.golden))
    return entry


def entry_of(indexes: IndexRecords, encoder: str) -> IndexEntry | None:
    """The index of an encoder; None where it has none."""
    return next((entry for entry in indexes.all() if entry.encoder == encoder), None)


def new_entry(embedder: PageEmbedder, model: str, state: IndexState) -> IndexEntry:
    """An encoder's index as it is to be entered, with what the encoder gives for the golden page and query."""
    return IndexEntry(
        encoder=embedder.fingerprint,
        dimension=embedder.dimension,
        model=model,
        state=state,
        golden=golden_of(embedder).to_bytes(),
        created_at=datetime.now(UTC),
    )


def require_active(entry: IndexEntry, indexes: IndexRecords) -> None:
    """Make sure that an index is the one in use, for a process that is the only one.

    Raises:
        IndexMismatch: another one is; says what to do.
    """
    if entry.state is IndexState.ACTIVE:
        return
    active = indexes.active()
    in_use = active.model if active else "none"
    raise IndexMismatch(
        f"The index of {entry.model!r} is not in use, that of {in_use!r} is. Set DOCAI_EMBEDDER__MODEL={in_use}, or "
        "put it in use with `docai index switch`.",
        index=active.encoder if active else None,
        given=entry.encoder,
    )
