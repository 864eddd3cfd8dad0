"""The command `adt-ingest`: gathers the commands of interface teams and operators."""

import typer

from adt_ingest.commands.loading import load
from adt_ingest.commands.quarantining import quarantine
from adt_ingest.commands.rehearsing import rehearse
from adt_ingest.commands.site_files import sites

cli = typer.Typer(
    name="adt-ingest",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they show the values of variables, a patient's among them
    help="Connect a hospital: load files, rehearse them, check site files, repair what was refused."
    " `python -m adt_ingest` without arguments serves.",
)
cli.command()(load)
cli.command()(rehearse)
cli.add_typer(sites)
cli.add_typer(quarantine)


def program() -> None:
    """The console script."""
    cli(prog_name="adt-ingest")
