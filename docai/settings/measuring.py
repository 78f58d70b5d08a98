"""How docai is measured."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from docai.settings.group import Group


class EvaluationSettings(Group):
    """Read by `docai eval`."""

    data: Path | None = Field(
        None, description="Folder of data sets, each in a folder of its name; unset: `--data` says where a set lies."
    )
    parallel: int = Field(
        0,
        ge=0,
        description="Most samples that a run has under way at once; 0: one for each process, and as many as "
        "`DOCAI_VLM__CONCURRENCY` says where a server or provider runs the model.",
    )
