"""Where the worklist is kept: PostgreSQL, by the named queries of `sql/`."""

from worklist.store.audit import PostgresAudit
from worklist.store.measuring import PostgresMeasures
from worklist.store.planning import PostgresPlanning
from worklist.store.reading import PostgresTasks, PostgresTransitions, PostgresVisits
from worklist.store.ties import PostgresTies
from worklist.store.working import PostgresWork

__all__ = [
    "PostgresAudit",
    "PostgresMeasures",
    "PostgresPlanning",
    "PostgresTasks",
    "PostgresTies",
    "PostgresTransitions",
    "PostgresVisits",
    "PostgresWork",
]
