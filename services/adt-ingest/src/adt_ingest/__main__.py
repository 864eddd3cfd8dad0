"""The program: `python -m adt_ingest` serves."""

from adt_ingest.app import build
from adt_ingest.settings import Settings
from care_chassis.serving import main

main("adt_ingest", Settings, build)
