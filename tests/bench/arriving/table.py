"""What the figures of messages arriving mean: ratios, targets met or not, and the docs' table."""

from typing import Any

from care_devstack.settings import CHECKOUT

_PAGE = CHECKOUT / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- arriving: written by make bench -->", "<!-- end of arriving -->"
_NAMES = {
    "homeward": "adt-ingest, one process",
    "homeward-two": "adt-ingest, two processes",
    "homeward-flushed": "adt-ingest, `flush.messages=1`",
    "hapi-default": "HAPI SimpleServer, default validation, stores nothing",
    "hapi-noValidation": "HAPI SimpleServer, noValidation, stores nothing",
    "hl7": "`hl7` asyncio server, stores nothing",
    "messagefoundry": "MessageFoundry 0.2.1, ingest into SQLite",
}
_Figures = dict[str, Any]


def ratios_of(rows: list[_Figures]) -> dict[str, float]:
    """Messages per second of adt-ingest over those of a peer, at the same connections."""
    rate = {(row["peer"], row["connections"]): row["per_second"] for row in rows}
    ours = {count: rate["homeward", count] for count in (1, 8, 64, 256)}

    def best_hapi(count: int) -> float:
        return max(rate["hapi-default", count], rate["hapi-noValidation", count])

    ratios = {f"hapi_best_at_{count}": ours[count] / best_hapi(count) for count in ours}
    ratios |= {
        "hl7_at_64": ours[64] / rate["hl7", 64],
        "messagefoundry_at_64": ours[64] / rate["messagefoundry", 64],
        "two_processes_over_one_at_64": rate["homeward-two", 64] / ours[64],
        "flushed_over_not_at_64": rate["homeward-flushed", 64] / ours[64],
        "256_over_64": ours[256] / ours[64],
    }
    return {name: round(ratio, 2) for name, ratio in ratios.items()}


def targets_of(
    rows: list[_Figures], ratios: dict[str, float], memory: _Figures
) -> dict[str, _Figures]:
    """Each target with what was measured, and whether it was met."""
    p99 = next(
        row["p99_ms"] for row in rows if (row["peer"], row["connections"]) == ("homeward", 64)
    )
    all_accepted = all(
        set(row["codes"]) == {"AA"} for row in rows if row["peer"].startswith("homeward")
    )
    samples = memory["resident_mib_at_each_tenth"]
    least = {
        "hapi_best_at_64": 1.5,
        "hl7_at_64": 12,
        "messagefoundry_at_64": 25,
        "hapi_best_at_1": 1,
        "hapi_best_at_8": 1,
        "256_over_64": 0.75,
        "two_processes_over_one_at_64": 1.0,
        "flushed_over_not_at_64": 0.5,
    }
    targets = {
        name: {"at_least": wanted, "measured": ratios[name], "met": ratios[name] >= wanted}
        for name, wanted in least.items()
    }
    growth = samples[-1] / samples[1] if len(samples) > 1 else float("nan")
    return targets | {
        "p99_ms_at_64": {"below": 25, "measured": p99, "met": p99 < 25},
        "all_accepted": {"measured": all_accepted, "met": all_accepted},
        "memory_growth_from_second_tenth": {
            "below": 1.1,
            "measured": round(growth, 3),
            "met": growth < 1.1,
        },
    }


def table_of(figures: _Figures) -> str:
    """Markdown: every row, and under it the targets."""
    lines = [
        "| receiver | connections | messages/s (least-most) | p50 ms | p99 ms | CPU µs/message |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {_NAMES[row['peer']]} | {row['connections']} "
        f"| {row['per_second']} ({row['least']}-{row['most']}) "
        f"| {row['p50_ms']} | {row['p99_ms']} | {row['cpu_us']} |"
        for row in sorted(figures["rows"], key=lambda row: (row["connections"], row["peer"]))
    ]
    lines += ["", "| target | wanted | measured | met |", "|---|--:|--:|---|"]
    for name, target in figures["targets"].items():
        wanted = target.get("at_least", target.get("below", "all"))
        kind = "≥" if "at_least" in target else "<" if "below" in target else ""
        met = "yes" if target["met"] else "**no**"
        lines.append(
            f"| {name.replace('_', ' ')} | {kind} {wanted} | {target['measured']} | {met} |"
        )
    memory = figures["memory"]
    samples = ", ".join(str(each) for each in memory["resident_mib_at_each_tenth"])
    lines += ["", f"Resident MiB at each tenth of {memory['messages']:,} messages: {samples}."]
    return "\n".join(lines)


def write_page(figures: _Figures) -> None:
    """Put the table between its marks in the docs."""
    page = _PAGE.read_text("utf-8")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    taken = figures["taken"]
    machine = taken["machine"]
    told = (
        f"{taken['date']}, commit {taken['commit']}, {machine['cores']} cores of "
        f"{machine['processor']}, {machine['memory_gib']} GiB, medians of {figures['rounds']} "
        f"interleaved rounds, load of the machine before: {machine['load_before']}."
    )
    middle = f"{_BEGIN}\n\n{told}\n\n{table_of(figures)}\n\n{_END}"
    _PAGE.write_text(f"{before}{middle}{after}", "utf-8")
