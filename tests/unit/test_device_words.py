"""A device's trouble is told in plain words, never as a machine line."""

import pytest

from core.services.till import Attention
from tui.attention_texts import attention_words
from tui.device_words import device_words, is_silence
from tui.texts import error_words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "device-unavailable asked=IQ code=no-answer fault=silent words=nothing came",
            "Den svarar inte.",
        ),
        ("device-refused code=http-401 words=Unauthorized", "Fel användare eller lösenord."),
        (
            "device-unavailable fault=refused words=x",
            "Ingen förbindelse: se efter kabel och ström.",
        ),
        (
            "device-unavailable state=unreachable words=connection refused",
            "Ingen förbindelse: se efter kabel och ström.",
        ),
        ("device-unavailable state=logging-in words=", "Den loggar in just nu."),
        ("device-unavailable words=no answer to the query", "Den svarar inte."),
        ("remote-protocol code=answer-xml", "Svaret är skadat eller ofullständigt."),
        ("outcome-unknown code=strange words=it smokes", "»it smokes«"),
        ("device-unavailable", "Den svarar inte."),
        ("Nekad av banken", "Nekad av banken"),
    ],
)
def test_a_machine_line_becomes_a_sentence(line: str, words: str) -> None:
    assert device_words(line) == words


def test_a_silent_unit_is_told_without_machine_words() -> None:
    text = "device-unavailable asked=IQ code=no-answer fault=silent words=nothing came"
    assert error_words("unit-not-ready", {"text": text, "error": "device-unavailable"}) == (
        "Kontrollenheten är inte redo: kassan kan inte sälja. Den svarar inte."
    )


def test_a_unit_that_refuses_the_password_is_not_told_as_silent() -> None:
    assert is_silence("device-unavailable code=no-answer fault=silent words=nothing came")
    assert is_silence("device-unavailable code=refused")
    assert not is_silence("device-refused code=http-401")


def test_only_what_a_device_said_itself_is_told_as_its_own_words() -> None:
    def rows(text: str) -> tuple[str, ...]:
        return attention_words(Attention("unit-refused", (("receipt_no", 7), ("text", text))))

    assert rows("outcome-unknown code=http-broken words=peer closed connection")[-1] == (
        "Svaret är skadat eller ofullständigt."
    )
    assert rows("remote-protocol code=code-shape length=3")[-1] == "Kontrollkoden har fel form."
    assert rows("outcome-unknown code=x words=it smokes")[-1] == "Enheten säger: »it smokes«"
