"""What becomes of pages whose OCR was given up."""

from __future__ import annotations

from docai.domain.access import Tenant
from docai.domain.documents import Fault, PageState
from docai.domain.words import PageWords, Witness, Word
from docai.domain.work import Capability, Stage
from docai.pipeline.record import Recorder
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.queued import add_pages, claim, items
from tests.integration.stores.samples import BOX, a_page


def test_a_page_with_a_text_layer_is_read_without_ocr_where_that_was_given_up(
    records: PostgresRecords, tenant: Tenant
) -> None:
    job = add_pages(records, tenant, 2, stage=Stage.OCR)
    layer = PageWords(witness=Witness.TEXT_LAYER, words=(Word(text="printed", box=BOX, line=0),))
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.open_ledger(job.document_id, 2)
        for number, words in ((1, layer), (2, layer.model_copy(update={"witness": None}))):
            page = a_page(job.document_id, number)
            waiting = {"state": PageState.QUEUED, "parse": None, "words": words}
            unit.documents.save_page(page.model_copy(update=waiting))
    for lease in claim(records, Capability.OCR):
        Recorder(records).buried(lease, Fault(code="engine_unavailable", message="There is no OCR."))
    with records.unit_of_work(tenant.id) as unit:
        believed, unread = (unit.documents.page(job.document_id, number) for number in (1, 2))
    assert (believed.state, believed.words, believed.fault) == (PageState.QUEUED, layer, None)
    assert (unread.state, unread.words, unread.fault and unread.fault.code) == (
        PageState.FAILED,
        None,
        "engine_unavailable",
    )
    rows = [(row.stage, row.page_number, row.state) for row in items(records, job)]
    assert rows == [("ocr", 1, "dead"), ("ocr", 2, "dead"), ("parse", 1, "pending")]
