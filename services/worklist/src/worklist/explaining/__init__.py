"""Why a transition looks as it does, in sentences: which fact led to which step and time."""

from worklist.explaining.claims import about_claim, about_measures
from worklist.explaining.plan import about_plan, about_route
from worklist.explaining.scores import about_scores
from worklist.explaining.sentences import Sentence, Told
from worklist.explaining.whose import about_attribution
from worklist.explaining.work import about_work

__all__ = ["Sentence", "Told", "explain"]


def explain(told: Told) -> list[Sentence]:
    """All that can be said of a transition as it now stands, the ground first.

    It is made of the newest snapshot each time: nothing that was said before is kept.
    """
    return [
        *about_route(told),
        *about_attribution(told),
        *about_scores(told.transition.risk),
        *about_plan(told),
        *about_work(told),
        *about_claim(told),
        *about_measures(told),
    ]
