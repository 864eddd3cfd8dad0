"""Bearer tokens for the development identities, one per role."""

from datetime import timedelta

from care_chassis.clock import SystemClock
from care_chassis.identity import ROLES, Identity, issue_token
from care_devstack.catalogue import find_setting, read_catalogue
from care_devstack.problems import StackProblem
from care_devstack.settings import StackSettings

_NAMES = {
    "nurse": "Nora Nurse",
    "pharmacist": "Phil Pharmacist",
    "coordinator": "Cora Coordinator",
    "provider": "Priya Provider",
    "ops": "Otto Operator",
    "admin": "Ada Admin",
    "integration": "Integration test",
}
_LIFETIME = timedelta(days=30)


def token_for(role: str, settings: StackSettings) -> str:
    """A token for a role's development identity, signed as the services of this stack expect."""
    if role not in ROLES:
        raise StackProblem(f"There is no role {role!r}: choose one of {', '.join(ROLES)}.")
    catalogue = read_catalogue(settings.deploy_dir)
    secret = find_setting(catalogue, settings.caller, "CARE_TOKEN_SECRET")
    identity = Identity(subject=f"dev-{role}", name=_NAMES[role], role=role)
    return issue_token(secret, identity, now=SystemClock().now(), lifetime=_LIFETIME)
