"""One message in a hundred is bad: what no reader can take, and what must still be answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from hospital_sim.hospitals import Hospital
from hospital_sim.messages import timestamp
from hospital_sim.sendings import Message, Sending

_FRAMING = frozenset({0x0B, 0x1C, 0x0D})
_FLAWS = ("garbage", "no_message_type", "unknown_site", "no_control_id")


def spoil(
    rng: Random,
    hospital: Hospital,
    *,
    names: Sequence[str],
    begin: int,
    run: tuple[datetime, datetime],
) -> list[Sending]:
    """Bad messages by these names, spread over the run; `begin` says which flaw comes first."""
    first, last = run
    sendings: list[Sending] = []
    for number, name in enumerate(names, start=begin):
        flaw = _FLAWS[number % len(_FLAWS)]
        at = first + (last - first) * rng.random()
        sendings.append(Sending(at, _bad_message(rng, hospital, flaw, name, at)))
    return sendings


def _bad_message(rng: Random, hospital: Hospital, flaw: str, name: str, at: datetime) -> Message:
    if flaw == "garbage":
        noise = [byte for byte in rng.randbytes(160) if byte not in _FRAMING]
        return Message(name, hospital.code, "", "", bytes(noise), flaw)
    kind = "" if flaw == "no_message_type" else "ADT^A08"
    control_id = "" if flaw == "no_control_id" else name
    facility = "NOWHERE" if flaw == "unknown_site" else hospital.sending_facility
    recorded_at = at - timedelta(minutes=1)
    when = timestamp(hospital, recorded_at, recorded_at, header=True)
    route = f"{hospital.sending_application}|{facility}|HOMEWARD|HOMEWARD"
    lines = (
        f"MSH|^~\\&|{route}|{when}||{kind}|{control_id}|P|{hospital.version}",
        f"EVN|A08|{when}",
        f"PID|1||{name}^^^{hospital.code}^MR||Nobody^{name}",
    )
    payload = "".join(f"{line}\r" for line in lines).encode(hospital.charset)
    return Message(name, hospital.code, control_id, kind[4:], payload, flaw)
