"""`protocol check`: tells every slip in protocol files, and in what sites make of them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from care_chassis.documents import DocumentError, files_of, line_of, load_document
from care_contracts.sites import Site
from transition_orchestrator.commands.terminal import end, known_models, known_programmes, out
from transition_orchestrator.domain.programme import Programme
from transition_orchestrator.domain.protocol import Protocol
from transition_orchestrator.domain.routing import TransitionKind
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
            programme = rules_in(path, site, programmes, models).opens_with
            out.print(f"good {site.code} follows {programme.label}", markup=False, soft_wrap=True)
            _warn_of_births(path, site, programme)
        except DocumentError as error:
            yield error


def _warn_of_births(path: Path, site: Site, programme: Programme) -> None:
    """Say which key keeps a plan for maternity from ever applying, where one does."""
    key = _sends_births_elsewhere(site) if TransitionKind.MATERNITY in programme.plans else None
    if key is not None:
        rule = f"{key}: no stay is of class obstetrics (B), so no discharge gets the maternity plan"
        warning = DocumentError(path, line_of(path, key), rule)
        out.print("warning", f"{warning}", style="yellow", markup=False, soft_wrap=True)


def _sends_births_elsewhere(site: Site) -> str | None:
    """The key by which a B in PV1-2 is read as another class; None where a word means B."""
    hl7 = site.hl7
    observed = {word.strip().upper() for word in hl7.observation.patient_class}
    meant = {
        word: code for word, code in hl7.classes.items() if word.strip().upper() not in observed
    }
    if "B" in meant.values():
        return None
    if "B" in observed:
        return "hl7.observation.patient_class"
    return next((f"hl7.classes.{word}" for word in meant if word.strip().upper() == "B"), None)
