"""A checkpoint's folder: the operator's own, or a snapshot fetched from the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from docai.engines.checkpoints.files import SETTINGS
from docai.errors import EngineUnavailable


def fetched(
    source: str, *, revision: str | None = None, cache: Path | None = None, with_code: bool = False
) -> tuple[Path, str | None]:
    """The folder of a checkpoint, and its commit on the hub; None for a folder of the operator's own.

    Args:
        source: A folder, or an id on the hub.
        revision: Commit or tag on the hub; None for the newest.
        cache: Where files from the hub are kept; None for the hub client's own place.
        with_code: Whether code of the checkpoint's own is fetched too; pickles never are.

    Raises:
        EngineUnavailable: it is no folder, and the hub does not answer or does not have it.
    """
    if (folder := Path(source).expanduser()).is_dir():
        return folder, None
    patterns = ["*.safetensors", *SETTINGS, *(["*.py"] if with_code else [])]
    try:
        snapshot = snapshot_download(source, revision=revision, cache_dir=cache, allow_patterns=patterns)
    except (OSError, HfHubHTTPError, LocalEntryNotFoundError, ValueError) as error:
        raise EngineUnavailable(
            f"the checkpoint {source!r} is neither a folder nor to be had from the hub; where there is no network, "
            f"give the folder that it was copied to: {error}",
            source=source,
        ) from error
    # The hub's client names the folder of a snapshot by its commit.
    return Path(snapshot), Path(snapshot).name
