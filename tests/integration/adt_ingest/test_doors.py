"""The MLLP doors on real sockets, with real certificates: who comes in, and who goes."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.support.adt_ingest_fakes import FakeEvents, code_of, receiver, segments_of
from tests.support.eventually import eventually
from tests.support.hl7_builders import discharge, framed
from tests.support.manual_clock import ManualClock
from tests.support.mllp_client import sending_to
from tests.support.programs import running

from adt_ingest.connection_limits import Limits
from adt_ingest.domain.doors import Door, Origin, Reply
from adt_ingest.domain.framing import Frame, FrameLimits
from adt_ingest.mllp_connection import ReceiveFrames
from adt_ingest.mllp_server import Address, MllpServer
from adt_ingest.tls_files import TlsFiles
from care_chassis.clock import SystemClock
from care_devstack.certificates import Authority
from care_devstack.ports import free_ports

LIMITS = Limits(frame=FrameLimits(100_000))
NAMES = frozenset({"engine.ghh.example", "ghh.example"})


def new_authority() -> Authority:
    return Authority("Tests", SystemClock().now())


def trusting(authority: Authority) -> ssl.SSLContext:
    """A sender without a certificate."""
    return ssl.create_default_context(cadata=authority.certificate.decode())


def certified(folder: Path, authority: Authority, by: Authority | None = None) -> ssl.SSLContext:
    """A sender with a certificate, of another authority than the server's if need be."""
    issued = (by or authority).issue("Engine.GHH.example", dns=["ghh.example"])
    issued.write(folder, "client")
    context = trusting(authority)
    context.load_cert_chain(folder / "client.pem", folder / "client.key")
    return context


def write_server_files(folder: Path, authority: Authority) -> TlsFiles:
    authority.issue("localhost", dns=["localhost"]).write(folder, "server")
    (folder / "ca.pem").write_bytes(authority.certificate)
    return TlsFiles(folder / "server.pem", folder / "server.key", folder / "ca.pem")


@dataclass
class Doors:
    """A server with a plain door and one with TLS, and where its messages came from."""

    server: MllpServer
    port: int
    tls_port: int
    origins: list[Origin]

    async def answer_to(self, control_id: str, tls: ssl.SSLContext | None = None) -> str:
        """MSA-1 for a message sent over a new connection."""
        async with sending_to(self.tls_port if tls else self.port, tls) as sender:
            await sender.send(framed(discharge(control_id=control_id)))
            answer = segments_of(await sender.answer())
        assert answer["MSA"][2] == control_id
        return answer["MSA"][1]


@asynccontextmanager
async def opened(
    files: TlsFiles | None = None,
    *,
    limits: Limits = LIMITS,
    receive: ReceiveFrames | None = None,
) -> AsyncGenerator[Doors]:
    """A server whose Kafka is a fake, for as long as the block lasts."""
    port, tls_port = free_ports(2)
    addresses = [Address("127.0.0.1", port)]
    addresses += [Address("127.0.0.1", tls_port, tls=files)] if files else []
    take, origins = receive or receiver(FakeEvents()).receive, list[Origin]()

    async def noting(frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        origins.append(origin)
        return await take(frames, origin)

    server = MllpServer(receive=noting, addresses=addresses, limits=limits, clock=ManualClock())
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve())
        for each in addresses:
            await eventually(lambda each=each: listens(each.port), every=0.01)
        try:
            yield Doors(server, port, tls_port, origins)
        finally:
            serving.cancel()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def is_turned_away(port: int, tls: ssl.SSLContext | None) -> bool:
    """Whether whoever comes like this gets no answer to a message."""
    try:
        async with sending_to(port, tls) as sender:
            await sender.send(framed(discharge()))
            return await sender.rest() == b""
    except (ssl.SSLError, ConnectionError):
        return True


async def test_a_sender_with_a_certificate_is_answered_and_its_names_are_known(
    tmp_path: Path,
) -> None:
    authority = new_authority()
    async with opened(write_server_files(tmp_path, authority)) as doors:
        assert await doors.answer_to("TLS-1", certified(tmp_path, authority)) == "AA"
        assert await doors.answer_to("PLAIN-1") == "AA"
    assert doors.origins == [
        Origin(Door.MLLPS, "127.0.0.1", certificate_names=NAMES),
        Origin(Door.MLLP, "127.0.0.1"),
    ]


async def test_strangers_are_refused_and_the_door_stays_open(tmp_path: Path) -> None:
    authority = new_authority()
    old = certified(tmp_path, authority)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT@SECLEVEL=0")  # else the client itself would not say so old a hello
    async with opened(write_server_files(tmp_path, authority)) as doors:
        port = doors.tls_port
        assert await is_turned_away(port, trusting(authority)), "no certificate"
        foreign = certified(tmp_path, authority, by=new_authority())
        assert await is_turned_away(port, foreign), "a stranger's certificate"
        assert await is_turned_away(port, old), "TLS 1.1"
        assert await is_turned_away(port, None), "plain text"
        assert doors.origins == []
        assert await doors.answer_to("TLS-2", certified(tmp_path, authority)) == "AA"


async def test_certificates_are_read_again_when_they_change(tmp_path: Path) -> None:
    before, after = new_authority(), new_authority()
    old = certified(tmp_path, before)
    async with (
        opened(write_server_files(tmp_path, before)) as doors,
        sending_to(doors.tls_port, old) as connected,
    ):
        write_server_files(tmp_path, after)
        await doors.server.look()
        assert await doors.answer_to("NEW-1", certified(tmp_path, after)) == "AA"
        assert await is_turned_away(doors.tls_port, old)
        await connected.send(framed(discharge()))
        assert code_of(await connected.answer()) == "AA"


async def test_new_certificates_that_cannot_be_used_leave_the_old_in_force(tmp_path: Path) -> None:
    authority = new_authority()
    async with opened(write_server_files(tmp_path, authority)) as doors:
        (tmp_path / "server.pem").write_text("half of a certificate")
        await doors.server.look()
        assert await doors.answer_to("OLD-1", certified(tmp_path, authority)) == "AA"


async def test_a_message_that_drips_in_is_answered_as_too_slow_and_others_go_on() -> None:
    limits = replace(LIMITS, frame_seconds=0.05)
    async with opened(limits=limits) as doors, sending_to(doors.port) as slow:
        await slow.send(b"\x0bMSH|^~\\&|A|GHH")

        async def answered() -> list[str]:
            await doors.server.look()
            assert doors.origins
            return segments_of(await slow.answer())["MSA"]

        assert (await eventually(answered, every=0.01))[1] == "AR"
        assert await slow.rest() == b""
        assert await doors.answer_to("QUICK-1") == "AA"


@pytest.mark.parametrize("over_tls", [False, True], ids=["plain", "tls"])
async def test_a_frame_far_beyond_the_limit_gets_its_answer_and_not_a_broken_pipe(
    tmp_path: Path, *, over_tls: bool
) -> None:
    authority = new_authority()
    tls = certified(tmp_path, authority) if over_tls else None
    async with opened(write_server_files(tmp_path, authority)) as doors:
        async with sending_to(doors.tls_port if tls else doors.port, tls) as sender:
            await sender.send(framed(discharge() + b"Z" * 5_000_000), framed(discharge()))
            assert code_of(await sender.answer()) == "AR"
            assert await sender.rest() == b""
        assert await doors.answer_to("NEXT-1", tls) == "AA"


async def test_a_connection_beyond_the_limit_is_told_why_and_closed() -> None:
    limits = replace(LIMITS, connections_per_peer=2)
    async with opened(limits=limits) as doors, sending_to(doors.port) as first:
        await first.send(framed(discharge()))
        assert code_of(await first.answer()) == "AA"

        async def second_gets_in() -> bool:  # the probe's connection may not have left yet
            return await doors.answer_to("SECOND-1") == "AA"

        await eventually(second_gets_in, every=0.01)
        async with sending_to(doors.port) as second:
            await second.send(framed(discharge()))
            assert code_of(await second.answer()) == "AA"
            async with sending_to(doors.port) as third:
                answer = segments_of(await third.answer())
                assert answer["MSA"][1] == "AR"
                assert "from this address" in answer["ERR"][8]
                assert await third.rest() == b""
            await first.send(framed(discharge()))
            assert code_of(await first.answer()) == "AA"
        await eventually(second_gets_in, every=0.01)


async def test_a_sender_that_reads_no_answers_is_parted_from() -> None:
    async def at_length(frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        del origin
        return [Reply((b"x" * 20_000_000,)) for _ in frames]

    limits = replace(LIMITS, unread_seconds=0.05)
    async with (
        opened(limits=limits, receive=at_length) as doors,
        sending_to(doors.port) as sender,
    ):
        await sender.send(framed(discharge()))

        async def gone() -> bool:
            await doors.server.look()
            try:
                await sender.send(b"\n")
            except ConnectionError:
                return True
            return False

        await eventually(gone, every=0.02)


async def test_two_servers_share_a_port_only_if_they_mean_to() -> None:
    (port,) = free_ports(1)
    take = receiver(FakeEvents()).receive

    def server(*, shared: bool) -> MllpServer:
        address = Address("127.0.0.1", port, shared=shared)
        return MllpServer(receive=take, addresses=[address], limits=LIMITS, clock=ManualClock())

    async with asyncio.TaskGroup() as group:
        first = group.create_task(server(shared=True).serve())
        await eventually(lambda: listens(port), every=0.01)
        second = group.create_task(server(shared=True).serve())
        with pytest.raises(SystemExit, match="cannot listen"):
            await server(shared=False).serve()
        first.cancel()
        await asyncio.wait((first,))
        await eventually(lambda: listens(port), every=0.01)
        second.cancel()


@pytest.mark.parametrize("name", ["server.pem", "server.key", "ca.pem"])
async def test_without_usable_certificates_no_server_starts(tmp_path: Path, name: str) -> None:
    files = write_server_files(tmp_path, new_authority())
    (tmp_path / name).unlink()
    address = Address("127.0.0.1", free_ports(1)[0], tls=files)
    server = MllpServer(
        receive=receiver(FakeEvents()).receive,
        addresses=[address],
        limits=LIMITS,
        clock=ManualClock(),
    )
    with pytest.raises(SystemExit, match="certificates"):
        await server.serve()


async def test_the_service_itself_opens_the_door_that_its_settings_name(
    care_topics: str, tmp_path: Path
) -> None:
    authority = new_authority()
    files = write_server_files(tmp_path, authority)
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "GHH.yaml").write_text("{code: GHH, name: Good, time_zone: America/New_York}\n")
    port, tls_port = free_ports(2)
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": care_topics,
        "CARE_SITES_DIR": str(sites),
        "ADT_INGEST_MLLP_PORT": str(port),
        "ADT_INGEST_MLLPS_PORT": str(tls_port),
        "ADT_INGEST_TLS_CERTIFICATE": str(files.certificate),
        "ADT_INGEST_TLS_KEY": str(files.key),
        "ADT_INGEST_TLS_CLIENT_CA": str(files.client_ca),
    }
    tls = certified(tmp_path, authority)
    async with running("adt_ingest", settings):  # a process of its own, on the loop it ships with
        assert await is_turned_away(tls_port, trusting(authority))
        assert await is_turned_away(tls_port, None)
        async with sending_to(tls_port, tls) as sender:
            await sender.send(framed(discharge(control_id="DOOR-1")))
            assert segments_of(await sender.answer())["MSA"] == ["MSA", "AA", "DOOR-1"]
