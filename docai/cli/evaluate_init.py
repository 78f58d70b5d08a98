"""`docai eval init`: a data set of your own, made of documents that docai has read."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel

from docai.cli.output import JsonFlag, counted, notes, print_json, results
from docai.cli.session import Session, open_session
from docai.errors import InvalidRequest

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.own_sets.making import StoredDocument
    from docai.sealing import Seal

FolderArgument = Annotated[Path, typer.Argument(help="Folder of the set.", file_okay=False)]


class MadeSetOut(BaseModel):
    """What was made."""

    folder: str
    documents: int
    questions: int
    kinds: dict[str, int]


def init(  # noqa: PLR0913, PLR0917 - each is an option of the command
    folder: FolderArgument,
    documents: Annotated[
        list[str] | None, typer.Option("--document", help="Id of a document to ask about; all that were read if none.")
    ] = None,
    questions: Annotated[int, typer.Option(min=1, max=10_000, help="Most questions to propose.")] = 60,
    unanswerable: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share of questions whose document does not answer them.")
    ] = 0.15,
    seed: Annotated[int, typer.Option(help="The same seed proposes the same.")] = 1,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Seal questions and documents with the deployment's key.")
    ] = False,
    allow_cloud: Annotated[
        bool, typer.Option("--allow-cloud", help="Let models at a provider be measured with this set.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a data set of documents in the store, with proposed questions for a person to confirm."""
    from docai.evaluation.own_sets.making import make_set
    from docai.evaluation.own_sets.set_folder import new_set
    from docai.evaluation.own_sets.set_record import Cloud, SetRecord

    record = SetRecord(
        cloud=Cloud.ALLOWED if allow_cloud else Cloud.NEVER,
        encrypted=encrypt,
        seed=seed,
        made_at=datetime.now(UTC).replace(microsecond=0),
    )
    with open_session() as session:
        stored = _stored(session, documents or (), at_most=questions, seed=seed)
        own = new_set(folder, record, partial(_seal, session))
        made = make_set(own, stored, n_questions=questions, unanswerable_share=unanswerable, seed=seed)
    kinds = Counter(question.kind for question in made)
    n_documents = len({question.files[0] for question in made})
    if as_json:
        print_json(MadeSetOut(folder=str(folder), documents=n_documents, questions=len(made), kinds=dict(kinds)))
        return
    told = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
    results().print(
        f"{folder}: {counted(len(made), 'question')} about {counted(n_documents, 'document')} ({told}).", soft_wrap=True
    )
    if made:
        notes().print(f"Nothing of it is confirmed: docai eval confirm {folder}", soft_wrap=True)
    else:
        notes().print("These documents have no table, field, chart or sentence that gives a question.", soft_wrap=True)


def _stored(session: Session, ids: Sequence[str], *, at_most: int, seed: int) -> list[StoredDocument]:
    """The documents that may be asked about, oldest first; those that are named, or so many of all by lot."""
    from docai.evaluation.own_sets.making import StoredDocument
    from docai.stores.blobs.filesystem import FilesystemBlobs

    blobs = FilesystemBlobs(session.settings.home_path / "blobs")
    found: list[StoredDocument] = []
    chosen = [session.document(each) for each in ids]
    if not chosen:
        every = sorted(session.documents(), key=lambda one: one.place)
        lot = random.Random(seed)  # noqa: S311 - a sample, no secret
        chosen = sorted(lot.sample(every, min(at_most, len(every))), key=lambda one: one.place)
    for document in chosen:
        if not document.status.is_final:
            notes().print(f"{document.name} is left out: it is still being read.", soft_wrap=True)
        elif document.security.is_encrypted:
            notes().print(f"{document.name} is left out: it needs a password.", soft_wrap=True)
        else:
            pages = session.system.pages(session.tenant_id, document.id)
            found.append(StoredDocument(document, pages, partial(blobs.get, document.sha256)))
    if not found:
        raise InvalidRequest("There is no document to ask about; `docai ingest` takes some in.")
    return found


def _seal(session: Session) -> Seal:
    from docai.sealing import open_seal

    secret = session.settings.secret_key
    return open_seal(secret.get_secret_value() if secret else None, session.settings.home_path)
