"""The border from a command to the terminal: every line that a command prints goes through here."""

import sys

from core.text import cell_count, visible


def say(text: str, *, is_error: bool = False) -> None:
    """Print lines for a person; what no one can see, escape sequences above all, is left out."""
    out = sys.stderr if is_error else sys.stdout
    # A folder may have a name that is no text at all: what stands for its bytes is left out too.
    plain = "\n".join(visible(row) for row in text.removesuffix("\n").split("\n"))
    encoding = out.encoding or "utf-8"
    print(plain.encode(encoding, "replace").decode(encoding), file=out, flush=True)


def padded(text: str, cells: int) -> str:
    """Fill a text with blanks to a width in cells."""
    return text + " " * (cells - cell_count(text))
