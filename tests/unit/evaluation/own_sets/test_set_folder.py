"""Own sets on the disk, plain and sealed, and what must stay here."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from docai.errors import DatasetDamaged, DatasetMissing, InvalidRequest, WrongSecretKey
from docai.evaluation.own_sets.cloud_rule import must_stay_here
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.evaluation.own_sets.set_folder import SetFolder, new_set, open_set
from docai.evaluation.own_sets.set_record import Cloud, SetRecord
from docai.sealing import Seal

QUESTION = OwnQuestion(id="q1", files=("secret-merger.pdf",), question="Who buys whom?", answers=("Ada buys Bob",))
CONTENT = b"%PDF the contract of the merger"


def seal() -> Seal:
    return Seal(Fernet.generate_key().decode())


def unasked() -> Seal:
    raise AssertionError("the key of a plain set was asked for")


def filled(folder: SetFolder) -> SetFolder:
    folder.add_document("secret-merger.pdf", CONTENT)
    folder.save([QUESTION])
    return folder


def test_a_plain_set_is_read_as_it_was_written(tmp_path: Path) -> None:
    filled(new_set(tmp_path / "own", SetRecord(seed=3), unasked))
    found = open_set(tmp_path / "own", unasked)
    assert (found.questions(), found.document("secret-merger.pdf")) == ([QUESTION], CONTENT)
    assert found.record == SetRecord(seed=3)
    assert (tmp_path / "own" / "documents" / "secret-merger.pdf").read_bytes() == CONTENT


def test_a_sealed_set_leaves_nothing_plain_and_needs_its_key(tmp_path: Path) -> None:
    own = seal()
    filled(new_set(tmp_path, SetRecord(encrypted=True), lambda: own))
    found = open_set(tmp_path, lambda: own)
    assert (found.questions(), found.document("secret-merger.pdf")) == ([QUESTION], CONTENT)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3
    for path in files:
        assert b"merger" not in path.read_bytes()
        assert b"Ada" not in path.read_bytes()
        assert "merger" not in path.name
    other = open_set(tmp_path, seal)
    with pytest.raises(WrongSecretKey):
        other.questions()
    with pytest.raises(WrongSecretKey):
        other.document("secret-merger.pdf")


def test_a_set_written_by_hand_needs_no_record(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text(f"\ufeff{QUESTION.line()}\n\n", encoding="utf-8")
    (tmp_path / "secret-merger.pdf").write_bytes(CONTENT)
    found = open_set(tmp_path, unasked)
    assert (found.questions(), found.document("secret-merger.pdf")) == ([QUESTION], CONTENT)


def test_files_beyond_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("secret")
    own = new_set(tmp_path / "own", SetRecord(), unasked)
    (tmp_path / "own" / "link.pdf").symlink_to(tmp_path / "plain.txt")
    for name in ("../plain.txt", str(tmp_path / "plain.txt"), "link.pdf", "documents"):
        with pytest.raises(DatasetMissing, match="has no document"):
            own.document(name)


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="docai eval init"):
        open_set(tmp_path, unasked)
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "1", "file": "a.pdf"}\n')
    with pytest.raises(DatasetDamaged, match=r"questions\.jsonl, line 1: .*either"):
        open_set(tmp_path, unasked).questions()
    questions.write_text(f"{QUESTION.line()}\n\n{QUESTION.line()}\n")
    with pytest.raises(DatasetDamaged, match=r"line 3: 'q1' was there before"):
        open_set(tmp_path, unasked).questions()
    questions.write_text("{")
    with pytest.raises(DatasetDamaged, match="line 1"):
        open_set(tmp_path, unasked).questions()
    (tmp_path / "set.json").write_text('{"cloud": "sometimes"}')
    with pytest.raises(DatasetDamaged, match=r"set\.json cannot be read"):
        open_set(tmp_path, unasked)
    questions.unlink()
    (tmp_path / "set.json").write_text("{}")
    with pytest.raises(DatasetMissing, match=r"questions\.jsonl"):
        open_set(tmp_path, unasked).questions()


def test_a_set_is_not_made_over_another(tmp_path: Path) -> None:
    new_set(tmp_path, SetRecord(), unasked)
    filled(new_set(tmp_path, SetRecord(), unasked))  # the first was never finished
    with pytest.raises(InvalidRequest, match="own set already"):
        new_set(tmp_path, SetRecord(), unasked)


def test_own_sets_stay_here_unless_they_say_otherwise(tmp_path: Path) -> None:
    assert not must_stay_here(tmp_path)  # a public data set
    (tmp_path / "questions.jsonl.sealed").touch()
    assert must_stay_here(tmp_path)
    for cloud in Cloud:
        (tmp_path / "set.json").write_text(SetRecord(cloud=cloud).model_dump_json())
        assert must_stay_here(tmp_path) is (cloud is Cloud.NEVER)
    (tmp_path / "set.json").write_text("{")
    with pytest.raises(DatasetDamaged):
        must_stay_here(tmp_path)
