"""The use case: a transition whose period is over asks for nothing more."""

from transition_orchestrator.follow_encounters import FollowEncounters

_AT_ONCE = 200
_REST_SECONDS = 1.0


class ClosePeriods:
    """Closes what has ended, some at a time."""

    def __init__(self, follow: FollowEncounters) -> None:
        self._follow = follow

    async def close_some(self) -> float:
        """Close some; returns the real seconds until the next look: 0 where there may be more."""
        looked_at = await self._follow.close_ended(_AT_ONCE)
        return 0.0 if looked_at == _AT_ONCE else _REST_SECONDS
