"""What people typed after `protocol preview`, as values; a slip ends the command in a sentence."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transition_orchestrator.commands.terminal import end, err
from transition_orchestrator.commands.timelines import local
from transition_orchestrator.domain.protocol import Plan

_UB04: Final = re.compile(r"\d\d|", re.ASCII)


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        end(f"{name!r} is not an IANA time zone such as America/New_York.")


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """An instant in UTC; without an offset it is local time.

    A wall time that the clock skips counts on with the offset before the change, one that comes
    twice is the first (D-11); either is said on standard error.
    """
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        end(f"{text!r} is no instant such as 2026-05-22T17:00-04:00 or 2026-05-22T17:00.")
    if said.tzinfo:
        return said.astimezone(UTC)
    first, second = said.replace(tzinfo=zone), said.replace(tzinfo=zone, fold=1)
    change = (second.utcoffset() or timedelta()) - (first.utcoffset() or timedelta())
    at = first.astimezone(UTC)
    if change > timedelta():
        err.print(f"{text} is skipped in {zone}: it is taken as {local(at, zone)} (D-11).")
    elif change:
        err.print(f"{text} comes twice in {zone}: the first is meant (D-11).")
    return at


def done_of(texts: Iterable[str], plan: Plan, zone: ZoneInfo) -> dict[str, datetime]:
    """When steps of the plan were done, by their code."""
    codes = [rules[0].code for rules in plan.tasks]
    done: dict[str, datetime] = {}
    for text in texts:
        code, separator, at = text.partition("=")
        if not separator:
            end(f"{text!r} is no CODE=INSTANT such as home_visit=2026-05-24T10:00.")
        if code not in codes:
            end(f"{code!r} is no step of this plan; there are: {', '.join(codes)}")
        done[code] = instant_of(at, zone)
    return done


def disposition_of(text: str, own_words: Mapping[str, str]) -> str:
    """UB-04 FL17 in two digits, by a site's own words for it as adt-ingest reads them."""
    code = text.strip().upper()
    padded = code.zfill(2) if code.isdigit() else code
    words = {word.strip().upper(): meant for word, meant in own_words.items()}
    meant = words.get(code) or words.get(padded) or padded
    if not _UB04.fullmatch(meant):
        there = ", ".join(own_words) or "none"
        end(
            f"{text!r} is neither a code of two digits such as 01 nor a word of the site's"
            f" `hl7.dispositions` (--site); there are: {there}"
        )
    return meant
