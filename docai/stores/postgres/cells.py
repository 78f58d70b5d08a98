"""A page's tables as rows, cell by cell, for asking in SQL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from docai.domain.documents import Page
from docai.domain.ids import DocumentId, TenantId
from docai.domain.tables import Cell, Table
from docai.stores.postgres.tables import PageTableRow, TableCellRow


def replace_tables(session: Session, tenant_id: TenantId, page: Page) -> None:
    """Set the rows of a page's tables to what its parse says; the page's own row is there already."""
    of_page = {"tenant_id": tenant_id, "document_id": page.document_id, "page_number": page.number}
    session.execute(delete(PageTableRow).filter_by(**of_page))
    numbered = list(enumerate(page.parse.tables if page.parse else (), start=1))
    if not numbered:
        return
    session.execute(
        insert(PageTableRow), [{**of_page, "table_number": n, **_table_columns(table)} for n, table in numbered]
    )
    cells = [{**of_page, "table_number": n, **_cell_columns(cell)} for n, table in numbered for cell in table.cells]
    if cells:
        session.execute(insert(TableCellRow), cells)


def drop_tables(session: Session, tenant_id: TenantId, document_id: DocumentId, numbers: Collection[int]) -> None:
    """Remove the rows of the tables of these pages."""
    mine = (PageTableRow.tenant_id == tenant_id, PageTableRow.document_id == document_id)
    session.execute(delete(PageTableRow).where(*mine, PageTableRow.page_number.in_(numbers)))


def _table_columns(table: Table) -> dict[str, Any]:
    return table.model_dump(include={"n_rows", "n_cols", "caption", "engine"})


def _cell_columns(cell: Cell) -> dict[str, Any]:
    evidence = cell.evidence
    return {
        "row": cell.row,
        "col": cell.col,
        "row_span": cell.row_span,
        "col_span": cell.col_span,
        "text": cell.text,
        "role": cell.role,
        "box": cell.box and [cell.box.x0, cell.box.y0, cell.box.x1, cell.box.y1],
        "word_ids": list(cell.word_ids),
        "verdict": evidence and evidence.verdict,
        "witness": evidence and evidence.witness,
        "confidence": evidence and evidence.confidence,
    }
