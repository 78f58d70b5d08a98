from collections.abc import Sequence

import pytest

from docai.domain.documents import PageState
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.evaluation.predictions import PredictedPage, Prediction
from docai.evaluation.samples import Task
from docai.evaluation.scoring.ocrbench_v2 import OcrBenchV2Scorer
from docai.evaluation.scoring.ocrbench_v2_tasks import TASKS, OcrBenchV2Truth, task_score
from tests.unit.evaluation.scoring.answered import answered, failed, sample, score, values

_SCORER = OcrBenchV2Scorer()
_PAGE = "The quick brown fox jumps over the lazy dog by the river."
_TABLE = "<table><tr><td>a</td><td>1</td></tr></table>"
_MARKDOWN = "| a | b |\n| --- | --- |\n| 1 | 2 |"
_FIELDS = '{"total": ["30"]}'
_TEXTS = "[(100, 100, 200, 140, 'HELLO'), (300, 100, 400, 140, 'WORLD')]"
_GROUNDED = "(100, 100, 200, 140)"
_BOX = (100, 100, 200, 140)


def _truth(kind: str, answer: str = "", *more: str, **fields: object) -> OcrBenchV2Truth:
    whole = {"type": kind, "question": "?", "answers": [answer, *more] if answer else [], **fields}
    return OcrBenchV2Truth.model_validate(whole)


_SPOTTED = _truth(
    "text spotting en",
    boxes=[[100, 100, 200, 140], [300, 100, 400, 100, 400, 140, 300, 140]],
    contents=["HELLO", "WORLD"],
)
_GROUNDING = _truth("text grounding en", box=_BOX)
_POSITION = _truth("VQA with position en", "HELLO", box=_BOX)
_RIGHT = [
    (_truth("text recognition en", "Centre"), "CENTRE"),
    (_truth("text recognition en", "Centre", eval="case sensitive"), "It is Centre"),
    (_truth("science QA en", "B", eval="multiple choice"), "(B)"),
    (_truth("math QA en", "12", "twelve"), "twelve"),
    (_truth("document classification en", "memo"), "memo"),
    (_truth("cognition VQA en", "1904"), "1904"),
    (_truth("diagram QA en", "leaf"), "leaf"),
    (_truth("reasoning VQA en", "yes"), "Yes"),
    (_truth("APP agent en", "tap"), "tap"),
    (_truth("ASCII art classification en", "cat"), "cat"),
    (_truth("cognition VQA cn", "红色"), "是 红 色"),
    (_truth("reasoning VQA cn", "A", eval="multiple choice"), "A"),
    (_truth("handwritten answer extraction cn", "AC"), "A、C"),
    (_truth("formula recognition en", "x + 1"), "$x+1$"),
    (_truth("formula recognition cn", r"\text{x}+1"), "x+1"),
    (_truth("text counting en", "10", eval="regression"), "10 words"),
    (_truth("text counting en", "3", eval="exact match"), "3"),
    (_truth("table parsing en", _TABLE, question="Write it as HTML."), _TABLE),
    (_truth("table parsing en", _MARKDOWN, question="Write it as Markdown."), _MARKDOWN),
    (_truth("table parsing en", _TABLE), _TABLE),
    (_truth("table parsing cn", _TABLE), _TABLE),
    (_truth("chart parsing en", '{"a": 1.5}'), "{'a': 1.5}"),
    (_truth("document parsing en", "# Title\nline"), "# Title\nline"),
    (_truth("document parsing cn", "# 标题\n行"), "# 标题\n行"),
    (_truth("key information extraction en", _FIELDS), _FIELDS.replace('["30"]', '"30"')),
    (_truth("key information mapping en", _FIELDS), "{'total': '30'}"),
    (_truth("key information extraction cn", "{'total': '30'}"), "{'total': '30'}"),
    (_GROUNDING, _GROUNDED),
    (_POSITION, '{"answer": "HELLO", "bbox": [100, 100, 200, 140]}'),
    (_SPOTTED, _TEXTS),
]
_READ = [
    _truth("fine-grained text recognition en", _PAGE),
    _truth("full-page OCR en", _PAGE),
    _truth("full-page OCR cn", "一二三四五六七八"),
    _truth("text translation cn", "一二三四五六七八"),
    _truth("handwritten answer extraction cn", "一二三四五六七八", question="简答题"),
]


def _cited(text: str, boxes: Sequence[Box], quotes: Sequence[str]) -> Prediction:
    prediction = answered(text, *[("1.png", 1)] * len(boxes))
    assert prediction.answer is not None
    citations = tuple(
        citation.model_copy(update={"box": box, "quote": quote})
        for citation, box, quote in zip(prediction.answer.citations, boxes, quotes, strict=True)
    )
    return prediction.model_copy(update={"answer": prediction.answer.model_copy(update={"citations": citations})})


@pytest.mark.parametrize(("truth", "reply"), _RIGHT)
def test_a_right_reply_is_worth_1_and_another_less(truth: OcrBenchV2Truth, reply: str) -> None:
    assert task_score(reply, truth) == 1.0
    assert task_score("zzz", truth) < 0.8


@pytest.mark.parametrize("truth", _READ)
def test_pages_are_scored_by_their_parts(truth: OcrBenchV2Truth) -> None:
    whole, half = truth.answers[0], truth.answers[0][: len(truth.answers[0]) // 2]
    assert task_score(whole, truth) > 0.99
    assert 0.1 < task_score(half, truth) < task_score(whole, truth)
    assert task_score("", truth) == 0.0


def test_every_type_of_question_is_tried() -> None:
    assert {truth.type for truth, _ in _RIGHT} | {truth.type for truth in _READ} == set(TASKS)
    assert len(TASKS) == 30


@pytest.mark.parametrize("truth", [truth for truth, _ in _RIGHT] + _READ)
def test_declined_and_failed_are_worth_nothing(truth: OcrBenchV2Truth) -> None:
    for prediction in (answered(None), failed()):
        assert set(values(_SCORER, truth, prediction).values()) == {0.0}


def test_evidence_stands_for_the_box_that_is_asked_for() -> None:
    hello, world = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.14), Box(x0=0.3, y0=0.1, x1=0.4, y1=0.14)
    prediction = _cited("HELLO", [hello, world], ["HELLO", "WORLD"])
    for truth in (_GROUNDING, _POSITION, _SPOTTED):
        assert values(_SCORER, truth, prediction) == {"score": 0.0, "score_by_evidence": 1.0}
        assert values(_SCORER, truth, answered("HELLO"))["score_by_evidence"] == (0.5 if truth is _POSITION else 0.0)


@pytest.mark.parametrize(
    ("truth", "is_whole"),
    [
        (_truth("full-page OCR en", "Rain in\na b c d e f 1 2"), True),
        (_truth("document parsing en", "# Rain\nin"), True),
        (_truth("table parsing cn", "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"), True),
        (_truth("table parsing en", _MARKDOWN, question="As Markdown, please."), True),
        (_truth("table parsing en", _MARKDOWN.replace("2", "3"), question="As Markdown, please."), False),
    ],
)
def test_what_was_read_is_the_reply(truth: OcrBenchV2Truth, is_whole: bool) -> None:
    cells = tuple(Cell(row=i // 2, col=i % 2, text=text) for i, text in enumerate("ab12"))
    table = Table(n_rows=2, n_cols=2, cells=cells)
    block = Block(kind=BlockKind.TABLE, text="", box=Box(x0=0, y0=0, x1=1, y1=1), table=table)
    page = PredictedPage(
        file="1.png",
        number=1,
        state=PageState.PARSED,
        markdown="# Rain\nin\n",
        text="Rain in\na b c d e f 1 2",
        parse=PageParse(page_number=1, engine="test 1", blocks=(block,)),
    )
    asked = sample(truth, task=Task.PARSE)
    found = score(_SCORER, asked, Prediction(sample_id="1", pages=(page,))).score.values["score"]
    assert (found > 0.99) is is_whole
    for nothing in (failed(), Prediction(sample_id="1"), answered("Rain")):
        assert score(_SCORER, asked, nothing).score.values == {"score": 0.0}


def test_averages_are_of_abilities() -> None:
    right = [(_truth("text recognition en", "a"), "a")] * 3 + [(_truth("math QA en", "1"), "2")]
    chinese = [(_truth("cognition VQA cn", "红"), "红")]
    grounded = [(_GROUNDING, "no box")]
    many = [score(_SCORER, sample(truth), answered(reply)) for truth, reply in [*right, *chinese, *grounded]]
    figures = _SCORER.figures(many)
    assert figures["en_text_recognition"] == 1.0
    assert figures["en_mathematical_calculation"] == figures["en_text_detection"] == 0.0
    assert figures["en_overall"] == pytest.approx(1 / 3)
    assert figures["cn_overall"] == figures["cn_visual_text_understanding"] == 1.0
    assert figures["overall"] == figures["overall_by_evidence"] == pytest.approx(2 / 3)
    assert "cn_overall" not in _SCORER.figures(many[:4])


def test_some_questions_are_left_out_of_the_averages() -> None:
    blank = OcrBenchV2Truth(type="text translation cn", question="?", answers=("",))
    unasked = _truth("table parsing en", _TABLE, question="")
    left_out = [score(_SCORER, sample(truth), answered("x")) for truth in (blank, unasked)]
    assert [each.score.values for each in left_out] == [{}, {}]
    assert _SCORER.figures(left_out) == {}
    counted = score(_SCORER, sample(_truth("math QA en", "1")), answered("1"))
    assert _SCORER.figures([*left_out, counted])["overall"] == 1.0


@pytest.mark.parametrize(("kind", "unreadable"), [("chart parsing en", "Rain"), ("key information mapping en", "30")])
def test_a_truth_that_cannot_be_read_gives_nothing(kind: str, unreadable: str) -> None:
    assert task_score("{'a': 1}", _truth(kind, unreadable)) == 0.0


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"type": "juggling en", "answers": ["a"]}, "no question type"),
        ({"type": "text grounding en"}, "no box"),
        ({"type": "VQA with position en", "answers": ["a"]}, "no box"),
        ({"type": "text spotting en", "boxes": [[1, 2, 3]], "contents": ["a"]}, "two corners"),
        ({"type": "math QA en"}, "no answer"),
        ({"type": "text counting en", "answers": ["1"]}, "cannot be scored"),
    ],
)
def test_what_cannot_be_scored_is_an_error(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        OcrBenchV2Truth.model_validate({"question": "?", **fields})


def test_what_people_see() -> None:
    assert _SCORER.truth_text(sample(_POSITION)) == "HELLO (100, 100, 200, 140)"
    assert _SCORER.truth_text(sample(_SPOTTED)) == "HELLO or WORLD"
    assert _SCORER.prediction_text(answered("x")) == "x"
