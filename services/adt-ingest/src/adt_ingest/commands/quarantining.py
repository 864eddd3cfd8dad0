"""`adt-ingest quarantine`: lists what was refused, shows it masked, and has it taken after all."""

import getpass
import json
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

import click
import typer
from rich.markup import escape
from rich.table import Table

from adt_ingest.commands.terminal import end, out, run, settings_that_note, span_of, url_of
from adt_ingest.domain.masking import masked
from adt_ingest.domain.quarantine import Held, Received
from adt_ingest.domain.replies import Answered
from adt_ingest.hl7_client import Hl7Client
from adt_ingest.quarantine import Found, MendRefused, NotFoundError, TellingReasonError, Wanted
from adt_ingest.quarantine_store import TopicOfReceived
from care_chassis.clock import SystemClock

T = TypeVar("T")
_SHOWN_ID = 12

_Since = Annotated[str, typer.Option(help="How far back: 30m, 12h, 7d, 2w.")]
_Url = Annotated[str, typer.Option(help="adt-ingest's HTTP address; else by its settings.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="The id, or enough of its beginning.")]
_Why = Annotated[str, typer.Option("--reason", help="Why you look, without naming anyone.")]
_Site = Annotated[str, typer.Option(help="Only of this site; `unknown` for those of none.")]
_Reason = Annotated[str, typer.Option(help="Only where the reason holds this.")]
_AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

quarantine = typer.Typer(
    name="quarantine", no_args_is_help=True, help="What was refused: list, show, repair."
)


@quarantine.command("list")
def list_waiting(
    *,
    site: _Site = "",
    reason: _Reason = "",
    since: _Since = "7d",
    as_json: _AsJson = False,
) -> None:
    """List what waits for a person: neither repaired nor taken later as it is."""
    waiting = _with(since, "", lambda mend: mend.waiting(Wanted(site, reason)))
    if as_json:
        for held in waiting:
            sys.stdout.write(f"{json.dumps(_facts(held))}\n")
    elif waiting:
        out.print(_table(waiting))
    else:
        out.print(f"Nothing waits: no message of the last {since} is in quarantine.")


@quarantine.command()
def show(
    event_id: _Id,
    *,
    since: _Since = "30d",
    reveal: Annotated[bool, typer.Option(help="With the patient's values. It is noted.")] = False,
    reason: _Why = "",
) -> None:
    """Show one message and why it was refused: masked, unless a reason is given to reveal it."""
    found, mend = _find(event_id, since)
    received = found.held.received
    _print_story(found)
    if reveal:
        data = _revealed(mend, received, reason, how="shown")
        out.print(_as_text(data), markup=False)
        return
    segment = received.place.partition("-")[0]
    for one in masked(received.data):
        line = "|".join([one.name, *one.fields])
        here = bool(segment) and one.name == segment
        out.print(f"{'>' if here else ' '} {line}", style="bold" if here else None, markup=False)


@quarantine.command()
def export(event_id: _Id, *, since: _Since = "30d", reason: _Why = "") -> None:
    """Write the bytes of one message to standard output: export ID --reason ... > file.hl7."""
    found, mend = _find(event_id, since)
    data = _revealed(mend, found.held.received, reason, how="exported")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@quarantine.command()
def edit(event_id: _Id, *, since: _Since = "30d", url: _Url = "", reason: _Why = "") -> None:
    """Open one message in your editor ($VISUAL, $EDITOR) and send what you save."""
    found, mend = _find(event_id, since, url)
    received = found.held.received
    data = _revealed(mend, received, reason, how="edited")
    edited = _edited(data)
    if edited == data:
        end("Nothing was changed, and nothing sent. To send it as it is: quarantine resend.")
    if not _with(since, url, lambda mend: _resent(mend, received, edited)):
        raise typer.Exit(1)


@quarantine.command()
def resend(
    event_ids: Annotated[list[str], typer.Argument(metavar="ID...")],
    *,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The repaired form of one ID.")
    ] = None,
    since: _Since = "30d",
    url: _Url = "",
) -> None:
    """Send refused messages again, linked to themselves; 0 only if every one is taken."""
    if file is not None and len(event_ids) != 1:
        end("A file repairs one message: name one ID.")
    data = file.read_bytes() if file else None

    async def act(mend: MendRefused) -> list[bool]:
        found = await mend.find(*event_ids)
        return [await _resent(mend, one.held.received, data) for one in found]

    _count(_with(since, url, act))


@quarantine.command("resend-all")
def resend_all(
    *,
    site: _Site = "",
    reason: _Reason = "",
    since: _Since = "30d",
    url: _Url = "",
) -> None:
    """Send all that `list` shows again, as it came, in that order; 0 only if all are taken."""

    async def act(mend: MendRefused) -> list[bool]:
        waiting = await mend.waiting(Wanted(site, reason))
        return [await _resent(mend, held.received, None) for held in waiting]

    _count(_with(since, url, act))


def _count(taken: Sequence[bool]) -> None:
    out.print(f"{sum(taken)} of {len(taken)} taken.")
    if not all(taken):
        raise typer.Exit(1)


async def _resent(mend: MendRefused, received: Received, data: bytes | None) -> bool:
    answered = await mend.resend(received, data)
    out.print(f"{_short(received.event_id)} {received.control_id}: {_in_words(answered)}")
    return answered.taken


def _in_words(answered: Answered) -> str:
    codes = " ".join(answered.codes) or "no answer"
    if answered.taken:
        return f"{codes}, taken: it leaves the quarantine"
    place = f" ({answered.place})" if answered.place else ""
    return f"{codes}, not taken: {answered.reason}{place}"


def _with(since: str, url: str, work: Callable[[MendRefused], Coroutine[Any, Any, T]]) -> T:
    """Do it with a use case that looks as far back as asked."""
    settings = settings_that_note()
    span = span_of(since)

    async def act() -> T:
        secret = settings.patient_key_secret
        async with Hl7Client(url_of(settings, url), secret=secret) as door:
            store = TopicOfReceived(settings.kafka)
            # Kafka finds records by the real time they were written at, whatever our clocks show.
            mend = MendRefused(
                store=store, door=door, clock=SystemClock(), span=span, operator=_operator()
            )
            return await work(mend)

    try:
        return run(act())
    except NotFoundError as error:
        end(f"Not found: {error}.")


def _find(event_id: str, since: str, url: str = "") -> tuple[Found, MendRefused]:
    async def look(mend: MendRefused) -> tuple[Found, MendRefused]:
        (found,) = await mend.find(event_id)
        return found, mend

    return _with(since, url, look)


def _revealed(mend: MendRefused, received: Received, reason: str, *, how: str) -> bytes:
    if not reason.strip():
        end('Say why you look, without naming anyone: --reason "...". It is noted.')
    try:
        return mend.reveal(received, reason, how=how)
    except TellingReasonError as error:
        end(f"Not shown: {error}.")


def _operator() -> str:
    with suppress(KeyError, OSError):
        return getpass.getuser()
    return "unknown"


def _edited(data: bytes) -> bytes:
    """What an editor made of it; segments that end in CR are lines of their own meanwhile."""
    in_lines = b"\n" not in data
    with tempfile.NamedTemporaryFile(suffix=".hl7") as kept:  # readable by its owner only
        path = Path(kept.name)
        path.write_bytes(data.replace(b"\r", b"\n") if in_lines else data)
        click.edit(filename=str(path))
        edited = path.read_bytes()
    return edited.replace(b"\n", b"\r") if in_lines else edited


def _as_text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").replace("\r\n", "\n").replace("\r", "\n")


def _short(event_id: str) -> str:
    return event_id[:_SHOWN_ID]


def _facts(held: Held) -> dict[str, object]:
    received = held.received
    return {
        "id": received.event_id,
        "received_at": received.received_at.isoformat(),
        "first_at": held.first_at.isoformat(),
        "times": held.times,
        "site": received.site,
        "control_id": received.control_id,
        "trigger": received.trigger,
        "answer": received.answer,
        "reason": received.reason,
        "place": received.place,
        "peer": received.peer,
        "repairs": received.repairs,
        "size": len(received.data),
    }


def _table(waiting: Sequence[Held]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("ID", "received", "site", "control id", "trigger", "answer", "reason"):
        table.add_column(heading, overflow="fold")
    for held in waiting:
        received = held.received
        place = f" ({received.place})" if received.place else ""
        often = f", {held.times} times" if held.times > 1 else ""
        again = f", repair of {_short(received.repairs)}" if received.repairs else ""
        table.add_row(
            _short(received.event_id),
            received.received_at.strftime("%Y-%m-%d %H:%M:%S"),
            escape(received.site or "unknown"),
            escape(received.control_id),
            escape(received.trigger),
            received.answer,
            escape(f"{received.reason}{place}{often}{again}"),
        )
    return table


def _print_story(found: Found) -> None:
    received = found.held.received
    told = {
        "id": received.event_id,
        "received": f"{received.received_at.isoformat()}, {len(received.data)} bytes,"
        f" from {received.peer or 'unknown'}",
        "came": f"{found.held.times} times" if found.held.times > 1 else "",
        "site": received.site or "unknown",
        "message": f"{received.control_id or 'no control id'} {received.trigger}".strip(),
        "answered": received.answer or "nothing",
        "reason": received.reason,
        "place": received.place,
        "repairs": received.repairs,
        "settled by": found.settled_by,
    }
    for name, value in told.items():
        if value:
            out.print(f"{name:>11}  {value}", markup=False)
    out.print()
