"""The entry line as a value: what was typed, and what it means for the key that follows it.

The same digits are a code before Enter, a price before a department, a quantity before `*`, and an
amount before a tender. Reading never guesses: text that does not fit its key is refused with the
error that says so, and the entry stays on the screen to be replaced by the next digit.
"""

from dataclasses import replace
from typing import Final

from core.errors import NotAnAmount, QuantityOutOfRange, UnknownArticle
from core.frozen import frozen
from core.money import parse_kronor

LENGTH_MAX: Final = 64
"""Longer than any code; what is typed beyond it makes the entry unreadable, never shorter."""
AMOUNT_CHARACTERS: Final = frozenset("0123456789,")
CHARACTERS: Final = AMOUNT_CHARACTERS | {"*"}


@frozen
class Goods:
    """An entry before Enter or a quick key: how many, and what stands after the `*`."""

    quantity_milli: int | None
    text: str


@frozen
class Entry:
    """What stands on the entry line."""

    text: str = ""
    is_kept: bool = False
    """It was refused and stays to be read; the next character replaces it."""
    is_scan: bool = False
    """A scanner with a prefix is sending: all is code text until Enter."""
    is_too_long: bool = False

    def typed(self, character: str) -> "Entry":
        """Add a character; the first one after a refusal starts anew."""
        if self.is_kept:
            return Entry().typed(character)
        if len(self.text) >= LENGTH_MAX:
            return replace(self, is_too_long=True)
        is_bare = character == "," and not self.is_scan and self.text[-1:] in ("", "*")
        return replace(self, text=self.text + ("0," if is_bare else character))

    def erased(self) -> "Entry":
        """Take the last character away."""
        return replace(self, text=self.text[:-1], is_kept=False, is_too_long=False)

    def kept(self) -> "Entry":
        """Keep a refused entry on the screen until the next character."""
        return replace(self, is_kept=True, is_scan=False)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is typed; a kept entry counts as nothing for the next key."""
        return not self.text or self.is_kept

    def code(self) -> Goods:
        """Read `code` or `3*code`. Raises UnknownArticle, QuantityOutOfRange, NotAnAmount."""
        if self.is_too_long:
            raise UnknownArticle(entry=self.text)
        if self.is_scan:
            return Goods(None, self.text)
        goods = self._goods()
        if not goods.text:
            raise QuantityOutOfRange(entry=self.text, reason="no-code")
        if "," in goods.text:
            raise NotAnAmount(text=goods.text, reason="no-code")
        return goods

    def before_key(self) -> tuple[int | None, int | None]:
        """Read (quantity, price) before a quick key: `3*`, `24,50` or `3*24,50`; None = not typed.

        Raises NotAnAmount, AmountTooLarge, QuantityOutOfRange.
        """
        if self.is_empty:
            return None, None
        self._check()
        goods = self._goods()
        return goods.quantity_milli, parse_kronor(goods.text) if goods.text else None

    def amount_ore(self) -> int | None:
        """Read an amount; None = nothing typed. Raises NotAnAmount, AmountTooLarge.

        A refused amount that still stands is read again, never taken for nothing.
        """
        if not self.text:
            return None
        self._check()
        if "*" in self.text:
            raise NotAnAmount(text=self.text)
        return parse_kronor(self.text)

    def _check(self) -> None:
        if self.is_too_long or self.is_scan:
            raise NotAnAmount(text=self.text)

    def _goods(self) -> Goods:
        """Split at the only `*`. Raises QuantityOutOfRange."""
        before, mark, after = self.text.partition("*")
        if not mark:
            return Goods(None, before)
        if "*" in after:
            raise QuantityOutOfRange(entry=self.text)
        return Goods(_quantity_milli(before), after)


def _quantity_milli(text: str) -> int:
    """Read a quantity with at most three decimals. Raises QuantityOutOfRange."""
    from core.sale import QUANTITY_MAX_MILLI  # not before the first paint

    whole, mark, fraction = text.partition(",")
    is_number = whole.isdigit() and (not mark or fraction.isdigit()) and text.isascii()
    if not is_number or len(fraction) > 3 or len(whole.lstrip("0")) > 6:
        raise QuantityOutOfRange(entry=text)
    quantity_milli = int(whole) * 1000 + int((fraction + "000")[:3])
    if not 0 < quantity_milli <= QUANTITY_MAX_MILLI:
        raise QuantityOutOfRange(entry=text)
    return quantity_milli
