"""The whole cable driver on a link that answers what the dice say: three tries, no false code."""

from random import Random
from time import thread_time

from core.errors import DeviceError
from devices.control_units.cleancash.frames import Frame, encode
from devices.control_units.cleancash.unit import CleanCashSerialSettings, CleanCashSerialUnit
from devices.links.faults import FaultKind, LinkFault
from tests.frames.figures import Figures
from tests.frames.unit_run import RECORD, UNIT_ID, changed_frame, drawn_code, is_in

TRY_MAX = 3
_NAKS = ("001", "002", "003", "004", "006", "008", "010", "011", "999")


class DicedCable:
    """A serial link whose far end answers well, badly, or with a storm of refusals."""

    def __init__(self, dice: Random, badness: float) -> None:
        self._dice = dice
        self._badness = badness
        self._came = bytearray()
        self.answered = bytearray()
        self.registrations = 0
        self.starts = 0
        self.is_open = True

    def open(self) -> None:
        """Be open."""
        self.is_open = True

    def discard_input(self) -> None:
        """Drop what came."""
        self._came.clear()

    def write_all(self, sent: bytes, deadline_s: float) -> None:
        """Take a question and lay its answers ready."""
        kind = sent.split(b"#")[3]
        self.registrations += kind == b"RR"
        self.starts += kind == b"ST"
        self._came += self._answers(kind)
        self.answered += self._came

    def read_until(self, terminator: bytes, deadline_s: float, length_max: int) -> bytes:
        """Give the next piece, or be silent."""
        end = self._came.find(terminator) + 1
        if not end and len(self._came) < length_max:
            raise LinkFault(FaultKind.SILENT, "nothing came", 1)
        length = min(end or length_max, length_max)
        taken = bytes(self._came[:length])
        del self._came[:length]
        return taken

    def close(self) -> None:
        """Be closed."""

    def _answers(self, kind: bytes) -> bytes:
        dice = self._dice
        good = {
            b"IQ": ("IR", UNIT_ID, dice.choice("1222"), "1.0.0"),
            b"SIQ": ("SIR", "0", ""),
            b"SQX": ("SRX", "0", ""),
            b"RR": ("RRR", drawn_code(dice), UNIT_ID, "0", "0"),
            b"ST": ("ACK",),
            b"RH": ("ACK",),
            b"SQ": ("SR", drawn_code(dice)),
        }[kind]
        answer = encode(Frame(good[0], good[1:]))
        if dice.random() > self._badness:
            return answer
        chance = dice.random()
        if chance < 0.2:
            return b""
        if chance < 0.5:
            return encode(Frame("NAK", (dice.choice(_NAKS),))) * dice.choice((1, 1, 2000))
        if chance < 0.6:
            return dice.randbytes(dice.choice((10, 20_000)))
        return changed_frame(answer, dice)


def run(count: int, seed: int) -> Figures:
    """Register `count` records, each at a driver of its own."""
    told = Figures("cable_driver")
    dice = Random(seed)
    for number in range(count):
        cable = DicedCable(dice, dice.choice((0.1, 0.5, 1.0)))
        settings = CleanCashSerialSettings("none", "KASSA1", "5566778899", timeout_s=0)
        unit = CleanCashSerialUnit(settings)
        unit._link = cable  # type: ignore[assignment]  # a link by its methods
        began_s = thread_time()
        code = ""
        try:
            code = unit.register(RECORD).control_code
        except DeviceError:
            pass
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            told.crash(f"{type(exc).__name__} {exc} at {number}: {bytes(cable.answered[:500])!r}")
        told.take(thread_time() - began_s)
        if max(cable.registrations, cable.starts) > TRY_MAX:
            told.crash(f"{cable.registrations} tries at {number}")
        if code:
            told.accepted += 1
            if not is_in(bytes(cable.answered), code):
                told.false_approval(f"{code} at {number}: {bytes(cable.answered[:500])!r}")
    return told.end()
