"""What the simulated hospitals send and when, for any run."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hospital_sim.hospitals import load_hospitals
from hospital_sim.pathways import load_pathways
from hospital_sim.schedule import Run, plan

START = datetime(2026, 6, 1, tzinfo=UTC)
PATHWAYS = load_pathways()
HOSPITALS = load_hospitals()


@given(seed=st.integers(0, 10**6), days=st.floats(0.5, 20), patients=st.integers(1, 8))
def test_everything_is_sent_within_the_run_and_after_it_was_recorded(
    seed: int, days: float, patients: int
) -> None:
    run = Run(seed=seed, starts_at=START, days=days, patients=patients)
    for schedule in plan(run, HOSPITALS, PATHWAYS):
        times = [sending.at for sending in schedule.sendings]
        assert times == sorted(times)
        assert times[0] >= START
        assert times[-1] <= START + timedelta(days=days) + timedelta(hours=1)
        for story in schedule.stories:
            for said in story.statements:
                assert said.sent_at >= said.recorded_at
                assert said.recorded_at.microsecond == 0
