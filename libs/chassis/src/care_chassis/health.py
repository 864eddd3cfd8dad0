"""What a service knows about its own readiness."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """How one part of the service stands."""

    ready: bool
    detail: str = ""


class Health:
    """Gathers the conditions of a service's parts; the service is ready when all of them are."""

    def __init__(self) -> None:
        self._conditions: dict[str, Condition] = {}

    def report(self, part: str, *, ready: bool, detail: str = "") -> None:
        """Say how `part` stands now; `detail` is for people and holds no payload."""
        self._conditions[part] = Condition(ready=ready, detail=detail)

    @property
    def ready(self) -> bool:
        return all(condition.ready for condition in self._conditions.values())

    def conditions(self) -> dict[str, Condition]:
        return dict(self._conditions)
