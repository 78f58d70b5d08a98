"""A reading put through alignment, verdicts, checks and flags, and which of its units are flagged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from docai.checks.flags import flags_of
from docai.checks.verify import EvidencePolicy, verify
from docai.domain.checks import CheckName
from docai.domain.evidence import Evidence
from docai.domain.flags import Flag, FlagKind, Severity
from docai.domain.geometry import Box
from docai.domain.parses import PageParse
from docai.evaluation.fault_injection.faults import Fault, Faulted, Missing, Place
from docai.evaluation.fault_injection.text_faults import TEXT_BLOCKS
from docai.evaluation.fault_injection.truth import TruthPage
from docai.grounding.align import Placed
from docai.grounding.sideways import align_turned

READER = "truth"
"""What the readings name as their reader."""
POLICY = EvidencePolicy(min_confidence=0.5)
"""As the service's own, with nothing corrected."""
_COUNTED = frozenset({Severity.HIGH, Severity.MEDIUM})
_IN_PLACE = 0.5
"""A region lies in a place if they share so much of the smaller of the two."""


@dataclass(slots=True)
class Flagged:
    """What is flagged on a page, by where: only what a person should look at, so nothing of low severity."""

    cells: set[tuple[int, Place]] = field(default_factory=set)
    """Index of the block, and the cell in it."""
    blocks: set[int] = field(default_factory=set)
    """Blocks flagged as such, or all of whose cells are."""
    grids: set[int] = field(default_factory=set)
    """Tables that the print says have another grid."""
    sums: set[tuple[int, Place]] = field(default_factory=set)
    """Cells that are not what others add up to, whatever a witness says of them."""
    regions: list[Box] = field(default_factory=list)
    """Words that no value covers."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading with its evidence and what of it is flagged."""

    faulted: Faulted
    parse: PageParse
    flagged: Flagged

    def is_flagged(self, unit: Unit) -> bool:
        """Whether a flag names a unit."""
        if unit.block in self.flagged.blocks:
            return True
        return unit.cell is not None and (unit.block, unit.cell) in self.flagged.cells

    def is_found(self, fault: Fault, clean: Judged) -> bool:
        """Whether a flag says of a fault, or of what is missing, that something is wrong there.

        Args:
            fault: of this reading.
            clean: the reading without faults, where what is missing has its place; a grid that is flagged there as well
                says nothing.
        """
        if fault.missing is None:
            if any(self.is_flagged(Unit(fault.block, cell)) for cell in fault.cells or {None}):
                return True
        elif any(_lies_in(region, fault.missing, clean) for region in self.flagged.regions):
            return True
        is_of_table = bool(fault.missing.cells) if fault.missing else len(fault.cells) > 1 or "\t" in fault.was
        return is_of_table and fault.block in self.flagged.grids - clean.flagged.grids

    def clean_units(self) -> Iterator[tuple[Unit, Evidence]]:
        """Cells and blocks of text that are as the truth has them, with their evidence; empty ones aside."""
        for unit, evidence in self.units():
            if not self.is_wrong(unit):
                yield unit, evidence

    def units(self) -> Iterator[tuple[Unit, Evidence]]:
        """All cells with text and all blocks of text, with their evidence."""
        for index, block in enumerate(self.parse.blocks):
            if block.table is not None:
                for cell in block.table.cells:
                    if cell.text.strip() and cell.evidence is not None:
                        yield Unit(index, (cell.row, cell.col)), cell.evidence
            elif block.kind in TEXT_BLOCKS and block.text.strip() and block.evidence is not None:
                yield Unit(index, None), block.evidence

    def is_wrong(self, unit: Unit) -> bool:
        """Whether a fault was put into a unit."""
        if unit.cell is None:
            return self.faulted.is_wrong(unit.block)
        return unit.cell in self.faulted.wrong_cells(unit.block)

    def text_of(self, unit: Unit) -> str:
        """What a unit says."""
        block = self.parse.blocks[unit.block]
        return block.text if unit.cell is None or block.table is None else block.table.at(*unit.cell).text


@dataclass(frozen=True, slots=True)
class Unit:
    """A cell, or a block of text."""

    block: int
    """Index into the reading's blocks."""
    cell: Place | None


def judge(faulted: Faulted) -> Judged:
    """Align a reading with the page's words, verify it, and gather what is flagged."""
    page = faulted.page
    parse = read_and_verified(page)
    return Judged(faulted, parse, _gathered(flags_of(parse), parse))


def read_and_verified(page: TruthPage) -> PageParse:
    """The page's blocks as the service has them once a model has read them."""
    aligned = align_turned([Placed(block) for block in page.blocks], page.words)
    parse = PageParse(page_number=page.page_number, engine=READER, blocks=aligned.blocks)
    return verify(parse, page.words, reader=READER, policy=POLICY, unsaid=aligned.unsaid)


def place_of(missing: Missing, clean: Judged) -> Box | None:
    """Where what is missing stands: by the truth where it has boxes, else by the words that say it."""
    truth = clean.faulted.page.blocks[missing.block]
    read = clean.parse.blocks[missing.block]
    words = clean.faulted.page.words.words
    if not missing.cells or read.table is None:
        return truth.box or Box.around(words[i].box for i in read.word_ids)
    ids = [i for cell in read.table.cells if (cell.row, cell.col) in missing.cells for i in cell.word_ids]
    return Box.around(words[i].box for i in ids)


def _lies_in(region: Box, missing: Missing, clean: Judged) -> bool:
    place = place_of(missing, clean)
    if place is None:
        return False
    return region.overlap(place) >= _IN_PLACE * min(region.area, place.area)


def _gathered(flags: tuple[Flag, ...], parse: PageParse) -> Flagged:
    found = Flagged()
    for flag in flags:
        if flag.severity not in _COUNTED:
            continue
        if flag.check is CheckName.GRID_CLOSES and flag.place is not None:
            found.grids.add(flag.place.block)
        if flag.kind is FlagKind.OMISSION:
            if flag.box is not None:
                found.regions.append(flag.box)
        elif flag.place is not None and flag.place.cell is not None:
            place = flag.place.block, (flag.place.cell.row, flag.place.cell.col)
            found.cells.add(place)
            if flag.check is CheckName.TOTALS:
                found.sums.add(place)
        elif flag.place is not None and (flag.kind is FlagKind.MODEL_ONLY or _is_text(parse, flag.place.block)):
            found.blocks.add(flag.place.block)
    return found


def _is_text(parse: PageParse, block: int) -> bool:
    return parse.blocks[block].table is None
