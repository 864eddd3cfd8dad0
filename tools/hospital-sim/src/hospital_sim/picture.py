"""What a person sees of a run: a live table, or plain lines where there is no terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table

from hospital_sim.ledger import FeedProgress
from hospital_sim.settling import Reconciliation

_MOST_SHOWN = 40
_COLUMNS = (
    "sent", "acknowledged", "effected", "bad", "refused", "quarantined", "visits", "right",
)  # fmt: skip


def live_table(
    feeds: Sequence[FeedProgress], open_transitions: Mapping[str, int], now: datetime
) -> Table:
    """How far every hospital is."""
    table = _table(f"simulated time {now:%a %d %b %Y %H:%M} UTC")
    for name in ("sent", "accepted", "refused", "retried", "in", "out", "open"):
        table.add_column(name, justify="right")
    table.add_column("trouble")
    for feed in feeds:
        table.add_row(
            feed.site,
            f"{feed.sent}/{feed.due}",
            str(feed.acknowledged),
            str(feed.refused),
            str(feed.retried),
            str(feed.admissions),
            str(feed.discharges),
            str(open_transitions.get(feed.site, "-")),
            feed.trouble,
        )
    return table


def _table(title: str) -> Table:
    """Narrow enough for a terminal of eighty columns."""
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    table.add_column("site")
    return table


def plain_line(
    feeds: Sequence[FeedProgress], open_transitions: Mapping[str, int], now: datetime
) -> str:
    """The same in one line, for a log."""
    parts = [
        f"{feed.site} {feed.sent}/{feed.due} sent, {feed.refused} refused, {feed.retried} retried, "
        f"{open_transitions.get(feed.site, 0)} transitions open"
        for feed in feeds
    ]
    return f"{now:%Y-%m-%d %H:%M}Z  " + "; ".join(parts)


def show_result(console: Console, result: Reconciliation, sites: Sequence[str]) -> None:
    """The reconciliation: what was sent, what was acknowledged, what it effected, what is amiss."""
    console.print(_tally(result, sites))
    if result.unanswered:
        console.print(f"Not reconciled: {result.unanswered}.", style="bold red")
        return
    amiss = result.discrepancies
    for one in amiss[:_MOST_SHOWN]:
        line = f"  {one.control_id}: {one.what}"
        console.print(line, style="red", highlight=False, soft_wrap=True)
    if len(amiss) > _MOST_SHOWN:
        console.print(f"  and {len(amiss) - _MOST_SHOWN} more", style="red")
    if amiss:
        console.print(f"Not reconciled: {len(amiss)} discrepancies.", style="bold red")
    else:
        console.print(_verdict(result), style="bold green", highlight=False, soft_wrap=True)


def _verdict(result: Reconciliation) -> str:
    good = [fate for fate in result.fates if not fate.message.flaw]
    bad = len(result.fates) - len(good)
    return (
        f"Reconciled: {len(good)} sent = {len(good)} acknowledged = {len(good)} effected exactly "
        f"once; {bad} bad ones refused and quarantined; {len(result.visits)} visits as expected."
    )


def _tally(result: Reconciliation, sites: Sequence[str]) -> Table:
    table = _table("reconciliation")
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for site in sites:
        fates = [fate for fate in result.fates if fate.message.site == site]
        good = [fate for fate in fates if not fate.message.flaw]
        bad = [fate for fate in fates if fate.message.flaw]
        visits = [found for visit, found in result.visits if visit.site == site]
        numbers = (
            len(good),
            sum(fate.acknowledged for fate in good),
            sum(fate.effected for fate in good),
            len(bad),
            sum(fate.acknowledged for fate in bad),
            sum(fate.effected for fate in bad),
            len(visits),
            sum(not found for found in visits),
        )
        table.add_row(site, *(str(number) for number in numbers))
    return table
