"""What a command prints is readable wherever it goes."""

import io
import sys

import pytest

from tui.cli.say import say


@pytest.mark.parametrize(("encoding", "told"), [("ascii", b"K?p ?\n"), ("latin-1", b"K\xf6p ?\n")])
def test_a_letter_that_the_terminal_does_not_have_is_a_question_mark(
    encoding: str, told: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding))
    say("Köp –")
    assert out.getvalue() == told
