"""What the commands share: settings, where their log goes, and how they end."""

import asyncio
import re
import sys
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final, NoReturn, TypeVar

import typer
from rich.console import Console

from adt_ingest.hl7_client import NoAnswerError, NotAnOperatorError
from adt_ingest.settings import Settings
from care_chassis.errors import TransientError
from care_chassis.logs import configure_logs

T = TypeVar("T")
_SPAN: Final = re.compile(r"(\d{1,5})([mhdw])", re.ASCII)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_WIDTH: Final = 140
"""Of what is piped; a terminal knows its own."""

out = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def end(sentence: str) -> NoReturn:
    """Say why it cannot go on, and end with 1."""
    err.print(sentence, markup=False)
    raise typer.Exit(1)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it; a server that is away ends the command with a sentence."""
    try:
        return asyncio.run(work)
    except NotAnOperatorError as error:
        end(f"{error}.")
    except NoAnswerError as error:
        end(f"{error}: {error.why}. Is it running? --url names another address.")
    except TransientError as error:
        end(f"{error}. Is it running? KAFKA_BOOTSTRAP_SERVERS names another address.")


def settings_that_note() -> Settings:
    """The service's own settings; from now on the log is a file in the run folder."""
    settings = Settings()
    path = settings.run_dir / "logs" / "adt-ingest-commands.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        log = path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        end(f"The log {path} cannot be written ({error.strerror}): set CARE_RUN_DIR.")
    configure_logs("adt_ingest", settings.logs, log)
    return settings


def url_of(settings: Settings, url: str) -> str:
    """The address that was asked for, else the one of the service beside us."""
    return url or f"http://{settings.http_host}:{settings.http_port}"


def span_of(text: str) -> timedelta:
    """A span of time such as 30m, 12h, 7d or 2w."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text} is no span such as 30m, 12h, 7d or 2w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
