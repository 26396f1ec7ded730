"""Cleaning of outside text: one function, used at every border in and again at each border out.

Drops C0, DEL, C1, bidi controls, zero-width and lone surrogates, folds to NFC, and cuts
(reliability S4). What is left can be drawn, printed and logged as plain text; it is still not
markup, ESC/POS, CSV or XML: each border out escapes for itself.
"""

import unicodedata
from re import Match
from re import compile as compile_pattern

_DIGIT_RUN = compile_pattern(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, length_max: int) -> str:
    """Give `text` as one clean line of at most `length_max` characters."""
    kept = text[: 8 * length_max]
    if not kept.isprintable():  # All that is dropped is not printable; most texts need no look.
        kept = "".join(
            " " if character in "\t\n\r" else character
            for character in kept
            if character in "\t\n\r"
            or unicodedata.category(character) not in _DROPPED_CATEGORIES
        )
    return " ".join(unicodedata.normalize("NFC", kept).split())[:length_max]


def redact(text: str) -> str:
    """Mask every run of 13-19 digits (also spaced or dashed) that passes the Luhn test.

    No protocol here sends a full card number; this is the belt for the braces (reliability S1).
    """
    return _DIGIT_RUN.sub(_mask_if_card_number, text)


def _mask_if_card_number(match: Match[str]) -> str:
    digits = [int(character) for character in match.group() if character.isdigit()]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    is_card_number = (sum(digits[-1::-2]) + doubled) % 10 == 0
    return "*" * 12 + "".join(map(str, digits[-4:])) if is_card_number else match.group()


def fold(text: str) -> str:
    """Fold for searching: casefolded, accents dropped except on å, ä and ö (ecosystem 2.4)."""
    kept = []
    for character in unicodedata.normalize("NFC", text).casefold():
        if character in "åäö":
            kept.append(character)
        else:
            base = unicodedata.normalize("NFD", character)
            kept.append("".join(c for c in base if not unicodedata.combining(c)))
    return "".join(kept)
