"""The command line: `run` simulates hospitals and reconciles, `send` sends a file's messages."""

import asyncio
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer
from rich.console import Console

from hospital_sim.clock import SimulatedClock
from hospital_sim.mllp import MllpConnection
from hospital_sim.sample import sample_messages
from hospital_sim.schedule import Run
from hospital_sim.sending_files import send_messages
from hospital_sim.simulation import Patience, Simulation, Target

cli = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
T = TypeVar("T")

_ANSWER_SECONDS = 15.0
_LOG_WIDTH = 110
_Mllp = Annotated[str, typer.Option(help="HOST:PORT of the MLLP listener.", metavar="HOST:PORT")]


def _instant_option(variable: str, says: str) -> typer.models.OptionInfo:
    return typer.Option(envvar=variable, metavar="ISO8601", help=says)


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options of `run`, each an option of the command line."""

    mllp: _Mllp = "127.0.0.1:2575"
    worklist: Annotated[str, typer.Option(help="Its address.")] = "http://127.0.0.1:8080"
    monitor: Annotated[str, typer.Option(help="Its address.")] = "http://127.0.0.1:8090"
    token: Annotated[str, typer.Option(envvar="HOMEWARD_TOKEN", help="A bearer token.")] = ""
    days: Annotated[float, typer.Option(min=0.1, help="Simulated days.")] = 10
    seed: Annotated[int, typer.Option(help="The same seed and start give the same bytes.")] = 7
    patients: Annotated[int, typer.Option(min=1, help="Patients of each hospital.")] = 30
    clock_rate: Annotated[float, typer.Option(envvar="CARE_CLOCK_RATE", min=0.001)] = 1
    clock_start: Annotated[str, _instant_option("CARE_CLOCK_START", "Shown at the anchor.")] = ""
    clock_anchor: Annotated[str, _instant_option("CARE_CLOCK_ANCHOR", "A real instant.")] = ""
    starts_at: Annotated[str, _instant_option("", "When the run begins; else now.")] = ""
    settle_seconds: Annotated[float, typer.Option(help="How long to wait at the end.")] = 90


def _taking(options: type[T]) -> Callable[[Callable[[T], None]], Callable[..., None]]:
    """Let a command take its options as one object of this dataclass."""

    def decorate(command: Callable[[T], None]) -> Callable[..., None]:
        hints = get_type_hints(options, include_extras=True)

        def take(**values: object) -> None:
            command(options(**values))

        parameters = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=hints[field.name],
            )
            for field in fields(options)  # pyright: ignore[reportArgumentType] - a dataclass
        ]
        wrapped: Any = take
        wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
        wrapped.__signature__ = inspect.Signature(parameters)
        wrapped.__annotations__ = hints
        return wrapped

    return decorate


def main() -> None:
    """The program."""
    cli()


@cli.command()
@_taking(RunOptions)
def run(options: RunOptions) -> None:
    """Stream ADT of simulated hospitals, and check that everything took effect exactly once."""
    clock = _clock(options.clock_rate, options.clock_start, options.clock_anchor)
    first = _instant(options.starts_at) if options.starts_at else clock.now()
    host, port = _address(options.mllp)
    simulation = Simulation(
        Run(
            seed=options.seed,
            starts_at=first.replace(microsecond=0),
            days=options.days,
            patients=options.patients,
        ),
        clock,
        Target(host, port, options.worklist, options.monitor, options.token),
        patience=Patience(settling=options.settle_seconds),
        console=Console(width=None if sys.stdout.isatty() else _LOG_WIDTH),
    )
    result = asyncio.run(simulation.play())
    sys.exit(0 if result.adds_up else 1)


@cli.command()
def send(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Messages, as text.")],
    mllp: _Mllp = "127.0.0.1:2575",
) -> None:
    """Send the messages of a file and print what was answered to each; 1 if any was refused."""
    host, port = _address(mllp)
    connection = MllpConnection(host, port, timeout=_ANSWER_SECONDS)
    sys.exit(asyncio.run(_send(file.read_bytes(), connection)))


@cli.command()
def sample() -> None:
    """Print an admission and today's discharge of a made-up patient, to send with `send`."""
    sys.stdout.buffer.write(sample_messages(SimulatedClock.real().now()))


async def _send(content: bytes, connection: MllpConnection) -> int:
    accepted: list[bool] = []
    async for outcome in send_messages(content, connection):
        print(f"{outcome.name}: {outcome.words}", flush=True)
        accepted.append(outcome.accepted)
    if not accepted:
        print("There is no message in this file.")
    return 0 if accepted and all(accepted) else 1


def _clock(rate: float, start: str, anchor: str) -> SimulatedClock:
    if not start and rate == 1:
        return SimulatedClock.real()
    if not start or not anchor:
        raise typer.BadParameter("an accelerated clock needs --clock-start and --clock-anchor")
    return SimulatedClock(rate=rate, start=_instant(start), anchor=_instant(anchor))


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no ISO 8601 instant") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text} has no offset, such as Z")
    return instant.astimezone(UTC)


def _address(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit():
        raise typer.BadParameter(f"{text} is not HOST:PORT")
    return host.strip("[]"), int(port)
