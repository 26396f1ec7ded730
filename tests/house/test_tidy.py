"""The limits and forbidden words of the house, read from the sources themselves.

Each failure lists every place, so that one run is enough to mend them all.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, kept_files, name_of, report, sources, text_of, tree_of

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LINE_MAX = 100

_PROGRAM = ("tui", "core", "devices", "db", "tools", "bench")
_ALL = (*_PROGRAM, "tests")
_MAY_PRINT = re.compile(r"^(tui/__main__\.py|tui/cli\w*\.py|tui/cli/.*|tools/.*|bench/.*)$")
_MAY_CATCH_ALL = {"tui/till_thread.py", "tui/__main__.py"}
_THE_CLOCK = "tui/clock.py"
_CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}
_NO_DIVISION = ("core/money.py", "core/vat.py", "core/tender.py", "core/sale.py", "core/reports.py")

_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<code>\[[\w\-, ]+\])?(?P<reason>.*)")
_NOQA = re.compile(r"#\s*(?:ruff:\s*)?noqa(?P<code>:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?(?P<reason>.*)")
_TODO = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X{3})\b(?!.*#\d)")
# Written in pieces, so that this file does not hold what it looks for.
_MACHINE_PATH = re.compile(
    r"(?<![\w.~$}>-])/(?:" + "|".join(("home", "work", "tmp", "root")) + "/)"
)
_PACKAGE_HOST = re.compile("pypi" + r"\.org|pythonhosted" + r"\.org", re.IGNORECASE)
_LOCAL_FILE = re.compile("file:" + "//")


def _dotted(node: ast.expr) -> str:
    """Answer `a.b` for an attribute chain's last two names, or the plain name."""
    if isinstance(node, ast.Attribute):
        owner = node.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        return f"{name}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _calls(path: Path) -> Iterator[tuple[str, int]]:
    """Answer every call's name and line."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield _dotted(node.func), node.lineno


def _comments(path: Path) -> Iterator[tuple[str, int]]:
    """Answer every comment and its line."""
    for token in tokenize.generate_tokens(io.StringIO(text_of(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.string, token.start[0]


def _texts() -> Iterator[tuple[Path, str]]:
    """Answer every kept file that is text."""
    for path in kept_files():
        if b"\0" in path.read_bytes()[:4096]:
            continue
        try:
            yield path, text_of(path)
        except UnicodeDecodeError:
            continue


def test_no_module_is_longer_than_400_lines() -> None:
    offences = [
        f"{name_of(path)}: {lines} lines"
        for path in sources(*_ALL)
        if (lines := len(text_of(path).splitlines())) > MODULE_LINES_MAX
    ]
    assert not offences, report(offences, f"modules of more than {MODULE_LINES_MAX} lines")


def test_no_function_is_longer_than_70_lines() -> None:
    offences = []
    for path in sources(*_ALL):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    offences.append(f"{name_of(path)}:{node.lineno} {node.name}: {lines} lines")
    assert not offences, report(offences, f"functions of more than {FUNCTION_LINES_MAX} lines")


def test_no_line_is_longer_than_100_characters() -> None:
    # As ruff judges it: one long word, such as an address or a pattern, cannot be broken.
    offences = [
        f"{name_of(path)}:{number}: {len(line)}"
        for path in kept_files()
        if path.suffix in {".py", ".tcss"}
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if len(line) > LINE_MAX and len(line.split()) > 1 and "noqa: E501" not in line
    ]
    assert not offences, report(offences, f"lines of more than {LINE_MAX} characters")


def test_nothing_is_made_a_float() -> None:
    offences = [
        f"{name_of(path)}:{line}"
        for path in sources()
        for name, line in _calls(path)
        if name == "float"
    ]
    assert not offences, report(offences, "float(...): amounts are integers of öre")


def test_amounts_are_never_divided() -> None:
    offences = []
    for name in _NO_DIVISION:
        path = ROOT / name
        if not path.exists():
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
                offences.append(f"{name}:{node.lineno}")
    assert not offences, report(offences, "true division where amounts live; use // with a rule")


def test_only_the_command_line_prints() -> None:
    offences = [
        f"{name_of(path)}:{line}"
        for path in sources(*_PROGRAM)
        if not _MAY_PRINT.match(name_of(path))
        for name, line in _calls(path)
        if name == "print"
    ]
    assert not offences, report(offences, "print(...) outside the command line")


def test_only_the_clock_reads_the_time_of_day() -> None:
    offences = [
        f"{name_of(path)}:{line} {name}"
        for path in sources()
        if name_of(path) != _THE_CLOCK
        for name, line in _calls(path)
        if name in _CLOCKS
    ]
    assert not offences, report(offences, f"the time of day is read in {_THE_CLOCK} only")


def test_everything_is_caught_only_at_the_two_tops() -> None:
    offences = []
    for path in sources():
        if name_of(path) in _MAY_CATCH_ALL:
            continue
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            names = {"everything" if kind is None else _dotted(kind) for kind in kinds}
            if names & {"everything", "Exception", "BaseException"}:
                offences.append(f"{name_of(path)}:{node.lineno}")
    assert not offences, report(offences, f"except Exception outside {sorted(_MAY_CATCH_ALL)}")


def test_nothing_is_left_unimplemented() -> None:
    offences = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Name) and node.id == "NotImplemented" + "Error"
    ]
    assert not offences, report(offences, "unfinished code")


def test_every_silenced_check_has_a_code_and_a_reason() -> None:
    offences = []
    for path in sources(*_ALL):
        for comment, line in _comments(path):
            for pattern in (_IGNORE, _NOQA):
                found = pattern.search(comment)
                if found and not (found["code"] and re.search(r"\w{3,}", found["reason"])):
                    offences.append(f"{name_of(path)}:{line} {comment}")
    assert not offences, report(offences, "write e.g. `# type: ignore[arg-type]  # why`")


def test_every_postponed_work_names_its_issue() -> None:
    offences = [
        f"{name_of(path)}:{number}"
        for path in sources(*_ALL)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if _TODO.search(line)
    ]
    assert not offences, report(offences, "postponed work without an issue number")


def test_no_file_names_a_machine_or_a_package_host() -> None:
    offences = [
        f"{name_of(path)}:{number} {line.strip()[:80]}"
        for path, text in _texts()
        for number, line in enumerate(text.splitlines(), 1)
        if _MACHINE_PATH.search(line) or _PACKAGE_HOST.search(line) or _LOCAL_FILE.search(line)
    ]
    assert not offences, report(offences, "a path of one machine, or a package host")
