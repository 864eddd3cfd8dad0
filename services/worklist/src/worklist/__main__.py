"""The program: `python -m worklist` serves, `python -m worklist migrate` migrates its schema."""

from care_chassis.serving import main
from worklist.app import build
from worklist.settings import Settings

main("worklist", Settings, build)
