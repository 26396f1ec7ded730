"""Every border that outside text crosses, and the cleaning that stands there (reliability S4).

In: what comes from files, wires, keys and the command line. Out: what goes to the terminal, to
paper, to wires, to files. A new border is added to the list; a way around one fails a test here.
"""

import ast

import pytest

from tests.house.tree import ROOT, name_of, report, sources, tree_of

CLEANERS = {"clean", "visible", "shown", "canonical", "printable", "LineFormatter", "read_cell"}

BORDERS_IN = {
    "configuration: texts for people": "tui/config_reading.py",
    "article file: cells": "core/article_rows.py",
    "article file: columns and bad numbers": "core/article_file.py",
    "layout file": "core/layout_file.py",
    "keys, scanner and paste": "tui/screens/till_desk.py",
    "terminal: display, slips, events": "devices/terminals/westpay_epas/fields.py",
    "control unit on a cable": "devices/control_units/cleancash/codec.py",
    "control unit in the cloud": "devices/control_units/xccsp/codec.py",
    "control unit: identity and code": "devices/control_units/signing.py",
    "http links: the other side's reasons": "devices/links/http.py",
    "serial links: the system's reasons": "devices/links/serial.py",
    "command line: errors and their facts": "tui/cli/words.py",
}
BORDERS_OUT = {
    "screen: every row": "tui/widgets/block.py",
    "commands: every line printed": "tui/cli/say.py",
    "status stream": "tui/status.py",
    "log": "tui/log.py",
    "log is written through it": "tui/compose.py",
    "paper: every row": "core/sheet.py",
    "ESC/POS: one table of characters": "devices/printers/encoder.py",
    "XML to the terminal": "devices/terminals/westpay_epas/writing.py",
    "article file, written": "core/article_rows.py",
}
"""The journal and JSON exports are written by `json.dumps`, which escapes what it must."""

_PRINTER = frozenset(b"\x1b\x1d\x1c\x10")
"""First bytes of a printer's commands."""
_WIDGETS = {
    "Static", "Label", "Button", "DataTable", "OptionList", "RichLog", "Input", "TextArea",
    "Markdown", "ListView", "SelectionList", "Tree", "from_markup", "render_markup", "notify",
}  # fmt: skip
"""What would read a text as markup, or draw one past tui/widgets/block.py (M5, S5)."""


def _called(tree: ast.AST) -> set[str]:
    """Answer the names of everything that is called."""
    return {
        getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }


@pytest.mark.parametrize("border", [*BORDERS_IN, *BORDERS_OUT])
def test_outside_text_is_cleaned_at_each_border(border: str) -> None:
    path = ROOT / (BORDERS_IN | BORDERS_OUT)[border]
    assert _called(tree_of(path)) & CLEANERS, f"{name_of(path)} cleans nothing"


def test_commands_print_through_one_border() -> None:
    offences = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources("tui", "core", "db", "devices")
        if name_of(path) != "tui/cli/say.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (
            getattr(node.func, "id", "") == "print"
            or (
                getattr(node.func, "attr", "") == "write"
                and "std" in ast.unparse(getattr(node.func, "value", node))
            )
        )
    ]
    assert not offences, report(offences, "use tui.cli.say.say: it leaves escape sequences out")


def test_no_widget_reads_a_text_as_markup() -> None:
    offences = [
        f"{name_of(path)} {name}"
        for path in sources("tui")
        for name in sorted(_called(tree_of(path)) & _WIDGETS)
    ]
    assert not offences, report(offences, "draw texts as a Block: nothing in it is ever markup")


def test_only_the_encoder_makes_bytes_for_a_printer() -> None:
    offences = [
        f"{name_of(path)}:{node.lineno} {node.value!r}"
        for path in sources("tui", "core", "db", "devices")
        if not name_of(path).startswith(("devices/printers/", "devices/simulators/"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str | bytes)
        and _PRINTER
        & set(node.value if isinstance(node.value, bytes) else node.value.encode("utf-8"))
    ]
    assert not offences, report(offences, "only devices/printers makes ESC, GS, FS and DLE")
