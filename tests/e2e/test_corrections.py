"""A hospital corrects when it discharged a patient: the visit that was made is judged anew."""

from typing import Any

import httpx
from tests.support.chain import Chain
from tests.support.eventually import eventually_sync
from tests.support.hl7_builders import admission, discharge, update

_DONE_AT = "2026-03-01T11:30:00Z"
"""Within 72 hours of the discharge as first told, and half an hour late by the corrected one."""


def story(mrn: str) -> dict[str, Any]:
    return {"mrn": mrn, "visit": f"V{mrn}", "admitted_at": "20260220080000", "disposition": "01"}


def home_visit(chain: Chain, mrn: str) -> dict[str, Any]:
    tasks = chain.one_transition("GHH", mrn)["tasks"]
    return next(task for task in tasks if task["code"] == "home_visit")


def complete(chain: Chain, task_id: str) -> None:
    answer = httpx.post(
        f"{chain.worklist_url}/api/tasks/{task_id}/complete",
        headers={"Authorization": f"Bearer {chain.nurse_token}", "If-Match": "*"},
        json={"outcome": "reached-patient", "evidence": {"done_at": _DONE_AT}},
        timeout=10,
    )
    answer.raise_for_status()


def counted(chain: Chain, transition_id: str) -> str:
    """What became of the visit, by the measure over all discharges of these days."""
    period = {"from": "2026-02-25", "to": "2026-02-27", "site": "GHH"}
    told = chain.get("/api/measures/home-visits", **period)
    (found,) = [one for one in told["counted"] if one["transition_id"] == transition_id]
    return found["result"]


def test_a_visit_in_time_is_late_after_the_discharge_is_corrected(chain: Chain) -> None:
    mrn = "judged"
    assert chain.say(
        admission(**story(mrn), control_id="judged1", recorded_at="20260220080500"),
        discharge(
            **story(mrn),
            control_id="judged2",
            recorded_at="20260226130500",
            discharged_at="20260226130000",
        ),
    ) == ["AA", "AA"]
    before = home_visit(chain, mrn)
    complete(chain, before["task_id"])
    done = home_visit(chain, mrn)
    assert (done["timing"], done["timing_before"]) == ("in_time", None)
    assert counted(chain, chain.one_transition("GHH", mrn)["transition_id"]) == "in_window"
    correction = update(
        **story(mrn),
        control_id="judged3",
        recorded_at="20260226150000",
        discharged_at="20260226060000",
    )
    assert chain.say(correction) == ["AA"]
    judged = eventually_sync(
        lambda: home_visit(chain, mrn), until=lambda task: task["timing"] == "late", within=15
    )
    assert judged["timing_before"] == "in_time"
    assert judged["corrected_due_at"] == "2026-03-01T11:00:00Z"
    assert judged["due_at"] == before["due_at"]
    transition_id = chain.one_transition("GHH", mrn)["transition_id"]
    assert counted(chain, transition_id) == "late"
    path = f"/api/transitions/{transition_id}/explanation"
    (said,) = [
        one["text"] for one in chain.get(path)["sentences"] if one["about"] == "done:home_visit"
    ]
    assert "in time by what was known then" in said
    assert said.endswith("and counts as late.")
