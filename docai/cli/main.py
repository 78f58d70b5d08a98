"""The app: its commands, and what an error looks like."""

from __future__ import annotations

import errno
import signal
import sys
from typing import Annotated

import typer

from docai.cli.admin import admin
from docai.cli.check import check
from docai.cli.correct import correct
from docai.cli.demo import demo
from docai.cli.documents import delete, list_documents, show, tables
from docai.cli.evaluate import evaluate
from docai.cli.extract import extract
from docai.cli.flags import flags
from docai.cli.index import index
from docai.cli.ingest import ingest
from docai.cli.jobs import cancel, jobs, retry
from docai.cli.key import key
from docai.cli.output import notes, print_json
from docai.cli.plan import plan
from docai.cli.questions import ask, search
from docai.cli.replay import replay
from docai.cli.reread import reread
from docai.cli.review import review
from docai.cli.revisions import diff, revisions
from docai.cli.serve import serve
from docai.cli.up import up
from docai.cli.worker import migrate, worker
from docai.errors import DocaiError, StoreFull

_HINTS = {
    "document_encrypted": "Give its password with --password.",
    "wrong_password": "Give another one with --password.",
    "store_full": "Make room and run the same command again; what was finished is kept.",
    "store_unavailable": "Run `docai check` to see which store does not answer.",
    "revision_conflict": "`docai review` and `docai revisions` show what the page says now.",
    "index_mismatch": "`docai index status` shows which indexes there are.",
}
"""What to do next, for errors that do not say it themselves."""

app = typer.Typer(
    name="docai",
    help="Documents in, evidence out: what was read, where it stands, and how far it may be believed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in (
    ("ingest", ingest),
    ("list", list_documents),
    ("show", show),
    ("tables", tables),
    ("search", search),
    ("ask", ask),
    ("extract", extract),
    ("review", review),
    ("flags", flags),
    ("correct", correct),
    ("revisions", revisions),
    ("diff", diff),
    ("reread", reread),
    ("replay", replay),
    ("plan", plan),
    ("delete", delete),
    ("jobs", jobs),
    ("cancel", cancel),
    ("retry", retry),
    ("serve", serve),
    ("worker", worker),
    ("migrate", migrate),
    ("up", up),
    ("key", key),
    ("check", check),
    ("demo", demo),
):
    app.command(_name)(_command)
app.add_typer(admin, name="admin")
app.add_typer(index, name="index")
app.add_typer(evaluate, name="eval")


@app.callback(invoke_without_command=True)
def _docai(
    is_version_asked: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if is_version_asked:
        from importlib.metadata import version

        sys.stdout.write(f"docai {version('docai')}\n")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error of ours ends with one line, what to do, and exit code 1."""
    # Being asked to end is like Ctrl-C: the stores are closed on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except DocaiError as error:
        _report(error)
        sys.exit(1)
    except OSError as error:
        if error.errno is None or error.strerror is None:
            raise
        where = f": {error.filename}" if error.filename else ""
        kind = StoreFull if error.errno == errno.ENOSPC else DocaiError
        _report(kind(f"{error.strerror}{where}"))
        sys.exit(1)


def _report(error: DocaiError) -> None:
    if "--json" in sys.argv:
        from docai.cli.schemas import ProblemOut

        print_json(ProblemOut.of(error))
        return
    console = notes()
    console.print(f"docai: {error.message}", style="red", soft_wrap=True)
    if hint := _HINTS.get(error.code):
        console.print(hint, soft_wrap=True)


if __name__ == "__main__":
    main()
