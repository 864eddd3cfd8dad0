"""A port that is taken is noticed first, and said in one sentence."""

import os
import socket
from collections.abc import Iterator

import pytest

from care_devstack.ports import free_ports, is_free, require_free
from care_devstack.problems import PortTaken


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_said_with_its_holder_and_the_setting_that_moves_it(taken: int) -> None:
    with pytest.raises(PortTaken) as refusal:
        require_free([("worklist", taken)])
    sentence = str(refusal.value)
    assert sentence.startswith(f"Port {taken}, which worklist needs, is in use by ")
    assert f"(process {os.getpid()})" in sentence
    assert sentence.endswith("choose another port with WORKLIST_HTTP_PORT=<port>.")


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(is_free(port) for port in ports)
    require_free([("worklist", port) for port in ports])
