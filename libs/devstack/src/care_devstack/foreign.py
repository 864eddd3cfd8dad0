"""HAPI, the HL7 library of the Java world, as a foreign peer for tests and benchmarks.

Our Java files are compiled by a compiler that comes as a jar: a machine's Java need not be a JDK.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from care_devstack.jars import have_jars
from care_devstack.java import find_java
from care_devstack.problems import PartFailed
from care_devstack.settings import StackSettings

_COMPILER = "ecj-"
_LANGUAGE = "17"


@dataclass(frozen=True)
class ForeignJava:
    """Java, HAPI's jars and a folder for classes."""

    settings: StackSettings

    def have(self) -> list[Path]:
        """The jars, fetched if they are not there yet."""
        folder = self.settings.cache_dir / "foreign"
        repository = self.settings.maven_repository
        return have_jars("foreign-jars.txt", folder, repository, title="Fetching HAPI HL7v2")

    def command(self, source: Path, *options: str) -> list[str]:
        """How to run the class in a source file; its arguments are to be added."""
        classes = self._compiled(source)
        jars = [jar for jar in self.have() if not jar.name.startswith(_COMPILER)]
        path = ":".join(str(part) for part in (classes, *jars))
        return [str(self._java()), *options, "-cp", path, source.stem]

    def _java(self) -> Path:
        return find_java(self.settings.caller.get("PATH", ""))

    def _compiled(self, source: Path) -> Path:
        """A folder with the classes of a source file, made anew when the source is younger."""
        folder = self.settings.cache_dir / "foreign" / "classes" / source.stem
        made = folder / f"{source.stem}.class"
        if made.is_file() and made.stat().st_mtime > source.stat().st_mtime:
            return folder
        jars = self.have()
        compiler = next(jar for jar in jars if jar.name.startswith(_COMPILER))
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.part")
        command = [str(self._java()), "-jar", str(compiler), "-proc:none", "-nowarn"]
        command += ["-source", _LANGUAGE, "-target", _LANGUAGE, "-d", str(unfinished)]
        command += ["-cp", ":".join(str(jar) for jar in jars if jar != compiler), str(source)]
        log = folder.with_name(f"{folder.name}.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            done = subprocess.run(command, stdout=output, stderr=output, check=False, timeout=120)
        if done.returncode:
            raise PartFailed("HAPI", f"{source.name} does not compile", log)
        folder.mkdir(exist_ok=True)
        for each in unfinished.glob("*.class"):
            each.replace(folder / each.name)
        unfinished.rmdir()
        return folder
