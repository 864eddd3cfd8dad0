"""What issue and promise say of the chain: once, in any order, at once, and back again."""

import time
from typing import Any

import httpx
import pytest
from tests.support.chain import Chain, code_of
from tests.support.eventually import eventually_sync
from tests.support.hl7_builders import (
    admission,
    cancelled_discharge,
    discharge,
    framed,
    merge,
)

from care_devstack.stack import Stack

PCP = {"primary_care": "2222222222^Primary^Paula"}


def story(mrn: str, **more: Any) -> dict[str, Any]:
    admitted_at = "20260605074000"
    who = {"mrn": mrn, "visit": f"V{mrn}", "family": f"Family{mrn}", "admitted_at": admitted_at}
    return {**who, **PCP, **more}


def admitted(mrn: str) -> bytes:
    return admission(
        **story(mrn),
        control_id=f"{mrn}A01",
        recorded_at="20260605080000",
    )


def discharged(mrn: str) -> bytes:
    return discharge(
        **story(mrn),
        control_id=f"{mrn}A03",
        recorded_at="20260610130500",
        discharged_at="20260610130000",
        disposition="01",
    )


def cancelled(mrn: str) -> bytes:
    return cancelled_discharge(
        **story(mrn),
        control_id=f"{mrn}A13",
        recorded_at="20260610150000",
        occurred_at="20260610130000",
    )


def open_tasks(transition: dict[str, Any]) -> list[str]:
    closed = ("completed", "cancelled")
    return [task["code"] for task in transition["tasks"] if task["state"] not in closed]


def test_a_discharge_is_a_home_visit_a_page_and_an_email_within_a_second(
    chain: Chain,
) -> None:
    assert chain.say(admitted("warm"), discharged("warm")) == ["AA", "AA"]
    eventually_sync(lambda: mails_about(chain, "Familywarm"), until=lambda n: n >= 2)
    figures = {"task": 0.0, "page": 0.0, "e-mail": 0.0}
    headers = {"Authorization": f"Bearer {chain.nurse_token}"}
    with chain.wire() as wire, httpx.Client(headers=headers, timeout=10) as browser:
        assert wire.say(admitted("quick")) == "AA"
        eventually_sync(lambda: mails_about(chain, "Familyquick"), until=lambda n: n == 1)
        began = time.monotonic()
        assert wire.say(discharged("quick")) == "AA"
        (opened,) = eventually_sync(lambda: chain.transitions("GHH", "quick"), every=0.005)
        figures["task"] = time.monotonic() - began
        page = f"{chain.worklist_url}/transitions/{opened['transition_id']}"
        eventually_sync(lambda: "Familyquick" in browser.get(page).text, every=0.005)
        figures["page"] = time.monotonic() - began
        eventually_sync(lambda: mails_about(chain, "Familyquick") == 2, every=0.005)
        figures["e-mail"] = time.monotonic() - began
    print("\nfrom the wire to the", {name: f"{took:.3f} s" for name, took in figures.items()})
    assert max(figures.values()) < 5
    assert "home_visit" in open_tasks(chain.one_transition("GHH", "quick"))


def mails_about(chain: Chain, name: str) -> int:
    return sum(name in str(mail) for mail in chain.mails())


def mailed_to(chain: Chain, name: str) -> list[tuple[str, bool]]:
    """Who got a letter that names the patient, and whether it takes another one back."""
    return sorted(
        (address, mail["subject"].startswith("Correction"))
        for mail in chain.mails()
        for address in mail["to"]
        if name in str(mail)
    )


def test_all_who_care_for_the_patient_are_told_and_nobody_else(chain: Chain) -> None:
    to_maple: dict[str, Any] = {
        **story("many"),
        "recorded_at": "20260610130500",
        "discharged_at": "20260610130000",
        "disposition": "03",
        "discharged_to": "MG",
        "segments": (
            "PRT||AD||FHCP|4444444444^Named^Nora||||||||||^NET^Internet^nora@named.example.org",
            "PRT||AD||CP|3333333333^Elsewhere^Elsa",
        ),
    }
    assert chain.say(discharge(**to_maple, control_id="manyA03")) == ["AA"]
    told = ["intake@maplegrove.example.org", "nora@named.example.org"]
    told = sorted([*told, "paula.primary@clinic.example.org"])
    first = [(address, False) for address in told]
    eventually_sync(lambda: mailed_to(chain, "Familymany"), until=lambda found: found == first)
    assert chain.say(discharge(**to_maple, control_id="manyagain"), cancelled("many")) == ["AA"] * 2
    both = sorted([*first, *((address, True) for address in told)])
    eventually_sync(lambda: mailed_to(chain, "Familymany"), until=lambda found: found == both)
    roles = ("primary_care_provider", "post_acute_provider", "practitioner_named_by_patient")
    sent = sorted((role, "sent", None) for role in roles * 2)
    eventually_sync(lambda: notices_of(chain, "many"), until=lambda found: found == sent)
    objecting = ("ARV|1|A|ALL|PAT",)
    silent: dict[str, Any] = {**to_maple, **story("silent"), "segments": objecting}
    assert chain.say(discharge(**silent, control_id="silentA03")) == ["AA"]
    refused = sorted((role, "undeliverable", "patient_objected") for role in roles[:2])
    eventually_sync(lambda: notices_of(chain, "silent"), until=lambda found: found == refused)
    assert mailed_to(chain, "Familysilent") == []


def notices_of(chain: Chain, mrn: str) -> list[tuple[str, str, str | None]]:
    """Who was to be told of a patient, and how that stands."""
    items = chain.get("/api/notifications", site="GHH", mrn=mrn)["items"]
    return sorted((one["recipient_role"], one["state"], one["last_error"]) for one in items)


def test_a_cancelled_discharge_voids_and_withdraws(chain: Chain) -> None:
    chain.say(admitted("c1"), discharged("c1"))
    assert open_tasks(chain.one_transition("GHH", "c1"))
    assert chain.say(cancelled("c1")) == ["AA"]
    found = eventually_sync(
        lambda: chain.one_transition("GHH", "c1"), until=lambda found: found["state"] == "voided"
    )
    assert found["reason"] == "discharge_cancelled"
    eventually_sync(lambda: open_tasks(chain.one_transition("GHH", "c1")) == [])
    assert [e["status"] for e in chain.encounters("GHH", "c1")] == ["in-progress"]


def test_a_cancel_that_arrives_first_ends_the_same(chain: Chain) -> None:
    assert chain.say(cancelled("c2"), discharged("c2"), admitted("c2")) == ["AA"] * 3
    found = chain.one_transition("GHH", "c2")
    assert (found["state"], found["reason"]) == ("voided", "discharge_cancelled")
    assert open_tasks(found) == []


def test_five_times_the_same_discharge_before_its_admission_is_one(chain: Chain) -> None:
    assert chain.say(*[discharged("five")] * 5) == ["AA"] * 5
    assert chain.say(admitted("five")) == ["AA"]
    eventually_sync(
        lambda: [e["admitted_at"] for e in chain.encounters("GHH", "five")],
        until=lambda found: found == ["2026-06-05T11:40:00Z"],
    )
    found = chain.one_transition("GHH", "five")
    assert found["state"] == "active"
    assert len({task["code"] for task in found["tasks"]}) == len(found["tasks"])
    eventually_sync(lambda: mails_about(chain, "Familyfive") == 2)


def test_a_merged_number_finds_the_survivor(chain: Chain) -> None:
    chain.say(admitted("old"), discharged("old"))
    chain.one_transition("GHH", "old")
    assert chain.say(
        merge(mrn="new", prior_mrn="old", control_id="mergeA40", recorded_at="20260611080000")
    ) == ["AA"]
    for number in ("old", "new"):
        found = eventually_sync(
            lambda number=number: chain.one_transition("GHH", number),
            until=lambda found: found["patient"]["mrn"] == "new",
        )
        assert found["visit"] == "Vold"


def test_garbage_gets_one_answer_a_frame_and_the_next_message_works(chain: Chain) -> None:
    garbage = (b"\x00\x01\x02", b"MSH", b"MSH|", b"GET / HTTP/1.1", b"", "ä".encode() * 999)
    with chain.wire() as wire:
        wire.put(framed(*garbage))
        codes = [code_of(wire.answer()) for _ in garbage]
        assert all(code in ("AE", "AR") for code in codes)
        assert wire.say(admitted("after-garbage")) == "AA"
        strange = admission(mrn="s", sending_facility="NOWHERE", control_id="strange")
        wire.put(framed(strange))
        answer = wire.answer()
        assert code_of(answer) in ("AE", "AR")
        assert "NOWHERE" in answer
    eventually_sync(
        lambda: chain.ask_monitor("/api/messages", verdict="quarantined")["items"],
        until=lambda items: len(items) >= len(garbage),
    )


def test_one_id_finds_every_station(chain: Chain) -> None:
    chain.say(admitted("j1"), discharged("j1"))
    transition = chain.one_transition("GHH", "j1")
    wanted = {
        "hl7.received.v1",
        "encounters.v1",
        "transitions.v1",
        "tasks.v1",
        "notifications.v1",
    }
    for query in (
        {"control_id": "j1A03"},
        {"mrn": "j1"},
        {"visit": "Vj1"},
        {"transition_id": transition["transition_id"]},
    ):
        eventually_sync(
            lambda query=query: {
                station["topic"]
                for station in chain.ask_monitor("/api/journey", **query)["stations"]
            },
            until=lambda topics: wanted <= topics,
        )


@pytest.mark.timeout(300)
def test_a_restart_of_everything_changes_nothing(chain: Chain, whole_stack: Stack) -> None:
    chain.say(admitted("r1"), discharged("r1"))
    before = chain.one_transition("GHH", "r1")
    whole_stack.down()
    whole_stack.up()
    assert (
        chain.say(discharged("r1"), admitted("after-restart"), discharged("after-restart"))
        == ["AA"] * 3
    )
    chain.one_transition("GHH", "after-restart", within=60)
    assert chain.one_transition("GHH", "r1") == before
