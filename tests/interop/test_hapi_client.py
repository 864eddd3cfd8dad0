"""HAPI's two clients as foreign peers: they send, and parse what we answer.

`everyday` is the one of its guide, which engines use (`ca.uhn.hl7v2.app.Initiator`). It knows the
original mode only: one answer to a message is the answer, and another is thrown away. `twoStep` is
the one of its protocol package (`ca.uhn.hl7v2.protocol.Initiator`), which waits for the accept
acknowledgement, and then for the application acknowledgement.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)
from tests.conftest import run_folder
from tests.support import programs
from tests.support.hl7_builders import admission, discharge
from tests.support.running_ingest import GHH, held, running

from care_chassis.clock import SystemClock
from care_contracts.topics import HL7_RECEIVED
from care_devstack.certificates import CLIENT, have_certificates
from care_devstack.foreign import ForeignJava
from care_devstack.ports import free_ports
from care_devstack.settings import environment, settings_from

SOURCE: Final = Path(__file__).with_name("HapiClient.java")
PASSWORD: Final = "a password of the tests"


async def told_by(
    client: str,
    port: int,
    messages: Sequence[bytes],
    *,
    to_hear: int = 0,
    options: Sequence[str] = (),
) -> list[str]:
    """What one of HAPI's clients has to tell of sending these, one after the other."""
    command = ForeignJava(settings_from(environment())).command(SOURCE, *options)
    process = await asyncio.create_subprocess_exec(
        *command,
        client,
        str(port),
        str(to_hear),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=run_folder(),  # HAPI leaves a file with its last number where it runs
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate(b"".join(message + b"\n" for message in messages))
    assert process.returncode == 0
    return said.decode().splitlines()


def asking(message: bytes, accept: str, application: str) -> bytes:
    """The message with these words in MSH-15 and MSH-16."""
    head, line_end, rest = message.partition(b"\r")
    return head + f"|||{accept}|{application}".encode() + line_end + rest


async def test_its_everyday_client_is_answered_in_original_mode(
    care_topics: str, tmp_path: Path
) -> None:
    messages = [
        *(discharge(control_id=f"DAY-{number}") for number in range(3)),
        admission(control_id="DAY-AE", visit=None),
        discharge(control_id="DAY-AR", sending_facility="NOWHERE"),
    ]
    async with running(care_topics, tmp_path) as ingest:
        assert await told_by("everyday", ingest.mllp_port, messages) == [
            "returned DAY-0 AA",
            "returned DAY-1 AA",
            "returned DAY-2 AA",
            "returned DAY-AE AE",
            "returned DAY-AR AR",
        ]


async def test_its_everyday_client_takes_one_of_two_steps_for_the_answer(
    care_topics: str, tmp_path: Path
) -> None:
    """Which one is up to its threads. What it sends next gets an answer of its own all the same."""
    controls = [f"EITHER-{number}" for number in range(20)]
    messages = [asking(discharge(control_id=control), "AL", "AL") for control in controls]
    messages.append(asking(discharge(control_id="ACCEPT"), "AL", "NE"))
    messages.append(asking(discharge(control_id="APPLICATION"), "NE", "AL"))
    async with running(care_topics, tmp_path) as ingest:
        told = await told_by("everyday", ingest.mllp_port, messages)
    assert told[-2:] == ["returned ACCEPT CA", "returned APPLICATION AA"]
    for control, line in zip(controls, told[:-2], strict=True):
        assert line in (f"returned {control} CA", f"returned {control} AA")


async def test_its_everyday_client_has_one_step_where_the_sites_file_wants_that(
    care_topics: str, tmp_path: Path
) -> None:
    site = GHH.replace("}", ", hl7: {acknowledgement: {mode: original}}}")
    message = asking(discharge(control_id="ONE-STEP"), "AL", "AL")
    async with running(care_topics, tmp_path, site=site) as ingest:
        told = await told_by("everyday", ingest.mllp_port, [message])
    assert told == ["returned ONE-STEP AA"]


async def test_its_two_step_client_hears_both_steps_on_one_connection(
    care_topics: str, tmp_path: Path
) -> None:
    messages = [
        asking(discharge(control_id="TWO-1"), "AL", "AL"),
        asking(discharge(control_id="TWO-2"), "AL", "AL"),
        asking(admission(control_id="TWO-AE", visit=None), "AL", "AL"),
        asking(discharge(control_id="TWO-NE"), "NE", "AL"),
        asking(discharge(control_id="TWO-CA"), "AL", "NE"),
        asking(discharge(control_id="TWO-SU"), "SU", "SU"),
    ]
    async with running(care_topics, tmp_path) as ingest:
        told = await told_by("twoStep", ingest.mllp_port, messages, to_hear=10)
        # Another of its threads hears than the one that sends: which is first to say so is chance.
        assert [line for line in told if line.startswith("heard")] == [
            *("heard TWO-1 CA", "heard TWO-1 AA", "heard TWO-2 CA", "heard TWO-2 AA"),
            *("heard TWO-AE CA", "heard TWO-AE AE", "heard TWO-NE AA"),
            *("heard TWO-CA CA", "heard TWO-SU CA", "heard TWO-SU AA"),
        ]
        assert [line for line in told if not line.startswith("heard")] == [
            *("returned TWO-1 AA", "returned TWO-2 AA", "returned TWO-AE AE"),
            *("returned TWO-NE AA", "returned TWO-CA nothing", "returned TWO-SU nothing"),
        ]
        held_ids = {
            event.extensions.get("controlid") for event in await held(care_topics, HL7_RECEIVED)
        }
        assert {"TWO-1", "TWO-2", "TWO-AE", "TWO-NE", "TWO-CA", "TWO-SU"} <= held_ids


async def test_its_two_step_client_hears_of_errors_only_where_it_asks_for_these(
    care_topics: str, tmp_path: Path
) -> None:
    messages = [
        asking(discharge(control_id="ER-GOOD"), "ER", "ER"),
        asking(admission(control_id="ER-AE", visit=None), "ER", "ER"),
        asking(discharge(control_id="NE-NE"), "NE", "NE"),
    ]
    async with running(care_topics, tmp_path) as ingest:
        assert await told_by("twoStep", ingest.mllp_port, messages) == [
            "returned ER-GOOD nothing",
            *("heard ER-AE AE", "returned ER-AE AE"),
            "returned NE-NE nothing",
        ]


async def test_its_two_step_client_sends_again_what_is_not_even_looked_at(
    care_topics: str, tmp_path: Path
) -> None:
    """HAPI repeats on CR: the same bytes get the same answer, and no second step."""
    message = discharge(control_id="CR-1", sending_facility="NOWHERE")
    async with running(care_topics, tmp_path) as ingest:
        told = await told_by("twoStep", ingest.mllp_port, [asking(message, "AL", "AL")])
    assert told == ["heard CR-1 CR", "heard CR-1 CR", "returned CR-1 nothing"]


async def test_its_everyday_client_comes_in_over_tls_with_its_certificate(
    care_topics: str, tmp_path: Path
) -> None:
    plain_port, port = free_ports(2)
    settings = {
        **have_certificates(tmp_path / "tls", SystemClock().now()),
        "KAFKA_BOOTSTRAP_SERVERS": care_topics,
        "CARE_SITES_DIR": str(tmp_path),
        "ADT_INGEST_MLLP_PORT": str(plain_port),
        "ADT_INGEST_MLLPS_PORT": str(port),
    }
    tls = f", hl7: {{tls: {{certificate_names: [{CLIENT}], required: true}}}}}}"
    (tmp_path / "ghh.yaml").write_text(GHH.replace("}", tls), "utf-8")
    options = java_tls_options(tmp_path / "tls")
    async with programs.running("adt_ingest", settings):
        told = await told_by(
            "everydayOverTls", port, [discharge(control_id="TLS-1")], options=options
        )
    assert told == ["returned TLS-1 AA"]


def java_tls_options(folder: Path) -> list[str]:
    """The client's certificate and whom it trusts, as Java wants to have them said."""
    names = ("client.pem", "client.key", "ca.pem")
    client, key, authority = ((folder / name).read_bytes() for name in names)
    sealed = BestAvailableEncryption(PASSWORD.encode())
    mine = pkcs12.serialize_key_and_certificates(
        b"client",
        load_pem_private_key(key, None),  # type: ignore[arg-type]
        x509.load_pem_x509_certificate(client),
        None,
        sealed,
    )
    trusted = pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(authority), b"authority")
    (folder / "client.p12").write_bytes(mine)
    (folder / "trusted.p12").write_bytes(pkcs12.serialize_java_truststore([trusted], sealed))
    stores = {"keyStore": "client.p12", "trustStore": "trusted.p12"}
    return [
        option
        for store, file in stores.items()
        for option in (
            f"-Djavax.net.ssl.{store}={folder / file}",
            f"-Djavax.net.ssl.{store}Type=PKCS12",
            f"-Djavax.net.ssl.{store}Password={PASSWORD}",
        )
    ]
