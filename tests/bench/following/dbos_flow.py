"""The same flow as its DBOS tutorial would have it: an event in, three durable timers and a task.

`python dbos_flow.py DATABASE_URL COUNT` prints one JSON object. Each event starts a workflow under
its own id, so that one that is repeated starts none; it sets out the task in a transaction and
leaves three timers behind, each a delayed workflow in the database and no thread of its own.
"""

import json
import sys
import time
from collections import deque
from importlib import import_module
from typing import Any

# Its environment is another than the one that this file is checked in.
dbos: Any = import_module("dbos")
sql: Any = import_module("sqlalchemy").text
DBOS: Any = dbos.DBOS

_HOURS = (48, 72, 24 * 30)
_AT_ONCE = 64
_TIMERS = "timers"


def main() -> None:
    url, count = sys.argv[1], int(sys.argv[2])
    DBOS(
        config={
            "name": "bench",
            "system_database_url": url,
            "log_level": "ERROR",
            "sys_db_pool_size": 20,
        }
    )
    datasource = dbos.SQLAlchemyDatasource.create(url, engine_kwargs={"pool_size": 20})
    with datasource.engine.begin() as connection:
        connection.execute(
            sql("CREATE TABLE task (event_id text PRIMARY KEY, patient text, body text)")
        )

    @datasource.transaction()
    def set_out(event: dict[str, str]) -> None:
        datasource.sql_session().execute(
            sql("INSERT INTO task VALUES (:event_id, :patient, :body)"), event
        )

    @DBOS.workflow()
    def fire(event_id: str, hours: int) -> str:
        return f"{event_id} {hours}"

    @DBOS.workflow()
    def follow(event: dict[str, str]) -> None:
        set_out(event)
        for hours in _HOURS:
            with dbos.SetEnqueueOptions(delay_seconds=3600 * hours):
                DBOS.enqueue_workflow(_TIMERS, fire, event["event_id"], hours)

    DBOS.launch()
    DBOS.register_queue(_TIMERS)
    run(follow, count // 10, "warm")
    began, spent = time.perf_counter(), time.process_time()
    run(follow, count, "event")
    lasted, spent = time.perf_counter() - began, time.process_time() - spent
    print(json.dumps({"per_second": count / lasted, "program_us": 1e6 * spent / count}))
    DBOS.destroy()


def run(follow: Any, count: int, prefix: str) -> None:
    """Take in the events, so many of them under way at once."""
    under_way: deque[Any] = deque()
    for number in range(count):
        event = {"event_id": f"{prefix}{number}", "patient": f"P{number}", "body": "x" * 1900}
        with dbos.SetWorkflowID(event["event_id"]):
            under_way.append(DBOS.start_workflow(follow, event))
        if len(under_way) >= _AT_ONCE:
            under_way.popleft().get_result()
    while under_way:
        under_way.popleft().get_result()


if __name__ == "__main__":
    main()
