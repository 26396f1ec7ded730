"""The two languages: every marked text has its English, and no Swedish text is left unmarked.

When this fails after you added a text: mark it with `_("…")` (or `N_("…")` in a table), run
`make i18n`, and write the English in tui/locale/en/LC_MESSAGES/blipp.po, then `make i18n` again.
A Swedish literal that must not be translated carries `# i18n: <why>` on one of its lines; a module
full of them carries `# i18n-file: <why>` once.
"""

import ast
import io
import re
import tokenize
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tests.house.tree import name_of, report, sources, text_of, tree_of
from tools import i18n
from tui.i18n import _ as shown
from tui.i18n import set_language, translator

_SWEDISH = re.compile("[åäöÅÄÖ]")
_EXEMPT_LINE = re.compile(r"#\s*i18n:\s*\w{3,}")
_EXEMPT_FILE = re.compile(r"#\s*i18n-file:\s*\w{3,}")


def _place(message: Message) -> str:
    return message.locations[0][0] if message.locations else "?"


def test_every_text_has_its_english() -> None:
    english = i18n.messages(i18n.read())
    offences = [
        f"{_place(message)}: {key!r}"
        for key, message in i18n.messages(i18n.extract()).items()
        if key not in english or not all(i18n.english_of(english[key]))
    ]
    assert not offences, report(offences, "no English text (make i18n, then write it in blipp.po)")


def test_no_english_is_left_of_a_text_that_is_gone() -> None:
    current = i18n.messages(i18n.extract())
    offences = [repr(key) for key in i18n.messages(i18n.read()) if key not in current]
    assert not offences, report(offences, "in blipp.po but no longer in the sources (make i18n)")


def test_the_places_to_fill_in_are_the_same_in_both_languages() -> None:
    offences = []
    for key, message in i18n.messages(i18n.read()).items():
        allowed = [i18n.fields(text) for text in i18n.sources_of(message)]
        for english in i18n.english_of(message):
            if english and i18n.fields(english) not in allowed:
                offences.append(f"{key!r} -> {english!r}")
    assert not offences, report(offences, "other {fields} in English than in Swedish")


def test_the_compiled_catalogue_is_fresh() -> None:
    wanted = GNUTranslations(io.BytesIO(i18n.compiled(i18n.read())))
    with i18n.MO.open("rb") as stream:
        held = GNUTranslations(stream)
    stale = []
    for key, message in i18n.messages(i18n.read()).items():
        if message.pluralizable:
            one, many = i18n.sources_of(message)
            same = all(held.ngettext(one, many, n) == wanted.ngettext(one, many, n) for n in (1, 2))
        else:
            same = held.gettext(key) == wanted.gettext(key)
        if not same:
            stale.append(repr(key))
    assert not stale, report(stale, "blipp.mo is older than blipp.po (make i18n)")


def _docstrings(tree: ast.Module) -> set[int]:
    """Answer the identities of literals that stand as statements: documentation, not text."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _marked(tree: ast.Module) -> set[int]:
    """Answer the identities of literals that are arguments of a mark."""
    return {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in i18n.MARKS)
            or (isinstance(node.func, ast.Attribute) and node.func.attr in i18n.MARKS)
        )
        for argument in node.args
    }


def _exempt_lines(path: Path) -> set[int] | None:
    """Answer the lines that say why they hold Swedish; None when the whole file does."""
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text_of(path)).readline):
        if token.type == tokenize.COMMENT:
            if _EXEMPT_FILE.search(token.string):
                return None
            if _EXEMPT_LINE.search(token.string):
                lines.add(token.start[0])
    return lines


def test_no_swedish_stands_unmarked_in_the_screens() -> None:
    offences = []
    for path in sources("tui"):
        exempt = _exempt_lines(path)
        if exempt is None:
            continue
        tree = tree_of(path)
        spared = _docstrings(tree) | _marked(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if len(node.value) < 2 or not _SWEDISH.search(node.value) or id(node) in spared:
                continue
            if exempt.isdisjoint(range(node.lineno, (node.end_lineno or node.lineno) + 1)):
                offences.append(f"{name_of(path)}:{node.lineno} {node.value[:60]!r}")
    assert not offences, report(offences, "Swedish text outside _() and N_()")


def test_a_marked_text_is_a_plain_literal() -> None:
    # gettext looks the text up whole: one with values already in it is never found.
    offences = []
    for path in sources(*i18n.FOLDERS):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in i18n.MARKS:
                for argument in node.args:
                    call = argument.func if isinstance(argument, ast.Call) else None
                    formatted = isinstance(call, ast.Attribute) and call.attr == "format"
                    if isinstance(argument, ast.JoinedStr | ast.BinOp | ast.IfExp) or formatted:
                        offences.append(f"{name_of(path)}:{node.lineno}")
    assert not offences, report(offences, 'write _("… {x}").format(x=…), the mark innermost')


def test_a_text_is_shown_in_the_language_that_was_chosen() -> None:
    swedish, english = next(
        (key, i18n.english_of(message)[0])
        for key, message in i18n.messages(i18n.read()).items()
        if i18n.english_of(message)[0] not in ("", key)
    )
    try:
        set_language("en")
        assert shown(swedish) == english
        assert translator("sv")(swedish) == swedish
        set_language("sv")
        assert shown(swedish) == swedish
        assert translator("en")(swedish) == english
    finally:
        set_language("sv")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_empty_text_stays_empty(language: str) -> None:
    # gettext keeps its own header under the empty text; it must never reach a screen or a paper.
    try:
        set_language(language)
        assert shown("") == ""
        assert translator(language)("") == ""
    finally:
        set_language("sv")
