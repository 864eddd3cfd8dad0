"""TCP ports on this machine: which are free, and who holds the others."""

import contextlib
import itertools
import random
import socket
from collections.abc import Iterable

import psutil

from care_devstack.problems import PortTaken
from care_devstack.settings import PORT_SETTINGS

HOST = "127.0.0.1"
_BELOW_OUTGOING = range(12_000, 32_000)


def answers(port: int, host: str = HOST) -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
        return True


def require_free(listeners: Iterable[tuple[str, int]]) -> None:
    """Raise PortTaken for the first listener whose port is not to be had."""
    for listener, port in listeners:
        if not is_free(port):
            raise PortTaken(port, listener, PORT_SETTINGS[listener][0], holder_of(port))


def holder_of(port: int) -> str:
    """Who listens on a port, as far as this user may know."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.laddr[1:] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment, all different, picked by chance.

    They lie below those that the system gives to outgoing connections: otherwise a client that
    tries to reach a stopped server could be given the server's port as its own, and keep it.
    """
    picked = random.SystemRandom().sample(_BELOW_OUTGOING, len(_BELOW_OUTGOING))
    return list(itertools.islice(filter(is_free, picked), count))
