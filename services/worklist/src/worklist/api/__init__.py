"""The REST API, an application of its own under `/api`, with its own errors and its own OpenAPI."""

from fastapi import FastAPI

from care_chassis.identity import TokenVerifier
from worklist.api.audit import audit_router
from worklist.api.bearer import Door
from worklist.api.measures import measures_router
from worklist.api.problems import answer_problems
from worklist.api.tasks import TaskDesk, tasks_router
from worklist.api.transitions import TransitionDesk, transitions_router
from worklist.api.visits import visits_router
from worklist.measure_home_visits import MeasureHomeVisits
from worklist.read_audit import ReadAudit
from worklist.see_patients import SeePatients
from worklist.sites import Sites
from worklist.work_tasks import WorkTasks


def build_api(
    *,
    patients: SeePatients,
    measure: MeasureHomeVisits,
    audit: ReadAudit,
    work: WorkTasks,
    sites: Sites,
    verifier: TokenVerifier,
) -> FastAPI:
    """The application to mount at `/api`."""
    api = FastAPI(
        title="Homeward worklist",
        version="1",
        description="Transitions, their tasks, and what care teams do with them.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    answer_problems(api)
    door = Door(verifier, patients)
    api.include_router(transitions_router(TransitionDesk(sites, patients.clock), door))
    api.include_router(tasks_router(TaskDesk(work, sites, patients.clock), door))
    api.include_router(visits_router(door))
    api.include_router(measures_router(measure, door))
    api.include_router(audit_router(audit, door))
    return api
