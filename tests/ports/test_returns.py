"""What receiving asks of the way to return addresses, tried on the fake and over sockets."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import pytest
from tests.support.adt_ingest_fakes import FakeReturns
from tests.support.eventually import eventually
from tests.support.mllp_receiver import receiving

from adt_ingest.domain.profile import ReturnAddress
from adt_ingest.ports import Returns
from adt_ingest.return_addresses import ReturnAddresses, ReturnLimits


@dataclass(frozen=True)
class Way:
    """A way to two listeners, and what has arrived at each."""

    returns: Returns
    addresses: tuple[ReturnAddress, ReturnAddress]
    arrived: Callable[[ReturnAddress], list[bytes]]


async def fake_way() -> AsyncGenerator[Way]:
    fake = FakeReturns()

    def arrived(address: ReturnAddress) -> list[bytes]:
        return [block for to, block in fake.delivered if to == address]

    yield Way(fake, (ReturnAddress("one", 1), ReturnAddress("two", 2)), arrived)


async def real_way() -> AsyncGenerator[Way]:
    returns = ReturnAddresses(ReturnLimits())
    async with (
        receiving(lambda _number, _frame: ()) as first,
        receiving(lambda _number, _frame: ()) as second,
        asyncio.TaskGroup() as group,
    ):
        serving = group.create_task(returns.serve())
        addresses = (
            ReturnAddress("127.0.0.1", first.port),
            ReturnAddress("127.0.0.1", second.port),
        )
        frames = {addresses[0]: first.frames, addresses[1]: second.frames}
        yield Way(returns, addresses, frames.__getitem__)
        serving.cancel()
        await returns.close()


@pytest.fixture(params=[fake_way, real_way], ids=["fake", "sockets"])
async def way(request: pytest.FixtureRequest) -> AsyncGenerator[Way]:
    async for made in request.param():
        yield made


async def test_blocks_arrive_at_their_address_in_order(way: Way) -> None:
    blocks = [f"MSH|^~\\&|{number}\r".encode() for number in range(20)]
    for number, block in enumerate(blocks):
        way.returns.deliver(way.addresses[number % 2], block)
    for start, address in enumerate(way.addresses):
        expected = blocks[start::2]
        await eventually(lambda to=address: way.arrived(to), until=expected.__eq__, every=0.001)
