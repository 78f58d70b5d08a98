"""Changing over from one encoder to another, going back, and mending an index, as an operator does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from docai.assembly.indexing import open_indexing
from docai.assembly.local import open_local
from docai.cli.main import app as cli
from docai.domain.answers import Question, SearchMode
from docai.domain.ids import new_document_id
from docai.domain.indexes import IndexState
from docai.errors import DocaiError, IndexMismatch
from docai.pdf.draw import show_set
from docai.settings import EmbedderSettings, Settings
from docai.system import System

OLD, NEW = EmbedderSettings(dimension=128), EmbedderSettings(dimension=64)
"""Two encoders: the same spelling, hashed to vectors of another length."""


@dataclass(frozen=True)
class Store:
    """A home in which documents were read under the old encoder."""

    home: Path
    n_pages: int

    def index(self, *arguments: str, dimension: int = 64) -> tuple[int, Any]:
        """A command's exit code and what it printed; an error of ours as its code."""
        env = {"DOCAI_HOME": str(self.home), "DOCAI_EMBEDDER__DIMENSION": str(dimension)}
        done = CliRunner().invoke(cli, ["index", *arguments, "--json"], env=env)
        if isinstance(done.exception, DocaiError):
            return 1, done.exception.code
        return done.exit_code, json.loads(done.stdout)

    def settings(self, embedder: EmbedderSettings) -> Settings:
        return Settings(home=self.home, embedder=embedder)


def first_hit(system: System, tenant_id: Any, text: str = "revenue of Sweden") -> Any:
    question = Question(text=text, mode=SearchMode.LATE_INTERACTION, top_k=1)
    return system.search(tenant_id, question)[0]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    home = tmp_path_factory.mktemp("changed") / "home"
    settings = Settings(home=home, embedder=OLD)
    n_pages = 0
    with open_local(settings) as local:
        for document in show_set():
            path = home / "drawn.pdf"
            path.write_bytes(document.pdf)
            with path.open("rb") as stream:
                submission = local.system.submit(local.tenant.id, stream, document.name)
            job = local.system.wait(local.tenant.id, submission.job.id, 100)
            n_pages += job.pages_done
        first_hit(local.system, local.tenant.id)
    return Store(home, n_pages)


def names(store: Store) -> dict[str, str]:
    """State to name."""
    return {entry["state"]: entry["name"] for entry in store.index("status")[1]["indexes"]}


def test_a_store_is_changed_over_and_back_without_losing_a_page(store: Store) -> None:
    code, status = store.index("status")
    assert code == 0
    ((before),) = status["indexes"]
    assert (before["state"], before["dimension"], before["n_pages"]) == ("active", 128, store.n_pages)
    assert before["n_missing"] == 0

    with pytest.raises(IndexMismatch, match="docai index build"), open_local(store.settings(NEW)):
        pass

    code, built = store.index("build")
    assert code == 0
    assert (built["n_embedded"], built["n_failed"]) == (store.n_pages, 0)
    assert (built["index"]["state"], built["index"]["dimension"]) == ("building", 64)
    assert store.index("build")[1]["n_embedded"] == 0  # nothing is done twice
    assert names(store) == {"active": before["name"], "building": built["index"]["name"]}

    code, compared = store.index("compare", built["index"]["name"])
    assert code == 0
    assert compared["indexes"] == [before["name"], built["index"]["name"]]
    assert [query["query"] for query in compared["queries"]] == ["revenue of Sweden"]
    assert 0.0 <= compared["overlap"] <= 1.0

    code, switched = store.index("switch", built["index"]["name"])
    assert code == 0
    assert (switched["index"]["state"], switched["before"]) == ("active", before["name"])
    assert names(store) == {"active": built["index"]["name"], "previous": before["name"]}
    with open_local(store.settings(NEW)) as local:
        hit = first_hit(local.system, local.tenant.id)
        assert "dimension=64" in hit.encoder
    with pytest.raises(IndexMismatch, match="not in use"), open_local(store.settings(OLD)):
        pass

    assert store.index("drop", built["index"]["name"]) == (1, "conflict")  # in use
    code, back = store.index("rollback")
    assert code == 0
    assert back["index"]["name"] == before["name"]
    with open_local(store.settings(OLD)) as local:
        assert "dimension=128" in first_hit(local.system, local.tenant.id).encoder
    assert store.index("drop", built["index"]["name"])[0] == 0
    assert names(store) == {"active": before["name"]}


def test_judged_queries_are_scored_under_both(store: Store, tmp_path: Path) -> None:
    with open_local(store.settings(OLD)) as local:
        hit = first_hit(local.system, local.tenant.id)
    judged = tmp_path / "judged.jsonl"
    page = {"document": str(hit.document_id), "page": hit.page_number}
    judged.write_text(json.dumps({"query": "revenue of Sweden", "pages": [page]}) + "\n", encoding="utf-8")
    name = store.index("build")[1]["index"]["name"]
    code, compared = store.index("compare", name, "--judged", str(judged))
    assert code == 0
    assert compared["n_judged"] == 1
    assert all(0.0 <= value <= 1.0 for value in compared["ndcg"])
    judged.write_text('{"query": "no pages"}\n', encoding="utf-8")
    assert store.index("compare", name, "--judged", str(judged)) == (1, "invalid_request")
    assert store.index("drop", name)[0] == 0


def test_an_index_that_lacks_pages_is_not_put_in_use(store: Store) -> None:
    with open_indexing(store.settings(NEW)) as indexing:
        entry = indexing.entered(indexing.embedder("ngram"), "ngram")
        assert entry.state is IndexState.BUILDING
    name = names(store)["building"]
    assert store.index("switch", name) == (1, "conflict")
    assert store.index("drop", name)[0] == 0


def test_an_index_is_verified_and_mended(store: Store) -> None:
    assert store.index("verify", dimension=128)[1]["is_clean"]
    with open_indexing(store.settings(OLD)) as indexing:
        active = indexing.records.indexes.active()
        assert active is not None
        physical = indexing.indexes.of(active.encoder)
        (tenant_id, document_id, number), *_ = sorted(physical.places())
        stored = physical.vectors(tenant_id, document_id, number)
        assert stored is not None
        physical.delete(tenant_id, document_id, [number])  # behind the records' back
        orphan = new_document_id()
        embedding = indexing.embedder_of(active).embed_words(_words(indexing, tenant_id, document_id, number))
        assert embedding is not None
        physical.upsert(tenant_id, orphan, 1, embedding)
    code, found = store.index("verify", dimension=128)
    assert code == 1
    assert (found["n_orphans"], found["n_lost"], found["is_clean"]) == (1, 1, False)
    code, mended = store.index("verify", "--repair", dimension=128)
    assert (code, mended["n_mended"]) == (0, 2)
    assert store.index("verify", dimension=128)[1]["is_clean"]


def _words(indexing: Any, tenant_id: Any, document_id: Any, number: int) -> Any:
    with indexing.records.unit_of_work(tenant_id) as unit:
        return unit.documents.page(document_id, number).words


def test_a_name_that_fits_none_is_refused(store: Store) -> None:
    assert store.index("switch", "nothing") == (1, "invalid_request")


def test_there_is_nothing_to_go_back_to_before_a_switch(store: Store) -> None:
    assert store.index("rollback") == (1, "conflict")
