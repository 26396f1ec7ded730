"""Where texts are marked: late enough for the chosen language, and every text that is drawn.

Swedish without å, ä and ö ("Ta bort raden") is found by its shape: two words or more, handed to
something that draws. The letters themselves are watched in test_i18n.py.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import name_of, report, sources, text_of, tree_of
from tools import i18n

_WORDS = re.compile(r"[^\W\d_]{2,}[,.:;!?]? [^\W\d_]{2,}")
_EXEMPT = re.compile(r"#\s*i18n(-file)?:\s*\w{2,}")
# Calls whose texts are for a log or a pattern, never for a person at the till.
_UNSEEN = {"debug", "info", "warning", "error", "exception", "log", "compile"}
_UNSEEN_MODULE = re.compile(r"^tui/(cli/|config|i18n\.py)")


def _called(node: ast.Call) -> str:
    """Answer the last name of what is called."""
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def _at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Answer the calls that run when the module is imported, class bodies and defaults included."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [
                *node.decorator_list,
                *node.args.defaults,
                *filter(None, node.args.kw_defaults),
            ]
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting += ast.iter_child_nodes(node)


def test_no_text_is_translated_before_the_language_is_chosen() -> None:
    offences = [
        f"{name_of(path)}:{call.lineno}"
        for path in sources(*i18n.FOLDERS)
        for call in _at_import(tree_of(path))
        if _called(call) in {"_", "ngettext_"}
    ]
    assert not offences, report(offences, "_() at import: mark with N_() and translate where shown")


def _drawn(tree: ast.Module) -> Iterator[ast.expr]:
    """Answer what is handed to calls, but for errors, logs and the marks themselves."""
    raised = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise | ast.Assert)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in raised:
            continue
        if _called(node) in i18n.MARKS or _called(node) in _UNSEEN:
            continue
        yield from node.args
        yield from (keyword.value for keyword in node.keywords)


def _literals(value: ast.expr) -> Iterator[ast.Constant]:
    """Answer the plain literals of a value: itself, a list's, or the fixed parts of an f-string."""
    parts: list[ast.expr] = [value]
    if isinstance(value, ast.Tuple | ast.List):
        parts = value.elts
    for part in parts:
        inner = part.values if isinstance(part, ast.JoinedStr) else [part]
        yield from (each for each in inner if isinstance(each, ast.Constant))


def _unmarked(path: Path) -> Iterator[str]:
    lines = text_of(path).splitlines()
    for value in _drawn(tree_of(path)):
        for literal in _literals(value):
            text = literal.value
            if not isinstance(text, str) or not _WORDS.search(text):
                continue
            if not any(
                _EXEMPT.search(line) for line in lines[literal.lineno - 1 : literal.lineno + 1]
            ):
                yield f"{name_of(path)}:{literal.lineno} {text[:60]!r}"


def test_every_sentence_that_is_drawn_is_marked() -> None:
    offences = [
        offence
        for path in sources("tui")
        if not _UNSEEN_MODULE.match(name_of(path))
        for offence in _unmarked(path)
    ]
    assert not offences, report(offences, "a text for people outside _() and N_()")
