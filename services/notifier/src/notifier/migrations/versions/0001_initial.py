"""Create what the notifier keeps: people, visits, notices and attempts, with inbox and outbox."""

from care_chassis.migrations import create_inbox_and_outbox, run_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_inbox_and_outbox()
    run_sql_beside(__file__)
