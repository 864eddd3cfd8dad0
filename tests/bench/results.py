"""`bench/results.json`: every benchmark's figures in one file, a section each."""

import json
import platform
import subprocess
from pathlib import Path
from typing import Any

import psutil

from care_chassis.clock import SystemClock
from care_devstack.settings import CHECKOUT

RESULTS = CHECKOUT / "bench" / "results.json"


def kept(path: Path = RESULTS) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def keep(section: str, figures: dict[str, Any], path: Path = RESULTS) -> None:
    """Put a section's figures in place of its last ones; `taken()` belongs among them."""
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(kept(path) | {section: figures}, indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n", "utf-8")


def taken() -> dict[str, Any]:
    """When, of which commit and on what machine: to be asked before it is measured."""
    return {
        "date": SystemClock().now().date().isoformat(),
        "commit": _commit(),
        "machine": {
            "processor": _processor(),
            "cores": psutil.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "load_before": round(psutil.getloadavg()[0], 1),
        },
    }


def _commit() -> str:
    command = ["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
