"""The log of the call shim, and the disks a power cut could have left behind.

What a file held at its last fsync is kept. Of what was done to it since, a power cut
keeps any part: nothing, all, all but one, some, or only the first sectors of the last write.
A file that was made counts as made, as ext4 does it with the file's own fsync; one that was taken
away since the last fsync of its folder may be there still.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

_HEAD: Final = struct.Struct("=cIqQ")
SECTOR: Final = 512
RANDOM_DRAWS: Final = 4
DROPPED_MAX: Final = 64
"""Of so many of the newest writes each is dropped once; a till that syncs has no more."""


class Record(NamedTuple):
    """One line of the log: W write, T truncate, S fsync, U unlink, R rename, M mark."""

    op: str
    name: str
    offset: int
    data: bytes


def read_log(raw: bytes) -> Iterator[Record]:
    """Read a log, oldest first."""
    at = 0
    while at < len(raw):
        op, name_size, offset, size = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        name = raw[at : at + name_size].decode()
        at += name_size
        yield Record(op.decode(), name, offset, raw[at : at + size])
        at += size


@dataclass
class DiskFile:
    """One file: what is surely on the disk, and what was done since."""

    durable: bytes | None
    """None = there is no such file."""
    since: list[Record] = field(default_factory=list)

    def content(self, since: list[Record]) -> bytes | None:
        """Give what the file holds when these of the later records came down."""
        if not since:
            return self.durable
        made = bytearray(self.durable) if self.durable is not None else None
        for record in since:
            made = _applied(made, record)
        return bytes(made) if made is not None else None

    def sync(self) -> None:
        """All that was done is on the disk."""
        self.durable = self.content(self.since)
        self.since = []


def _applied(made: bytearray | None, record: Record) -> bytearray | None:
    if record.op == "U":
        return None
    made = made if made is not None else bytearray()
    if record.op == "T":
        return made[: record.offset] + bytes(max(0, record.offset - len(made)))
    end = record.offset + len(record.data)
    if len(made) < end:
        made += bytes(end - len(made))
    made[record.offset : end] = record.data
    return made


Image = dict[str, bytes | None]
"""What each file holds, by its name."""


class Disk:
    """The files that matter, as the log goes on."""

    def __init__(self, base: Image) -> None:
        """Begin with files that are on the disk."""
        self.files = {name: DiskFile(content) for name, content in base.items()}

    def take(self, record: Record) -> bool:
        """Take one record; False when it changes nothing of ours."""
        if record.op == "S":
            file = self.files.get(record.name)
            if file is not None:
                file.sync()
            else:
                self._sync_folder(record.name)
            return file is not None
        if record.op not in "WTU" or record.name not in self.files:
            return False
        self.files[record.name].since.append(record)
        return True

    def _sync_folder(self, folder: str) -> None:
        """Make what was taken away from a folder stay away."""
        for name, file in self.files.items():
            is_there = str(Path(name).parent) == folder
            if is_there and any(record.op == "U" for record in file.since):
                last = max(at for at, record in enumerate(file.since) if record.op == "U")
                file.durable, file.since = None, file.since[last + 1 :]

    def images(self, dice: random.Random) -> Iterator[Image]:
        """Give the disks that a power cut could leave now."""
        pending = [(name, at) for name, file in self.files.items() for at in range(len(file.since))]
        everything = set(pending)
        yield self._image(set())
        if not pending:
            return
        yield self._image(everything)
        for one in pending[-DROPPED_MAX:-1]:
            yield self._image(everything - {one})
        if len(pending) > 1:
            for _ in range(RANDOM_DRAWS):
                yield self._image({one for one in pending if dice.random() < 0.5})
        yield from self._torn(pending, everything, dice)

    def _torn(
        self, pending: list[tuple[str, int]], everything: set[tuple[str, int]], dice: random.Random
    ) -> Iterator[Image]:
        """Give the disks on which the newest write came down in part."""
        name, at = pending[-1]
        record = self.files[name].since[at]
        if record.op != "W" or len(record.data) < 2:
            return
        sectors = max(1, len(record.data) // SECTOR)
        size = SECTOR * dice.randrange(1, sectors) if sectors > 1 else len(record.data) // 2
        self.files[name].since[at] = record._replace(data=record.data[:size])
        yield self._image(everything)
        self.files[name].since[at] = record

    def _image(self, kept: set[tuple[str, int]]) -> Image:
        return {
            name: file.content([record for at, record in enumerate(file.since)
                                if (name, at) in kept])
            for name, file in self.files.items()
        }  # fmt: skip
