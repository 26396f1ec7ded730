"""The one rule that says what a broken link means: had the first byte of the request left us?

Before the first byte nothing can have happened, so the request may be tried again. After it the
peer may have acted, so nobody may repeat the request as new. Every link raises LinkFault with the
number of bytes it had handed over; only `outcome_of` turns that number into an error of the house,
so two drivers cannot disagree about it. Source: reliability F9-F11, core/errors.py.
"""

from enum import StrEnum

from core.errors import DeviceError, DeviceUnavailable, OutcomeUnknown


class FaultKind(StrEnum):
    """What went wrong with a link, by what a technician would look at."""

    REFUSED = "refused"
    """The host answered that nobody listens there."""
    UNREACHABLE = "unreachable"
    """No route, no such name, no such serial port."""
    SILENT = "silent"
    """Nothing came, or nothing could be handed over, within the time allowed."""
    CLOSED = "closed"
    """The peer closed the link in an orderly way, or we did."""
    BROKEN = "broken"
    """The link was torn: reset, cable out, read or write error."""


class LinkFault(Exception):
    """A link could not do what was asked. `sent_count` is the bytes handed over before that."""

    def __init__(self, kind: FaultKind, words: str, sent_count: int = 0) -> None:
        super().__init__(kind, words, sent_count)
        self.kind = kind
        self.words = words
        self.sent_count = sent_count

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}" if self.words else str(self.kind)


def outcome_of(fault: LinkFault, **facts: object) -> DeviceError:
    """Say what may be done next after `fault` during the sending of a request.

    Gives DeviceUnavailable when nothing had left us (safe to try again), else OutcomeUnknown
    (never safe to repeat as new). The caller raises it `from fault`.
    """
    told = {"fault": str(fault.kind), "words": fault.words, **facts}
    if fault.sent_count == 0:
        return DeviceUnavailable(**told)
    return OutcomeUnknown(**told)
