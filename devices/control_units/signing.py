"""How a record is tried, whatever the wire: three times at most, identical, never believed early.

Prevents the disagreement between the drivers about a lost answer. After a lost try the unit is
asked for its status and the identical message is sent again; a refusal that comes after a lost try
says nothing about that try, so it stays an unknown outcome. A code of the wrong shape, or one that
was already seen for another receipt, is refused and not asked for again: the unit did answer.
Source: sweden R50 and 3.3, house 14 point 1, reliability F31-F33.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from core.control_record import CONTROL_CODE, ControlRecord, RecordType, Signature
from core.errors import (
    DeviceRefused,
    DeviceUnavailable,
    OutcomeUnknown,
    RemoteProtocolError,
    SimulatorRefused,
    UnitChanged,
)
from core.frozen import frozen
from core.text import clean

TRY_MAX = 3
"""How often one record is sent within one call (reliability F32)."""

REMEMBERED_MAX = 64
"""How many codes and doubtful serials are remembered in this process."""

UNIT_ID_MAX = 40
WORDS_MAX = 120
STATUS_LIMIT_S = 1.0
"""The longest wait for a status between two tries, so that three tries stay bearable."""

MAIN_STATUS_WORDS = (
    "OK",
    "WARNING",
    "PROTOCOL_ERROR",
    "NON_FATAL_ERROR",
    "FATAL_ERROR",
    "BUSY",
)
"""Main status by its number (sweden 3.4); the cloud unit sends the words themselves (4.2)."""

NOT_READY = frozenset({"FATAL_ERROR", "ERROR", "BUSY"})
"""Main states in which nothing may be sold; the others are shown but do not stop the till."""

STORAGE_OK = 0
STORAGE_WARNING = 1
STORAGE_FULL = 2


@frozen
class RegisterAnswer:
    """What a unit answered to a registration, before anything in it is believed."""

    control_code: str
    unit_id: str
    main_status: str
    """One of MAIN_STATUS_WORDS, or ERROR."""
    storage_status: int
    """STORAGE_OK, STORAGE_WARNING or STORAGE_FULL."""


def is_simulator_id(unit_id: str) -> bool:
    """Tell whether the unit names itself a simulator."""
    return unit_id.startswith("SIM")


def check_simulator(unit_id: str, is_simulator_allowed: bool) -> None:
    """Refuse a simulator where the shop is real. Raises SimulatorRefused."""
    if is_simulator_id(unit_id) and not is_simulator_allowed:
        raise SimulatorRefused(unit_id=clean(unit_id, UNIT_ID_MAX))


def check_unit(unit_id: str, wanted: str, *, is_simulator_allowed: bool) -> None:
    """Refuse a simulator in a real shop, and another unit than the wanted one (reliability F34).

    Raises SimulatorRefused, UnitChanged. An empty `wanted` is any unit.
    """
    check_simulator(unit_id, is_simulator_allowed)
    if wanted and unit_id != wanted:
        raise UnitChanged(unit_id=clean(unit_id, UNIT_ID_MAX), wanted=wanted)


class Signing:
    """Tries records at one unit. Remembers the last codes and doubts, never a number to send."""

    def __init__(self) -> None:
        self._receipt_nos: OrderedDict[str, int] = OrderedDict()
        self._doubtful: OrderedDict[ControlRecord, None] = OrderedDict()
        self.unit_id = ""
        """The unit that gave the newest code; empty before the first."""

    def sign(
        self,
        record: ControlRecord,
        attempt: Callable[[], RegisterAnswer],
        query_status: Callable[[], object],
        unit_id: str,
    ) -> Signature:
        """Send `record` by `attempt` until it is answered, `query_status` before each retry.

        `unit_id` is the unit that named itself before; another one's answer is not believed.
        Raises DeviceUnavailable only when no try left us, DeviceRefused only when the first word
        ever heard about this record is no, OutcomeUnknown otherwise.
        """
        try:
            answer, try_count = self._answered(record, attempt, query_status)
            if answer.unit_id != unit_id:
                words = clean(answer.unit_id, UNIT_ID_MAX)
                raise RemoteProtocolError(code="unit-changed", words=words)
            signature = replace(self._believed(record, answer), try_count=try_count)
        except OutcomeUnknown:
            self._doubtful[record] = None
            _forget_oldest(self._doubtful)
            raise
        self._doubtful.pop(record, None)
        self.unit_id = unit_id
        return signature

    def _answered(
        self,
        record: ControlRecord,
        attempt: Callable[[], RegisterAnswer],
        query_status: Callable[[], object],
    ) -> tuple[RegisterAnswer, int]:
        lost: OutcomeUnknown | None = None
        for try_no in range(TRY_MAX):
            try:
                if try_no > 0:
                    _ask_between(query_status)
                return attempt(), try_no + 1
            except OutcomeUnknown as unknown:
                lost = unknown
            except DeviceUnavailable:
                if lost is None:
                    raise
            except DeviceRefused as refused:
                if lost is None and record not in self._doubtful:
                    raise
                raise OutcomeUnknown(**refused.facts) from refused
        assert lost is not None
        raise lost

    def _believed(self, record: ControlRecord, answer: RegisterAnswer) -> Signature:
        """Make a signature of an answer that may be trusted.

        Raises OutcomeUnknown with code `code-shape` or `code-repeated`, DeviceRefused with
        `main-status` or `storage-full` and the code that came with it, for the journal.
        """
        code = answer.control_code
        may_be_empty = record.type is not RecordType.NORMAL  # sweden 3.3: a copy may get none.
        if CONTROL_CODE.fullmatch(code) is None and (code or not may_be_empty):
            raise RemoteProtocolError(
                code="code-shape", length=len(code), words=clean(code, WORDS_MAX)
            )
        if code and self._receipt_nos.get(code, record.receipt_no) != record.receipt_no:
            raise OutcomeUnknown(
                code="code-repeated",
                words=code,
                receipt_no=record.receipt_no,
                earlier_receipt_no=self._receipt_nos[code],
            )
        self._receipt_nos[code] = record.receipt_no
        _forget_oldest(self._receipt_nos)
        if answer.main_status in ("FATAL_ERROR", "ERROR"):
            raise DeviceRefused(code="main-status", words=answer.main_status, control_code=code)
        if answer.storage_status == STORAGE_FULL:
            raise DeviceRefused(code="storage-full", words="", control_code=code)
        return Signature(
            control_code=code,
            unit_id=clean(answer.unit_id, UNIT_ID_MAX),
            is_storage_warning=answer.storage_status == STORAGE_WARNING,
        )


def _ask_between(query_status: Callable[[], object]) -> None:
    """Ask the status before a retry; silence does not stop it, for its answer may be lost too."""
    try:
        query_status()
    except (DeviceUnavailable, OutcomeUnknown):
        return


def _forget_oldest(remembered: OrderedDict[str, int] | OrderedDict[ControlRecord, None]) -> None:
    while len(remembered) > REMEMBERED_MAX:
        remembered.popitem(last=False)
