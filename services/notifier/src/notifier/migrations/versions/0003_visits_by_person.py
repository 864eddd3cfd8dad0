"""A visit's number names a visit only together with the patient's: two patients may have one."""

from care_chassis.migrations import run_sql_beside

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
