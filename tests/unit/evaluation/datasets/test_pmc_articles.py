"""Articles of PubMed Central from JATS and a folder with a manifest."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.pmc_articles import DATASET
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.page_text import PageTextTruth
from tests.unit.evaluation.datasets.published import write

JATS = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.0//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink">
<front><journal-meta><journal-title>Rivers</journal-title></journal-meta>
<article-meta><article-id pub-id-type="doi">10.1/x</article-id>
<title-group><article-title>Mud of the <italic>Nile</italic></article-title></title-group>
<contrib-group><contrib><name><surname>Ada</surname></name></contrib></contrib-group>
<abstract><sec><title>Background</title><p>Mud moves.</p></sec></abstract></article-meta></front>
<body><sec><title>Methods</title><p>We used E<sub>2</sub> as in <xref>[1]</xref><!-- note -->:
<list><list-item><p>a sieve;</p></list-item></list> and
<disp-formula><tex-math>x=1</tex-math></disp-formula> a scale.</p>
<fig><label>Figure 1</label><caption><p>A sieve.</p></caption></fig>
<sec><title>Sites</title><p>Two.</p><table-wrap><table><tr><td>Aswan</td></tr></table></table-wrap></sec></sec></body>
<back><ack><title>Thanks</title><p>To all.</p></ack><ref-list><ref>Smith 1999</ref></ref-list></back>
</article>
"""


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "all")))


@pytest.mark.parametrize("suffix", ["nxml", "xml"])
def test_jats_is_read_in_its_order(tmp_path: Path, suffix: str) -> None:
    write(tmp_path / "PMC1" / f"main.{suffix}", JATS)
    write(tmp_path / "PMC1" / "main.pdf", b"%PDF")
    (sample,) = load(tmp_path)
    assert (sample.id, sample.files[0].name) == ("PMC1-main", "PMC1-main.pdf")
    truth = PageTextTruth.model_validate(sample.truth)
    assert truth.blocks == (
        "Mud of the Nile",
        "Background",
        "Mud moves.",
        "Methods",
        "We used E2 as in [1]: and a scale.",
        "a sieve;",
        "Sites",
        "Two.",
        "Thanks",
        "To all.",
    )
    assert set(truth.allowed) == {"Rivers", "10.1/x", "Ada", "Figure 1 A sieve.", "Aswan", "Smith 1999"}


def test_a_folder_with_a_manifest_is_read(tmp_path: Path) -> None:
    truth: dict[str, Any] = {
        "meta": {"authors": ["Ada"], "journal": "Rivers", "doi": None},
        "blocks": [{"text": "Title"}, {"text": "Abstract", "implicit": True}, {"text": " "}, {"text": "Mud moves."}],
        "figure_captions": [{"text": "Figure 1"}],
        "references": ["Smith"],
        "tables": [{"label": "Table 1", "caption": "Sites", "cells": [{"text": "Aswan"}]}],
    }
    write(tmp_path / "manifest.json", {"items": [{"file": "pmc/a.pdf", "gt": "pmc/a.gt.json"}]})
    write(tmp_path / "pmc" / "a.pdf", b"%PDF")
    path = write(tmp_path / "pmc" / "a.gt.json", truth)
    (sample,) = load(tmp_path)
    found = PageTextTruth.model_validate(sample.truth)
    assert found.blocks == ("Title", "Mud moves.")
    assert found.allowed == ("Ada", "Rivers", "", "Figure 1", "Smith", "Table 1 Sites", "Aswan")
    for content in ({**truth, "blocks": []}, {"blocks": [{"text": "a"}]}, []):
        write(path, content)
        with pytest.raises(DatasetDamaged, match=r"a.gt.json is no text of an article"):
            load(tmp_path)


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="nxml"):
        load(tmp_path)
    path = write(tmp_path / "a.nxml", JATS)
    with pytest.raises(DatasetMissing, match=r"a.pdf"):
        load(tmp_path)
    write(tmp_path / "a.pdf", b"%PDF")
    for content, named in (("<article", "no XML"), ("<article><front/></article>", "no article with a text")):
        write(path, content)
        with pytest.raises(DatasetDamaged, match=named):
            load(tmp_path)
