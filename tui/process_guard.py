"""No memory of the till goes to a file when it dies: core dumps are switched off.

A card terminal's texts pass through the memory of this process (reliability I13, S13).
"""

import resource
from typing import Final

_PR_GET_DUMPABLE: Final = 3
_PR_SET_DUMPABLE: Final = 4


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
