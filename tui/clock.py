"""The one place that reads the computer's clocks."""

from datetime import datetime, tzinfo
from time import monotonic
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _stockholm() -> tzinfo | None:
    """Give Swedish time; None (the computer's own zone) where no time zone data is installed."""
    try:
        return ZoneInfo("Europe/Stockholm")
    except (ZoneInfoNotFoundError, OSError):
        return None


class SystemClock:
    """Implements core.ports.Clock with the computer's clocks."""

    def __init__(self) -> None:
        self._zone = _stockholm()

    def now(self) -> datetime:
        """Give the local Swedish time with its UTC offset."""
        if self._zone is None:
            return datetime.now().astimezone()
        return datetime.now(self._zone)

    def monotonic_s(self) -> float:
        """Give seconds that never go backwards."""
        return monotonic()
