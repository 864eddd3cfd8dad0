"""The program: `python -m adt_ingest` serves; with arguments it is the command `adt-ingest`.

Neither imports what only the other needs: a command begins twice as fast for it.
"""

import sys

if __name__ == "__main__":
    if sys.argv[1:]:
        from adt_ingest.cli import program

        program()
    else:
        from adt_ingest.app import build
        from adt_ingest.settings import Settings
        from care_chassis.serving import main

        main("adt_ingest", Settings, build)
