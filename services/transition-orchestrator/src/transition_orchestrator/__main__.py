"""The program: `python -m transition_orchestrator` serves, or migrates with `migrate`."""

from care_chassis.serving import main
from transition_orchestrator.app import build
from transition_orchestrator.settings import Settings

main("transition_orchestrator", Settings, build)
