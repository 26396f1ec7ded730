"""The simulated control unit itself: a ledger, a key, and faults; no wire.

Prevents the disagreement about what was registered: the ledger tells the truth whatever went over
the wire, so a test can ask it after any fault. Both wires (control_unit_serial, control_unit_http)
stand before the same unit. It names itself a simulator (`SIM…`) and must never be taken for a real
one. Codes are deterministic: HMAC over the record and its place in the ledger, in the shape of
sweden 3.3. Source: sweden 3.2-3.4, house 14 points 1 and 6.
"""

import hmac
from base64 import b32encode
from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from core.frozen import frozen
from devices.simulators.control_unit_rules import (
    INVALID_REGISTER,
    INVALID_SERIAL,
    MEMORY_FULL,
    NOT_OPERATIONAL,
    Refused,
    SentRecord,
    check_pair,
    check_record,
)
from devices.simulators.memory import Memory

UNIT_ID = "SIMCC000000000017"
FIRMWARE = "1.0.0"
MAIN_FATAL = 4
STORAGE_FULL = 2

Repeat = Literal["same", "refuse", "new"]
"""What an identical record brings: its first code, a refusal, or a second registration."""


class UnitFault(StrEnum):
    """What the unit may be told to do wrong."""

    SILENT = "silent"
    """Reads and does nothing."""
    SLOW = "slow"
    """Does everything, answers late."""
    BAD_CHECKSUM = "bad-checksum"
    """Answers with a wrong LRC; over HTTP with damaged XML."""
    REFUSE = "refuse"
    """Answers registrations with the NAK or Fault of that number."""
    WRONG_LENGTH_CODE = "wrong-length-code"
    REPEATED_CODE = "repeated-code"
    """Registers, and answers with the code of an earlier receipt."""
    TRUNCATED = "truncated"
    """Answers with the first half only."""
    NOISE = "noise"
    """Answers with noise in front."""
    DROP_AFTER_REGISTERING = "drop-after-registering"
    """Registers and never answers."""


@frozen
class ActiveFault:
    """A fault with its figures."""

    fault: UnitFault
    seconds: float = 0.0
    """How late SLOW answers."""
    number: int = 0
    """The NAK or Fault number of REFUSE."""


@frozen
class Registration:
    """One row of the ledger."""

    sent: SentRecord
    control_code: str


def _pack(row: Registration) -> dict[str, object]:
    sent = {each.name: getattr(row.sent, each.name) for each in fields(row.sent)}
    return {"sent": sent, "control_code": row.control_code}


def _unpack(row: dict[str, Any]) -> Registration:
    sent = row["sent"]
    vats = tuple((str(rate), str(amount)) for rate, amount in sent["vats"])
    return Registration(SentRecord(**{**sent, "vats": vats}), str(row["control_code"]))


@frozen
class ControlUnitView:
    """What the face of the simulator shows."""

    unit_id: str
    registered_count: int
    last_lines: tuple[str, ...]
    """The last registration, empty before the first."""
    fault: str
    """Name of the active fault, empty = healthy."""
    main_status: int
    storage_status: int


class SimulatedControlUnit:
    """One simulated unit. Every method may be called from any thread."""

    def __init__(
        self, unit_id: str = UNIT_ID, repeat: Repeat = "same", ledger_file: Path | None = None
    ) -> None:
        """Prepare; with `ledger_file` what is registered outlives the process."""
        self.unit_id = unit_id
        self.on_change: Callable[[], None] | None = None
        self._repeat: Repeat = repeat
        self._memory = Memory(ledger_file, _pack, _unpack)
        self._kept: list[Registration] | None = None
        self._by_serial: dict[str, Registration] = {}
        self._last_serial = 0
        self._bound: tuple[str, str] | None = None
        self._fault: ActiveFault | None = None
        self._fault_left_count: int | None = None
        self._main_status = 0
        self._storage_status = 0
        self._guard = RLock()

    @property
    def _ledger(self) -> list[Registration]:
        """What is registered, read from the memory when it is first needed. Under the guard.

        The register is bound anew at each start: a demo may change its name and number.
        """
        if self._kept is None:
            self._kept = []
            for registration in self._memory.rows():
                self._put(self._kept, registration)
        return self._kept

    def _put(self, ledger: list[Registration], registration: Registration) -> None:
        sent = registration.sent
        ledger.append(registration)
        if sent.serial is not None:
            self._by_serial[sent.serial] = registration
            self._last_serial = int(sent.serial)

    @property
    def ledger(self) -> tuple[Registration, ...]:
        """Give everything registered, oldest first."""
        with self._guard:
            return tuple(self._ledger)

    def view(self) -> ControlUnitView:
        """Give what the face shows."""
        with self._guard:
            return ControlUnitView(
                unit_id=self.unit_id,
                registered_count=len(self._ledger),
                last_lines=_lines(self._ledger[-1]) if self._ledger else (),
                fault=str(self._fault.fault) if self._fault is not None else "",
                main_status=self._main_status,
                storage_status=self._storage_status,
            )

    def set_fault(
        self, name: str | None, *, seconds: float = 1.0, number: int = 6, times: int | None = None
    ) -> None:
        """Switch a fault on, or all off with None.

        `seconds` is for `slow`, `number` for `refuse`; after `times` answers to registrations the
        fault is over (None = stays). Raises ValueError for an unknown name.
        """
        with self._guard:
            self._fault = None if name is None else ActiveFault(UnitFault(name), seconds, number)
            self._fault_left_count = times
        self._tell()

    def set_status(self, main_status: int = 0, storage_status: int = 0) -> None:
        """Set main status 0-5 and storage status 0-2 (sweden 3.4)."""
        with self._guard:
            self._main_status = main_status
            self._storage_status = storage_status
        self._tell()

    def active_fault(self) -> ActiveFault | None:
        """Give the active fault; None = healthy."""
        with self._guard:
            return self._fault

    def count_answer(self) -> None:
        """Count one registration handled under the active fault; ends one set for some times."""
        with self._guard:
            if self._fault is None or self._fault_left_count is None:
                return
            self._fault_left_count -= 1
            if self._fault_left_count > 0:
                return
            self._fault = None
        self._tell()

    def check_known(self, register_id: str, org_no: str) -> None:
        """Check who asks, without binding the unit to him. Raises Refused."""
        check_pair(register_id, org_no)
        with self._guard:
            if self._bound not in (None, (register_id, org_no)):
                raise Refused(INVALID_REGISTER, "bound to another register")

    def register(self, sent: SentRecord, is_new_session: bool = False) -> str:
        """Register one record and give its code. Raises Refused; then the ledger is unchanged."""
        with self._guard:
            ledger, fault = self._ledger, self._fault
            if fault is not None and fault.fault is UnitFault.REFUSE:
                raise Refused(fault.number, "told to refuse")
            check_record(sent)
            self.check_known(sent.register_id, sent.org_no)
            if self._main_status == MAIN_FATAL:
                raise Refused(NOT_OPERATIONAL, "fatal error")
            if self._storage_status == STORAGE_FULL:
                raise Refused(MEMORY_FULL, "storage full")
            earlier = self._earlier(sent)
            if earlier is None:
                self._check_serial(sent, is_new_session)
            elif self._repeat == "refuse":
                raise Refused(INVALID_SERIAL, "already registered")
            elif self._repeat == "same":
                return self._told_code(earlier)
            registration = Registration(sent, self._code(sent))
            if not self._memory.keep(registration):
                raise Refused(MEMORY_FULL, "memory cannot be written")
            self._bound = (sent.register_id, sent.org_no)
            self._put(ledger, registration)
            code = self._told_code(registration)
        self._tell()
        return code

    def _earlier(self, sent: SentRecord) -> Registration | None:
        if sent.serial is not None:
            earlier = self._by_serial.get(sent.serial)
        else:
            earlier = self._ledger[-1] if self._ledger else None
        return earlier if earlier is not None and earlier.sent == sent else None

    def _check_serial(self, sent: SentRecord, is_new_session: bool) -> None:
        """Let serials rise; 1 opens a session too, as clients do that count from the port."""
        if sent.serial is None or is_new_session or sent.serial == "1":
            return
        if int(sent.serial) <= self._last_serial:
            raise Refused(INVALID_SERIAL, "serial does not rise")

    def _told_code(self, registration: Registration) -> str:
        kind = self._fault.fault if self._fault is not None else None
        code = registration.control_code
        if kind is UnitFault.WRONG_LENGTH_CODE:
            return code[:-1]
        if kind is UnitFault.REPEATED_CODE:
            older = [row.control_code for row in self._ledger if row is not registration]
            return older[-1] if older else code
        return code

    def _code(self, sent: SentRecord) -> str:
        key = f"simulated {self.unit_id}".encode()
        told = f"{len(self._ledger)} {sent}".encode()
        first = b32encode(hmac.digest(key, told, "sha1")).decode("ascii")
        second = b32encode(hmac.digest(key, told, "sha256")[:16]).decode("ascii").rstrip("=")
        return f"{first};{second}"

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()


def _lines(row: Registration) -> tuple[str, ...]:
    sent = row.sent
    date = f"{sent.date[:4]}-{sent.date[4:6]}-{sent.date[6:8]} {sent.date[8:10]}:{sent.date[10:]}"
    vats = "  ".join(f"{rate} % {amount}" for rate, amount in sent.vats)
    return (
        f"{sent.type} {sent.receipt_no}  {date}",
        f"{sent.register_id}  {sent.org_no}",
        f"{sent.total}  retur {sent.negative_total}",
        vats,
        *row.control_code.split(";"),
    )
