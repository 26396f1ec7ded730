"""No text becomes code: no pickle, eval or shell, no unverified TLS; constant SQL (S14, S15).

One exception: `core/frozen.py` compiles the `__init__` of the house's values with `exec`. What it
compiles is made of the names of annotated fields in our own source, before any outside text is
read; values never reach it. `dataclasses` of the standard library does the same.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.tree import name_of, report, sources, tree_of

_SHIPPED = ("tui", "core", "devices", "db")
_MODULES = {"pickle", "marshal", "shelve", "dill", "yaml", "code", "codeop", "pty"}
_CALLS = {"eval", "exec", "execfile", "__import__", "popen", "system", "getoutput"}
_CALLS |= {"_create_unverified_context", "set_trace", "breakpoint", "executescript"}
_NAMES = {"CERT_NONE"}
_NEVER = {("shell", True), ("verify", False), ("check_hostname", False)}
_ALLOWED = {"core/frozen.py exec"}
_SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|DROP|ALTER|ATTACH|WHERE|SAVEPOINT)\b"
)
_CONSTANT = re.compile(r"_?[A-Z][A-Z_]+|'[^']*'\.join\(_?[A-Z][A-Z_]+\)")
_MADE_OF = {
    "db/catalog.py": {"marks"},
    "db/engine.py": {"name", "value"},
    "db/migrations/m0001_initial.py": {"table", "verb", "verb.lower()"},
    "db/migrations/m0003_bound_rows.py": {"table", "which", "', '.join(columns)"},
    "db/verify.py": {"table", "column"},
    "db/verify_bound.py": {"table", "', '.join((*keys, *names))"},
    "db/verify_papers.py": {"table", "column"},
}
"""What else statements are put together of: names out of tables in that module, or `?` marks."""


def _unsafe(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Answer line and name of what must not be there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = [alias.name for alias in node.names]
            modules = [getattr(node, "module", None) or "", *named]
            yield from ((node.lineno, each) for each in modules if each.split(".")[0] in _MODULES)
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if called in _CALLS:
                yield node.lineno, called
            for keyword in node.keywords:
                value = getattr(keyword.value, "value", None)
                if (keyword.arg, value) in _NEVER:
                    yield node.lineno, f"{keyword.arg}={value}"
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                value = getattr(node.value, "value", None)
                if (getattr(target, "attr", ""), value) in _NEVER:
                    yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Attribute) and node.attr in _NAMES:
            yield node.lineno, node.attr


def _made_statements(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Answer line and ingredients of each SQL statement that is put together."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            fixed = "".join(
                str(part.value) for part in node.values if isinstance(part, ast.Constant)
            )
            parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            sides = (node.left, node.right)
            fixed = "".join(str(one.value) for one in sides if isinstance(one, ast.Constant))
            parts = [one for one in sides if not isinstance(one, ast.Constant)]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "format":
            inner = getattr(node.func, "value", None)
            fixed = str(inner.value) if isinstance(inner, ast.Constant) else ""
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        else:
            continue
        if _SQL.search(fixed) and parts:
            yield node.lineno, {ast.unparse(part) for part in parts}


def test_nothing_turns_text_into_code() -> None:
    offences = [
        f"{name_of(path)}:{line} {what}"
        for path in sources(*_SHIPPED)
        for line, what in _unsafe(tree_of(path))
        if f"{name_of(path)} {what}" not in _ALLOWED
    ]
    assert not offences, report(offences, "text must never become code")


def test_every_sql_statement_is_constant() -> None:
    offences = [
        f"{name_of(path)}:{line} {', '.join(sorted(parts))}"
        for path in sources("db", "tui", "core")
        for line, parts in _made_statements(tree_of(path))
        if not all(_CONSTANT.fullmatch(part) for part in parts - _MADE_OF.get(name_of(path), set()))
    ]
    assert not offences, report(offences, "a value belongs in a parameter, never in the statement")


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from yaml import load",
        "eval(name)",
        "exec(name)",
        "subprocess.run(name, shell=True)",
        "os.system(name)",
        "client(verify=False)",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
    ],
)
def test_the_check_bites(source: str) -> None:
    assert list(_unsafe(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "f\"SELECT * FROM article WHERE name='{name}'\"",
        '"DELETE FROM sale WHERE id=%s" % number',
        '"UPDATE article SET name=\'" + name',
        '"DROP TABLE {name}".format(name=name)',
    ],
)
def test_the_check_of_statements_bites(source: str) -> None:
    assert list(_made_statements(ast.parse(source)))
