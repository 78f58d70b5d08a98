"""What a flag says to a person: both readings, short enough for one line."""

from __future__ import annotations

from docai.domain.evidence import Evidence, Omission, OmissionRole, Verdict, WitnessReading
from docai.domain.words import Witness

_LONG = 80
"""Characters; of a longer value only what differs is quoted."""
_MOST_QUOTED = 3

_WITNESSES = {Witness.TEXT_LAYER: "the text layer", Witness.OCR: "OCR", None: "no witness"}
_OMITTED = {
    OmissionRole.CONTENT: "Nothing that was read holds these words",
    OmissionRole.HEADER: "The page's header was left out",
    OmissionRole.FOOTER: "The page's footer was left out",
    OmissionRole.WATERMARK: "A watermark was left out",
}


def message_of_value(name: str, text: str, evidence: Evidence) -> str:
    """Of a value that its witness does not confirm, or that took the text layer's characters.

    Args:
        name: what the value is, at the beginning of a sentence.
        text: the value.
        evidence: what the witness says of it.
    """
    witness = _WITNESSES[evidence.witness]
    if evidence.read_text is not None:
        return f"{name} was read as {quoted(evidence.read_text)}; {witness} has {quoted(text)}, which was taken."
    if evidence.verdict is Verdict.MODEL_ONLY:
        return f"{name} says {quoted(text)}; no witness saw it."
    if evidence.verdict is Verdict.ILLEGIBLE:
        return f"{name} says {quoted(text)}; {witness} itself can hardly read it."
    missing = [each.said for each in evidence.differences if not each.heard]
    if missing and len(missing) == len(evidence.differences):
        return f"{name} says {', '.join(map(quoted, missing[:_MOST_QUOTED]))}, which {witness} does not have there."
    said, heard = _readings(text, evidence)
    beginning = f"{name} says {said}; {witness} reads {heard}"
    return f"{beginning}, which is part of it." if evidence.verdict is Verdict.PARTIAL else f"{beginning}."


def message_of_second(name: str, text: str, second: WitnessReading) -> str:
    """Of a value that one witness confirms and the other does not."""
    return f"{name} says {quoted(text)}, which one witness confirms; {_WITNESSES[second.witness]} reads " + (
        f"{quoted(second.text)}."
    )


def message_of_silence(name: str) -> str:
    """Of a table of which no witness saw anything."""
    return f"{name} was seen by no witness: none of its cells is confirmed."


def message_of_chart(n_silent: int, n_values: int) -> str:
    """Of a chart whose values are not printed."""
    return f"No print says {n_silent} of the chart's {n_values} values, and no check confirms them."


def message_of_omission(omission: Omission, *, is_in_picture: bool) -> str:
    """Of words that no value covers.

    Args:
        omission: the words.
        is_in_picture: whether they stand in a figure or chart, of which a reader tells otherwise.
    """
    is_label = is_in_picture and omission.role is OmissionRole.CONTENT
    said = "What was read of the picture leaves out" if is_label else _OMITTED[omission.role]
    return f"{said}: {quoted(omission.text)}."


def quoted(text: str, most: int = _LONG) -> str:
    """A text in quotation marks on one line, cut in the middle where it is longer than `most` characters."""
    line = " ".join(text.split())
    if len(line) > most:
        half = most // 2 - 1
        line = f"{line[:half].rstrip()} … {line[-half:].lstrip()}"
    return f'"{line}"'


def _readings(text: str, evidence: Evidence) -> tuple[str, str]:
    """What value and witness say; of long ones the first stretches in which they part."""
    heard = evidence.witness_text if evidence.witness_text is not None else text
    is_short = max(len(text), len(heard)) <= _LONG
    if is_short or not evidence.differences:
        return quoted(text), quoted(heard)
    told = evidence.differences[:_MOST_QUOTED]
    more = len(evidence.differences) - len(told)
    said = ", ".join(quoted(each.said) for each in told) + (f" and {more} more" if more else "")
    return said, ", ".join(quoted(each.heard) for each in told)
