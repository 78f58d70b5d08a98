"""`docai flags`: what a person should look at in all documents, newest first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from docai.cli.output import JsonFlag, notes, print_json, results
from docai.cli.review import KindOption, LimitOption, SeverityOption
from docai.cli.review_output import flags_overview, left_out, severities
from docai.cli.session import open_session
from docai.errors import InvalidRequest

_AGO = re.compile(r"(\d{1,5})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIME = "7d, 12h, 30m or an ISO 8601 time"


def flags(
    since: Annotated[str | None, typer.Option(help=f"Only of results made then or later: {_TIME}.")] = None,
    until: Annotated[str | None, typer.Option(help="Only of results made before then; written likewise.")] = None,
    kinds: KindOption = None,
    severity: SeverityOption = None,
    limit: LimitOption = 50,
    as_json: JsonFlag = False,
) -> None:
    """Show what a person should look at in all documents, newest first."""
    now = datetime.now(UTC)
    begin, end = moment(since, now, "--since"), moment(until, now, "--until")
    with open_session() as session:
        found = list(
            session.system.reviewing.flags_of_tenant(
                session.tenant_id,
                kinds=kinds or (),
                severities=severity or (),
                since=begin,
                until=end,
                limit=limit + 1,
                after=None,
            )
        )
        shown, has_more = found[:limit], len(found) > limit
        ids = {flag.document_id for flag in shown}
        names = {} if as_json else {id_.hex: session.system.document(session.tenant_id, id_).name for id_ in ids}
    if as_json:
        from docai.api.schemas.flags import FlagListOut, FlagOut

        print_json(FlagListOut(data=[FlagOut.of(flag) for flag in shown], has_more=has_more, next_cursor=None))
    elif shown:
        results().print(flags_overview(shown, names))
        notes().print(f"{severities(shown)}. {left_out(len(shown), has_more=has_more)}".rstrip())
    else:
        notes().print("No such flags.")


def moment(said: str | None, now: datetime, option: str) -> datetime | None:
    """A time as a command's option gives it: so long ago, or ISO 8601; without an offset it is local time.

    Raises:
        InvalidRequest: it is neither.
    """
    if said is None:
        return None
    try:
        if ago := _AGO.fullmatch(said.strip().lower()):
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(said.strip()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(f"{option}: {said!r} is no time; write {_TIME}.") from error
