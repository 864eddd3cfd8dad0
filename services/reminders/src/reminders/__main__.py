"""The program: `python -m reminders` serves, `python -m reminders migrate` migrates its schema."""

from care_chassis.serving import main
from reminders.app import build
from reminders.settings import Settings

main("reminders", Settings, build)
