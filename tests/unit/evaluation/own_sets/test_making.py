"""Which questions a set gets, and the set itself."""

from pathlib import Path

from docai.domain.documents import MediaType
from docai.domain.parses import BlockKind
from docai.evaluation.own_sets.choosing import Proposed, choose, page_proposals, unanswerable
from docai.evaluation.own_sets.making import StoredDocument, file_names, make_set
from docai.evaluation.own_sets.proposals import Proposal, ProposalKind
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.evaluation.own_sets.set_folder import new_set
from docai.evaluation.own_sets.set_record import SetRecord
from docai.sealing import Seal
from tests.unit.evaluation.own_sets.stored import block, page, stored, table


def no_seal() -> Seal:
    raise AssertionError("the key of a plain set was asked for")


def proposed(document: str, kind: ProposalKind, number: int, on: int = 1) -> Proposed:
    return Proposed(document, Proposal(kind, f"What is row {number}?", str(number), on, None, "", f"row {number}"))


def two_documents() -> list[StoredDocument]:
    costs = page(
        1, table([["", "2023"], ["Rent", "7,001"], ["Travel", "7,002"]]), lines=["Rent Travel 7,001 7,002 2023"]
    )
    fields = page(2, block(BlockKind.FIELD, "Ada", label="Surname"), lines=["Surname Ada"])
    return [
        stored("costs.pdf", costs, content=b"%PDF costs"),
        stored("form.pdf", page(1), fields, content=b"%PDF form"),
    ]


def make(folder: Path, documents: list[StoredDocument], n: int = 10, share: float = 0.4) -> list[OwnQuestion]:
    own = new_set(folder, SetRecord(), no_seal)
    return make_set(own, documents, n_questions=n, unanswerable_share=share, seed=1)


def test_a_question_with_two_answers_in_one_document_is_not_asked() -> None:
    pages = [
        page(1, table([["", "2023"], ["Rent", "1"], ["Travel", "2"]])),
        page(2, table([["", "2023"], ["Rent", "3"], ["Travel", "2"]])),
    ]
    assert [each.question for each in page_proposals(pages)] == ["What is Travel in 2023?"]


def test_titles_tell_them_apart_where_there_are_titles() -> None:
    pages = [page(n, table([["", "2023"], ["Rent", str(n)]], caption=f"Costs of site {n}")) for n in (1, 2)]
    assert [(each.question, each.answer) for each in page_proposals(pages)] == [
        ('What is Rent in 2023 in "Costs of site 1"?', "1"),
        ('What is Rent in 2023 in "Costs of site 2"?', "2"),
    ]


def test_the_choice_is_spread_over_kinds_documents_and_pages_and_seeded() -> None:
    pool = [proposed("big", ProposalKind.TABLE, n, on=1 + n % 4) for n in range(60)]
    pool += [proposed("small", ProposalKind.TABLE, 90), proposed("big", ProposalKind.FIELD, 91)]
    chosen = choose(pool, 6, seed=1)
    assert len(chosen) == len({id(each) for each in chosen}) == 6
    assert {each.document for each in chosen} == {"big", "small"}
    assert ProposalKind.FIELD in {each.proposal.kind for each in chosen}
    assert {each.proposal.page for each in chosen} == {1, 2, 3, 4}
    assert choose(pool, 6, seed=1) == chosen
    assert any(choose(pool, 6, seed=seed) != chosen for seed in (2, 3, 4))
    assert len(choose(pool, 100, seed=1)) == 62


def test_what_another_document_says_is_not_unanswerable() -> None:
    asked = [proposed("a", ProposalKind.TABLE, 5), proposed("a", ProposalKind.PROSE, 6)]
    texts = {"a": "row 5 6", "b": "rows of 5 things", "c": "its 5 cells", "d": "no such thing, it has 77"}
    found = unanswerable(asked, texts, 5, seed=1)
    # b has all words of it, c the answer; nobody asks for gaps in prose.
    assert [(each.document, each.proposal.kind) for each in found] == [("d", ProposalKind.UNANSWERABLE)]
    assert unanswerable(asked, {"a": "row 5"}, 5, seed=1) == []


def test_a_set_holds_questions_to_be_confirmed_and_their_documents(tmp_path: Path) -> None:
    made = make(tmp_path, two_documents())
    kinds = {question.question: question for question in made if question.answerable}
    assert set(kinds) == {"What is Rent in 2023?", "What is Travel in 2023?", "What is the Surname?"}
    surname = kinds["What is the Surname?"]
    assert (surname.files, surname.answers, surname.pages) == (("form.pdf",), ("Ada",), (2,))
    assert surname.box is not None
    without = [question for question in made if not question.answerable]
    assert {(question.files[0], question.kind) for question in without} == {
        ("costs.pdf", "unanswerable"),
        ("form.pdf", "unanswerable"),
    }
    assert not any(question.confirmed for question in made)
    assert len({question.id for question in made}) == len(made) == 6
    own = new_set(tmp_path / "other", SetRecord(), no_seal)
    assert [path.name for path in sorted((tmp_path / "documents").iterdir())] == ["costs.pdf", "form.pdf"]
    assert (tmp_path / "documents" / "form.pdf").read_bytes() == b"%PDF form"
    again = make_set(own, two_documents(), n_questions=10, unanswerable_share=0.4, seed=1)
    assert [question.line() for question in again] == [question.line() for question in made]


def test_only_documents_that_are_asked_about_are_copied(tmp_path: Path) -> None:
    made = make(tmp_path, [two_documents()[0], stored("empty.pdf", page(1))], share=0.0)
    assert len(made) == 2
    assert [path.name for path in (tmp_path / "documents").iterdir()] == ["costs.pdf"]
    assert make(tmp_path / "none", [stored("empty.pdf", page(1))]) == []


def test_names_become_file_names_that_differ() -> None:
    documents = [
        stored(name, media_type=kind).document
        for name, kind in (
            ("a/b:c.pdf", MediaType.PDF),
            ("same.pdf", MediaType.PDF),
            ("same.pdf", MediaType.PDF),
            ("..", MediaType.PNG),
            ("scan", MediaType.TIFF),
        )
    ]
    names = file_names(documents)
    assert names[0] == "a_b_c.pdf"
    assert names[1] == f"same-{documents[1].id.hex[:8]}.pdf"
    assert len(set(names)) == 5
    assert names[3:] == ["document.png", "scan.tiff"]
