"""Reads what a terminal sends: keys by Textual's parser, pastes by our own.

Textual ends a bracketed paste at the first escape character in it and reads the rest as keys, so a
pasted text could answer a question; and it waits without end for a paste whose end never comes.
Here a paste is text until its end, whatever it holds, and a lost end costs a second.
"""

import re
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final

from textual import constants, events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

GAP_S: Final = 1.0
"""A paste that sent nothing for so long has lost its end: a key is a key again."""
REST_S: Final = 0.03
"""Bytes so soon after the end are no person's: a text can hold an end of its own."""
SEQUENCE_MAX: Final = 16
"""Characters of the longest sequence of one key; a paste that goes on comes in longer pieces."""
KEPT_MAX: Final = 65_536
"""Characters of one paste that are kept; the till reads fewer."""
_ENTERS: Final = ("\r", "\n", "\r\n")
_ONE_SEQUENCE: Final = re.compile(r"\x1b(\[[0-9;<?]*[A-Za-z~]|O[A-Z])")
"""What one key or one move of the mouse sends."""


class PasteReader(XTermParser):
    """Textual's parser, which sees no byte of a paste."""

    def __init__(self, monotonic_s: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._monotonic_s = monotonic_s
        self._held = ""
        """The beginning of a sequence that may open or end a paste; at most five characters."""
        self._held_at_s = 0.0
        self._is_pasting = False
        self._pasted = ""
        self._heard_at_s = -GAP_S
        """When the last byte of a paste came."""

    def feed(self, data: str) -> Iterable[Message]:
        """Take what came; gives keys, clicks and whole pastes, in order."""
        if not data:
            yield from super().feed(data)
            return
        if self._is_pasting and self._is_stale and len(data) <= SEQUENCE_MAX:
            self._is_pasting = BRACKETED_PASTE_END in self._held + data
        data, self._held = self._held + data, ""
        while data:
            mark = BRACKETED_PASTE_END if self._is_pasting else BRACKETED_PASTE_START
            before, found, data = data.partition(mark)
            if not found:
                before = self._hold(before, mark)
            yield from self._take(before)
            if found:
                yield from self._turn()

    def tick(self) -> Iterable[Message]:
        """Give what waited long enough: a lone Escape, or a paste whose end is lost."""
        now_s = self._monotonic_s()
        if self._held and now_s - self._held_at_s >= constants.ESCAPE_DELAY:
            held, self._held = self._held, ""
            yield from self._take(held)
            yield from self._expire()
        if self._is_pasting and self._is_stale:
            yield from self._given()
        yield from super().tick()

    @property
    def _is_stale(self) -> bool:
        return self._monotonic_s() - self._heard_at_s >= GAP_S

    def _is_rest(self, text: str) -> bool:
        """Say whether this follows a paste faster than a person's key could."""
        is_soon = self._monotonic_s() - self._heard_at_s < REST_S
        return is_soon and text not in _ENTERS and not _ONE_SEQUENCE.fullmatch(text)

    def _hold(self, text: str, mark: str) -> str:
        """Keep back an end of `text` that may be the beginning of the mark; gives the rest."""
        size = next((n for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n])), 0)
        if size:
            text, self._held = text[:-size], text[-size:]
            self._held_at_s = self._monotonic_s()
        return text

    def _take(self, text: str) -> Iterable[Message]:
        """Take characters of a paste, or those of keys."""
        if self._is_pasting:
            self._pasted = (self._pasted + text)[:KEPT_MAX]
            self._heard_at_s = self._monotonic_s()
        elif text and self._is_rest(text):
            self._heard_at_s = self._monotonic_s()
            self._pasted = text.replace(BRACKETED_PASTE_END, "")
            yield from self._given()
        elif text:
            yield from super().feed(text)

    def _turn(self) -> Iterable[Message]:
        """Open or end a paste."""
        if self._is_pasting:
            self._is_pasting = False
            yield from self._given()
        else:
            yield from self._expire()
            self._is_pasting = True
        self._heard_at_s = self._monotonic_s()

    def _given(self) -> Iterable[Message]:
        """Give what was pasted so far."""
        text, self._pasted = self._pasted.replace("\x00", ""), ""
        if text:
            yield events.Paste(text)

    def _expire(self) -> Iterable[Message]:
        """End a sequence that Textual's parser waits for: what follows is none of it."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from super().tick()
