"""Frames of the Westpay link: `[length 4, unsigned, big-endian][payload]`, header not counted.

A frame of length zero is a keep-alive and carries nothing. A length above FRAME_MAX is refused
before anything is stored for it, so a hostile or broken peer cannot make the till allocate.
Source: terminal-protocols 2.2; reliability S2, F23.
"""

import struct

FRAME_MAX = 256 * 1024
"""Bytes of payload we accept in one frame."""
KEEP_ALIVE = b"\x00\x00\x00\x00"
_HEADER = struct.Struct(">I")


class FrameTooLong(Exception):
    """The header promised more than FRAME_MAX bytes; the stream cannot be trusted any more."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


def encode_frame(payload: bytes) -> bytes:
    """Put the length before a payload of at most FRAME_MAX bytes."""
    assert len(payload) <= FRAME_MAX
    return _HEADER.pack(len(payload)) + payload


class FrameReader:
    """Cuts a stream of bytes into payloads. Holds at most one unfinished frame and one read."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def is_mid_frame(self) -> bool:
        """Say whether a frame has begun and not ended."""
        return bool(self._held)

    def feed(self, came: bytes) -> list[bytes]:
        """Take bytes as they came; give the finished payloads in order, `b""` for a keep-alive.

        Raises FrameTooLong.
        """
        self._held += came
        finished: list[bytes] = []
        start = 0
        while len(self._held) - start >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._held, start)
            if length > FRAME_MAX:
                raise FrameTooLong(length)
            end = start + _HEADER.size + length
            if len(self._held) < end:
                break
            finished.append(bytes(self._held[start + _HEADER.size : end]))
            start = end
        del self._held[:start]
        return finished
