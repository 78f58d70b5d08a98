"""Questions of exams as docai is asked: options by their letters, pictures by the names of their files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from docai.evaluation.metrics.python_literals import literal_of
from docai.evaluation.samples import SampleFile

_MARK = re.compile(r"<image (\d+)>")


def by_letter(options: Sequence[str]) -> dict[str, str]:
    """Options by A, B and so on.

    Raises:
        ValueError: there are more than letters.
    """
    if len(options) > len(ascii_uppercase):
        raise ValueError(f"{len(options)} options")
    return dict(zip(ascii_uppercase, options, strict=False))


def listed(cell: object) -> list[str]:
    """A list that a cell holds as such or as a Python literal writes it; a text that writes none is its one entry.

    Raises:
        ValueError: the cell is neither.
    """
    found = literal_of(cell) if isinstance(cell, str) else cell
    if isinstance(found, list | tuple):
        return [str(each) for each in found]
    if isinstance(cell, str):
        return [cell]
    raise ValueError(f"no list: {cell!r}")


def asked(question: str, options: Mapping[str, str], request: str) -> str:
    """The question, its options a line each, and what is to be replied."""
    return "\n".join([question.strip(), *(f"({letter}) {option}" for letter, option in options.items()), request])


def with_names(text: str, pictures: Mapping[int, SampleFile]) -> str:
    """A text whose marks `<image 1>` name pictures as docai's pages are named; marks without a picture stay.

    Args:
        text: A question with its options.
        pictures: By the marks' numbers; the only one of a question is `[picture]`, without its name.
    """
    names = {n: "[picture]" if len(pictures) == 1 else f"[picture {file.name}]" for n, file in pictures.items()}
    return _MARK.sub(lambda mark: names.get(int(mark.group(1)), mark.group()), text)
