"""The program: `python -m adt_ingest` serves; with arguments it is the command `adt-ingest`."""

import sys

from adt_ingest.cli import program
from adt_ingest.settings import Settings
from care_chassis.serving import main

if __name__ == "__main__":
    if sys.argv[1:]:
        program()
    else:
        from adt_ingest.app import build  # a command needs none of it, and takes half as long

        main("adt_ingest", Settings, build)
