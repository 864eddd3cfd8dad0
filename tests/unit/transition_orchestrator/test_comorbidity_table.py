"""The comorbidity table code by code: each prefix and what is just beside it (section 5)."""

import pytest

from transition_orchestrator.domain.comorbidity import Comorbidity, comorbidity_of

TOOL_AND_CMAJ = {
    (0, 0): "I25.10 H34.1 I73.00 I79.1 K55.0 Z95.5 E08.9 E15 E11 I11.9 I42.1 I42.4 I27.0 J39.9 J48"
    " J59 J70.2 B17.1 K71.2 K71.6 K72.0 K76.1 N03.1 N05.8 I12.9 C27 C44.9 C86.0 C4A.0 C7A.1 C7B.0"
    " D05.1 F04 F05.0 G31.83 M31.6 M35.0 B23 Z21",
    (1, 1): "I21.4 I22.0 I25.2 G45.9 G46.3 H34.0 I60.9 I69.354 I70.0 I71.4 I73.1 I73.8 I73.9 I77.1"
    " I79.0 I79.2 K55.1 K55.8 K55.9 Z95.8 Z95.9 E11.9 E10.10 E11.00 E11.65 E13.8 E14.9 I21.4+I25.2"
    " E10.9+E11.9",
    (2, 0): "E11.22 E10.36 E11.40 E11.51 E12.7 N18.3 N18.9 N19 N03.2 N03.7 N05.2 N05.7 N25.0",
    (2, 1): "E11.9+E11.22",
    (2, 2): "I09.9 I11.0 I13.0 I13.2 I25.5 I42.0 I42.5 I42.9 I43 I50.23 P29.0 I27.8 I27.9 J40 J47.9"
    " J60 J67.9 J68.4 J70.1 J70.3 B18.2 K70.0 K70.30 K70.9 K71.3 K71.5 K71.7 K73.9 K74.60 K76.0"
    " K76.2 K76.4 K76.8 K76.9 Z94.4 C00.1 C26.9 C34.90 C37 C43.9 C45.0 C58 C60.9 C76.0 C81.90 C85.9"
    " C88.0 C90.0 C97 C50.9+C61 I13.0+I50.9",
    (3, 3): "F00.9 F03.90 F05.1 G30.9 G31.1 M05.79 M06.9 M31.5 M32.10 M34.9 M35.1 M35.3 M36.0",
    (4, 0): "N18.4 N18.5 N18.6 Z49.0 Z94.0 Z99.2 I12.0 I13.1 I13.10 N18.3+N18.6 N18.6+Z99.2",
    (4, 4): "I85.00 I85.9 I86.4 I98.2 K70.40 K71.1 K72.1 K72.90 K76.5 K76.6 K76.7 K74.60+I85.0"
    " B20 B21.0 B22 B24 I50.9+J44.9",
    (6, 2): "E11.22+N18.3+I50.9 I13.2+N18.6",
    (6, 6): "C77.9 C78.7 C79.51 C80.1 C50.9+C79.51",
}
CASES = [(code, points) for points, codes in TOOL_AND_CMAJ.items() for code in codes.split()]


@pytest.mark.parametrize(("codes", "points"), CASES, ids=[code for code, _ in CASES])
def test_a_code_has_the_points_of_its_row_in_the_tool_and_in_cmaj(
    codes: str, points: tuple[int, int]
) -> None:
    said = codes.split("+")
    forms = (Comorbidity.TOOL, Comorbidity.CMAJ)
    assert tuple(comorbidity_of(said, form) for form in forms) == points
