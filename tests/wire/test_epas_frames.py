"""Frames of the Westpay wire: any cutting of the stream gives the same payloads."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulators.terminal_reading import LinkSpoiled, cut_frames
from devices.terminals.westpay_epas.frames import (
    FRAME_MAX,
    KEEP_ALIVE,
    FrameReader,
    FrameTooLong,
    encode_frame,
)

PAYLOADS = st.lists(st.binary(max_size=200), max_size=8)


@given(PAYLOADS, st.lists(st.integers(1, 50), min_size=1))
def test_fragments_and_joined_frames_give_the_same_payloads(
    payloads: list[bytes], sizes: list[int]
) -> None:
    stream = b"".join(encode_frame(payload) for payload in payloads)
    reader, held = FrameReader(), bytearray()
    came: list[bytes] = []
    simulated: list[bytes] = []
    at = 0
    while at < len(stream):
        size = sizes[at % len(sizes)]
        came += reader.feed(stream[at : at + size])
        held += stream[at : at + size]
        simulated += cut_frames(held)
        at += size
    assert came == simulated == payloads
    assert not reader.is_mid_frame


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_prefix_asks_for_more(payload: bytes, data: st.DataObject) -> None:
    framed = encode_frame(payload)
    length = data.draw(st.integers(1, len(framed) - 1))
    reader = FrameReader()
    assert reader.feed(framed[:length]) == []
    assert reader.is_mid_frame
    assert reader.feed(framed[length:]) == [payload]


def test_a_keep_alive_is_an_empty_payload() -> None:
    assert encode_frame(b"") == KEEP_ALIVE == b"\x00\x00\x00\x00"
    assert FrameReader().feed(KEEP_ALIVE * 3) == [b"", b"", b""]


def test_the_sources_example_length() -> None:
    assert encode_frame(b"x" * 709)[:4] == bytes.fromhex("000002C5")


@pytest.mark.parametrize("length", [FRAME_MAX + 1, 2**31, 2**32 - 1])
def test_a_promise_of_too_much_is_refused_at_the_header(length: int) -> None:
    with pytest.raises(FrameTooLong):
        FrameReader().feed(struct.pack(">I", length))


def test_the_simulated_terminal_refuses_it_too() -> None:
    with pytest.raises(LinkSpoiled):
        cut_frames(bytearray(struct.pack(">I", 2**31)))
