"""The program: `python -m flow_monitor` serves, `python -m flow_monitor migrate` migrates."""

from care_chassis.serving import main
from flow_monitor.app import build
from flow_monitor.settings import Settings

main("flow_monitor", Settings, build)
