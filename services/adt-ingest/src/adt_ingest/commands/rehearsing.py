"""`adt-ingest rehearse`: shows what a site's messages would become, and sends nothing."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from adt_ingest.commands.terminal import end, out
from adt_ingest.conformance import Checked, ConformanceCheck
from adt_ingest.domain.captures import read_capture
from adt_ingest.domain.identifiers import Identifier
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.statements import Statement
from adt_ingest.domain.translation import Translation
from adt_ingest.rehearse import Rehearsal, Rehearsed, Summary, fragment
from adt_ingest.settings import Settings
from adt_ingest.sites import by_sender, profile_of
from care_chassis.clock import SystemClock
from care_chassis.documents import DocumentError, files_of, load_document
from care_contracts.sites import Site

_MASKED: Final = "***"
_MOST_FINDINGS: Final = 8


@dataclass(slots=True)
class _Conformance:
    """What hl7apy said of the messages of one kind."""

    seen: int = 0
    checked: int = 0
    good: int = 0
    not_checked: Counter[str] = field(default_factory=Counter[str])
    findings: Counter[str] = field(default_factory=Counter[str])

    def add(self, said: Checked) -> None:
        if said.not_checked:
            self.not_checked[said.not_checked] += 1
            return
        self.checked += 1
        self.good += not said.findings
        self.findings.update(said.findings)


def rehearse(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    *,
    site: Annotated[str, typer.Option(help="The code of the site that the messages are from.")],
    sites_dir: Annotated[
        Path | None, typer.Option(help="Default: the sites folder (CARE_SITES_DIR).")
    ] = None,
    show_values: Annotated[bool, typer.Option(help="Name patients and visits.")] = False,
    samples: Annotated[
        int, typer.Option(min=0, help="How many of each kind hl7apy checks; it is slow.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show what each message would become, what is missing or odd, and what the site file lacks.

    Nothing is sent and nothing is published: the messages are judged by the same code as those that
    come in earnest. Patients are masked.
    """
    rehearsal = _rehearsal(site, sites_dir or Settings().sites_dir)
    captures = [read_capture(path.read_bytes()) for path in files]
    frames = [frame for capture in captures for frame in capture.frames]
    if not frames:
        end("There is no message in these files.")
    rehearsed = list(rehearsal.of(frames))
    summary = Summary(stray_bytes=sum(capture.stray_bytes for capture in captures))
    for one in rehearsed:
        summary.add(one)
    conformance = _conformance(rehearsed, samples)
    if as_json:
        document = _document(rehearsed, summary, conformance, show_values=show_values)
        sys.stdout.write(f"{json.dumps(document, indent=2)}\n")
    else:
        _print_messages(rehearsed, show_values=show_values)
        _print_summary(summary)
        _print_conformance(conformance)
        _print_fragment(summary)


def _rehearsal(code: str, folder: Path) -> Rehearsal:
    try:
        sites = {path: load_document(path, Site) for path in files_of(folder)}
        profiles = by_sender(sites)
        mine = [profile_of(site, path) for path, site in sites.items() if site.code == code]
    except DocumentError as error:
        end(f"{error}. adt-ingest sites check tells all slips.")
    if not mine:
        known = ", ".join(sorted(site.code for site in sites.values())) or "none"
        end(
            f"No file in {folder} has the code {code} (known: {known}). Three lines are enough to"
            f" begin with: code: {code}, name: ..., time_zone: America/New_York"
        )

    def find(application: str, facility: str) -> SiteProfile | None:
        return profiles.get(f"{application}|{facility}") or profiles.get(facility)

    return Rehearsal(site=mine[0], find_site=find, now=SystemClock().now())


def _conformance(rehearsed: Iterable[Rehearsed], samples: int) -> dict[str, _Conformance]:
    found: dict[str, _Conformance] = {}
    with ConformanceCheck(seconds=5) as hl7apy:
        for one in rehearsed:
            about = found.setdefault(one.kind, _Conformance())
            about.seen += 1
            if about.seen <= samples:
                unread = Checked(not_checked="it cannot be read")
                about.add(hl7apy.check(one.text) if one.text else unread)
    return found


def _print_messages(rehearsed: Iterable[Rehearsed], *, show_values: bool) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("#", "control id", "message", "answer", "becomes", "patient", "visit"):
        table.add_column(heading, overflow="fold")
    for one in rehearsed:
        told = one.judgement.told
        table.add_row(
            str(one.position),
            escape(one.control_id),
            escape(one.kind),
            one.answer,
            "\n".join(one.becomes),
            "\n".join(_number(each.patient, show_values=show_values) for each in told),
            "\n".join(_number(each.visit, show_values=show_values) for each in told),
        )
        for said in _said_of(one):
            table.add_row("", "", "", "", escape(said))
    out.print(table)


def _number(number: Identifier | None, *, show_values: bool) -> str:
    if number is None:
        return "-"
    return escape(number.value) if show_values else _MASKED


def _said_of(one: Rehearsed) -> list[str]:
    """What matters about one message; the rest is counted in the summary."""
    place = f" ({one.place})" if one.place else ""
    refused = [f"! {one.reason}{place}"] if one.reason else []
    return refused + [f"! {remark.words}" for remark in one.remarks if remark.serious]


def _print_summary(summary: Summary) -> None:
    out.print(f"\n[bold]{summary.messages} messages[/]: {_counted(summary.answers)}")
    out.print(f"They become: {_counted(summary.events)}")
    if summary.stray_bytes:
        out.print(f"{summary.stray_bytes} bytes belong to no message.")
    for title, counts in (("Refused", summary.refusals), ("Missing or odd", _worded(summary))):
        if counts:
            out.print(f"\n[bold]{title}[/]")
            for words, count in counts.most_common():
                out.print(f"{count:>6}  {words}", markup=False)


def _worded(summary: Summary) -> Counter[str]:
    return Counter(
        {
            f"{'!' if remark.serious else '-'} {remark.words}": count
            for remark, count in summary.remarks.items()
        }
    )


def _counted(counts: Counter[str]) -> str:
    return escape(", ".join(f"{count} {name}" for name, count in counts.most_common()))


def _print_conformance(conformance: dict[str, _Conformance]) -> None:
    out.print("\n[bold]Against the standard[/] (hl7apy; it says nothing of Z segments)")
    for kind, about in sorted(conformance.items()):
        out.print(f"{kind}: {_verdict(about)}", markup=False)
        for words, count in about.findings.most_common(_MOST_FINDINGS):
            out.print(f"{count:>6}  {words}", markup=False)
        more = len(about.findings) - _MOST_FINDINGS
        if more > 0:
            out.print(f"        and {more} more: --json tells all")


def _verdict(about: _Conformance) -> str:
    parts = [f"{about.good} of {about.checked} checked conform"] if about.checked else []
    parts += [f"{count} not checked: {why}" for why, count in about.not_checked.most_common()]
    left = about.seen - about.checked - about.not_checked.total()
    if left:
        parts.append(f"{left} not checked: --samples asks for more")
    return "; ".join(parts)


def _print_fragment(summary: Summary) -> None:
    lines = fragment(summary.lacks())
    if lines:
        out.print("\n[bold]What the site's file lacks[/] (fill in the question marks)")
        out.print(lines, markup=False)
    else:
        out.print("\nThe site's file explains every word of these messages.")


def _document(
    rehearsed: Iterable[Rehearsed],
    summary: Summary,
    conformance: dict[str, _Conformance],
    *,
    show_values: bool,
) -> dict[str, Any]:
    return {
        "messages": [
            {
                "position": one.position,
                "control_id": one.control_id,
                "message": one.kind,
                "verdict": one.verdict,
                "answer": one.answer,
                "reason": one.reason,
                "place": one.place,
                "events": [_event(told, show_values=show_values) for told in one.judgement.told],
                "remarks": [
                    {"words": remark.words, "serious": remark.serious} for remark in one.remarks
                ],
            }
            for one in rehearsed
        ],
        "answers": dict(summary.answers),
        "becomes": dict(summary.events),
        "stray_bytes": summary.stray_bytes,
        "conformance": {
            kind: {
                "messages": about.seen,
                "checked": about.checked,
                "conform": about.good,
                "not_checked": dict(about.not_checked),
                "findings": dict(about.findings),
            }
            for kind, about in conformance.items()
        },
        "site_file": {key: dict(words) for key, words in summary.lacks().items()},
    }


def _event(told: Translation | Statement, *, show_values: bool) -> dict[str, Any]:
    said = _said_in(told)
    event: dict[str, Any] = {
        "kind": told.kind,
        "recorded_at": told.recorded_at.isoformat(),
        "patient": _number(told.patient, show_values=show_values),
        "visit": _number(told.visit, show_values=show_values),
        "says": sorted(name for facts in said.values() for name in facts),
    }
    if show_values:
        event.update(_plain(said))
    return event


def _said_in(told: Translation | Statement) -> dict[str, dict[str, Any]]:
    """What an event says, by the part of its body."""
    if isinstance(told, Statement):
        return {"body": told.body}
    return {
        "patient_facts": told.patient_facts,
        "visit_facts": told.visit_facts,
        "site_fields": dict(told.site_fields),
    }


def _plain(facts: dict[str, dict[str, Any]]) -> Any:  # noqa: ANN401 - whatever JSON can say
    return json.loads(json.dumps(facts, default=str))
