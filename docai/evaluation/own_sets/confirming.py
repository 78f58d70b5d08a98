"""What a person says of proposed questions: right, right if put otherwise, or useless."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pydantic import ValidationError

from docai.errors import InvalidRequest
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.evaluation.own_sets.set_folder import SetFolder


def judge(folder: SetFolder, *, accepted: Collection[str] = (), rejected: Collection[str] = ()) -> list[OwnQuestion]:
    """Keep what a person says of questions by their ids, and give all of them; what was said last counts.

    Raises:
        InvalidRequest: there is no question of an id, or one is both accepted and rejected; nothing is kept.
    """
    questions = folder.questions()
    ids = {question.id for question in questions}
    if unknown := [each for each in (*accepted, *rejected) if each not in ids]:
        raise InvalidRequest(f"{folder.path} has no question {', '.join(unknown)}.")
    if both := set(accepted) & set(rejected):
        raise InvalidRequest(f"Accepted and rejected at once: {', '.join(sorted(both))}.")
    judged = [_judged(question, accepted, rejected) for question in questions]
    folder.save(judged)
    return judged


def keep(folder: SetFolder, judged: OwnQuestion) -> None:
    """Keep one question as it is now, in the place of the one of its id."""
    folder.save(judged if question.id == judged.id else question for question in folder.questions())


def accept(question: OwnQuestion) -> OwnQuestion:
    """The question, confirmed."""
    return question.model_copy(update={"confirmed": True, "rejected": False})


def reject(question: OwnQuestion) -> OwnQuestion:
    """The question, never to be asked."""
    return question.model_copy(update={"confirmed": False, "rejected": True})


def edit(question: OwnQuestion, *, text: str, answers: Sequence[str]) -> OwnQuestion:
    """The question in other words or with other answers, confirmed; without answers, the document does not say.

    Raises:
        InvalidRequest: it is no question any more.
    """
    changed = {
        "question": text.strip(),
        "answers": tuple(answers),
        "answerable": bool(answers),
        "confirmed": True,
        "rejected": False,
    }
    # What stands where the old answer stood says nothing of a question without one.
    unsaid = {} if answers else {"pages": (), "box": None, "quote": None}
    try:
        return OwnQuestion.model_validate(question.model_dump(by_alias=True) | changed | unsaid)
    except ValidationError as error:
        raise InvalidRequest(f"It is no question any more: {error.errors()[0]['msg']}.") from None


def _judged(question: OwnQuestion, accepted: Collection[str], rejected: Collection[str]) -> OwnQuestion:
    if question.id in accepted:
        return accept(question)
    return reject(question) if question.id in rejected else question
