"""A second, tiny reader of ESC/POS bytes: only what our printer driver may send, nothing more.

Written apart from `devices/simulators/escpos_decoder.py`: it counts pulses and cuts and splits the
rest into rows of bytes; any other command or control byte is an error.
"""

from dataclasses import dataclass, field


@dataclass
class Counted:
    """What stood in the bytes of one paper."""

    pulses: int = 0
    cuts: int = 0
    rows: list[bytes] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def count(data: bytes) -> Counted:
    """Read the bytes of one paper."""
    counted, row, at = Counted(), bytearray(), 0
    lengths = {b"\x1b@": 2, b"\x1bt": 3, b"\x1bE": 3, b"\x1bd": 3, b"\x1bp": 5, b"\x1d!": 3}
    lengths |= {b"\x1b!": 3, b"\x1dV": 3}
    while at < len(data):
        two = data[at : at + 2]
        if two in lengths:
            counted.pulses += two == b"\x1bp"
            counted.cuts += two == b"\x1dV"
            at += lengths[two]
        elif data[at] == 0x0A:
            counted.rows.append(bytes(row))
            row.clear()
            at += 1
        else:
            if data[at] < 0x20 or data[at] == 0x7F:
                counted.wrong.append(data[at : at + 4].hex())
            row.append(data[at])
            at += 1
    return counted
