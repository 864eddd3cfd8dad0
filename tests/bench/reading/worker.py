"""One reader in a process of its own, so that it can be measured in turns with others.

`python worker.py READER SAMPLES`; then on its input `values` prints what it reads, as JSON, and
`run SECONDS` reads the samples over and over and prints how many messages it took and how many
seconds of its own on a core: what else the machine does then counts little.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
_readers: Any = import_module("readers")
_spec: Any = import_module("spec")


def main() -> None:
    read = _readers.READERS[sys.argv[1]]()
    samples = _spec.samples(Path(sys.argv[2]))
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "values":
            print(json.dumps({each.name: _values(read, each) for each in samples}), flush=True)
        elif command == "run":
            print(*_run(read, samples, float(arguments[0])), flush=True)


def _values(read: Any, sample: Any) -> list[str] | None:
    """None where the reader refuses the message."""
    try:
        return read(sample.data, sample.text)
    except Exception:  # noqa: BLE001 - whatever it does not like
        return None


def _run(read: Any, samples: Any, seconds: float) -> tuple[int, float]:
    taken = [sample for sample in samples if _values(read, sample) is not None]
    count, began, spent = 0, time.perf_counter(), time.thread_time()
    while time.perf_counter() - began < seconds:
        for sample in taken:
            read(sample.data, sample.text)
        count += len(taken)
    return count, time.thread_time() - spent


main()
