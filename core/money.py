"""Money as whole öre.

An amount is an `int` whose name ends in `_ore`; there is no other form of money in the house. This
module turns such numbers into Swedish text and back, rounds cash, and splits a sum so that its
parts add up again. It must never see a float and holds no division operator except floor division
on whole öre.
"""

from core.errors import AmountTooLarge, NotAnAmount

AMOUNT_MAX_ORE = 99_999_999_99
"""Largest amount of one line, sale or tender: 99 999 999,99 kr fits the control unit's fields."""
GRAND_MAX_ORE = 2**53 - 1
"""Largest grand total: beyond it programs that read JSON numbers as floats lose single öre."""


def format_kronor(amount_ore: int) -> str:
    """Write öre as Swedish kronor with a comma and two decimals: 124900 becomes `1 249,00`."""
    kronor, ore = divmod(abs(amount_ore), 100)
    sign = "-" if amount_ore < 0 else ""
    return f"{sign}{kronor:,}".replace(",", " ") + f",{ore:02d}"


def format_plain(amount_ore: int, mark: str = ",") -> str:
    """Write öre without thousands separator, for wires and files: `1249,00` or `1249.00`."""
    kronor, ore = divmod(abs(amount_ore), 100)
    return f"{'-' if amount_ore < 0 else ''}{kronor}{mark}{ore:02d}"


def parse_kronor(text: str) -> int:
    """Read `24`, `24,9`, `24,90`, `24.90` or `-24,90` as öre.

    Raises NotAnAmount for anything else, AmountTooLarge above AMOUNT_MAX_ORE.
    """
    body = text.strip().replace(" ", "").replace("\u00a0", "")
    sign = -1 if body.startswith("-") else 1
    whole, mark, fraction = body.removeprefix("-").replace(".", ",").partition(",")
    is_whole_ok = whole.isascii() and whole.isdigit()
    is_fraction_ok = not mark or (fraction.isascii() and fraction.isdigit() and len(fraction) <= 2)
    if not is_whole_ok or not is_fraction_ok:
        raise NotAnAmount(text=text)
    if len(whole.lstrip("0")) > 9:
        raise AmountTooLarge(text=text)
    amount_ore = int(whole) * 100 + int((fraction + "00")[:2])
    if amount_ore > AMOUNT_MAX_ORE:
        raise AmountTooLarge(text=text)
    return sign * amount_ore


def cash_rounding_ore(amount_ore: int) -> int:
    """Say what to add so that `amount_ore` becomes whole kronor.

    1-49 öre go down, 50-99 up, on the absolute amount (SFS 1970:1029 1-2 §§).
    """
    size_ore = abs(amount_ore)
    rounded_ore = (size_ore + 50) // 100 * 100
    difference_ore = rounded_ore - size_ore
    return difference_ore if amount_ore >= 0 else -difference_ore


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers, half away from zero; the denominator is positive."""
    assert denominator > 0
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def price_of(unit_price_ore: int, quantity_milli: int) -> int:
    """Price a quantity given in thousandths: 435 thousandths of 129,00 kr is 56,12 kr."""
    return divide_half_up(unit_price_ore * quantity_milli, 1000)
