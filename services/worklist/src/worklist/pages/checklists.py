"""What a page shows of a task's checklist: its lines, and who ticked them when."""

from dataclasses import dataclass

from worklist.domain.tasks import Task
from worklist.pages.times import LocalTimes


@dataclass(frozen=True, slots=True)
class LineView:
    """A line; `ticked` says by whom and when, and is empty where nobody has."""

    text: str
    ticked: str


def lines_of(task: Task, times: LocalTimes) -> tuple[LineView, ...]:
    """The lines in the order of the protocol."""
    return tuple(
        LineView(item, f"{tick.name}, {times.at(tick.at).text}" if tick else "")
        for item, tick in task.lines
    )


def left_open(task: Task) -> str:
    """How much of the checklist is not ticked; empty where there is nothing to say."""
    lines = [tick for _, tick in task.lines]
    missing = lines.count(None)
    return f"{missing} of {len(lines)} on the checklist not ticked" if missing else ""
