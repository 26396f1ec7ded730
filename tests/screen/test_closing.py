"""Closing the till: refused while a device answers, and told what is left behind."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.sale import Sale
from core.services.till import Attention
from tests.screen.desk_of import burst, opened, settle, text_of
from tui import commands as c
from tui.screens.closing import closing_words

Becomes = Callable[[Sale], Sale | None]


def put(state: str) -> Becomes:
    """Give what brings a sale into a state."""
    return lambda sale: replace(sale, state=state)


@pytest.mark.parametrize(
    ("becomes", "attention", "words"),
    [
        (lambda sale: None, None, "Stäng kassan?"),
        (put("open"), None, "Ett öppet köp på 34,00 kr"),
        (put("held"), "card-held", "väntar på beslut"),
        (put("in_doubt"), "card-doubt", "Ett kort är oklart"),
        (put("reversing"), "card-unreversed", "Ett kort är oklart"),
        (put("signing"), "unit-silent", "kunden har inget kvitto"),
        (put("signing"), "unit-unclear", "kunden har inget kvitto"),
    ],
)
async def test_closing_says_what_is_left_behind(
    becomes: Becomes, attention: str | None, words: str
) -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q"])
        assert till.view.sale is not None
        asked = None if attention is None else Attention(attention)
        till.tell(sale=becomes(till.view.sale), attention=asked)
        await settle(pilot)
        await burst(pilot, ["ctrl+q"])
        assert app.desk.top.name == "confirm"
        told = " ".join(text_of(app).replace("│", " ").split())
        assert words in told
        assert ("Stäng kassan ändå?" in told) == (words != "Stäng kassan?")
        await burst(pilot, ["n"])
        assert c.Quit() not in till.taken


async def test_closing_tells_of_a_paper_that_waits_for_the_printer() -> None:
    async with opened() as (pilot, till, app):
        till.tell(papers_waiting=1)
        await settle(pilot)
        assert "skrivs ut vid nästa start" in closing_words(app.desk.view)


async def test_a_part_that_is_paid_is_told_when_closing() -> None:
    async with opened() as (pilot, _till, app):
        await burst(pilot, ["q", "+", "1", "0", "enter"])
        assert "betalt till en del" in closing_words(app.desk.view)
