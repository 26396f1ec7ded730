"""What stands on the counter: display, keys and cable of the simulated terminal, seen from inside.

The payment's thread shows something and waits for a key; a person (or a test) presses keys from
any thread; aborts and a torn link interrupt the waiting. Swedish texts as on a real terminal.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from time import monotonic

from core.frozen import frozen
from core.text_marks import N_

_KEY_COUNT_MAX = 64


class Step(StrEnum):
    """What the terminal waits for."""

    IDLE = "idle"
    TIP = "tip"
    PRESENT = "present"
    PIN = "pin"
    SIGNATURE = "signature"
    QUESTION = "question"
    BUSY = "busy"
    DONE = "done"


@frozen
class TerminalView:
    """What a face draws. Amounts in öre, of the running payment, else 0."""

    lines: tuple[str, ...]
    step: Step = Step.IDLE
    amount_ore: int = 0
    tip_ore: int = 0
    typed: str = ""
    """Digits typed so far; a PIN as stars."""
    is_linked: bool = False
    """True when a till is connected and the cable is in."""
    hints: tuple[tuple[str, str], ...] = ()
    """(key, meaning) of the keys that do something now; the face translates the meaning."""


class Interrupted(Exception):
    """The payment cannot go on as it did."""


class TillAborted(Interrupted):
    """The till's Abort came in time."""


class CustomerStopped(Interrupted):
    """The red key."""


class LinkGone(Interrupted):
    """The till is not there any more."""


WELCOME = ("Välkommen",)
NO_CONTACT = "Ingen kontakt med kassan"
"""The outcome of a payment whose till went away; gone when a till is there again."""
_IDLE_HINTS = (
    ("cable", N_("dra ur eller sätt i kabeln")),
    ("reprint", N_("skriv ut förra kvittot")),
)


class Desk:
    """Display, keys and interruptions. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] | None = None
        self._changed = threading.Condition()
        self._view = TerminalView(WELCOME, hints=_IDLE_HINTS)
        self._keys: deque[str] = deque(maxlen=_KEY_COUNT_MAX)
        self._answers: deque[tuple[str, str]] = deque(maxlen=4)
        self._is_aborted = False
        self._is_gone = False
        self._may_abort = True
        self._is_released = False

    def view(self) -> TerminalView:
        """Give what is shown now."""
        return self._view

    def show(
        self,
        *lines: str,
        step: Step | None = None,
        hints: tuple[tuple[str, str], ...] | None = None,
        typed: str = "",
    ) -> None:
        """Show lines; a new step forgets keys pressed before it was shown."""
        with self._changed:
            view = self._view
            new_step = view.step if step is None else step
            if new_step is not view.step:
                self._keys.clear()
            self._view = replace(
                view,
                lines=tuple(line[:32] for line in lines),
                step=new_step,
                typed=typed,
                hints=view.hints if hints is None else hints,
            )
        self._tell()

    def set_amounts(self, amount_ore: int, tip_ore: int) -> None:
        """Name the running payment's amounts."""
        self._view = replace(self._view, amount_ore=amount_ore, tip_ore=tip_ore)
        self._tell()

    def set_linked(self, is_linked: bool) -> None:
        """Show whether a till is connected."""
        if self._view.is_linked != is_linked:
            self._view = replace(self._view, is_linked=is_linked)
            if is_linked and self._view.lines[:1] == (NO_CONTACT,):
                self._view = replace(self._view, lines=WELCOME)
            self._tell()

    def show_idle(self, outcome: str) -> None:
        """Go back to the idle display, which keeps telling how the last payment ended."""
        self._view = replace(self._view, amount_ore=0, tip_ore=0)
        self.show(outcome, *WELCOME, step=Step.IDLE, hints=_IDLE_HINTS)

    def begin(self) -> None:
        """Forget what belonged to the payment before."""
        with self._changed:
            self._keys.clear()
            self._answers.clear()
            self._is_aborted = self._is_gone = self._is_released = False
            self._may_abort = True

    def press(self, key: str) -> None:
        """Press a key of the terminal."""
        with self._changed:
            self._keys.append(key)
            self._changed.notify_all()

    def answer(self, prompt_id: str, text: str) -> None:
        """Take the cashier's answer to a question."""
        with self._changed:
            self._answers.append((prompt_id, text))
            self._changed.notify_all()

    def abort(self) -> None:
        """Interrupt the payment by the till's Abort, if it is not too late."""
        with self._changed:
            self._is_aborted = True
            self._changed.notify_all()

    def lose_link(self) -> None:
        """Interrupt the payment because the till is gone."""
        with self._changed:
            self._is_gone = True
            self._changed.notify_all()

    def release(self) -> None:
        """Let a held answer go."""
        with self._changed:
            self._is_released = True
            self._changed.notify_all()

    def commit(self, write: Callable[[], None]) -> None:
        """Pass the point of no return: raise what interrupts, or write and ignore aborts."""
        with self._changed:
            self._raise_interruption()
            self._may_abort = False
            write()

    def check(self) -> None:
        """Raise what has interrupted the payment, if anything."""
        with self._changed:
            self._raise_interruption()

    def next_key(self) -> str:
        """Wait for a key. Raises Interrupted; the red key raises CustomerStopped."""
        with self._changed:
            while not self._keys:
                self._raise_interruption()
                self._changed.wait()
            self._raise_interruption()
            key = self._keys.popleft()
        if key == "stop":
            raise CustomerStopped
        return key

    def next_answer(self, prompt_id: str) -> str:
        """Wait for the cashier's answer to this question. Raises Interrupted."""
        with self._changed:
            while True:
                self._raise_interruption()
                if "stop" in self._keys:
                    raise CustomerStopped
                while self._answers:
                    answered, text = self._answers.popleft()
                    if answered == prompt_id:
                        return text
                self._changed.wait()

    def poll_answer(self, prompt_id: str, limit_s: float) -> str | None:
        """Wait at most `limit_s` for an answer to a question asked between sales."""
        until_s = monotonic() + limit_s
        with self._changed:
            while True:
                while self._answers:
                    answered, text = self._answers.popleft()
                    if answered == prompt_id:
                        return text
                left_s = until_s - monotonic()
                if left_s <= 0:
                    return None
                self._changed.wait(left_s)

    def pause(self, limit_s: float) -> None:
        """Let time pass; a stop key or an interruption ends it. Raises Interrupted."""
        until_s = monotonic() + limit_s
        with self._changed:
            while True:
                self._raise_interruption()
                if "stop" in self._keys:
                    raise CustomerStopped
                left_s = until_s - monotonic()
                if left_s <= 0:
                    return
                self._changed.wait(left_s)

    def sleep(self, limit_s: float) -> None:
        """Let time pass whatever is pressed. Raises LinkGone."""
        until_s = monotonic() + limit_s
        with self._changed:
            while (left_s := until_s - monotonic()) > 0:
                if self._is_gone:
                    raise LinkGone
                self._changed.wait(left_s)

    def hold(self) -> None:
        """Wait for `release`. Raises LinkGone."""
        with self._changed:
            while not self._is_released:
                if self._is_gone:
                    raise LinkGone
                self._changed.wait()

    def _raise_interruption(self) -> None:
        if self._is_gone:
            raise LinkGone
        if self._is_aborted and self._may_abort:
            raise TillAborted

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()
