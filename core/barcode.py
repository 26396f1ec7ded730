"""The digits on a barcode: check digit, and the two ways of writing one UPC-A code.

A scanner gives the same printed UPC-A code as twelve digits or as thirteen with a leading zero,
depending on how it is set up. The catalogue keeps the code as the shop wrote it; whoever compares
or looks up codes goes through here, so that both forms are always the same article.
"""

from typing import Final

EAN_LENGTHS: Final = (8, 12, 13)
"""EAN-8, UPC-A, EAN-13 (contract.md 2.1)."""


def is_digits(text: str) -> bool:
    """Say whether `text` is one or more of 0-9 (other scripts' digits are not)."""
    return text.isascii() and text.isdigit()


def check_digit(body: str) -> str:
    """Give the check digit that follows `body`, a run of digits.

    Source: GS1 General Specifications 7.9: weights 3, 1, 3 ... from the right.
    """
    weighted = (int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body[::-1]))
    return str(-sum(weighted) % 10)


def is_ean(code: str) -> bool:
    """Say whether `code` is an EAN-8, UPC-A or EAN-13 with a right check digit."""
    return is_digits(code) and len(code) in EAN_LENGTHS and check_digit(code[:-1]) == code[-1]


def twin_of(code: str) -> str:
    """Give the other form of a UPC-A code (12 digits, or 13 with a leading zero).

    A code that has only one form is its own twin.
    """
    if not is_digits(code):
        return code
    if len(code) == 12:
        return "0" + code
    if len(code) == 13 and code.startswith("0"):
        return code[1:]
    return code
