r"""CCSP frames on a cable: `#!#` LLL `#` payload `#` CC `\r` (sweden 3.4).

LLL is the length of the whole frame with its `\r`, three upper-case hexadecimal digits; CC is the
XOR of every byte from the first `#` up to and including the `#` before CC, two such digits. Both
are verified here, so that no later code can take a damaged frame for an answer. No I/O.

What the cable does, and what we do about it:

    before a frame   bytes of noise, the tail of a late answer: dropped up to the next `#!#`
    inside a frame   a byte changed:  LRC, LLL, the `\r` or a character is wrong: frame dropped
                     a byte lost:     the `\r` comes before LLL says so: dropped through the `\r`
                     a byte added:    no `\r` where LLL says: dropped, the rest is noise
                     frame cut off:   the next `#!#` begins inside it: dropped up to there
    after a frame    another frame or noise: left in the buffer for the next call
    LLL itself       not hexadecimal, or beyond FRAME_MAX: not a frame, so that a damaged length
                     cannot make us wait for bytes that never come

Recovery rule: whatever is wrong, drop up to the next start mark or through the `\r`, whichever
comes first, and look again.
"""

from core.frozen import frozen

START = b"#!#"
END = b"\r"
FRAME_MAX = 0x200
"""The largest frame we believe in; the longest record is well below it."""

_FRAME_MIN = 11
_HEAD = 7
_TAIL = 4
_UPPER_HEX = frozenset(b"0123456789ABCDEF")


@frozen
class Frame:
    """One verified frame: message type and fields. An unused field is one space."""

    type: str
    fields: tuple[str, ...] = ()


def lrc(covered: bytes) -> int:
    """Give the XOR of all bytes."""
    check = 0
    for byte in covered:
        check ^= byte
    return check


def encode(frame: Frame) -> bytes:
    """Write one frame. Its fields hold printable ASCII without `#`, and none is a lone `!`."""
    payload = "#".join((frame.type, *frame.fields))
    assert payload.isascii()
    assert payload.isprintable()
    assert payload.count("#") == len(frame.fields)
    length = _FRAME_MIN + len(payload)
    assert length <= FRAME_MAX
    covered = f"#!#{length:03X}#{payload}#".encode("ascii")
    assert START not in covered[1:]
    return covered + f"{lrc(covered):02X}\r".encode("ascii")


def decode(buffer: bytes) -> tuple[int, Frame | None]:
    """Read the beginning of `buffer`: how many bytes are used up, and the frame they were.

    (0, None) = wait for more; (n, None) = n bytes were no frame and are to be dropped.
    """
    start = buffer.find(START)
    if start < 0:
        return len(buffer) - _start_length(buffer), None
    if start > 0:
        return start, None
    length = _announced_length(buffer)
    if length is None:
        return _dropped(buffer), None
    if len(buffer) < length or length < _HEAD:
        is_broken = END in buffer or buffer.find(START, 1) > 0
        return (_dropped(buffer) if is_broken else 0), None
    frame = _verified(buffer[:length])
    return (_dropped(buffer[:length]), None) if frame is None else (length, frame)


def _start_length(buffer: bytes) -> int:
    """Say how many last bytes may be the beginning of a start mark."""
    return next((size for size in (2, 1) if buffer.endswith(START[:size])), 0)


def _announced_length(buffer: bytes) -> int | None:
    """Give LLL, 0 while it is not whole, None when it is wrong."""
    digits = buffer[3:6]
    if any(byte not in _UPPER_HEX for byte in digits):
        return None
    if len(buffer) < _HEAD:
        return 0
    length = int(digits, 16)
    is_possible = _FRAME_MIN < length <= FRAME_MAX and buffer[6:_HEAD] == b"#"
    return length if is_possible else None


def _verified(whole: bytes) -> Frame | None:
    covered, tail = whole[:-3], whole[-_TAIL:]
    body = whole[_HEAD:-_TAIL]
    is_printable = all(0x20 <= byte < 0x7F for byte in body)
    if not is_printable or tail != f"#{lrc(covered):02X}\r".encode("ascii"):
        return None
    kind, *fields = body.decode("ascii").split("#")
    return Frame(kind, tuple(fields)) if kind else None


def _dropped(buffer: bytes) -> int:
    """Say how much of a buffer that begins with a broken frame is to be dropped; at least 1."""
    following = buffer.find(START, 1)
    end = buffer.find(END) + 1
    whole = len(buffer) - _start_length(buffer[1:])
    return min((place for place in (following, end) if place > 0), default=whole)
