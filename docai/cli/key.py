"""`docai key`: a further API key, for when one is lost or another program needs its own."""

from __future__ import annotations

from docai.cli.output import JsonFlag, notes, print_json, write
from docai.cli.session import open_session


def key(as_json: JsonFlag = False) -> None:
    """Make a further API key and print it, this once: only its hash is kept."""
    from docai.cli.schemas import KeyOut

    with open_session() as session:
        text, kept = session.make_key()
    if as_json:
        print_json(KeyOut(api_key=text, prefix=kept.prefix))
        return
    write(text)
    notes().print("Store it now: the database has its hash alone. Keys made before still work.", soft_wrap=True)
