"""`adt-ingest sites`: tells of every slip in the files of the sites folder."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from adt_ingest.settings import Settings
from adt_ingest.sites import faults_of
from care_chassis.documents import files_of

sites = typer.Typer(name="sites", no_args_is_help=True, help="The site files, one per hospital.")


@sites.callback()
def _group() -> None:
    """The site files, one per hospital."""


@sites.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Default: the sites folder (CARE_SITES_DIR).")
    ] = None,
) -> None:
    """Read every site file and tell each slip by file, line and rule; 1 if there is any."""
    console = Console(soft_wrap=True)
    where = folder or Settings().sites_dir
    if not where.is_dir():
        console.print(f"There is no folder {escape(str(where))}.")
        raise typer.Exit(1)
    faults = faults_of(where)
    for fault in faults:
        console.print(f"[red]slip[/] {escape(str(fault))}")
    if faults:
        raise typer.Exit(1)
    count = len(files_of(where))
    if not count:
        console.print(f"There is no site file in {escape(str(where))}: none ends in .yaml.")
        raise typer.Exit(1)
    console.print(f"[green]good[/] {count} site files in {escape(str(where))}")
