"""The queries that `docai index compare` asks, and how it asks them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from docai.domain.answers import Question
from docai.domain.ids import DocumentId, TenantId
from docai.errors import Conflict, InvalidRequest
from docai.query.compare import DEPTH, JudgedQuery, Ranking

if TYPE_CHECKING:
    from docai.assembly.indexing import Indexing
    from docai.protocols import PageEmbedder, Records


def logged_queries(records: Records, limit: int) -> list[JudgedQuery]:
    """What was searched for lately, of all tenants.

    Raises:
        Conflict: nothing was.
    """
    logged = records.indexes.logged_queries(limit)
    if not logged:
        raise Conflict(
            "No query was logged: nobody searched lately, or DOCAI_RETENTION__QUERY_DAYS is 0. Give queries with "
            "--judged."
        )
    return [JudgedQuery(query.tenant_id, query.text) for query in logged]


def judged_queries(records: Records, path: Path) -> list[JudgedQuery]:
    """The queries of a file, of the first tenant, with the pages that answer them.

    Raises:
        Conflict: there is no tenant yet.
        InvalidRequest: a line is not as described, or there is none.
    """
    tenant = records.first_tenant()
    if tenant is None:
        raise Conflict("There are no documents yet.")
    lines = path.read_text(encoding="utf-8").splitlines()
    judged = [_judged(tenant.id, line, number) for number, line in enumerate(lines, start=1) if line.strip()]
    if not judged:
        raise InvalidRequest(f"{path} holds no query.")
    return judged


def ranking(indexing: Indexing, embedder: PageEmbedder) -> Ranking:
    """Hybrid search as the service does it, with this encoder."""
    from docai.assembly.parts import make_policy
    from docai.query.search import search

    policy = make_policy(indexing.settings).search

    def rank(tenant_id: TenantId, text: str) -> Sequence[tuple[DocumentId, int]]:
        hits = search(
            Question(text=text, top_k=DEPTH),
            records=indexing.records,
            tenant_id=tenant_id,
            index=indexing.indexes,
            embedder=embedder,
            policy=policy,
        )
        return [(hit.document_id, hit.page_number) for hit in hits]

    return rank


def _judged(tenant_id: TenantId, line: str, number: int) -> JudgedQuery:
    try:
        said = json.loads(line)
        pages = frozenset((DocumentId(UUID(page["document"])), int(page["page"])) for page in said["pages"])
        return JudgedQuery(tenant_id, str(said["query"]), pages)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest(f"Line {number} of the judged queries is not as described: {error!r}") from error
