"""Where a data set lies, and how it is had where it does not."""

from __future__ import annotations

import shlex
from pathlib import Path

from docai.errors import ConfigurationError, DatasetMissing, InvalidRequest
from docai.evaluation.datasets.dataset import Dataset


def place(dataset: Dataset, given: Path | None, all_data: Path | None) -> Path | None:
    """The folder that a set is looked for in: the one given, else that of its name among all data sets."""
    if given is not None:
        return given
    return None if all_data is None else all_data.expanduser() / dataset.name


def located(dataset: Dataset, given: Path | None, all_data: Path | None) -> Path:
    """The folder that a set lies in.

    Raises:
        DatasetMissing: there is no such folder; the message has the command that gets the set.
    """
    folder = place(dataset, given, all_data)
    if folder is not None and folder.is_dir():
        return folder
    looked = f"There is no {folder}" if folder else "No folder is given with --data or DOCAI_EVALUATION__DATA"
    raise DatasetMissing(
        f"{looked}, so {dataset.name} cannot be read. It is had by: {how(dataset, folder)}\nExpected in the folder: "
        f"{dataset.layout}",
        dataset=dataset.name,
    )


def how(dataset: Dataset, folder: Path | None) -> str:
    """The command that gets a set, or the address where it is had."""
    target = "FOLDER" if folder is None else shlex.quote(str(folder))
    if dataset.hub is None:
        return dataset.obtain.replace("FOLDER", target)
    only = "".join(f" --include {shlex.quote(pattern)}" for pattern in dataset.hub.patterns)
    return f"hf download --repo-type dataset {dataset.hub.repository}{only} --local-dir {target}"


def fetched(dataset: Dataset, folder: Path) -> Path:
    """The folder, once the set's files were fetched from the Hugging Face hub into it; what is there is not fetched.

    Raises:
        InvalidRequest: the set is not on the hub.
        ConfigurationError: the hub's client is not installed.
        DatasetMissing: the hub does not give it.
    """
    if dataset.hub is None:
        raise InvalidRequest(f"{dataset.name} is not on the hub; it is had by: {how(dataset, folder)}")
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - with the extra only
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415
    except ModuleNotFoundError:
        raise ConfigurationError("Fetching data sets needs `pip install 'docai[eval]'`.") from None
    patterns = list(dataset.hub.patterns) or None
    try:
        snapshot_download(dataset.hub.repository, repo_type="dataset", local_dir=folder, allow_patterns=patterns)
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise DatasetMissing(
            f"The hub does not give {dataset.hub.repository}: {error}. By hand: {how(dataset, folder)}",
            repository=dataset.hub.repository,
        ) from None
    return folder
