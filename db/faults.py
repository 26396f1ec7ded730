"""What the system or SQLite says of the disk -> what may be done next: one table, one place.

Busy means that nothing was begun and another try is safe. Everything else stops the till: a commit
or a sync that failed is never tried again on the same connection, because a second sync may claim
what the first one lost (reliability F41-F44). The next start opens the files anew and checks them.
"""

import errno
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlcipher3 import dbapi2

from core.errors import StoreBusy, StoreDamaged, StoreError, StoreFull

_BUSY, _LOCKED, _READ_ONLY, _IO, _CORRUPT, _FULL, _CANNOT_OPEN, _NO_DATABASE = (
    *(5, 6, 8, 10, 11, 13, 14, 26),
)
"""SQLite's primary result codes."""
_DAMAGED: Final = (
    "Could not decode to UTF-8",
    "file is not a database",
    "database disk image is malformed",
)
"""The driver's words for damage where it gives no code: in texts, and while it copies."""
_SYSTEM: Final = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "not-allowed",
    errno.EPERM: "not-allowed",
}


def store_error(error: BaseException | None) -> StoreError | None:
    """Name a fault of the disk or the file; None for everything else, which is a bug of ours."""
    if isinstance(error, UnicodeDecodeError):
        return StoreDamaged(reason="corrupt")
    if not isinstance(error, dbapi2.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return StoreDamaged(reason="corrupt") if str(error).startswith(_DAMAGED) else None
    primary, facts = code & 0xFF, {"sqlite": str(getattr(error, "sqlite_errorname", code))}
    if primary in (_BUSY, _LOCKED):
        return StoreBusy(**facts)
    if primary == _FULL:
        return StoreFull(**facts)
    if primary in (_CORRUPT, _NO_DATABASE):
        return StoreDamaged(reason="corrupt", **facts)
    reasons = {_READ_ONLY: "read-only", _IO: "io", _CANNOT_OPEN: "cannot-open"}
    return StoreError(reason=reasons[primary], **facts) if primary in reasons else None


def system_error(error: OSError, file: str) -> StoreError:
    """Name a fault of a file that is opened or written beside SQLite."""
    reason = _SYSTEM.get(error.errno or 0, "io")
    facts = {"file": file, "system": errno.errorcode.get(error.errno or 0, str(error.errno))}
    return StoreFull(**facts) if reason == "full" else StoreError(reason=reason, **facts)


def name_faults(engine: Engine) -> None:
    """Let every fault of the disk leave this engine under our own names."""
    event.listen(engine, "handle_error", _rename)


def _rename(context: Any) -> None:
    named = store_error(context.original_exception)
    if named is not None:
        raise named from context.original_exception
