"""The state of a stack as a table for people."""

import time
from dataclasses import dataclass

import psutil
from rich.table import Table

from care_devstack.processes import running
from care_devstack.services import SERVICES
from care_devstack.stack import Stack
from care_devstack.supervisor import held, read_fares

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class PartStatus:
    """One line of the table."""

    part: str
    state: str
    process: str
    ports: str
    up_for: str
    starts: str
    memory: str


def status_of(stack: Stack) -> list[PartStatus]:
    """How every part of a stack stands."""
    found = running(stack.run_dir)
    fares = read_fares(stack.run_dir)
    return [
        PartStatus(
            part=part,
            state=_state(stack, part, found.get(part, [])),
            process=str(found[part][0].pid) if part in found else "",
            ports=", ".join(str(stack.settings.ports[one]) for one in listeners),
            up_for=_age(found[part][0]) if part in found else "",
            starts=str(fares[part].starts) if part in fares and part in found else "",
            memory=_memory(found.get(part, [])),
        )
        for part, listeners in {"supervisor": [], **stack.parts.listeners()}.items()
    ]


def table_of(lines: list[PartStatus]) -> Table:
    """The lines as rich prints them."""
    table = Table("part", "state", "process", "port", "up for", "starts", "memory", box=None)
    for line in lines:
        colour = {"ready": "green", "running": "green", "down": "dim"}.get(line.state, "yellow")
        state = f"[{colour}]{line.state}[/]"
        figures = (line.process, line.ports, line.up_for, line.starts, line.memory)
        table.add_row(line.part, state, *figures)
    return table


def _state(stack: Stack, part: str, processes: list[psutil.Process]) -> str:
    if held(stack.run_dir, part).exists() and not processes:
        return "held"
    if not processes:
        return "down"
    return stack.readiness(part) if part in SERVICES else "running"


def _age(process: psutil.Process) -> str:
    seconds = int(time.time() - process.create_time())
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _memory(processes: list[psutil.Process]) -> str:
    try:
        used = sum(process.memory_info().rss for process in processes)
    except psutil.Error:
        return ""
    return f"{used // _MEGABYTE} MB" if used else ""
