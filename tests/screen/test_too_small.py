"""A window that is too small shows no question, and so nobody answers one in it."""

import pytest
from textual.pilot import Pilot

from tests.screen.desk_of import burst, opened, settle, text_of
from tui import commands as c


async def resized(pilot: Pilot[int], columns: int, rows: int) -> None:
    """Give the window another size."""
    await pilot.resize_terminal(columns, rows)
    await settle(pilot)


@pytest.mark.parametrize("size", [(30, 8), (79, 24), (80, 23)])
async def test_a_question_that_nobody_sees_is_not_answered(size: tuple[int, int]) -> None:
    async with opened() as (pilot, till, app):
        await resized(pilot, *size)
        assert "för litet" in " ".join(text_of(app).split())
        await burst(pilot, ["f9", "2"])
        assert app.desk.top.name == "confirm"
        await burst(pilot, ["j"])
        await burst(pilot, ["j"])
        assert till.taken == []
        await resized(pilot, 80, 24)
        assert "avslutar dagen" in text_of(app)
        await burst(pilot, ["j"])
        assert till.taken == [c.TakeZ()]


async def test_goods_that_are_scanned_meanwhile_are_lines_when_it_is_large_again() -> None:
    async with opened() as (pilot, till, _app):
        await resized(pilot, 30, 8)
        await burst(pilot, [*"2900000039018", "enter"])
        await resized(pilot, 80, 24)
        assert till.taken == [c.AddCode("2900000039018")]


async def test_a_question_that_is_covered_is_answered_only_once_it_is_seen_again() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["f9", "2"])
        assert "avslutar dagen" in text_of(app)
        await resized(pilot, 30, 8)
        await burst(pilot, ["j"])
        assert till.taken == []
        await resized(pilot, 80, 24)
        await burst(pilot, ["j"])
        assert till.taken == [c.TakeZ()]
