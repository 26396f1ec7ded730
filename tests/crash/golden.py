"""One recording kept in the repository, so that `make test` replays a power cut without a compiler.

    python -m tests.crash.golden

writes it anew, from a card sale with tip. It is a log of the call shim, compressed, that begins
with what the files held: a write of the whole and its fsync.
"""

import lzma
import struct
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.crash.call_shim import Shim, run_preloaded
from tests.crash.disk_log import Record, read_log
from tests.crash.lives import make_template, quicken, say
from tests.crash.power_run import base_of, record
from tests.crash.scripts import SCRIPTS

GOLDEN: Final = Path(__file__).with_name("golden") / "card-tip.log.xz"
DATABASE: Final = "data/till.db"
WITNESS: Final = "data/witness/witness.log"


def golden_log() -> list[Record]:
    """Give the kept recording."""
    return list(read_log(lzma.decompress(GOLDEN.read_bytes())))


def _packed(one: Record) -> bytes:
    name = one.name.encode()
    head = struct.pack("=cIqQ", one.op.encode(), len(name), one.offset, len(one.data))
    return head + name + one.data


def keep(_arguments: dict[str, str]) -> int:
    """Record, give the files short names, and keep it."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        quicken()
        template = make_template(folder / "template")
        script = next(one for one in SCRIPTS if one.name == "card-tip")
        log = record(Shim(), folder / "life", template, script, "")
        home = f"{folder / 'life'}/"
        base = base_of(template, folder / "life" / "data")
        kept = [
            Record(op, name.removeprefix(home), 0, content if op == "W" else b"")
            for name, content in base.items()
            if content is not None
            for op in "WS"
        ]
        kept += [
            one._replace(name=one.name.removeprefix(home))
            for one in read_log(log.read_bytes())
            if one.op == "M" or one.name.removeprefix(home).startswith("data")
        ]
        kept = [one for one in kept if not one.name.endswith("-shm")]
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_bytes(lzma.compress(b"".join(map(_packed, kept)), preset=9))
    say(f"{GOLDEN.name} {GOLDEN.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(run_preloaded("tests.crash.golden", "a recording needs", keep))
