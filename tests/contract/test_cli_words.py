"""The command line speaks one language at a time: that of its configuration, else Swedish."""

import ast
import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.verify_rows import BadRow, expect
from devices.simulators.terminal_script import ScriptWrong, load_script
from tui.__main__ import main
from tui.cli.language import language_of
from tui.cli.verify_words import NAMES, PROBLEMS, problem_words
from tui.cli.words import system_words
from tui.i18n import set_language

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (
    *("usage", "positional", "options", "show this", "argument -", "invalid", "expected", "choose"),
    *("required", "unrecognized", "ambiguous", "error", "ignored", "could match"),
)
WRONG = (
    *("run --status-fd x", "run --config", "report q", "report", "verify --foo", "simulate"),
    *("simulate x", "run --d", "import articles", "run --demo=3", "run x", "report z y"),
    *("simulate printer --port 99999999", "simulate control-unit --repeat x", "import shoes a"),
)


@pytest.fixture(autouse=True)
def _swedish_again() -> Iterator[None]:
    yield
    set_language("sv")


@pytest.fixture
def english(tmp_path: Path) -> str:
    """Give a configuration in English."""
    file = tmp_path / "en.toml"
    file.write_text('[shop]\nlanguage = "en"\n', "utf-8")
    return str(file)


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_is_told_in_swedish(
    line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 2
    told = capsys.readouterr().err
    assert "Kommandot går inte att läsa" in told
    assert not [word for word in ENGLISH if word in told.lower()], told


@pytest.mark.parametrize("command", ["", "run", "simulate", "simulate terminal", "report"])
def test_help_is_in_swedish(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    told = capsys.readouterr().out
    assert told.startswith("användning: blipp")
    assert "visa den här hjälpen" in told
    assert not [word for word in ENGLISH if word in told.lower()], told


def test_an_english_shop_has_an_english_command_line(
    english: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["run", "--config", english, "--foo"]) == 2
    assert "cannot be read (unrecognized arguments: --foo)" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["run", f"--config={english}", "--help"])
    assert capsys.readouterr().out.startswith("usage: blipp run")
    assert main(["verify", "--config", english, "--data", str(tmp_path)]) == 2
    assert "there is no shop" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["language = 3", "[shop]\nlanguage = 'xx'", "shop = 1", "\x00", ""]
)
def test_a_file_that_says_nothing_leaves_it_swedish(text: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(text, "utf-8")
    assert language_of(["--config", str(file)]) == "sv"
    assert language_of(["--config", str(tmp_path)]) == "sv"
    assert language_of(["--config"]) == "sv"


def _clauses() -> Iterator[str]:
    """Give each clause that verification may raise, from its sources."""
    for path in sorted((ROOT / "db").glob("verify*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and "what" in ast.unparse(node.targets[0]):
                yield ast.literal_eval(
                    node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
                )
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "BadRow":
                continue
            if not isinstance(node.args[2], ast.Name):
                yield ast.literal_eval(node.args[2])


def test_each_clause_of_verification_has_words() -> None:
    clauses = set(_clauses())
    assert clauses <= set(PROBLEMS)
    assert set(PROBLEMS) - clauses <= {"there is no such file", "cannot be read: {error}"}


def test_a_bad_row_is_told_in_swedish_with_the_names_of_its_columns() -> None:
    with pytest.raises(BadRow) as caught:
        expect("sale", 1, "total_ore", 4901, 4900)
    told = problem_words(caught.value.problem)
    assert told == "sale 1: total_ore är 4901, journalen säger 4900"
    assert str(caught.value.problem) == "sale 1: total_ore is 4901, the journal says 4900"
    with pytest.raises(BadRow) as caught:
        expect("journal", 7, "base at 2500", 1, "{x}")
    assert problem_words(caught.value.problem) == (
        "journal 7: moms: underlaget vid 2500 är 1, journalen säger '{x}'"
    )


def test_each_name_that_is_put_into_words_is_one_of_verification() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "db").glob("verify*.py"))
    assert not [name for name in NAMES if f'"{name}' not in sources]


def test_a_wrong_script_is_told_in_swedish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, words in (
        ("waht 3", "waht är inget ord som går"),
        ("tip", "tip behöver ett värde"),
        ("tap 3", "tap tar inget värde"),
        ("tip x", "x är inget belopp"),
        ("cable y", "cable ska följas av ett av before-approval, after-approval"),
        ("wait -1", "wait behöver sekunder, till exempel 0.2"),
        ("a b c", "a b c ska vara ett ord och ett värde"),
    ):
        file = tmp_path / "script.txt"
        file.write_text(f"tap\n{text}\n", "utf-8")
        with pytest.raises(ScriptWrong):
            load_script(file.read_text("utf-8"))
        assert main(["simulate", "terminal", "--headless", "--script", str(file)]) == 2
        assert f"rad 2: {words}\n" in capsys.readouterr().err


def test_what_the_system_says_is_told_in_swedish(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its number is looked at below
        (tmp_path / "none").read_text("utf-8")
    assert system_words(caught.value) == f"{tmp_path / 'none'}: finns inte"
    assert system_words(OSError(errno.EADDRINUSE, "x")).startswith("porten används redan")
    assert system_words(OSError(errno.EXDEV, "odd")) == f"fel {errno.EXDEV}: odd"


def test_a_wrong_word_of_the_configuration_is_told_with_the_words_that_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "blipp.toml"
    file.write_text('[shop]\nname = ""\naddress = [""]\n', "utf-8")
    assert main(["run", "--config", str(file)]) == 2
    assert "shop.name" in capsys.readouterr().err
    shop = 'name = "A"\norg_no = "556677-8899"\naddress = ["B"]\nregister_id = "K1"\n'
    file.write_text(f'[shop]\n{shop}[control_unit]\ndriver = "box"\n', "utf-8")
    assert main(["run", "--config", str(file)]) == 2
    assert "(cleancash-serial, cleancash-xccsp)" in capsys.readouterr().err


def test_a_link_that_cannot_be_made_is_named_and_not_what_it_points_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "control-unit", "--headless", "--link", str(tmp_path)]) == 3
    assert capsys.readouterr().err == f"blipp: {tmp_path}: finns redan\n"
