from __future__ import annotations

from io import StringIO

from rich.console import Console

from docai.checks.changes import changes
from docai.cli.revisions import change_counts, change_table
from docai.domain.evidence import Verdict
from tests.unit.rendering.readings import evidence, page


def test_what_differs_is_told_with_its_place_and_both_values() -> None:
    before = page()
    first = before.blocks[0].model_copy(update={"text": "read \x1bso?", "evidence": evidence(Verdict.PARTIAL, None)})
    after = before.model_copy(update={"blocks": (first, *before.blocks[1:])})
    found = changes(before, after)
    out = StringIO()
    Console(file=out, width=100, markup=False).print(change_table(found, before, after))
    said = " ".join(out.getvalue().split())
    assert "changed block 1 (paragraph) read so read \N{REPLACEMENT CHARACTER}so?" in said
    assert "exact partial" in said
    assert change_counts(found) == "1 changed"


def test_the_characters_that_were_changed_are_marked() -> None:
    before = page()
    first = before.blocks[0].model_copy(update={"text": "read no"})
    after = before.model_copy(update={"blocks": (first, *before.blocks[1:])})
    out = StringIO()
    table = change_table(changes(before, after), before, after)
    Console(file=out, width=100, force_terminal=True, color_system="standard", no_color=False).print(table)
    assert "read \x1b[1;7ms\x1b[0mo" in out.getvalue()
    assert "read \x1b[1;7mn\x1b[0mo" in out.getvalue()


def test_a_value_that_is_gone_is_named_by_where_it_was() -> None:
    before = page()
    after = before.model_copy(update={"blocks": before.blocks[1:]})
    found = changes(before, after)
    out = StringIO()
    Console(file=out, width=100, markup=False).print(change_table(found, before, after))
    assert "removed block 1 (paragraph) read so" in " ".join(out.getvalue().split())
    assert change_counts(found) == "1 removed"
    assert change_counts(()) == "no value differs"
