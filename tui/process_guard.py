"""What the system lets this process do: room enough to sell with, and no memory to a file.

A card terminal's texts pass through the memory of this process, so core dumps are switched off
(reliability I13, S13). A till that could open no more files or get no more memory in the middle of
a sale is refused before it draws anything (reliability F8).
"""

import resource
from typing import Final

from core.errors import StoreError

_FILES_MIN: Final = 48
"""A till with its simulated devices holds 24 open; backup, export and devices take more."""
_MEMORY_MIN: Final = 1_000_000_000
"""Address space in bytes, mostly reserved and never used: a stack and an arena for each thread."""
_LIMITS: Final = (
    (resource.RLIMIT_NOFILE, _FILES_MIN, "few-files", 1),
    (resource.RLIMIT_AS, _MEMORY_MIN, "little-memory", 1_000_000),
)
_PR_GET_DUMPABLE: Final = 3
_PR_SET_DUMPABLE: Final = 4


def check_limits() -> None:
    """Raise what may be raised; raises StoreError for less than a till needs."""
    for limit, wanted, reason, unit in _LIMITS:
        soft, hard = resource.getrlimit(limit)
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            continue
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise StoreError(reason=reason, found=hard // unit, wanted=wanted // unit)
        resource.setrlimit(limit, (wanted, hard))


def switch_off_core_dumps() -> None:
    """Forbid core dumps by limit and, where the system knows it, by the process's own mark."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def are_core_dumps_off() -> bool:
    """Read both back; where there is no such mark the limit alone counts."""
    is_limited = resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    return is_limited and _prctl(_PR_GET_DUMPABLE, 0) in (None, 0)


def _prctl(option: int, value: int) -> int | None:
    """Call Linux's prctl; None on a system without it."""
    import ctypes

    try:
        call = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return None
    return int(call(option, value, 0, 0, 0))
