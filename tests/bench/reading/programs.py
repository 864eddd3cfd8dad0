"""Gets the peers and starts each as a program that reads samples when told to."""

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Self

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
_VENV = _ROOT / ".cache" / "bench-venv"
_JAVA = _ROOT / ".cache" / "bench-reading"
SAMPLES = _ROOT / "tests" / "data" / "hl7" / "realistic"


class Reading:
    """One reader's process."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=_ROOT,
        )

    def values(self) -> dict[str, list[str] | None]:
        """What it reads of each sample; None where it refuses."""
        return json.loads(self._ask("values"))

    def run(self, seconds: float) -> float:
        """Messages per second on a core, over about this time."""
        count, taken = self._ask(f"run {seconds}").split()
        return int(count) / float(taken)

    def _ask(self, command: str) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{command}\n")
        stdin.flush()
        line = stdout.readline()
        assert line, f"the reader ended: {self._process.args}"
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def start(name: str) -> Reading:
    """The reader of this name: ours, a Python peer, or `hapi`."""
    if name == "hapi":
        classes = _hapi()
        path = f"{classes}:{classes.parent / 'jars'}/*"
        arguments = ["HapiReading", str(_HERE / "fields.txt"), str(SAMPLES)]
        return Reading(["java", "-cp", path, *arguments])
    python = sys.executable if name.startswith("homeward") else str(_peers())
    return Reading([python, str(_HERE / "worker.py"), name, str(SAMPLES)])


def _peers() -> Path:
    """An environment of their own: peers never enter the project's lock."""
    python = _VENV / "bin" / "python"
    wanted = _HERE / "peers.txt"
    installed = _VENV / "peers.txt"
    if not installed.exists() or installed.read_text("utf-8") != wanted.read_text("utf-8"):
        venv.create(_VENV, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(wanted)]
        subprocess.run(install, check=True)
        shutil.copyfile(wanted, installed)
    return python


def _hapi() -> Path:
    """The folder of HAPI's compiled program; its jars come from Maven."""
    classes, jars = _JAVA / "classes", _JAVA / "jars"
    if not any(jars.glob("hapi-base-*.jar")):
        goal = ["mvn", "-q", "-B", "-f", str(_HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*goal, f"-DoutputDirectory={jars}"], check=True)
    source = _HERE / "HapiReading.java"
    compiled = classes / "HapiReading.class"
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        command = ["javac", "-encoding", "UTF-8", "-cp", f"{jars}/*", "-d", str(classes)]
        subprocess.run([*command, str(source)], check=True)
    return classes
