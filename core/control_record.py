"""What the control unit is told about one receipt, and what it answers.

Fields and formats: SKVFS 2009:2 through sweden 3.2. The tip is in none of them. A record is frozen
with its number and serial before it is sent; a retry repeats the identical record (sweden R50).
"""

from datetime import datetime
from enum import StrEnum
from re import compile as compile_pattern

from core.frozen import frozen

CONTROL_CODE = compile_pattern(r"[A-Z2-7]{32};[A-Z2-7]{26}")
"""The code of a control unit: 59 characters (sweden 3.3)."""


class RecordType(StrEnum):
    """Receipt type on the wire, at most six lower-case letters."""

    NORMAL = "normal"
    COPY = "kopia"
    TRAINING = "ovning"
    PRO_FORMA = "profo"


@frozen
class RecordVat:
    """One VAT line: rate in basis points and the VAT amount."""

    rate_bp: int
    vat_ore: int


@frozen
class ControlRecord:
    """One receipt as the control unit sees it."""

    serial: int
    """Running number of the request, persistent and rising."""
    at: datetime
    """Local Swedish time of the sale; the wire carries minutes."""
    receipt_no: int
    register_id: str
    """1-16 of A-Z a-z 0-9; its case never changes."""
    org_no: str
    """Ten digits without hyphen."""
    total_ore: int
    """What the customer owes, cash rounding included, tip excluded; negative for a return."""
    negative_total_ore: int
    """Absolute value of the return lines."""
    vat: tuple[RecordVat, ...]
    """At most four."""
    type: RecordType = RecordType.NORMAL

    def __post_init__(self) -> None:
        assert len(self.vat) <= 4
        assert self.negative_total_ore >= 0
        assert 0 < len(self.register_id) <= 16


@frozen
class Signature:
    """The control unit's answer to a record."""

    control_code: str
    unit_id: str
    is_storage_warning: bool = False
    try_count: int = 1
    """How often the identical record was sent for this answer: the unit may have made other codes
    for it, which the journal must explain (reliability F35)."""


@frozen
class UnitStatus:
    """The control unit's answer to a poll."""

    unit_id: str
    is_ready: bool
    is_simulator: bool
    text: str = ""
    """Status word of the unit when not plainly OK, cleaned."""
    is_storage_warning: bool = False
