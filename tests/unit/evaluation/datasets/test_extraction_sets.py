"""DocuBench, Kleister-NDA and invoices: their own layouts, and a folder with a manifest of all three."""

import lzma
from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.label_schemas import schema_of
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.fields import FieldsTruth
from docai.evaluation.scoring.nda_values import KeyValuesTruth
from tests.unit.evaluation.datasets.laid_out import drawn_pdf, write_json

SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}}


def load(name: str, folder: Path, split: str | None = None) -> list[Sample]:
    dataset = dataset_named(name)
    return list(dataset.load(Source(folder, split or dataset.splits[0])))


def test_docubench(tmp_path: Path) -> None:
    drawn_pdf(tmp_path / "documents" / "Ab.pdf", 1)
    (tmp_path / "documents" / "Cd.xml").write_text("<a/>")
    for name in ("Ab", "Cd"):
        write_json(tmp_path / "labels" / f"{name}.json", {"total": 3})
        write_json(tmp_path / "schemas" / f"{name}.json", SCHEMA)
    (tmp_path / "guidelines").mkdir()
    (tmp_path / "guidelines" / "Ab.txt").write_text("Totals include tax.\n" + "x" * 9000)
    (tmp_path / "guidelines" / "Cd.txt").write_text("")
    first, second = load("docubench", tmp_path)
    assert (first.id, first.task, first.schema) == ("Ab", Task.EXTRACT, SCHEMA)
    assert FieldsTruth.model_validate(first.truth).data == {"total": 3}
    assert first.question is not None
    assert first.question.startswith("Totals include tax.")
    assert len(first.question) == 4000
    assert (second.question, second.categories) == (None, {"format": "xml"})
    write_json(tmp_path / "labels" / "Cd.json", [])
    with pytest.raises(DatasetDamaged, match=r"Cd\.xml is no JSON object"):
        load("docubench", tmp_path)
    (tmp_path / "schemas" / "Ab.json").unlink()
    with pytest.raises(DatasetMissing, match=r"schemas/Ab\.json"):
        load("docubench", tmp_path)


def kleister(folder: Path, expected: str) -> None:
    drawn_pdf(folder / "documents" / "a.pdf", 1)
    drawn_pdf(folder / "documents" / "b.pdf", 2)
    (folder / "dev-0").mkdir()
    # Texts may hold what Python takes for an end of line.
    lines = "a.pdf\tparty term\ttext with \x0c and \x85 and \u2028\nb.pdf\tparty\ttext\n"
    (folder / "dev-0" / "in.tsv.xz").write_bytes(lzma.compress(lines.encode()))
    (folder / "dev-0" / "expected.tsv").write_text(expected, encoding="utf-8")


def test_kleister_nda(tmp_path: Path) -> None:
    kleister(tmp_path, "party=Ada_Inc. party=Bob_LLC term=2_years\n\n")
    first, second = load("kleister-nda", tmp_path)
    assert KeyValuesTruth.model_validate(first.truth).values == {"party": ["Ada Inc.", "Bob LLC"], "term": ["2 years"]}
    assert KeyValuesTruth.model_validate(second.truth).values == {}
    assert (first.id, second.files[0].name) == ("a", "b.pdf")
    with pytest.raises(DatasetMissing, match=r"test-A/in\.tsv"):
        load("kleister-nda", tmp_path, "test-A")
    (tmp_path / "test-A").mkdir()
    (tmp_path / "test-A" / "in.tsv").write_text("a.pdf\tparty\n")
    with pytest.raises(DatasetMissing, match="answers are not published"):
        load("kleister-nda", tmp_path, "test-A")


@pytest.mark.parametrize(("expected", "said"), [("party=A", "fewer lines"), ("party\n\n", "no key with a value")])
def test_damaged_answers_of_kleister_are_named(tmp_path: Path, expected: str, said: str) -> None:
    kleister(tmp_path, expected)
    with pytest.raises(DatasetDamaged, match=said):
        load("kleister-nda", tmp_path)
    (tmp_path / "dev-0" / "in.tsv.xz").write_bytes(b"no archive")
    with pytest.raises(DatasetDamaged, match="cannot be read"):
        load("kleister-nda", tmp_path)


def test_invoices_get_a_schema_from_their_labels(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"\*\.pdf"):
        load("invoices", tmp_path)
    drawn_pdf(tmp_path / "a.pdf", 1)
    with pytest.raises(DatasetMissing, match="No PDF"):
        load("invoices", tmp_path)
    label = {"issuer": "Ada", "amount": 4.1, "lines": [{"name": "x"}, {"n": 1, "name": None}], "paid": True}
    write_json(tmp_path / "a.json", [label])
    (sample,) = load("invoices", tmp_path)
    assert FieldsTruth.model_validate(sample.truth).data == label
    assert sample.schema == {
        "type": "object",
        "properties": {
            "issuer": {"type": "string"},
            "amount": {"type": "number"},
            "lines": {
                "type": "array",
                "items": {"type": "object", "properties": {"n": {"type": "number"}, "name": {"type": "string"}}},
            },
            "paid": {"type": "boolean"},
        },
    }
    write_json(tmp_path / "a.json", [])
    with pytest.raises(DatasetDamaged, match="neither a JSON object"):
        load("invoices", tmp_path)


def test_arrays_of_single_values_have_the_schema_of_the_first() -> None:
    assert schema_of({"a": ["x"], "b": []}) == {
        "type": "object",
        "properties": {
            "a": {"type": "array", "items": {"type": "string"}},
            "b": {"type": "array", "items": {"type": "string"}},
        },
    }


def test_one_folder_with_a_manifest_holds_all_three(tmp_path: Path) -> None:
    items = []
    for group, label in (("docubench", {"total": 1}), ("nda", {"term": "1 year"}), ("invoices", [{"issuer": "Ada"}])):
        drawn_pdf(tmp_path / group / "x.pdf", 1)
        write_json(tmp_path / group / "x.label.json", label)
        items.append({"file": f"{group}/x.pdf", "gt": f"{group}/x.label.json"})
    write_json(tmp_path / "manifest.json", {"items": items})
    assert load("kleister-nda", tmp_path)[0].truth == {"values": {"term": ["1 year"]}}
    assert load("invoices", tmp_path)[0].truth == {"data": {"issuer": "Ada"}}
    with pytest.raises(DatasetMissing, match=r"no schema of x\.pdf"):
        load("docubench", tmp_path)
    items[0]["schema"] = "docubench/x.schema.json"
    write_json(tmp_path / "docubench" / "x.schema.json", SCHEMA)
    write_json(tmp_path / "manifest.json", {"items": items})
    assert load("docubench", tmp_path)[0].schema == SCHEMA
    write_json(tmp_path / "nda" / "x.label.json", "none")
    with pytest.raises(DatasetDamaged, match=r"x\.pdf is no JSON object"):
        load("kleister-nda", tmp_path)
