"""The command `protocol`: gathers the commands of clinical leads and nurse informaticists."""

import sys
from collections.abc import Sequence

import click

from transition_orchestrator.commands.checking import check
from transition_orchestrator.commands.previewing import preview


@click.group("protocol")
def cli() -> None:
    """Care protocols: check files, and see the plan that they make of a discharge."""


cli.add_command(check)
cli.add_command(preview)


def program(args: Sequence[str] | None = None) -> None:
    """The console script; `python -m transition_orchestrator protocol` gives the rest of `args`."""
    cli(args=list(sys.argv[1:] if args is None else args), prog_name="protocol")
