"""A plan as a timeline on a terminal: its steps in local time, and why a step is left out."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.table import Table

from transition_orchestrator.commands.terminal import out
from transition_orchestrator.domain.plan import Case, LeftOut, Step, considered
from transition_orchestrator.domain.protocol import Plan

_AT = "%a %d %b %H:%M"


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """For example `Wed 27 May 23:59`; empty for no instant."""
    return at.astimezone(zone).strftime(_AT) if at else ""


def print_plan(plan: Plan, case: Case, zone: ZoneInfo) -> None:
    """Its steps, the soonest due first, and what is left out."""
    found = list(considered(plan, case))
    _print_steps([one for one in found if isinstance(one, Step)], zone)
    _print_left_out([one for one in found if isinstance(one, LeftOut)], case)


def ends_at(plan: Plan, case: Case, zone: ZoneInfo) -> str:
    """When its period is over, in local time."""
    return local(plan.period.due_at(case.discharged_at, case.days), zone)


def _print_steps(steps: Sequence[Step], zone: ZoneInfo) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("opens", "best before", "due", "step", "", "who", "rule", "else to", "asked by"):
        table.add_column(name, no_wrap=name in ("opens", "best before", "due", "step", "who"))
    for step in sorted(steps, key=lambda one: (one.due_at, one.window_opens_at)):
        table.add_row(
            local(step.window_opens_at, zone),
            local(step.best_before_at, zone),
            local(step.due_at, zone),
            step.code,
            escape(step.title),
            step.role,
            step.rule,
            f"{step.escalates_to}, {local(step.escalates_at, zone)}" if step.escalates_to else "",
            ", ".join(step.protocols),
        )
    out.print(table)


def _print_left_out(left: Sequence[LeftOut], case: Case) -> None:
    for one in left:
        if one.rule.protocol in case.not_enrolled:
            continue
        out.print(f"left out: {one.rule.code} ({one.rule.protocol}), {one.because}", markup=False)
