"""CCSP frames on bytes: the samples of sweden 3.4 and every fault a cable can bring."""

from pathlib import Path
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.control_units.cleancash.frames import Frame, decode, encode

GOLDEN = sorted((Path(__file__).parent / "golden" / "ccsp").glob("*.bin"))
SALE = (Path(__file__).parent / "golden" / "ccsp" / "rr_sale_125.bin").read_bytes()
NAK = (Path(__file__).parent / "golden" / "ccsp" / "nak_001.bin").read_bytes()

_field = st.text(ascii_letters + digits + " ,;-.!", max_size=24).filter(lambda text: text != "!")
frames = st.builds(
    Frame,
    st.text(ascii_letters, min_size=1, max_size=4),
    st.lists(_field, max_size=12).map(tuple),
)
noise = st.binary(max_size=40).filter(lambda came: b"#!#" not in came)


def decode_all(buffer: bytes) -> tuple[list[Frame], bytes]:
    """Decode as a reader does: until more is needed."""
    found = []
    while buffer:
        used, frame = decode(buffer)
        if used == 0:
            break
        buffer = buffer[used:]
        if frame is not None:
            found.append(frame)
    return found, buffer


def test_all_nineteen_samples_are_there() -> None:
    assert len(GOLDEN) == 19


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_sample_is_read_and_written_back_to_the_same_bytes(path: Path) -> None:
    sample = path.read_bytes()
    used, frame = decode(sample)
    assert used == len(sample)
    assert frame is not None
    assert encode(frame) == sample


@given(frames)
def test_decoding_an_encoded_frame_gives_the_frame(frame: Frame) -> None:
    sent = encode(frame)
    assert decode(sent) == (len(sent), frame)


@given(frames, st.data())
def test_any_prefix_asks_for_more(frame: Frame, draw: st.DataObject) -> None:
    sent = encode(frame)
    length = draw.draw(st.integers(0, len(sent) - 1))
    assert decode(sent[:length]) == (0, None)


@given(frames, st.data())
def test_one_changed_byte_is_never_taken_for_a_frame(frame: Frame, draw: st.DataObject) -> None:
    sent = bytearray(encode(frame))
    place = draw.draw(st.integers(0, len(sent) - 1))
    sent[place] ^= draw.draw(st.integers(1, 255))
    assert decode_all(bytes(sent))[0] == []


@given(frames, st.data())
def test_a_lost_or_added_byte_never_makes_another_frame(frame: Frame, draw: st.DataObject) -> None:
    sent = encode(frame)
    place = draw.draw(st.integers(0, len(sent) - 1))
    lost = sent[:place] + sent[place + 1 :]
    assert decode_all(lost)[0] == []
    inside = draw.draw(st.integers(1, len(sent) - 1))
    added = sent[:inside] + draw.draw(st.binary(min_size=1, max_size=1)) + sent[inside:]
    # A byte doubled at an edge stands outside the frame, which is then whole.
    assert decode_all(added)[0] in ([], [frame])


@given(st.lists(frames, max_size=4), noise, st.binary(max_size=3))
def test_noise_around_frames_costs_no_frame(sent: list[Frame], before: bytes, after: bytes) -> None:
    # Noise that ends like a start mark could swallow the head of a true one.
    whole = before.rstrip(b"#!") + b"".join(map(encode, sent)) + after
    assert decode_all(whole)[0] == sent


@given(st.lists(frames, min_size=1, max_size=3), st.lists(st.integers(1, 30), min_size=1))
def test_frames_cut_anywhere_are_put_together(sent: list[Frame], cuts: list[int]) -> None:
    whole = b"".join(map(encode, sent))
    buffer, found, turn = b"", [], 0
    while whole:
        size = cuts[turn % len(cuts)]
        turn += 1
        buffer, whole = buffer + whole[:size], whole[size:]
        came, buffer = decode_all(buffer)
        found += came
    assert found == sent


@given(st.binary(max_size=300))
def test_any_bytes_are_used_up_or_waited_for(came: bytes) -> None:
    _found, left = decode_all(came)
    assert len(left) <= len(came)


@pytest.mark.parametrize(
    ("came", "why"),
    [
        (SALE.replace(b"055", b"056"), "length"),
        (SALE.replace(b"#62\r", b"#63\r"), "checksum"),
        (SALE.replace(b"#!#055", b"#!#FFF"), "length beyond the largest frame"),
        (SALE.replace(b"#!#055", b"#!#05g"), "length is not hexadecimal"),
        (SALE[:40] + b"\r", "cut off with its end"),
        (SALE[:40], "cut off"),
        (SALE.replace(b"KASSA1", b"KASS\xc51"), "not ASCII"),
        (b"\x00\xff#!x\r#!", "noise that looks like a start"),
    ],
)
def test_a_good_frame_after_a_bad_one_is_found(came: bytes, why: str) -> None:
    found, left = decode_all(came + NAK)
    assert found == [Frame("NAK", ("001",))], why
    assert left == b""


def test_lower_case_checksum_is_refused() -> None:
    sample = (Path(__file__).parent / "golden" / "ccsp" / "rr_copy.bin").read_bytes()
    assert decode_all(sample.replace(b"#0E\r", b"#0e\r"))[0] == []
