"""What a scanner sends, told apart from what is typed: a code is text and never a function (S20).

A scanner with a prefix is text from the prefix to Enter on every page, so a page that comes up in
the middle of a code reads nothing of it. Keys that follow a refused code without a pause are the
rest of that code: an Enter or a line end stood inside it.
"""

from math import inf
from typing import Final

from core.frozen import frozen
from tui.entry import Entry
from tui.screens.page import Key

PAUSE_S: Final = 0.3
"""An Esc after such a pause is a person who gives the scan up, not a character of the code."""
REST_S: Final = 0.02
"""No person types this soon after another key; a scanner does."""


@frozen
class Scan:
    """What has been scanned so far."""

    entry: Entry
    is_whole: bool = False
    """Enter has come."""
    is_rest: bool = False
    """It is what followed a refused code at once; nothing of it is read."""


class ScanGate:
    """Takes the keys that belong to a code."""

    def __init__(self) -> None:
        self.prefix = ""
        """What the scanner sends first; empty = no key is a scanner's."""
        self._entry: Entry | None = None
        """The code so far; None between codes."""
        self._last_s = -inf
        """When the last key of a code was read, until a typed key is."""
        self._is_rest = False
        """The code was refused: what follows at once belongs to it."""

    def take(self, key: Key) -> Scan | None:
        """Take a key; None = it was typed. A scan that was given up is an empty entry."""
        after_s, scanned = key.at_s - self._last_s, self._entry
        self._last_s = key.at_s
        if scanned is None and self.prefix and key.character == self.prefix:
            self._entry, self._is_rest = Entry(is_scan=True), False
            return Scan(Entry(is_scan=True))
        if scanned is None:
            if self._is_rest and after_s < REST_S:
                return Scan(Entry(), is_rest=True)
            self._last_s, self._is_rest = -inf, False
            return None
        if key.name == "enter":
            self._entry = None
            return Scan(scanned, is_whole=True)
        if key.name == "escape" and after_s > PAUSE_S:
            self._entry = None
            return Scan(Entry())
        if key.character:
            self._entry = scanned = scanned.typed(key.character)
        return Scan(scanned)

    def refused(self) -> None:
        """Note that something was refused; it matters when the last key was a code's."""
        self._is_rest = self._entry is None and self._last_s > -inf
