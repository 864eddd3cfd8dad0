"""A page costs the same however many tasks there are: every list is read off an index, in order."""

import json
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from care_chassis.database import load_queries

QUERIES = load_queries("worklist")
NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
SAMPLES = 5  # the planner goes by a random sample of the rows: no draw of it may make a page dear
ID = UUID(int=7)
FILL = """
INSERT INTO transitions (transition_id, version, site, patient_key, mrn, former_mrns, name_key,
                         visit, visit_key, state, discharged_at, correlation_id, snapshot)
SELECT md5('t' || n)::uuid, 1, 'S' || n % 9, 'k' || n, 'MR' || n,
       CASE WHEN n % 50 = 0 THEN ARRAY['OLD' || n] ELSE '{}' END, 'name' || n, 'V' || n, 'v' || n,
       CASE n % 20 WHEN 0 THEN 'voided' ELSE 'active' END,
       '2026-06-05T12:00Z'::timestamptz - n * interval '1 minute', '', '{"kind": "home_visit"}'
  FROM generate_series(1, 8000) AS n;
INSERT INTO tasks (task_id, transition_id, site, version, code, title, role, due_at, rule, owner,
                   completed_at, state, rank, changed_at, team)
SELECT md5('x' || n)::uuid, md5('t' || (n % 8000 + 1))::uuid, 'S' || n % 9, 1, 'code' || n % 12,
       '', CASE n % 4 WHEN 0 THEN 'pharmacist' ELSE 'nurse' END,
       '2026-06-05T12:00Z'::timestamptz + (n - 30000) * interval '1 minute', '',
       CASE WHEN n % 3 = 0 THEN 'person' || n % 40 END,
       CASE WHEN n < 25000 THEN '2026-06-05T12:00Z'::timestamptz - n * interval '1 minute' END,
       CASE WHEN n < 25000 THEN 'completed' WHEN n % 3 = 0 THEN 'accepted' ELSE 'requested' END,
       -(n % 20), now(),
       CASE WHEN n % 100 = 9 THEN 'few' WHEN n % 5 = 0 THEN 'team' || n % 7 END
  FROM generate_series(1, 40000) AS n;
INSERT INTO encounters (encounter_id, version, site, patient_key, mrn, former_mrns, visit,
                        visit_key, began_at, snapshot)
SELECT transition_id, 1, site, patient_key, mrn, former_mrns, visit, visit_key, discharged_at,
       '{}'
  FROM transitions;
INSERT INTO notifications (notification_id, version, site, patient_key, visit_key, changed_at,
                           snapshot)
SELECT md5('n' || n)::uuid, 1, 'S' || n % 9, 'k' || n, 'v' || n,
       '2026-06-05T12:00Z'::timestamptz - n * interval '1 minute', '{}'
  FROM generate_series(1, 8000) AS n;
INSERT INTO audit_entries (position, seal, at, subject, name, role, source, action, allowed, alert,
                           patients, searched_by, reason, open_until)
SELECT n, '', '2026-06-05T12:00Z'::timestamptz + (n - 20000) * interval '1 minute',
       'person' || n % 40, '', 'nurse', 'api', 'task_read', n % 100 <> 0, n % 100 = 0,
       ARRAY['k' || n % 8000, 'k' || (n + 1) % 8000], '{}', '',
       CASE WHEN n % 500 = 3 THEN '2026-06-05T12:00Z'::timestamptz END
  FROM generate_series(1, 20000) AS n;
"""


def tasks(**given: Any) -> list[Any]:
    """The arguments of `read_tasks` for open tasks with some filters."""
    wanted: dict[str, Any] = {
        "only_open": True,
        "state": None,
        "site": None,
        "owner": None,
        "unassigned": False,
        "role": None,
        "code": None,
        "mrn": None,
        "transition_id": None,
        "due_from": None,
        "due_until": None,
        "before_midnight": None,
        "sites": ["S1"],
        "ends_at": [NOW + timedelta(hours=16)],
        "elsewhere": NOW + timedelta(hours=12),
        "after_due_at": None,
        "after_rank": None,
        "after_id": None,
        "limit": 50,
        "team": None,
    }
    return list((wanted | given).values())


TODAY = {"due_from": NOW, "due_until": NOW + timedelta(hours=16), "before_midnight": True}
UPCOMING = {"due_from": NOW + timedelta(hours=12), "before_midnight": False}
AFTER = {"after_due_at": NOW, "after_rank": -3, "after_id": ID}
PAGES: list[tuple[str, list[Any]]] = [
    ("read_tasks", tasks()),
    ("read_tasks", tasks(**AFTER)),
    ("read_tasks", tasks(site="S1")),
    ("read_tasks", tasks(owner="person3")),
    ("read_tasks", tasks(owner="person3", site="S1")),
    ("read_tasks", tasks(unassigned=True)),
    ("read_tasks", tasks(unassigned=True, site="S1")),
    ("read_tasks", tasks(role="nurse")),
    ("read_tasks", tasks(code="code3")),
    ("read_tasks", tasks(due_until=NOW)),
    ("read_tasks", tasks(**TODAY)),
    ("read_tasks", tasks(**TODAY, site="S1")),
    ("read_tasks", tasks(**UPCOMING)),
    ("read_tasks", tasks(mrn="MR77")),
    ("read_tasks", tasks(mrn="OLD50", site="S5")),
    ("read_tasks", tasks(transition_id=ID)),
    ("read_tasks", tasks(team="team3", site="S1")),
    ("read_tasks", tasks(team="team3", site="S1", **AFTER)),
    ("read_tasks", tasks(team="few", site="S1")),
    ("read_tasks", tasks(team="nobody", site="S1")),
    ("read_tasks", tasks(team="team3", site="S1", owner="person3")),
    ("read_tasks", tasks(team="team3", site="S1", unassigned=True)),
    ("read_tasks", tasks(team="few", site="S1", unassigned=True)),
    ("read_tasks", tasks(team="team3", site="S1", **TODAY)),
    ("read_tasks", tasks(team="team3", site="S1", due_until=NOW)),
    ("read_tasks", tasks(team="team3", site="S1", only_open=False, state="completed")),
    ("read_tasks", tasks(team="few", site="S1", only_open=False, state="accepted")),
    ("read_tasks", tasks(only_open=False, state="completed")),
    ("read_tasks", tasks(only_open=False, state="completed", site="S1")),
    ("read_tasks", tasks(only_open=False, state="accepted")),
    ("read_completed_tasks", [None, None, None, 50, None]),
    ("read_completed_tasks", ["S1", NOW, ID, 50, None]),
    ("read_completed_tasks", ["S1", None, None, 50, "team3"]),
    ("read_completed_tasks", ["S1", NOW, ID, 50, "few"]),
    ("read_transitions", [None, None, None, None, None, None, 50]),
    ("read_transitions", ["S1", None, None, None, NOW, ID, 50]),
    ("read_transitions", [None, None, None, "voided", None, None, 50]),
    ("read_transitions", ["S1", None, None, "active", None, None, 50]),
    ("read_transitions", ["S1", "MR77", None, None, None, None, 50]),
    ("read_transitions", [None, "OLD50", None, None, None, None, 50]),
    ("read_transitions", [None, None, "V77", None, None, None, 50]),
    ("find_patients", ["MR77", "name77%", 50]),
    ("read_encounters", ["S1", "MR77", None, None, None, 50]),
    ("read_encounters", [None, None, None, NOW, ID, 50]),
    ("read_notifications", ["S1", None, None, 50]),
    ("read_notifications_of_patient", ["S1", "MR77", None, None, None, 50]),
    ("read_notifications_of_patient", [None, "OLD50", "V50", None, None, 50]),
    ("read_notifications_of_visit", ["v77", "p77", 50]),
    ("read_ties", ["person3", [f"k{number}" for number in range(50)]]),
    ("read_broken_glass", ["person3", ["k3", "k77"], NOW - timedelta(days=2)]),
    ("read_entries", [None, None, None, None, False, None, None, 50]),
    ("read_entries", [None, "person3", None, None, False, NOW, 19_000, 50]),
    ("read_entries", [["k77"], None, None, None, False, None, None, 50]),
    ("read_entries", [None, None, NOW - timedelta(days=9), NOW, True, None, None, 50]),
    ("read_entries", [None, None, NOW - timedelta(9), NOW - timedelta(8), False, None, None, 50]),
    ("read_chain", [10_000, 1_000]),
    ("read_keys_of_number", ["MR77"]),
    ("read_discharges_home", ["S1", NOW - timedelta(days=3), NOW - timedelta(days=2), 5001]),
    ("read_discharges_home", ["S1", NOW - timedelta(days=366), NOW, 5001]),
]


@pytest.fixture
async def filled(
    make_database: Callable[[str], str],
) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """A database with 40,000 tasks, and statistics about them."""
    connection = await asyncpg.connect(make_database("worklist"))
    try:
        if not await connection.fetchval("SELECT count(*) FROM transitions"):
            await connection.execute(FILL)
            await connection.execute("ANALYZE")
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        yield connection
    finally:
        await connection.close()


async def test_every_page_touches_a_bounded_number_of_rows(
    filled: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    dear = set[str]()
    for _ in range(SAMPLES):
        await filled.execute("ANALYZE")
        for name, arguments in PAGES:
            explained = await filled.fetchval(
                f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {QUERIES[name]}", *arguments
            )
            rows = _most_rows(json.loads(explained)[0]["Plan"])
            if rows > 2_000:
                dear.add(f"{name}{[one for one in arguments if one is not None]}: {rows} rows")
    assert not dear, "\n".join(dear)


def _most_rows(plan: dict[str, Any]) -> float:
    """The most rows that one node of the plan looked at, those it threw away included."""
    looked = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    inner = [_most_rows(one) for one in plan.get("Plans", [])]
    return max([looked * plan["Actual Loops"], *inner])


async def test_the_discharges_of_a_measure_stop_at_their_limit(
    filled: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    arguments = ["S1", NOW - timedelta(days=366), NOW, 50]
    for _ in range(SAMPLES):
        await filled.execute("ANALYZE")
        explained = await filled.fetchval(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {QUERIES['read_discharges_home']}",
            *arguments,
        )
        assert _most_rows(json.loads(explained)[0]["Plan"]) <= 100


async def test_the_counts_stop_at_their_limit(
    filled: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    ends = [NOW + timedelta(hours=16)]
    for site, team in ((None, None), ("S1", "team3"), ("S1", "few"), ("S1", "nobody")):
        arguments = ["person3", site, NOW, ["S1"], ends, ends[0], 1000, ends[0], team]
        explained = await filled.fetchval(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {QUERIES['count_queues']}", *arguments
        )
        assert _most_rows(json.loads(explained)[0]["Plan"]) <= 1_100, (site, team)
