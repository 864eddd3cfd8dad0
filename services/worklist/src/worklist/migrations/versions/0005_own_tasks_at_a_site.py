"""An index for one person's open tasks at one site."""

from care_chassis.migrations import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql_beside(__file__)
