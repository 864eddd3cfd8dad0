"""The program: `python -m transition_orchestrator` serves, or migrates with `migrate`.

`python -m transition_orchestrator protocol` is the command `protocol`. Neither imports what only
the other needs.
"""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["protocol"]:
        from transition_orchestrator.cli import program

        program(sys.argv[2:])
    else:
        from care_chassis.serving import main
        from transition_orchestrator.app import build
        from transition_orchestrator.settings import Settings

        main("transition_orchestrator", Settings, build)
