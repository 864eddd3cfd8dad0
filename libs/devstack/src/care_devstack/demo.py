"""Ten days of three hospitals in about a minute, on a stack of its own."""

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from care_devstack.clocks import WishedClock
from care_devstack.ports import HOST
from care_devstack.problems import StackProblem
from care_devstack.processes import running
from care_devstack.settings import CHECKOUT, StackSettings
from care_devstack.stack import Say, Stack, say_nothing
from care_devstack.tokens import token_for

_DAYS = 10
_SEED = 7
_START = datetime(2026, 6, 1, tzinfo=UTC)
_RATE = _DAYS * 24 * 60 * 60 / 60
_LEAD = timedelta(seconds=10)
"""What the services may take to start while the clock has not yet reached its first instant."""


def run_demo(settings: StackSettings, *, once: bool, say: Say = say_nothing) -> int:
    """Run the demo; gives back the simulator's exit code: 0 only if everything reconciles."""
    if running(settings.run_dir.resolve()):
        raise StackProblem("The stack of `make up` is running: end it with `make down` first.")
    own = replace(settings, run_dir=settings.run_dir / "demo")
    stack = Stack(own, WishedClock(rate=_RATE, start=_START, lead=_LEAD))
    stack.reset()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        stack.up(say)
        for line in ["", *page_lines(stack), ""]:
            say(line)
        code = subprocess.run(simulation(stack), cwd=CHECKOUT, check=False).returncode
        if not once:
            for line in ["", *page_lines(stack), "", "Ctrl-C ends it."]:
                say(line)
            threading.Event().wait()
    except KeyboardInterrupt:
        code = 130 if once else 0
    finally:
        say("Everything stops")
        stack.down()
    return code


def simulation(stack: Stack) -> list[str]:
    """The command that lets the simulated hospitals send to a stack."""
    clock = stack.clock_settings()
    return [
        *[sys.executable, "-m", "hospital_sim", "run"],
        *["--days", str(_DAYS), "--seed", str(_SEED), "--starts-at", _START.isoformat()],
        *["--mllp", f"{HOST}:{stack.settings.ports['adt-ingest (MLLP)']}"],
        *["--worklist", stack.url_of("worklist"), "--monitor", stack.url_of("flow-monitor")],
        *["--token", token_for("integration", stack.settings)],
        *["--clock-rate", clock["CARE_CLOCK_RATE"], "--clock-start", clock["CARE_CLOCK_START"]],
        *["--clock-anchor", clock["CARE_CLOCK_ANCHOR"]],
    ]


def page_lines(stack: Stack) -> list[str]:
    """The pages a person can open."""
    return [
        f"Worklist            {stack.url_of('worklist')}/",
        f"Operations console  {stack.url_of('flow-monitor')}/",
        f"Mail catcher        {stack.url_of('mail catcher (pages)')}/",
    ]
