"""Migrations: alembic revisions with hand-written SQL beside them, forward only."""

from importlib.resources import files
from pathlib import Path

import alembic.command
from alembic import op
from alembic.config import Config

_TABLES = files("care_chassis").joinpath("sql", "tables.ddl")


def migrate(package: str, url: str) -> None:
    """Bring the schema of a service to the newest revision.

    `url` is the service's own (`postgresql://role:password@host:port/database`): the role's search
    path leads to its schema.
    """
    config = Config()
    config.set_main_option("script_location", str(files("care_chassis").joinpath("alembic")))
    versions = files(package).joinpath("migrations", "versions")
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    alembic.command.upgrade(config, "head")


def run_sql_beside(revision_file: str) -> None:
    """Run the `.sql` file of the same name as the revision that calls this."""
    _run(Path(revision_file).with_suffix(".sql").read_text("utf-8"))


def create_inbox_and_outbox() -> None:
    """Create the two tables that the chassis works with; part of every first revision."""
    _run(_TABLES.read_text("utf-8"))


def _run(sql: str) -> None:
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))  # the driver takes % for a placeholder
