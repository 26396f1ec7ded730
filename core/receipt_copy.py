"""The one copy that a receipt may have (SKVFS 2014:9 6 kap. 3 §; sweden R19, R22-R23).

A copy is wanted when nobody saw the receipt's paper; it gets a number and a serial of its own, is
registered at the control unit as `kopia`, and prints, marked KOPIA, when the unit has answered.
"""

from enum import StrEnum

from core.frozen import frozen


class CopyState(StrEnum):
    """Where a copy stands; it only goes forward."""

    WANTED = "wanted"
    """On disk with the cashier's answer; nothing is drawn yet."""
    NUMBERED = "numbered"
    """The control unit is or was told; only the identical record may be sent again."""
    SIGNED = "signed"
    """Registered, counted, and its paper queued."""
    REFUSED = "refused"
    """The unit said no: this receipt has no copy."""


@frozen
class ReceiptCopy:
    """One copy, from the cashier's answer to the control unit's."""

    receipt_no: int
    """The original's number: at most one copy each, for ever."""
    original: str
    """Canonical JSON of the original Receipt."""
    state: CopyState = CopyState.WANTED
    copy_no: int = 0
    """Running number of copies, 1 and up; 0 until numbered."""
    serial: int = 0
    record: str = ""
    """Canonical JSON of the frozen ControlRecord."""
    control_code: str = ""
    """May be empty: a unit need not give one for a copy."""
    unit_id: str = ""
