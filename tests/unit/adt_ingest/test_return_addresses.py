"""Application acknowledgements to return addresses: in order, until they are taken or too old."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from tests.support.eventually import eventually
from tests.support.mllp_receiver import Close, Deed, Receiver, acknowledgement, receiving

from adt_ingest.domain.profile import ReturnAddress
from adt_ingest.return_addresses import ReturnAddresses, ReturnLimits
from care_devstack.ports import free_ports

LIMITS = ReturnLimits(attempt_seconds=5, longest_pause_seconds=0.01, drain_seconds=5)
BLOCKS = [
    f"MSH|^~\\&|HW|CARE|A|GHH|20260522||ACK|{number}|P|2.5\rMSA|AA|M{number}\r".encode()
    for number in range(4)
]


def counted(outcome: str) -> float:
    said = {"outcome": outcome}
    return REGISTRY.get_sample_value("care_adt_ingest_returns_total", said) or 0.0


def own_id(frame: bytes) -> str:
    return frame.split(b"|")[9].decode()


def silence(_number: int, _frame: bytes) -> Deed:
    return ()


@pytest.fixture
async def serving() -> AsyncGenerator[Callable[[ReturnLimits], ReturnAddresses]]:
    """Starts what delivers, and ends it."""
    started: list[tuple[ReturnAddresses, asyncio.Task[None]]] = []
    async with asyncio.TaskGroup() as group:

        def start(limits: ReturnLimits) -> ReturnAddresses:
            returns = ReturnAddresses(limits)
            started.append((returns, group.create_task(returns.serve())))
            return returns

        yield start
        for _, task in started:
            task.cancel()
    for returns, _ in started:
        await returns.close()


def deliver_all(returns: ReturnAddresses, receiver: Receiver, *, confirms: bool) -> None:
    address = ReturnAddress("127.0.0.1", receiver.port, confirms=confirms)
    for block in BLOCKS:
        returns.deliver(address, block)


async def arrived(receiver: Receiver, blocks: list[bytes]) -> None:
    await eventually(lambda: receiver.frames, until=blocks.__eq__, every=0.001, within=5)


async def test_blocks_go_over_one_connection_in_order(
    serving: Callable[[ReturnLimits], ReturnAddresses],
) -> None:
    async with receiving(silence) as receiver:
        deliver_all(serving(LIMITS), receiver, confirms=False)
        await arrived(receiver, BLOCKS)
        assert receiver.connections == 1


async def test_a_listener_that_answers_unasked_is_not_kept_from_reading(
    serving: Callable[[ReturnLimits], ReturnAddresses],
) -> None:
    async with receiving(lambda _number, _frame: [b"x" * 70_000]) as receiver:
        returns = serving(LIMITS)
        for times in range(1, 4):
            deliver_all(returns, receiver, confirms=False)
            await arrived(receiver, BLOCKS * times)
        assert receiver.connections == 1


async def test_a_listener_that_hung_up_is_called_again(
    serving: Callable[[ReturnLimits], ReturnAddresses],
) -> None:
    def script(_number: int, frame: bytes) -> Deed:
        return [acknowledgement(own_id(frame), "CA")] if receiver.connections > 2 else Close()

    async with receiving(script) as receiver:
        deliver_all(serving(LIMITS), receiver, confirms=True)
        await arrived(receiver, [BLOCKS[0], BLOCKS[0], *BLOCKS])


async def test_a_confirmation_must_name_what_it_confirms(
    serving: Callable[[ReturnLimits], ReturnAddresses],
) -> None:
    taken = counted("delivered")

    def script(_number: int, frame: bytes) -> Deed:
        late = acknowledgement("another", "CR")
        return [late, b"\x0bgarbage\x1c\r", acknowledgement(own_id(frame), "CA")]

    async with receiving(script) as receiver:
        deliver_all(serving(LIMITS), receiver, confirms=True)
        await eventually(lambda: counted("delivered") - taken, until=(4.0).__eq__, every=0.001)
        assert receiver.frames == BLOCKS


async def test_what_was_not_stored_is_sent_again_and_what_was_refused_is_not(
    serving: Callable[[ReturnLimits], ReturnAddresses],
) -> None:
    refused = counted("refused")
    codes = iter(["CE", "AE", "CA", "CR", "AA", "AR"])

    def script(_number: int, frame: bytes) -> Deed:
        return [acknowledgement(own_id(frame), next(codes))]

    async with receiving(script) as receiver:
        deliver_all(serving(LIMITS), receiver, confirms=True)
        await arrived(receiver, [BLOCKS[0], BLOCKS[0], *BLOCKS])
        await eventually(lambda: counted("refused") - refused, until=(2.0).__eq__, every=0.001)


async def test_what_nobody_takes_is_given_up_and_what_is_too_much_is_dropped(
    serving: Callable[[ReturnLimits], ReturnAddresses],
) -> None:
    given_up, dropped = counted("given_up"), counted("dropped")
    (port,) = free_ports(1)
    returns = serving(replace(LIMITS, give_up_seconds=0.02, waiting=3))
    for block in BLOCKS:
        returns.deliver(ReturnAddress("127.0.0.1", port), block)
    assert counted("dropped") - dropped == 1
    await eventually(lambda: counted("given_up") - given_up, until=(3.0).__eq__, every=0.001)


async def test_stopping_delivers_what_still_waits() -> None:
    returns = ReturnAddresses(LIMITS)
    async with receiving(silence) as receiver:
        deliver_all(returns, receiver, confirms=False)
        await returns.close()
        await arrived(receiver, BLOCKS)


async def test_stopping_does_not_wait_for_ever() -> None:
    (port,) = free_ports(1)
    returns = ReturnAddresses(replace(LIMITS, drain_seconds=0.02))
    returns.deliver(ReturnAddress("127.0.0.1", port), BLOCKS[0])
    await returns.close()
