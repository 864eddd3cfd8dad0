# noqa: INP001 - a script for containers, no package
"""Asks the service in this container how it is: exit 0 if well; for container health checks.

`python probe.py livez` or `python probe.py readyz`; the port is that of the service's settings.
"""

import os
import sys
import urllib.error
import urllib.request

_SECONDS = 3.0


def main(question: str, environment: dict[str, str]) -> int:
    service = environment["CARE_SERVICE"].replace("-", "_").upper()
    port = int(environment[f"{service}_HTTP_PORT"])
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{question}", timeout=_SECONDS):
            return 0
    except (urllib.error.URLError, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], dict(os.environ)))  # noqa: TID251 - a script, without settings
