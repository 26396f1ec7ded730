"""Frames of the card terminal, broken in every way: refused in time, and never believed.

Reliability S2, S3, F14, F16, F23-F25. Long runs: `python -m tests.frames`.
"""

import re
import struct
import tracemalloc
from collections.abc import Iterator
from random import Random
from time import thread_time

import pytest

from core.card import CardSlip
from devices.terminals.westpay_epas.codec import UnusableMessage, decode
from devices.terminals.westpay_epas.frames import (
    FRAME_MAX,
    KEEP_ALIVE,
    FrameReader,
    FrameTooLong,
    encode_frame,
)
from devices.terminals.westpay_epas.messages import PaymentResponse
from devices.terminals.westpay_epas.session import FLOOD, FLOOD_BURST
from tests.frames import query_run, terminal_run
from tests.frames.approvals import Approval, approval
from tests.frames.bombs import BOMBS, outbound
from tests.frames.judge import says_the_same
from tests.frames.terminal_run import (
    StillClock,
    exchange_of,
    is_approved,
    result_of,
    shown,
    slips_of,
)

COUNT = 1_600
PAID = approval(1)
FRAME = encode_frame(PAID.payload)


def is_paid_by(pieces: Iterator[bytes] | list[bytes], clock: StillClock | None = None) -> bool:
    exchange, _heard = exchange_of(PAID, pieces, clock)
    return is_approved(PAID, result_of(PAID, exchange, slips_of(PAID)))


def test_no_mutated_answer_is_approved_unless_it_says_the_same() -> None:
    told = terminal_run.run(COUNT, seed=1)
    assert (told.false_approvals, told.crashes) == (0, 0), told.faults
    assert told.accepted > COUNT // 50, "so few are the same that the run shows nothing"
    assert told.per_second >= 2_000
    assert told.rss_growth_mib <= 20


def test_no_mutated_last_transaction_is_approved_unless_it_says_the_same() -> None:
    told = query_run.run(COUNT // 2, seed=1)
    assert (told.false_approvals, told.crashes) == (0, 0), told.faults
    assert told.accepted > COUNT // 100


def _by_name(asked: Approval, payload: bytes, slips: tuple[CardSlip, ...]) -> terminal_run.Shown:
    """Look for the words wherever they stand, as a careless till does."""
    approved, result = shown(asked, asked.payload, slips)
    words = (b'Result="Success"', f'ServiceID="{asked.service_id}"'.encode(), b"AuthorizedAmount")
    return approved and all(word in payload for word in words), result


def _without_slips(
    asked: Approval, payload: bytes, slips: tuple[CardSlip, ...]
) -> terminal_run.Shown:
    """Believe the answer alone."""
    return shown(asked, payload, ())


def _cleaned(asked: Approval, payload: bytes, slips: tuple[CardSlip, ...]) -> terminal_run.Shown:
    """Repair the text before it is judged."""
    text = payload.decode("utf-8", "ignore").replace("\u200b", "")
    for wrong in ('="-', '="+', '=" '):
        text = text.replace(wrong, '="')
    return shown(asked, text.encode(), slips)


@pytest.mark.parametrize("show", [_by_name, _without_slips, _cleaned])
def test_the_run_finds_a_till_that_believes_too_much(show: terminal_run.Show) -> None:
    assert terminal_run.run(400, seed=1, show=show).false_approvals > 0


def test_the_judge_knows_every_approval_it_starts_from() -> None:
    for asked, slips in zip(*terminal_run.known(), strict=True):
        assert says_the_same(asked, asked.payload)
        assert shown(asked, asked.payload, slips)[0]


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_50_ms_and_asks_nobody(name: str) -> None:
    payload = BOMBS[name]
    spent_s = []
    with outbound() as asked:
        for _try in range(3):
            began_s = thread_time()
            with pytest.raises(UnusableMessage):
                decode(payload)
            spent_s.append(thread_time() - began_s)
    assert not asked
    assert min(spent_s) <= 0.05


@pytest.mark.parametrize(
    "fill", ["4", "4 ", "41111111 ", "4111-", "A4", ";4111111111111111=", "%B"]
)
def test_a_slip_full_of_digits_is_read_within_50_ms(fill: str) -> None:
    asked = next(one for one in map(approval, range(50)) if one.slips)
    text = asked.slips[0].decode()
    for name in ("Name", "Address", "City", "ZipCode", "MaskedPan", "Tvr", "ApprovalCode"):
        text = re.sub(f' {name}="[^"]*"', f' {name}="{fill * 200}"', text)
    spent_s = []
    for _try in range(3):
        began_s = thread_time()
        decode(text.encode())
        spent_s.append(thread_time() - began_s)
    assert min(spent_s) <= 0.05


@pytest.mark.parametrize("length", [FRAME_MAX + 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1])
def test_a_length_beyond_the_cap_is_refused_before_anything_is_kept(length: int) -> None:
    reader = FrameReader()
    tracemalloc.start()
    try:
        with pytest.raises(FrameTooLong):
            reader.feed(struct.pack(">I", length) + b"x" * 1000)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert not is_paid_by([struct.pack(">I", length) + PAID.payload])


@pytest.mark.parametrize(
    ("sent", "is_paid"),
    [
        (FRAME, True),
        (KEEP_ALIVE * 3 + FRAME + KEEP_ALIVE, True),
        (FRAME + FRAME, True),
        (FRAME[:3], False),
        (FRAME[:-1], False),
        (struct.pack(">I", len(PAID.payload) - 1) + PAID.payload, False),
        (struct.pack(">I", len(PAID.payload) + 1) + PAID.payload, False),
        (struct.pack("<I", len(PAID.payload)) + PAID.payload, False),
        (b"\0" + FRAME, False),
        (PAID.payload, False),
        (encode_frame(b""), False),
        (encode_frame(b"\0" * FRAME_MAX), False),
    ],
    ids=[
        *("whole", "between-keep-alives", "twice", "3-bytes", "cut", "header-short", "header-long"),
        *("little-endian", "shifted", "no-header", "empty", "zeros"),
    ],
)
def test_only_a_whole_frame_is_an_answer_in_whatever_pieces_it_comes(
    sent: bytes, is_paid: bool
) -> None:
    assert is_paid_by([sent]) == is_paid
    if len(sent) < 10_000:
        assert is_paid_by([sent[at : at + 1] for at in range(len(sent))]) == is_paid


def test_pieces_and_damaged_frames_in_any_mix_pay_only_by_the_whole_answer() -> None:
    dice = Random(7)
    for _time in range(150):
        frames = [FRAME if dice.random() < 0.3 else _damaged(dice) for _ in range(3)]
        stream = b"".join(frames)
        cuts = sorted(dice.randrange(len(stream) + 1) for _ in range(dice.randint(0, 9)))
        pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
        if is_paid_by([piece for piece in pieces if piece]):
            assert FRAME in stream


def _damaged(dice: Random) -> bytes:
    frame = bytearray(FRAME)
    for _time in range(dice.randint(1, 3)):
        at = dice.choice((dice.randrange(4), dice.randrange(len(frame))))
        frame[at] = dice.randrange(256)
    return bytes(frame[: dice.choice((len(frame), dice.randrange(len(frame))))])


def test_a_frame_that_never_ends_is_given_up_by_the_clock() -> None:
    clock = StillClock()

    def one_byte_per_ten_seconds() -> Iterator[bytes]:
        for at in range(len(FRAME)):
            clock.at_s += 5
            yield b""
            clock.at_s += 5
            yield FRAME[at : at + 1]

    exchange, _heard = exchange_of(PAID, one_byte_per_ten_seconds(), clock)
    assert exchange.answer is None
    assert exchange.end_words == "frame never ended"
    assert clock.at_s <= 40


@pytest.mark.parametrize(
    "frame",
    [KEEP_ALIVE, encode_frame(approval(2).payload), encode_frame(PAID.slips[0])],
    ids=["keep-alive", "answers", "slips"],
)
def test_an_endless_stream_is_given_up(frame: bytes) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield frame * 10

    exchange, heard = exchange_of(PAID, endless())
    assert exchange.end_words == FLOOD
    assert len(heard) <= FLOOD_BURST + 10


def test_a_busy_terminal_is_no_flood() -> None:
    clock = StillClock()

    def busy() -> Iterator[bytes]:
        for _second in range(60):
            clock.at_s += 1
            yield KEEP_ALIVE * 90
        yield FRAME

    assert is_paid_by(busy(), clock)


@pytest.mark.parametrize("shift_ore", [-1, 1, -100, 100, 10**6])
def test_another_amount_than_asked_is_never_a_plain_approval(shift_ore: int) -> None:
    for asked in map(approval, range(30)):
        crowns, cents = divmod(max(asked.total_ore + shift_ore, 0), 100)
        text = asked.payload.decode()
        start = text.index('AuthorizedAmount="') + len('AuthorizedAmount="')
        told = text[:start] + f"{crowns}.{cents:02d}" + text[text.index('"', start) :]
        approved, result = shown(asked, told.encode(), slips_of(asked))
        assert not approved
        if asked.slips:
            assert result is None


def test_slips_that_all_name_another_transaction_leave_the_answer_in_doubt() -> None:
    asked = next(one for one in map(approval, range(50)) if one.slips)
    other = asked.payload.replace(asked.transaction_id.encode(), b"000000000007")
    message = decode(other)
    assert isinstance(message, PaymentResponse)
    assert shown(asked, other, slips_of(asked)) == (False, None)
