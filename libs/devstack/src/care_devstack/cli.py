"""The commands behind `make`: `python -m care_devstack --help`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from care_devstack.assets import Assets
from care_devstack.browser import ensure_browser
from care_devstack.clocks import wished_clock
from care_devstack.demo import page_lines, run_demo
from care_devstack.foreign import ForeignJava
from care_devstack.java import find_java
from care_devstack.kafka import have_kafka
from care_devstack.problems import StackProblem
from care_devstack.settings import environment, settings_from
from care_devstack.stack import Stack
from care_devstack.status import status_of, table_of
from care_devstack.tokens import token_for

app = typer.Typer(
    help="Homeward's stack on this machine.", no_args_is_help=True, add_completion=False
)
_console = Console(stderr=True, highlight=False, soft_wrap=True)


def _say(sentence: str) -> None:
    _console.print(sentence, markup=False)


@contextmanager
def _in_one_sentence() -> Generator[None]:
    """Turn a problem that a person can solve into one sentence and a failing exit."""
    try:
        yield
    except StackProblem as problem:
        _say(str(problem))
        raise typer.Exit(1) from problem
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(130) from interrupt


def _stack() -> Stack:
    given = environment()
    return Stack(settings_from(given), wished_clock(given))


def _demo_stack() -> Stack:
    settings = settings_from(environment())
    return Stack(replace(settings, run_dir=settings.run_dir / "demo"))


@app.command()
def up() -> None:
    """Start the whole stack in the background; returns when every service is ready."""
    with _in_one_sentence():
        stack = _stack()
        _say("Ready:" if stack.up(_say) else "Everything runs already:")
        for line in page_lines(stack):
            _say(f"  {line}")


@app.command()
def down() -> None:
    """Stop the stack, and a demo that was left behind; data stay."""
    with _in_one_sentence():
        stopped = [stack.down() for stack in (_stack(), _demo_stack())]
        _say("Everything has stopped." if any(stopped) else "Nothing was running.")


@app.command()
def status() -> None:
    """Show what runs, where, for how long."""
    Console(soft_wrap=True).print(table_of(status_of(_stack())))


@app.command()
def reset() -> None:
    """Stop the stack and drop its data; existing servers named by settings are not touched."""
    with _in_one_sentence():
        stack = _stack()
        stack.reset()
        _demo_stack().reset()
        _say("Everything has stopped; the data are gone.")
        if stack.settings.database_url or stack.settings.kafka_bootstrap_servers:
            _say("The existing servers that your settings name were left as they are.")


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option(help="End after the reconciliation.")] = False,
) -> None:
    """Stream ten simulated days of three hospitals and reconcile what came of them."""
    with _in_one_sentence():
        raise typer.Exit(run_demo(settings_from(environment()), once=once, say=_say))


@app.command()
def token(role: Annotated[str, typer.Option(help="For example nurse.")]) -> None:
    """Print a bearer token for a role's development identity, and nothing else."""
    with _in_one_sentence():
        print(token_for(role, settings_from(environment())))


@app.command()
def browser() -> None:
    """Have a Chromium for the browser tests and print where it is."""
    settings = settings_from(environment())
    with _in_one_sentence():
        print(ensure_browser(settings.caller.get("PATH", ""), settings.cache_dir))


@app.command()
def assets() -> None:
    """Have the scripts that the pages serve."""
    with _in_one_sentence():
        Assets(settings_from(environment())).have()


@app.command()
def fetch() -> None:
    """Have everything that stack and tests download: Kafka, HAPI and the browser assets."""
    settings = settings_from(environment())
    with _in_one_sentence():
        if not settings.kafka_bootstrap_servers:
            find_java(settings.caller.get("PATH", ""))
            have_kafka(settings.cache_dir, settings.maven_repository)
        ForeignJava(settings).have()
        Assets(settings).have()


def main() -> None:
    """Run a command."""
    sys.exit(app())
