from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

from rich.console import Console, RenderableType

from docai.checks.flags import flags_of
from docai.cli.review_output import flag_table, flags_overview, severities, verdict_counts
from docai.domain.checks import CellPlace
from docai.domain.evidence import Difference
from docai.domain.flags import Flag, FlagKind, Severity, ValuePlace
from docai.domain.ids import DocumentId
from docai.domain.kept_flags import KeptFlag
from tests.unit.rendering.readings import page

FLAG = Flag(
    kind=FlagKind.CONFLICT,
    severity=Severity.HIGH,
    page_number=1,
    message="The witness reads [bold]something else\x1b[2J.",
    place=ValuePlace(block=1, cell=CellPlace(row=0, col=2)),
    said="SZE15",
    heard="SZL15",
    differences=(Difference(said="E", heard="L", said_at=2),),
    confidence=0.25,
)


def printed(what: RenderableType, *, colours: bool = False) -> str:
    out = StringIO()
    Console(
        file=out, width=100, markup=False, force_terminal=colours, color_system="standard" if colours else None
    ).print(what)
    return out.getvalue()


def flat(said: str) -> str:
    return " ".join(said.split())


def test_a_flag_is_told_with_its_place_and_both_readings() -> None:
    said = printed(flag_table([FLAG], {1: page()}))
    for part in (
        "table 1, row 1,",
        "column 3",
        "high",
        "conflict, 25% sure",
        "said SZE15",
        "heard SZL15",
        "differ E / L",
        "[bold]something else",
    ):
        assert part in flat(said)


def test_nothing_in_a_flag_steers_the_terminal() -> None:
    assert "\x1b" not in printed(flag_table([FLAG], {1: page()}))


def test_the_characters_that_differ_are_marked() -> None:
    said = printed(flag_table([FLAG], {1: page()}), colours=True)
    assert "SZ\x1b[1;7mE\x1b[0m15" in said
    assert "SZ\x1b[1;7mL\x1b[0m15" in said


def test_a_flag_of_a_page_that_is_not_there_is_told_too() -> None:
    assert "block 2" in printed(flag_table([FLAG], {}))
    assert "the page" in printed(flag_table([FLAG.model_copy(update={"place": None})], {}))


def test_all_flags_of_a_page_are_told_in_their_order() -> None:
    flags: Sequence[Flag] = flags_of(page())
    said = printed(flag_table(flags, {1: page()}))
    at = [said.index(kind) for kind in ("totals", "two words", "illegible")]
    assert len(flags) >= 6
    assert min(at[:2]) < at[2]


def test_flags_of_all_documents_are_told_with_their_document() -> None:
    id_ = DocumentId(UUID(int=0xABC << 116))
    kept = KeptFlag(**FLAG.model_dump(), document_id=id_, number=1, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    said = flat(printed(flags_overview([kept], {id_.hex: "a name.pdf"})))
    assert "abc00000 a name.pdf 1 high conflict: The witness reads" in said


def test_counts_are_told_worst_first_and_by_verdict() -> None:
    low = FLAG.model_copy(update={"severity": Severity.LOW})
    assert severities([low, FLAG, low]) == "1 high, 2 low"
    told = verdict_counts([page()]).plain
    assert set(told.split(", ")) == {
        "2 exact",
        "2 model only",
        "1 conflict",
        "1 partial",
        "1 illegible",
        "1 ocr agree",
    }
