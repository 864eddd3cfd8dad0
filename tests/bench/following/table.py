"""What the figures of following mean: targets met or not, and the docs' table."""

from collections.abc import Iterator
from typing import Any

from care_devstack.settings import CHECKOUT

_PAGE = CHECKOUT / "docs" / "benchmarks-following.md"
_BEGIN, _END = "<!-- following: written by make bench -->", "<!-- end of following -->"
_STORED = ("empty", "ten_thousand", "million")
_PROGRAMS = ("program", "postgres", "kafka")
_Figures = dict[str, Any]
_Target = tuple[str, str, float, float]
"""What is promised, how the measured value must compare (`≥` or `≤`), the promise, the value."""


def table_of(parts: _Figures) -> str:
    """Markdown of those parts that were measured, and under them the targets."""
    tables = [
        *_of_stored([parts[name] for name in _STORED if name in parts]),
        *(_of_dbos(parts["dbos"]) if "dbos" in parts else ()),
        *(_of_chain(parts["chain"]) if "chain" in parts else ()),
        "| target | wanted | measured | met |",
        "|---|--:|--:|---|",
        *(
            f"| {name} | {f'{sign} {wanted:,}' if wanted else ''} | {value:,} "
            f"| {_met(sign, wanted, value) if wanted else ''} |"
            for name, sign, wanted, value in targets_of(parts)
        ),
    ]
    return "\n".join(tables)


def targets_of(parts: _Figures) -> Iterator[_Target]:
    """Each target of which something was measured."""
    rates = {name: parts[name]["per_second"] for name in _STORED if name in parts}
    for name, rate in rates.items():
        yield f"events/s, {_words(name)} stored", "≥", 3_000, rate
    if {"empty", "million"} <= rates.keys():
        ratio = round(rates["million"] / rates["empty"], 2)
        yield "events/s at a million over empty", "≥", 0.8, ratio
    if "storm" in parts:
        yield "update 401-500 over update 1-100", "≤", 1.05, parts["storm"]["last_over_first"]
    if "plan" in parts:
        yield "plans of a discharge/s on a core", "≥", 5_000, parts["plan"]["per_second"]
        yield "discharges followed/s on a core", "≥", 0, parts["plan"]["followed_per_second"]
    if "dbos" in parts:
        yield "discharges/s over DBOS", "≥", 1, parts["dbos"]["ratio"]


def _met(sign: str, wanted: float, value: float) -> str:
    return "yes" if (value >= wanted if sign == "≥" else value <= wanted) else "**no**"


def _words(name: str) -> str:
    return {"empty": "nothing", "million": "a million"}.get(name, name.replace("_", " "))


def _of_stored(rows: list[_Figures]) -> Iterator[str]:
    if not rows:
        return
    yield "| encounters stored | events/s committed | events/s sent on | CPU µs/event |"
    yield "|--:|--:|--:|---|"
    for row in rows:
        spent = ", ".join(f"{name} {row[f'{name}_us']}" for name in _PROGRAMS)
        yield (
            f"| {row['stored']:,} | {row['per_second']:,} | {row['sent_per_second']:,} | {spent} |"
        )
    yield ""


def _of_dbos(row: _Figures) -> Iterator[str]:
    yield "| discharges alone | events/s | CPU µs/event |"
    yield "|---|--:|--:|"
    dbos, here = row["dbos"], row["homeward"]
    yield (
        f"| DBOS: one row of a task, three timers "
        f"| {round(dbos['per_second']):,} | {round(dbos['program_us'])} |"
    )
    yield (
        f"| the orchestrator: the transition with all its steps, told on Kafka "
        f"| {here['per_second']:,} | {here['program_us']} |"
    )
    yield ""


def _of_chain(part: _Figures) -> Iterator[str]:
    yield "| ADT/s asked | ADT/s sent | discharges | in the worklist | p50 ms | p99 ms |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for row in part["rows"]:
        yield (
            f"| {row['rate']:,} | {row['sent_per_second']:,} | {row['discharges']} "
            f"| {row['in_the_worklist']} | {row['p50_ms']} | {row['p99_ms']} |"
        )
    yield ""


def write_page(parts: _Figures) -> None:
    """Put the tables between their marks in the docs."""
    page = _PAGE.read_text("utf-8")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    told = "; ".join(_taken(name, figures["taken"]) for name, figures in parts.items())
    middle = f"{_BEGIN}\n\n{table_of(parts)}\n\nTaken: {told}.\n\n{_END}"
    _PAGE.write_text(f"{before}{middle}{after}", "utf-8")


def _taken(name: str, taken: _Figures) -> str:
    machine = taken["machine"]
    where = f"{machine['cores']} cores of {machine['processor']}, load {machine['load_before']}"
    what = f"{taken['date']} {taken['commit']}".strip()
    return f"{_words(name)} {what} ({where})"
