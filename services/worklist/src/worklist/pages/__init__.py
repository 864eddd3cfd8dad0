"""The care team's pages: rendered here, working without JavaScript, live with it."""

from fastapi import APIRouter

from worklist.measure_home_visits import MeasureHomeVisits
from worklist.pages.audit import audit_router
from worklist.pages.deeds import DeedDesk, deeds_router
from worklist.pages.find import find_router
from worklist.pages.frame import Frame
from worklist.pages.glass import glass_router
from worklist.pages.measures import MeasuresPage, measures_pages_router
from worklist.pages.queues import QueuePage, queues_router
from worklist.pages.sign_in import sign_in_router
from worklist.pages.transition import TransitionPage, transition_router
from worklist.read_audit import ReadAudit
from worklist.see_patients import SeePatients
from worklist.work_tasks import WorkTasks


def pages_router(
    *,
    frame: Frame,
    patients: SeePatients,
    measure: MeasureHomeVisits,
    audit: ReadAudit,
    work: WorkTasks,
    development_sign_in: bool,
) -> APIRouter:
    """The routes of all pages."""
    router = APIRouter()
    router.include_router(queues_router(QueuePage(patients, frame)))
    router.include_router(transition_router(TransitionPage(patients, frame)))
    router.include_router(deeds_router(frame, DeedDesk(patients, work, frame)))
    router.include_router(find_router(frame, patients))
    router.include_router(glass_router(frame, patients))
    router.include_router(measures_pages_router(MeasuresPage(measure, frame)))
    router.include_router(audit_router(frame, audit))
    router.include_router(sign_in_router(frame, development=development_sign_in))
    return router
