"""Walk through flags in the terminal and ask what stands on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from rich.console import Console
from rich.text import Text

from docai.cli.output import shown
from docai.cli.review_output import flag_place, flag_text, severity_text
from docai.domain.flags import Flag, ValuePlace
from docai.domain.parses import PageParse
from docai.domain.revisions import Correction
from docai.rendering.page_values import page_values

Ask = Callable[[str], str]
"""Asks a question and gives the answer as it was typed."""


class _Choice(Enum):
    TEXT = auto()
    SKIP = auto()
    QUIT = auto()


@dataclass(slots=True)
class Walk:
    """What a person said of a page's flags."""

    corrections: list[Correction] = field(default_factory=list)
    has_quit: bool = False


def walk(parse: PageParse, flags: Sequence[Flag], *, ask: Ask, console: Console) -> Walk:
    """Show each flag of a page and ask of its value whether it is right.

    Of a table or chart as a whole one can only say that it is right; a flag of no value is shown and not asked about; a
    value with several flags is asked about once.

    Args:
        parse: the page's result.
        flags: its flags, in the order to ask.
        ask: asks the person.
        console: where flags are shown.
    """
    texts = place_texts(parse)
    single = {value.place for value in page_values(parse)}
    done: set[ValuePlace] = set()
    walked = Walk()
    for flag in flags:
        if flag.place in done:
            continue
        head = Text.assemble(severity_text(flag.severity), f"  page {flag.page_number}, {flag_place(flag, parse)}")
        console.print(head)
        console.print(flag_text(flag))
        if flag.place is None or flag.place not in texts:
            console.print(Text("It is of no value, so there is nothing to say here.\n", "dim"))
            continue
        text = texts[flag.place]
        if flag.place in single:
            console.print(Text.assemble(("value  ", "dim"), shown(text)))
            choice, text = _asked(text, _other(flag, text), ask)
        else:
            choice = _asked_of_whole(ask)
        if choice is _Choice.QUIT:
            walked.has_quit = True
            return walked
        if choice is _Choice.TEXT:
            done.add(flag.place)
            walked.corrections.append(Correction(place=flag.place, text=text))
        console.print()
    return walked


def place_texts(parse: PageParse) -> dict[ValuePlace, str]:
    """What stands where: every value, and the text of tables and charts as a whole."""
    wholes = {ValuePlace(block=index): block.text for index, block in enumerate(parse.blocks)}
    return wholes | {value.place: value.text for value in page_values(parse)}


def _other(flag: Flag, text: str) -> str | None:
    """The reading that is not the value's: the witness's, or what was read before it was corrected."""
    return next((reading for reading in (flag.heard, flag.said) if reading and reading != text), None)


def _asked(text: str, other: str | None, ask: Ask) -> tuple[_Choice, str]:
    """What a person decides, and the text that stands on the page if they say so."""
    choices = "[a]ccept it as it is, " + ("[u]se the other reading, " if other else "") + "[t]ype, [s]kip, [q]uit"
    while True:
        match ask(f"{choices}: ").strip().lower():
            case "a":
                return _Choice.TEXT, text
            case "u" if other is not None:
                return _Choice.TEXT, other
            case "t" if typed := ask("What stands there: ").strip():
                return _Choice.TEXT, typed
            case "s" | "":
                return _Choice.SKIP, text
            case "q":
                return _Choice.QUIT, text
            case _:
                continue


def _asked_of_whole(ask: Ask) -> _Choice:
    choices = {"a": _Choice.TEXT, "s": _Choice.SKIP, "": _Choice.SKIP, "q": _Choice.QUIT}
    while True:
        said = ask("All of it: [a]ccept it as it is, [s]kip, [q]uit: ").strip().lower()
        if said in choices:
            return choices[said]
