from random import Random

from docai.evaluation.fault_injection.faults import Faulted, FaultKind
from docai.evaluation.fault_injection.text_faults import fault_text, sentences_of
from tests.unit.evaluation.fault_injection.drawn import PARAGRAPHS, drawn_page

INVENTED = "The treasurer sold all moorings to the millers without further comment."


def faulted(kind: FaultKind, seed: int = 1, share: float = 1.0) -> Faulted:
    return fault_text(drawn_page().as_read_without_boxes(), kind, share, Random(seed), [INVENTED])


def test_a_digit_of_every_paragraph_is_another_one() -> None:
    found = faulted(FaultKind.TEXT_DIGITS)
    assert {fault.block for fault in found.faults} == {0, 1, 2}
    for fault in found.faults:
        assert len(fault.was) == len(fault.now)
        assert sum(a != b for a, b in zip(fault.was, fault.now, strict=True)) == 1


def test_half_of_the_blocks_are_left_at_most() -> None:
    found = faulted(FaultKind.DROPPED_BLOCK)
    assert len(found.page.blocks) == 2
    assert {fault.missing.block for fault in found.faults if fault.missing} == {0, 1}
    assert not any(found.is_wrong(n) for n in range(2))


def test_an_invented_sentence_stands_in_a_paragraph_or_is_one() -> None:
    seen = set()
    for seed in range(10):
        found = faulted(FaultKind.INVENTED_SENTENCE, seed, share=0.5)
        for fault in found.faults:
            assert INVENTED in found.page.blocks[fault.block].text
            seen.add(fault.now == INVENTED)
        kept = [b.text for n, b in enumerate(found.page.blocks[:-1]) if not found.is_wrong(n)]
        assert set(kept) <= set(PARAGRAPHS)
    assert seen == {True, False}


def test_without_sentences_none_is_invented() -> None:
    assert fault_text(drawn_page(), FaultKind.INVENTED_SENTENCE, 1.0, Random(1)).faults == ()


def test_short_sentences_may_be_anyones() -> None:
    text = f"{PARAGRAPHS[2]} Nobody objected."
    assert sentences_of(text)[:1] == ["The survey of culverts was put off because the frost came late."]
    assert "Nobody objected." not in sentences_of(text)
