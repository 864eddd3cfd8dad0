"""The sentences about risk scores: what they came to, of what, and what they do not know."""

from collections.abc import Iterator

from care_contracts.scores import Hospital, Lace, Risk
from worklist.explaining.prediction import about_prediction
from worklist.explaining.sentences import Sentence, listed

_SECTION = "rulebook section 5"
_HERE = "in this network only: visits elsewhere are not seen"


def about_scores(risk: Risk) -> Iterator[Sentence]:
    """LACE, HOSPITAL, a model where the site has one, and the eight Ps."""
    if risk.lace:
        yield Sentence("risk:lace", _lace(risk.lace), f"{_SECTION}, D-08, D-09")
    if risk.hospital:
        yield Sentence("risk:hospital", _hospital(risk.hospital), _SECTION)
    if risk.prediction:
        yield from about_prediction(risk.prediction, sets_tier=risk.prediction_sets_tier)
    for one in risk.boost:
        name = one.factor.removeprefix("p8_").replace("_", " ")
        yield Sentence(f"risk:{one.factor}", f"BOOST {name}: {one.because}.", "rulebook section 4")


def _lace(lace: Lace) -> str:
    parts = (
        f"length of stay {lace.length_of_stay}, acuity {lace.acuity}, "
        f"comorbidity {lace.comorbidity}, emergency visits {lace.ed_visits}"
    )
    text = f"LACE is {lace.score} ({lace.tier}) by the form {lace.variant}: {parts}."
    if lace.inputs is None:
        return text
    inputs = lace.inputs
    found = listed([name.replace("_", " ") for name in inputs.conditions]) or "none"
    return (
        f"{text} It stands on {inputs.days} days counted by {inputs.los_method}, conditions: "
        f"{found}, and {inputs.ed_visits} emergency visits in six months, {_HERE}."
    )


def _hospital(score: Hospital) -> str:
    earlier = f"{score.inputs.admissions} admissions in twelve months, {_HERE}"
    if not score.incomplete:
        return f"HOSPITAL is {score.score} ({score.tier}), form {score.variant}: {earlier}."
    missing = listed([name.replace("_", " ") for name in score.missing])
    band = f"; {score.tier} in any case" if score.tier else ""
    return (
        f"HOSPITAL is incomplete, form {score.variant}: {score.known_points} points known, "
        f"{score.maximum_points} at most{band}, because {missing} "
        f"{'is' if len(score.missing) == 1 else 'are'} not known. It counts {earlier}."
    )
