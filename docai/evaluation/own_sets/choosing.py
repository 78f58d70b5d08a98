"""Which questions are proposed: by lot, spread over documents, kinds of content and pages; and unanswerable ones."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from docai.domain.documents import Page
from docai.domain.parses import BlockKind
from docai.evaluation.own_sets.proposals import Proposal, ProposalKind
from docai.evaluation.own_sets.table_proposals import chart_proposals, table_proposals
from docai.evaluation.own_sets.text_proposals import (
    field_proposals,
    heading_proposals,
    printed_proposals,
    prose_proposals,
)
from docai.terms import terms

_TRANSFERABLE = frozenset({ProposalKind.TABLE, ProposalKind.TOTAL, ProposalKind.FIELD, ProposalKind.CHART})
"""Kinds that name what they ask for, so that another document can be asked the same."""

_LABELLED = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
"""Kinds of blocks that may be labels with values; tables, charts and form fields are asked about as such."""
_MOST_WORDS_OF_LABELLED = 40
"""A longer block is running text, where a colon makes no label."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and whose it is."""

    document: str
    """Name of the file in the set."""
    proposal: Proposal


def page_proposals(pages: Sequence[Page]) -> list[Proposal]:
    """All questions that a document's pages give; one that has two answers within it is left out."""
    alike = _by_question(proposal for page in pages for proposal in _of_page(page))
    clear = [same[0] for same in alike if _is_one(same)]
    told_apart = _by_question(each.told_apart() for same in alike if not _is_one(same) for each in same if each.within)
    return clear + [same[0] for same in told_apart if _is_one(same)]


def choose(proposals: Iterable[Proposed], n: int, seed: int) -> list[Proposed]:
    """So many proposals: kind after kind, each from the document, and there from the page, with the fewest so far.

    Args:
        proposals: All there are.
        n: How many to take; fewer where there are not so many.
        seed: The same one takes the same.
    """
    lot = random.Random(seed)  # noqa: S311 - a sample, no secret
    left: dict[ProposalKind, list[Proposed]] = defaultdict(list)
    for each in proposals:
        left[each.proposal.kind].append(each)
    for pool in left.values():
        lot.shuffle(pool)
    of_document: defaultdict[str, int] = defaultdict(int)
    of_page: defaultdict[tuple[str, int], int] = defaultdict(int)
    chosen: list[Proposed] = []
    while len(chosen) < n and any(left.values()):
        for kind in ProposalKind:
            if not (pool := left[kind]) or len(chosen) == n:
                continue
            best = min(pool, key=lambda one: (of_document[one.document], of_page[one.document, one.proposal.page]))
            pool.remove(best)
            of_document[best.document] += 1
            of_page[best.document, best.proposal.page] += 1
            chosen.append(best)
    return chosen


def unanswerable(proposals: Iterable[Proposed], texts: dict[str, str], n: int, seed: int) -> list[Proposed]:
    """Questions of one document that another does not answer: it has not all the words that they name, nor the answer.

    Args:
        proposals: Answerable ones.
        texts: All words of each document.
        n: How many to make; fewer where there are not so many.
        seed: The same one makes the same.
    """
    lot = random.Random(seed)  # noqa: S311 - a sample, no secret
    known = {name: set(terms(text)) for name, text in texts.items()}
    flat = {name: "".join(text.casefold().split()) for name, text in texts.items()}
    asked: list[Proposed] = []
    for each in proposals:
        proposal = each.proposal
        subject = set(terms(proposal.subject))
        if proposal.kind not in _TRANSFERABLE or not subject:
            continue
        others = [
            name
            for name in sorted(texts)
            if name != each.document
            and not subject <= known[name]
            and "".join(proposal.answer.casefold().split()) not in flat[name]
        ]
        if others:
            asked.append(Proposed(lot.choice(others), replace(proposal, kind=ProposalKind.UNANSWERABLE)))
    # Two documents may be asked the same; one document is not asked the same twice.
    distinct = {(one.document, one.proposal.question.casefold()): one for one in asked}
    return choose(distinct.values(), n, seed)


def _by_question(proposals: Iterable[Proposal]) -> list[list[Proposal]]:
    found: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        found[proposal.question.casefold()].append(proposal)
    return list(found.values())


def _is_one(same: Sequence[Proposal]) -> bool:
    return len({" ".join(each.answer.split()) for each in same}) == 1


def _of_page(page: Page) -> Iterator[Proposal]:
    if page.parse is None:
        return
    blocks, words = page.parse.blocks, page.words.words if page.words else ()
    not_labels: set[int] = set()
    for block in blocks:
        yield from table_proposals(block, page.number)
        yield from chart_proposals(block, page.number)
        yield from field_proposals(block, page.number)
        yield from prose_proposals(block, words, page.number)
        if block.kind not in _LABELLED or len(block.word_ids) > _MOST_WORDS_OF_LABELLED:
            not_labels.update(block.word_ids)
    yield from heading_proposals(blocks, page.number)
    yield from printed_proposals([word for i, word in enumerate(words) if i not in not_labels], page.number)
