"""Write docs/keys.md from the table of keys, so that page and till cannot differ (`make keys`).

The screen's own Swedish word stands first, as a reader has it before him; the rest is English.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tui.bindings import ALL, BINDINGS, Binding, shown_key  # noqa: E402 - after the path is set
from tui.i18n import set_language, translator  # noqa: E402 - after the path is set

PAGE = ROOT / "docs" / "keys.md"

_HEAD = """# Keys

Made by `make keys` from tui/bindings.py; do not edit it. The till shows the same list under `F1`
or `?`.

| Key | Word on the screen | What it does | Where | Id |
|---|---|---|---|---|
"""
_FOOT = """
Desktop terminal programs keep F1, F10 and F11 for themselves: `?`, `+` and `+ Enter` do the same
there. Every key of the keypad does what its twin on the main keyboard does.
"""


def _keys(binding: Binding) -> str:
    """Answer the keys as they are written on the screen, digits and letters in short."""
    if binding.id == "digits":
        return "`0`–`9` `,`"
    if binding.id == "letters":
        return "`A`–`Ö`"
    return " ".join(f"`{shown_key(key)}`" for key in binding.keys)


def page() -> str:
    """Answer the whole page."""
    english = translator("en")
    set_language("en")
    try:
        rows = []
        for binding in BINDINGS:
            words = english(binding.words).replace("*", r"\*") + (
                " (later)" if binding.is_later else ""
            )
            where = "everywhere" if binding.screens == ALL else ", ".join(binding.screens)
            cells = (_keys(binding), binding.label, words, where, f"`{binding.id}`")
            rows.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |\n")
    finally:
        set_language("sv")
    return _HEAD + "".join(rows) + _FOOT


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
