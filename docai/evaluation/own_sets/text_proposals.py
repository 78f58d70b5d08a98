"""Questions for form fields, printed labels with values, headings and figures in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word
from docai.evaluation.own_sets.proposals import Proposal, ProposalKind, is_amount, is_answer, is_believed
from docai.evaluation.own_sets.table_proposals import TOTAL

_MOST_LABEL_WORDS = 5
_MOST_VALUE_WORDS = 8
_WIDE_GAP = 2.5
"""A gap wider than so many heights of a word parts what stands side by side; both in fractions of the page's height,
the page being taken as no wider than high."""
_SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?!\s|$)[^.!?]*)*[.!?]")
_SHORTEST_SENTENCE, _LONGEST_SENTENCE = 8, 40
"""Words of a sentence with a gap: fewer say too little of what is missing, more are tiresome."""
_NUMBERED = frozenset({"exhibit", "table", "figure", "section", "chapter", "page", "note", "no.", "fig.", "appendix"})
"""What is called by a number: nobody asks for it."""
_BEGINNING = 8
"""Words of a passage by which it is named."""


def field_proposals(block: Block, page: int) -> Iterator[Proposal]:
    """A question for a form field: "What is the <label>?"."""
    label = " ".join((block.label or "").split()).strip(" :")
    if block.kind is BlockKind.FIELD and label and is_answer(block.text) and is_believed(block.evidence):
        yield _labelled(ProposalKind.FIELD, label, block.text, page, block.box)


def printed_proposals(words: Sequence[Word], page: int) -> Iterator[Proposal]:
    """A question for each printed line of a label, a colon and a value, and for totals with their amount."""
    for _, line in groupby(words, key=lambda word: word.line):
        for run in _runs(list(line)):
            colon = next((i for i, word in enumerate(run) if word.text.endswith(":")), None)
            if colon is not None:
                label, value = run[: colon + 1], run[colon + 1 :]
            elif TOTAL.search(_text(run)) and is_amount(run[-1].text):
                n_sign = 1 if len(run) > 2 and _is_sign(run[-2].text) else 0
                label, value = run[: -1 - n_sign], run[-1 - n_sign :]
            else:
                continue
            name, text = _text(label).strip(" :"), _text(value)
            is_short = len(label) <= _MOST_LABEL_WORDS and len(value) <= _MOST_VALUE_WORDS
            if is_short and name and is_answer(text) and any(c.isalpha() for c in name):
                kind = ProposalKind.TOTAL if TOTAL.search(name) and is_amount(text) else ProposalKind.FIELD
                yield _labelled(kind, name, text, page, Box.around(word.box for word in value))


def heading_proposals(blocks: Sequence[Block], page: int) -> Iterator[Proposal]:
    """A question for each heading: under which one a passage stands."""
    for heading, passage in pairwise(blocks):
        words = passage.text.split()
        is_pair = heading.kind is BlockKind.HEADING and passage.kind is BlockKind.PARAGRAPH
        if is_pair and len(words) > _BEGINNING and is_answer(heading.text) and is_believed(heading.evidence):
            beginning = " ".join(words[:_BEGINNING])
            yield Proposal(
                kind=ProposalKind.HEADING,
                question=f'Under which heading stands the passage that begins "{beginning}"?',
                answer=" ".join(heading.text.split()),
                page=page,
                box=heading.box,
                quote=heading.text,
                subject=beginning,
            )


def prose_proposals(block: Block, words: Sequence[Word], page: int) -> Iterator[Proposal]:
    """A question for each sentence with one figure: which one is missing."""
    if block.kind not in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM} or not is_believed(block.evidence):
        return
    for sentence in _SENTENCE.findall(" ".join(block.text.split())):
        pieces = sentence.split()
        at = [i for i, piece in enumerate(pieces) if any(c.isdigit() for c in piece)]
        if len(at) != 1 or not _SHORTEST_SENTENCE <= len(pieces) <= _LONGEST_SENTENCE:
            continue
        piece = pieces[at[0]]
        figure = piece.strip("()[],;:.\"'")
        before = pieces[at[0] - 1].casefold().strip("(") if at[0] else ""
        if not is_amount(figure) or piece.startswith("[") or before in _NUMBERED:
            continue
        gapped = " ".join((*pieces[: at[0]], piece.replace(figure, "___", 1), *pieces[at[0] + 1 :]))
        found = [words[i].box for i in block.word_ids if i < len(words) and figure in words[i].text]
        yield Proposal(
            kind=ProposalKind.PROSE,
            question=f'Which figure is missing: "{gapped}"',
            answer=figure,
            page=page,
            box=found[0] if len(found) == 1 else block.box,
            quote=sentence.strip(),
            subject=gapped,
        )


def _is_sign(text: str) -> bool:
    """Whether a word is a sign, as of a currency, that stands before an amount."""
    return len(text) == 1 and not text.isalnum()


def _labelled(kind: ProposalKind, label: str, text: str, page: int, box: Box | None) -> Proposal:
    answer = " ".join(text.split())
    return Proposal(kind, f"What is the {label}?", answer, page, box, f"{label}: {answer}", label)


def _runs(line: Sequence[Word]) -> Iterator[list[Word]]:
    """A printed line parted at wide gaps, except behind a colon."""
    run = list(line[:1])
    for one, other in pairwise(line):
        gap, height = other.box.x0 - one.box.x1, max(one.box.height, other.box.height)
        if gap > _WIDE_GAP * height and not one.text.endswith(":"):
            yield run
            run = []
        run.append(other)
    if run:
        yield run


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)
