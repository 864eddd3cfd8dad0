"""What the commands share: where they print, which protocols and sites they know, how they end."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

from rich.console import Console

from care_chassis.documents import DocumentError, files_of, load_document
from care_contracts.sites import Site
from transition_orchestrator.domain.programme import Programmes
from transition_orchestrator.domain.protocol import Protocol
from transition_orchestrator.domain.scoring import Scorer
from transition_orchestrator.model_files import load_models
from transition_orchestrator.protocol_files import load_protocol, load_protocols
from transition_orchestrator.settings import Settings

_WIDTH: Final = 220
"""Of what is piped; a terminal knows its own."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def end(sentence: str) -> NoReturn:
    """Say why it cannot go on, and end with 1."""
    err.print(sentence, markup=False)
    sys.exit(1)


def known_programmes() -> Programmes:
    """Every protocol that the service would know; a slip in a file ends the command."""
    try:
        return Programmes(load_protocols(Settings().protocols_dir))
    except DocumentError as error:
        end(f"{error}")


def known_models() -> Mapping[str, Scorer]:
    """Every model that the service would know; a slip in a file ends the command."""
    try:
        return load_models(Settings().risk_models_dir)
    except DocumentError as error:
        end(f"{error}")


def protocol_of(name: str, programmes: Programmes) -> Protocol:
    """The protocol of a file, or a known one by its name or label."""
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        try:
            return load_protocol(path)
        except DocumentError as error:
            end(f"{error}")
    known = programmes.protocols.get(name) or programmes.newest(name)
    if known is None:
        there = ", ".join(sorted(programmes.protocols))
        end(f"There is no file and no protocol {name!r}; there are: {there}")
    return known


def site_of(code: str) -> tuple[Path, Site]:
    """The site file with a code, from the sites folder (CARE_SITES_DIR)."""
    folder = Settings().sites_dir
    try:
        for path in files_of(folder):
            site = load_document(path, Site)
            if site.code == code:
                return path, site
    except DocumentError as error:
        end(f"{error}")
    end(f"There is no site {code!r} in {folder}: CARE_SITES_DIR names another folder.")
