"""What may be shown of a patient to somebody who is not assigned to them: as little as will do.

Initials, the site and when the stay ended: enough to claim a task of the pool or to know whom one
was looking for (rulebook section 10). What a later version says of a transition is left out until
somebody puts it in here.
"""

from dataclasses import replace

from care_contracts.measures import Tcm
from care_contracts.transitions import TransitionPatient, TransitionSnapshot
from worklist.domain.people import Person
from worklist.domain.tasks import NOTHING_DONE, TaskState
from worklist.ports import Followed, Item


def pool_item(item: Item, person: Person) -> Item | None:
    """The task without its patient, where it waits for somebody of this role; else None."""
    task = item.task
    if task.state is not TaskState.REQUESTED or task.step.role != person.role:
        return None
    return replace(item, task=replace(task, work=NOTHING_DONE), transition=_masked(item.transition))


def masked(followed: Followed) -> Followed:
    """The transition without its patient, and without its tasks."""
    return Followed(_masked(followed.transition), ())


def _masked(transition: TransitionSnapshot) -> TransitionSnapshot:
    return TransitionSnapshot(
        transition_id=transition.transition_id,
        version=transition.version,
        site=transition.site,
        patient=TransitionPatient(
            patient_key=transition.patient.patient_key,
            mrn="",
            name=_initials(transition.patient.name),
        ),
        visit="",
        visit_key="",
        kind=transition.kind,
        state=transition.state,
        protocol="",
        discharged_at=transition.discharged_at,
        discharged_on=transition.discharged_on,
        tcm=Tcm(eligible="review"),
        changed_at=transition.changed_at,
    )


def _initials(name: str) -> str:
    return " ".join(f"{word[0]}." for word in name.replace(",", " ").split())
