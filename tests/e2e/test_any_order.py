"""Some histories through the whole stack in several orders: all are shown alike in the end."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import pytest
from tests.support.chain import Chain
from tests.support.eventually import eventually_sync
from tests.support.hl7_builders import adt

SITE: Final = "GHH"
ORDERS: Final = 4
Line = tuple[str, str, Mapping[str, Any]]
"""A trigger, EVN-2, and what else the message says."""
Story = Sequence[Line]
_ED: Final[Mapping[str, Any]] = {"patient_class": "E", "admitted_at": "20260605060000"}
_ADMITTED: Final[Line] = ("A01", "20260605080000", {})
_DISCHARGED: Final[Line] = (
    "A03",
    "20260610130500",
    {"discharged_at": "20260610130000", "disposition": "01"},
)
_CANCELLED: Final[Line] = ("A13", "20260610150000", {"occurred_at": "20260610130000"})

STORIES: Final[Mapping[str, tuple[Story, list[tuple[str, str, str]]]]] = {
    "taken back and discharged anew": (
        (
            _ADMITTED,
            _DISCHARGED,
            _CANCELLED,
            ("A03", "20260611100500", {"discharged_at": "20260611100000", "disposition": "03"}),
            ("A08", "20260611120000", {"disposition": "01"}),
        ),
        [
            ("V1", "facility_tracking", "superseded"),
            ("V1", "home_visit", "active"),
            ("V1", "home_visit", "voided"),
        ],
    ),
    "emergency, admitted, renumbered, merged": (
        (
            ("A04", "20260605060500", {**_ED, "visit": "E1"}),
            ("A06", "20260605090000", {"visit": "V1", "mrg": "E1", "admitted_at": None}),
            ("A03", "20260610130500", {"discharged_at": "20260610130000", "disposition": None}),
            ("A08", "20260610140000", {"disposition": "07"}),
            ("A50", "20260611080000", {"visit": "V2", "mrg": "V1"}),
            ("A40", "20260612080000", {"mrn": "S", "visit": None}),
        ),
        [("V2", "home_visit", "active")],
    ),
    "one stay under two numbers, and a death": (
        (
            _ADMITTED,
            _DISCHARGED,
            (
                "A03",
                "20260610131000",
                {"visit": "V2", "discharged_at": "20260610130000", "disposition": "01"},
            ),
            ("A42", "20260611080000", {"visit": "V2", "mrg": "V1"}),
            ("A31", "20260612080000", {"visit": None, "deceased": "Y"}),
        ),
        [("V1", "home_visit", "superseded"), ("V2", "home_visit", "closed")],
    ),
    "one number of two patients, and the discharge of one taken back": (
        (
            _ADMITTED,
            _DISCHARGED,
            ("A01", "20260607080000", {"mrn": "Q", "admitted_at": "20260607073000"}),
            (
                "A03",
                "20260611100500",
                {
                    "mrn": "Q",
                    "admitted_at": "20260607073000",
                    "discharged_at": "20260611100000",
                    "disposition": "01",
                },
            ),
            ("A13", "20260611150000", {"mrn": "Q", "occurred_at": "20260611100000"}),
        ),
        [("V1", "home_visit", "active"), ("V1", "home_visit", "voided")],
    ),
    "transferred, and home from there": (
        (
            _ADMITTED,
            ("A03", "20260610130500", {"discharged_at": "20260610130000", "disposition": "02"}),
            ("A01", "20260610180000", {"visit": "V2", "admitted_at": "20260610173000"}),
            (
                "A03",
                "20260614100500",
                {
                    "visit": "V2",
                    "admitted_at": "20260610173000",
                    "discharged_at": "20260614100000",
                    "disposition": "01",
                },
            ),
        ),
        [("V1", "acute_transfer_watch", "completed"), ("V2", "home_visit", "active")],
    ),
}


def told(story: Story, prefix: str) -> list[bytes]:
    """The messages of a story, every number made the own one of one telling of it."""
    return [_message(prefix, place, *line) for place, line in enumerate(story)]


def _message(prefix: str, place: int, trigger: str, at: str, more: Mapping[str, Any]) -> bytes:
    said = {"mrn": "P", "visit": "V1", "admitted_at": "20260605074000", **more}
    prior = said.pop("mrg", None)
    if prior:
        said["segments"] = (f"MRG|{prefix}P^^^GHH^MR||||{prefix}{prior}^^^GHH",)
    if trigger == "A40":
        said["prior_mrn"] = f"{prefix}P"
    said |= {name: f"{prefix}{said[name]}" for name in ("mrn", "visit") if said[name]}
    return adt(
        trigger,
        sending_facility=SITE,
        control_id=f"{prefix}{place}",
        sent_at=at,
        recorded_at=at,
        **said,
    )


def shown(chain: Chain, prefix: str) -> list[Any]:
    """All that the API shows of a telling, but for ids, versions and when it was told."""
    numbers = [f"{prefix}{mrn}" for mrn in ("P", "Q")]
    found = [one for mrn in numbers for one in chain.transitions(SITE, mrn)]
    found += [one for mrn in numbers for one in chain.encounters(SITE, mrn)]
    plain = sorted((_plain(one, prefix) for one in found), key=str)
    return [*plain, len({one["episode_id"] for one in found if "episode_id" in one})]


_OWN = frozenset(
    {"version", "changed_at", "transition_id", "task_id", "encounter_id", "episode_id"}
)


def _plain(value: object, prefix: str) -> object:
    if isinstance(value, dict):
        known = cast("Mapping[str, object]", value)
        return {k: _plain(v, prefix) for k, v in known.items() if k not in _OWN}
    if isinstance(value, list):
        return sorted((_plain(one, prefix) for one in cast("list[object]", value)), key=str)
    return value.replace(prefix, "") if isinstance(value, str) else value


def outline(everything: Sequence[Any]) -> list[tuple[str, str, str]]:
    return sorted(
        (one["visit"], one["kind"], one["state"]) for one in everything[:-1] if "kind" in one
    )


@pytest.mark.parametrize("name", STORIES)
def test_every_telling_of_a_story_ends_in_the_same_worklist(chain: Chain, name: str) -> None:
    story, expected = STORIES[name]
    chance = random.Random(name)
    prefixes = [f"{list(STORIES).index(name)}x{order}y" for order in range(ORDERS)]
    for order, prefix in enumerate(prefixes):
        messages = told(story, prefix)
        if order == 1:
            messages.reverse()
        if order > 1:
            chance.shuffle(messages)
            messages += chance.sample(messages, 2)
        assert chain.say(*messages) == ["AA"] * len(messages)
    first = eventually_sync(
        lambda: shown(chain, prefixes[0]), until=lambda them: outline(them) == expected, within=15
    )
    for prefix in prefixes[1:]:
        eventually_sync(
            lambda prefix=prefix: shown(chain, prefix), until=lambda them: them == first, within=15
        )
