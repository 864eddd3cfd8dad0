"""A Chromium for the browser tests: the machine's own, else Playwright's, else Debian's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from care_devstack.problems import StackProblem

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_INSTALL_SECONDS = 600


def ensure_browser(search_path: str, cache_dir: Path) -> Path:
    """A Chromium that starts, installed if need be. Raises StackProblem."""
    remembered = cache_dir / "browser"
    ways: Sequence[Callable[[], Path | None]] = (
        lambda: Path(remembered.read_text("utf-8")) if remembered.is_file() else None,
        lambda: _on_path(search_path),
        _playwrights,
        _installed_by_playwright,
        lambda: _debians(search_path),
    )
    for way in ways:
        browser = way()
        if browser is not None and _starts(browser):
            remembered.parent.mkdir(parents=True, exist_ok=True)
            remembered.write_text(str(browser), "utf-8")
            return browser
    raise StackProblem(
        "No Chromium was found and none could be installed: install the package `chromium` "
        "(Debian: apt-get install chromium) so that `chromium` is on the PATH."
    )


def _on_path(search_path: str) -> Path | None:
    found = (shutil.which(name, path=search_path) for name in _NAMES)
    return next((Path(name) for name in found if name), None)


def _playwrights() -> Path | None:
    """Where Playwright keeps its Chromium, if it has one."""
    # Here, because it is a test's dependency and only this way needs it.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = Path(playwright.chromium.executable_path)
    return browser if browser.is_file() else None


def _installed_by_playwright() -> Path | None:
    if not _run([sys.executable, "-m", "playwright", "install", "chromium"]):
        return None
    return _playwrights()


def _debians(search_path: str) -> Path | None:
    if os.geteuid() != 0 or shutil.which("apt-get", path=search_path) is None:
        return None
    _run(["apt-get", "update", "-q"])
    _run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])
    return _on_path(search_path)


def _run(command: Sequence[str]) -> bool:
    """Run a command that takes its time, its output to standard error."""
    print("$", *command, file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            check=False,
            timeout=_INSTALL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _starts(browser: Path) -> bool:
    """Whether it runs at all: a browser without its libraries is none."""
    try:
        done = subprocess.run([browser, "--version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
