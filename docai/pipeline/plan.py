"""What reading a document would take, page by page, told without reading or storing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from docai.domain.documents import Fault, MediaType, PageFacts
from docai.domain.geometry import PageSize
from docai.domain.ids import DocumentId, TenantId
from docai.domain.images import RenderedPage
from docai.domain.plans import PagePlan, ReadingPlan, UnplannedPage
from docai.domain.sights import TokenPlan
from docai.domain.words import PageWords, Witness
from docai.errors import ModelUnknown, PageError, PageNotFound, TooManyPages
from docai.patches.estimates import EstimatePolicy, glance, plan_reading
from docai.pipeline.ingest import SNIFFED_BYTES, sniff
from docai.pipeline.parts import Parts
from docai.pipeline.rasterise import RasterPolicy, raster_plan
from docai.protocols import OpenDocument
from docai.protocols.generating import ImageRule

_A4 = PageSize(width_pt=595.28, height_pt=841.89)
"""ISO 216: 210 x 297 mm."""
_SAMPLE_PT = 8.0
_NO_WORDS = PageWords(witness=None)


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """The settings that decide how pages would be drawn and read."""

    raster: RasterPolicy
    estimates: EstimatePolicy
    rule_named: Callable[[str], ImageRule]
    """Raises ModelUnknown."""
    max_pages: int
    model: str = ""
    """The model that is configured; empty where none is."""


@dataclass(frozen=True, slots=True)
class DocumentPlans:
    """A document that is open, and the plans of its pages as they are asked for."""

    n_pages: int
    pages: Iterator[PagePlan | UnplannedPage]
    """In order; none is left out."""


@dataclass(frozen=True, slots=True)
class ModelCompared:
    """One model among others, asked about the same page."""

    rule: ImageRule
    glance: TokenPlan | None
    """The whole page by the model's own settings, whatever is lost; None where it does not take it."""
    reading: ReadingPlan


class Plans:
    """What reading documents would take. Thread-safe."""

    def __init__(self, parts: Parts, policy: PlanPolicy) -> None:
        self._parts = parts
        self._policy = policy

    @property
    def currency(self) -> str:
        """Of all costs."""
        return self._policy.estimates.rates.currency

    def rule(self, model: str | None = None) -> ImageRule | None:
        """The rule of a model, of the configured one where none is named; None where there is none either.

        Raises:
            ModelUnknown: no rule is known for it.
        """
        name = model or self._policy.model
        return self._policy.rule_named(name) if name else None

    def required_rule(self, model: str | None = None) -> ImageRule:
        """The same where a model must be named or configured.

        Raises:
            ModelUnknown: none is, or no rule is known for it.
        """
        rule = self.rule(model)
        if rule is None:
            raise ModelUnknown(
                "No model is named, and none is configured (DOCAI_VLM__MODEL); `docai plan --models` lists them."
            )
        return rule

    @contextmanager
    def of_file(
        self, path: Path, *, password: str | None = None, rule: ImageRule | None = None
    ) -> Iterator[DocumentPlans]:
        """The plans of a file's pages; with `rule`, also how its model would read each page.

        Raises:
            InputError: the document cannot be opened, or has more pages than the limit.
        """
        with self._open(path, password) as opened:
            yield DocumentPlans(opened.facts.n_pages, self._pages(opened, rule))

    def of_document(
        self,
        tenant_id: TenantId,
        document_id: DocumentId,
        *,
        password: str | None = None,
        rule: ImageRule | None = None,
    ) -> AbstractContextManager[DocumentPlans]:
        """The same of a stored document.

        Raises:
            DocumentNotFound: the tenant has none of this id.
            InputError: as for `of_file`.
        """
        with self._parts.records.unit_of_work(tenant_id) as unit:
            document = unit.documents.get(document_id)
        return self.of_file(self._parts.blobs.path(document.sha256), password=password, rule=rule)

    def of_page(self, path: Path, number: int, *, password: str | None = None) -> PagePlan:
        """The plan of one page of a file.

        Raises:
            PageNotFound: it has none of this number.
            InputError, PageError: as for `of_file`.
        """
        with self._open(path, password) as opened:
            _check(opened, number)
            return self._planned(opened, number, None)

    def of_sample(self) -> PagePlan:
        """The plan of a page such as many have: A4, with 8-point print."""
        return self._plan_of(
            1, PageFacts(size=_A4, words=_NO_WORDS, smallest_print_pt=_SAMPLE_PT, native_dpi=None), None
        )

    def drawn_page(
        self, path: Path, number: int, rule: ImageRule, *, password: str | None = None
    ) -> tuple[PagePlan, RenderedPage]:
        """One page's plan, and its image as the model would be given it.

        Raises:
            PageNotFound: the file has no page of this number.
            InputError, PageError: as for `of_file`.
        """
        with self._open(path, password) as opened:
            _check(opened, number)
            plan = self._planned(opened, number, rule)
            return plan, opened.render(number, plan.raster.dpi)

    def compared(self, page: PagePlan, rules: Iterable[ImageRule]) -> list[ModelCompared]:
        """How each of several models would read a page that is planned."""
        policy = self._policy.estimates
        return [
            ModelCompared(rule, glance(rule, page.raster, policy), plan_reading(rule, page.raster, policy))
            for rule in rules
        ]

    @contextmanager
    def _open(self, path: Path, password: str | None) -> Iterator[OpenDocument]:
        with self._parts.reader.open(path, _media_type(path), password) as opened:
            n_pages, limit = opened.facts.n_pages, self._policy.max_pages
            if n_pages > limit:
                raise TooManyPages(f"The document has {n_pages} pages; the limit is {limit}.", limit=limit)
            yield opened

    def _pages(self, opened: OpenDocument, rule: ImageRule | None) -> Iterator[PagePlan | UnplannedPage]:
        for number in range(1, opened.facts.n_pages + 1):
            planned: PagePlan | UnplannedPage
            try:
                planned = self._planned(opened, number, rule)
            except PageError as error:
                planned = UnplannedPage(page_number=number, fault=Fault(code=error.code, message=error.message))
            yield planned

    def _planned(self, opened: OpenDocument, number: int, rule: ImageRule | None) -> PagePlan:
        return self._plan_of(number, opened.measure(number), rule)

    def _plan_of(self, number: int, facts: PageFacts, rule: ImageRule | None) -> PagePlan:
        raster = raster_plan(facts, self._policy.raster)
        return PagePlan(
            page_number=number,
            size=facts.size,
            raster=raster,
            witness=facts.words.witness or Witness.OCR,
            text_layer_flaws=facts.words.text_layer_flaws,
            n_text_layer_words=len(facts.words.words),
            reading=None if rule is None else plan_reading(rule, raster, self._policy.estimates),
        )


def _media_type(path: Path) -> MediaType:
    with path.open("rb") as stream:
        return sniff(stream.read(SNIFFED_BYTES))


def _check(opened: OpenDocument, number: int) -> None:
    if not 1 <= number <= opened.facts.n_pages:
        raise PageNotFound(f"The document has {opened.facts.n_pages} pages; there is no page {number}.", page=number)
