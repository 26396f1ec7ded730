"""Masking of card data in outside text: what is masked, and what must stay as it is."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.card_secrets import redact, redact_together, redact_words

PAN = "4111111111111111"
NUMBERS = (
    PAN,
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
    "3530111333300000",
    "6759649826438453",
    "4222222222222",
    "6304000000000000000",
)


def check_digit(front: str) -> str:
    """Give the digit that makes the number pass, reckoned by the book's table."""
    table = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    total = sum(
        table[int(digit)] if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(front))
    )
    return str(-total % 10)


def grouped(number: str, between: str) -> str:
    return between.join(number[start : start + 4] for start in range(0, len(number), 4))


def digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


@pytest.mark.parametrize("between", ["", " ", "-", ".", " - ", "\u2013", "/", "_"])
def test_a_card_number_keeps_its_last_four_digits_however_it_is_written(between: str) -> None:
    for number in NUMBERS:
        for around in ("{}", "kort {} ok", "a{}b", "nr {} 25", "12 {}"):
            written = around.format(grouped(number, between))
            masked = redact(written)
            assert len(masked) == len(written)
            assert number[:-4] not in digits(masked)
            assert len(digits(masked)) <= 4 + len(digits(around))


@pytest.mark.parametrize(
    "text",
    [
        f"5A08{PAN}",
        f"0016{PAN}",
        f"{PAN}9988776655",
        "４１１１１１１１１１１１１１１１",
        "٤١١١١١١١١١١١١١١١",
    ],
)
def test_a_number_within_other_digits_is_masked(text: str) -> None:
    assert redact(text) != text
    assert text[4:14] not in redact(text)


@pytest.mark.parametrize(
    "track",
    [
        f";{PAN}=25121011234567890?",
        f"{PAN}D25121011234567890",
        f"{PAN} = 2512 101 1234567890",
        "************1111=25121011234567890",
        f"%B{PAN}^ANDERSSON/ANNA^25121011234567890?",
        "4111111111111112=25121011234567890",
    ],
)
def test_a_track_is_masked_to_its_end(track: str) -> None:
    masked = redact(f"läst {track} slut")
    assert masked.startswith("läst *")
    assert masked.endswith(" slut")
    assert not digits(masked)


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("secret", [PAN, f";{PAN}=25121011234567890?", f"kort {PAN}"])
def test_a_number_in_base64_is_masked(encode: Callable[[bytes], bytes], secret: str) -> None:
    token = encode(secret.encode()).decode()
    assert redact(f"data {token}") == "data " + "*" * (len(token) - token.count("=")) + (
        "*" * token.count("=")
    )
    assert token not in redact(f"xy{token}")


@pytest.mark.parametrize("number", [*NUMBERS, "6011028091534409"])
def test_a_number_in_hexadecimal_is_masked_whole_though_its_digits_look_like_another(
    number: str,
) -> None:
    assert redact(f"hex {number.encode().hex()}") == "hex " + "*" * (2 * len(number))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("CVV 739", "CVV ***"),
        ("cvc2: 7391.", "cvc2: ****."),
        ("CVV739", "CVV***"),
        ("CVC-kod 739", "CVC-kod ***"),
        ("PIN 4711", "PIN ****"),
        ("PIN-kod: 4711", "PIN-kod: ****"),
        ("PIN BLOCK 0412AC89ABCDEF67", "PIN BLOCK " + "*" * 16),
    ],
)
def test_a_code_behind_its_name_is_masked(text: str, masked: str) -> None:
    assert redact(text) == masked


def test_a_pin_block_without_its_name_is_masked_in_words_only() -> None:
    assert redact_words("svar 0412AC89ABCDEF67") == "svar " + "*" * 16
    assert redact("0412AC89ABCDEF67") == "0412AC89ABCDEF67"
    assert redact_words("AID A000000025010801") == "AID A000000025010801"


@pytest.mark.parametrize(
    "text",
    [
        "Kaffestugan AB",
        "556677-8899",
        "08-123456",
        "000009103009",
        "A0000000041010",
        "2026-11-28 18:05:21",
        "************9659",
        "516815******9659",
        "Slå PIN, 2 försök kvar",
        "741591",
        "10020001 80000082",
        "4111111111111112",
        "3ecb4f1c-3c74-4bd1-9c3b-2f0ad2f3a4e5",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert redact(text) == text
    assert redact_words(text) == text


def test_a_number_spread_over_lines_is_masked_and_other_lines_stay() -> None:
    assert redact_together(("Kort 4111 1111", "1111 1111", "Godkänt")) == (
        "Kort **** ****",
        "**** 1111",
        "Godkänt",
    )
    lines = ("Kaffestugan AB", "556677-8899", "08-123456", "111 22 Stockholm")
    assert redact_together(lines) == lines
    assert redact_together(()) == ()


@given(st.sampled_from([("4", 16), ("51", 16), ("2301", 16), ("37", 15), ("6011", 16)]), st.data())
def test_any_card_number_is_masked_within_any_words(
    begins: tuple[str, int], data: st.DataObject
) -> None:
    front, length = begins
    tail = data.draw(
        st.text("0123456789", min_size=length - len(front) - 1, max_size=length - len(front) - 1)
    )
    number = front + tail
    number += check_digit(number)
    before, after = data.draw(st.text(max_size=10)), data.draw(st.text(max_size=10))
    assert number not in redact(before + number + after)
    assert redact(number.encode().hex()) == "*" * (2 * length)


@given(st.text(max_size=200))
def test_masking_never_changes_a_length_and_never_fails(text: str) -> None:
    assert len(redact_words(text)) == len(text)
