"""The status stream: the contract's fields, one line per key and change, and it never waits."""

import json
import os
from collections.abc import Iterator

import pytest

from tests.screen.desk_of import burst, opened, settle
from tests.screen.fake_till import FakeTill
from tui.status import StatusStream

FIELDS = [
    "v", "seq", "screen", "mode", "operator", "sale_id", "state", "line_count", "total_ore",
    "remaining_ore", "tip_ore", "entry", "attention", "receipt_no", "busy",
]  # fmt: skip
Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def lines(pipe: Pipe) -> list[dict[str, object]]:
    """Read what was written so far."""
    os.set_blocking(pipe[0], False)
    text = os.read(pipe[0], 1 << 20).decode()
    return [json.loads(row) for row in text.splitlines()]


async def test_a_sale_is_told_line_by_line(pipe: Pipe) -> None:
    async with opened(FakeTill(), status=StatusStream(pipe[1])) as (pilot, _till, _app):
        await burst(pilot, ["7", "3"])
        told = lines(pipe)
        assert list(told[-1]) == FIELDS
        assert [line["seq"] for line in told] == list(range(1, len(told) + 1))
        assert [line["entry"] for line in told][-2:] == ["7", "73"]
        await burst(pilot, ["enter", "escape", "q", "w", "f11"])
        told = lines(pipe)
        unknown = next(line for line in told if line["attention"])
        assert unknown["attention"] == "unknown-article"
        sold = [line for line in told if line["line_count"] == 2]
        assert sold[0]["total_ore"] == sold[0]["remaining_ore"] == 7000
        assert sold[0]["state"] == "open"
        assert told[-1]["state"] == "none"
        assert told[-1]["receipt_no"] == 1042
        assert told[-1]["sale_id"] is None
        assert told[-1]["busy"] is False


async def test_a_question_is_told_only_when_it_may_be_answered(pipe: Pipe) -> None:
    async with opened(FakeTill(), status=StatusStream(pipe[1])) as (pilot, till, app):
        await burst(pilot, ["q", "f12"])
        told = lines(pipe)
        assert told[-1]["screen"] == "card"
        till.ask(till.question)
        await settle(pilot)
        assert lines(pipe)[-1]["attention"] == "terminal-question"
        assert not app.desk.is_unseen


def test_a_reader_that_stalls_costs_lines_and_never_the_till(pipe: Pipe) -> None:
    stream = StatusStream(pipe[1])
    for _number in range(5000):
        stream.write(text="x" * 100)
    first = lines(pipe)
    stream.write(text="y")
    told = [*first, *lines(pipe)]
    numbers = [int(str(line["seq"])) for line in told]
    assert numbers == sorted(set(numbers))
    assert told[-1] == {"v": 1, "seq": 5001, "text": "y"}
    assert len(told) < 5001


def test_a_reader_that_is_gone_is_no_trouble() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = StatusStream(writing)
    stream.write(text="x")
    stream.write(text="x")
    os.close(writing)


def test_a_descriptor_that_is_none_is_no_trouble() -> None:
    StatusStream(987654).write(text="x")
