import pytest

from docai.evaluation.datasets.exam_questions import asked, by_letter, listed, with_names
from docai.evaluation.samples import SampleFile

_ONE, _TWO = SampleFile("q_image_1.png", bytes), SampleFile("q_image_2.png", bytes)


def test_options_have_letters() -> None:
    assert by_letter(["x", "y"]) == {"A": "x", "B": "y"}
    assert by_letter([]) == {}
    with pytest.raises(ValueError, match="27 options"):
        by_letter(["x"] * 27)


@pytest.mark.parametrize(
    ("cell", "found"),
    [("['a', \"b's\"]", ["a", "b's"]), (["a"], ["a"]), ("[1, 0.5]", ["1", "0.5"]), ("1.06", ["1.06"]), ("[]", [])],
)
def test_lists_are_read(cell: object, found: list[str]) -> None:
    assert listed(cell) == found


def test_what_is_no_list_is_an_error() -> None:
    with pytest.raises(ValueError, match="no list: 3"):
        listed(3)


def test_a_question_has_its_options_below_it() -> None:
    assert asked(" Which? \n", {"A": "x", "B": "y"}, "Reply.") == "Which?\n(A) x\n(B) y\nReply."
    assert asked("How many?", {}, "Reply.") == "How many?\nReply."


def test_marks_name_pictures() -> None:
    assert with_names("See <image 1>.", {1: _ONE}) == "See [picture]."
    named = with_names("<image 2>, <image 1> or <image 3>", {1: _ONE, 2: _TWO})
    assert named == "[picture q_image_2.png], [picture q_image_1.png] or <image 3>"
