"""`protocol check`: tells every slip in protocol files, and in what sites make of them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from care_chassis.documents import DocumentError, files_of, load_document
from care_contracts.sites import Site
from transition_orchestrator.commands.terminal import end, known_models, known_programmes, out
from transition_orchestrator.domain.protocol import Protocol
from transition_orchestrator.protocol_files import faults_of, load_protocol
from transition_orchestrator.settings import Settings
from transition_orchestrator.site_rules import rules_in


@click.command()
@click.argument("paths", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Tell every slip by file, line and rule; 0 only if there is none.

    Without a file: the shipped protocols, those of TRANSITION_ORCHESTRATOR_PROTOCOLS_DIR, and what
    the site files (CARE_SITES_DIR) make of them.
    """
    faults: list[DocumentError] = []
    for path in paths:
        if not path.is_file():
            end(f"There is no file {path}.")
        faults += _told(path)
    if not paths:
        faults += _sites()
    for fault in faults:
        out.print("slip", f"{fault}", style="red", markup=False, soft_wrap=True)
    if faults:
        sys.exit(1)


def _told(path: Path) -> list[DocumentError]:
    faults = faults_of(path)
    if not faults:
        _print_good(load_protocol(path))
    return faults


def _print_good(protocol: Protocol) -> None:
    plans = ", ".join(f"{kind} ({len(plan.steps)})" for kind, plan in protocol.plans.items())
    out.print(f"good {protocol.label}: steps for {plans}", markup=False, soft_wrap=True)


def _sites() -> Iterator[DocumentError]:
    programmes, models, folder = known_programmes(), known_models(), Settings().sites_dir
    for protocol in programmes.protocols.values():
        _print_good(protocol)
    for path in files_of(folder):
        try:
            site = load_document(path, Site)
            label = rules_in(path, site, programmes, models).opens_with.label
            out.print(f"good {site.code} follows {label}", markup=False, soft_wrap=True)
        except DocumentError as error:
            yield error
