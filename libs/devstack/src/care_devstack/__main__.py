"""`python -m care_devstack`."""

from care_devstack.cli import main

main()
