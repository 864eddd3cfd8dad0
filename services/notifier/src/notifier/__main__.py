"""The program: `python -m notifier` serves, `python -m notifier migrate` migrates its schema."""

from care_chassis.serving import main
from notifier.app import build
from notifier.settings import Settings

main("notifier", Settings, build)
