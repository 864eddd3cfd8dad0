"""The use case: a transition whose period is over asks for nothing more."""

from care_chassis.errors import TransientError
from care_chassis.logs import get_logger
from transition_orchestrator.follow_encounters import FollowEncounters

_AT_ONCE = 200
_REST_SECONDS = 1.0
_AFTER_A_BUG_SECONDS = 60.0
_log = get_logger("transition_orchestrator.close_periods")


class ClosePeriods:
    """Closes what has ended, some at a time."""

    def __init__(self, follow: FollowEncounters) -> None:
        self._follow = follow

    async def close_some(self) -> float:
        """Close some; returns the real seconds until the next look: 0 where there may be more."""
        try:
            looked_at = await self._follow.close_ended(_AT_ONCE)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - closing is housekeeping: it must not end the service
            _log.error("periods_not_closed", error_type=type(error).__name__)
            return _AFTER_A_BUG_SECONDS
        return 0.0 if looked_at == _AT_ONCE else _REST_SECONDS
