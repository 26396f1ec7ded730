"""Hostile text in logs, the status stream, article files and the words of commands."""

import json
import logging
import os
from pathlib import Path

import pytest

from core.article_file import CatalogueView, parse_articles, write_articles
from core.catalog import Article, Department
from core.errors import ConfigError
from tui.__main__ import main
from tui.config import load_config
from tui.log import LineFormatter
from tui.status import StatusStream

FORGED = "Kaffe\n2026-11-28 12:00:00 INFO blipp APPROVED\r\n\x1b[2J\x9b31m\u202e\u2028x"
FIKA = Department("Fika", "standard")
FORMULAS = (
    "=1+1", "+46701", "-5", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "'=1", "''x",
    "=cmd|' /C calc'!A0", "-2+3", "+A1", "@x", "'", "=", "+", "-", "@",
    "'-", "'@a", "=\"a\";\"b\"", "-1,5",
)  # fmt: skip


def test_a_name_with_line_ends_adds_no_line_to_the_log(tmp_path: Path) -> None:
    log = logging.Logger("test")
    handler = logging.FileHandler(tmp_path / "till.log", encoding="utf-8")
    handler.setFormatter(LineFormatter("%(levelname)s %(message)s"))
    log.addHandler(handler)
    try:
        log.error("unknown article %s", FORGED)
        try:
            raise ValueError(FORGED)
        except ValueError:
            log.exception("a bug")
    finally:
        handler.close()
    text = (tmp_path / "till.log").read_text("utf-8")
    assert text.count("\n") == 2
    assert text.isprintable() is False
    assert text.replace("\n", "").isprintable()


def test_the_status_stream_stays_one_line_of_json_whatever_is_in_it() -> None:
    read, write = os.pipe()
    stream = StatusStream(write)
    stream.write(screen="search", entry=f"{FORGED}\ud800\x00")
    stream.write(screen="search", entry="x")
    told = os.read(read, 65_536).decode().splitlines()
    os.close(read)
    os.close(write)
    assert [json.loads(line)["seq"] for line in told] == [1, 2]
    assert json.loads(told[0])["entry"].isprintable()


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_written_article_file_is_a_formula(text: str) -> None:
    article = Article("1", text, "Fika", 1990)
    written = write_articles([article], {"Fika": FIKA})
    name = written.splitlines()[1].split(";")[3].strip('"')
    assert name[:1] not in ("=", "+", "-", "@", "\t", "\r", "\x00")
    read = parse_articles(written, CatalogueView({}, {}))
    assert read.articles == (article,)


def test_a_file_with_a_hostile_name_is_told_without_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = "\x1b]52;c;aGVq\x07\x9b31m\u202e.csv\nAPPROVED"
    assert main(["import", "articles", str(tmp_path / name), "--data", str(tmp_path)]) == 2
    told = "".join(capfd.readouterr())
    assert told.count("\n") == 1
    assert told.strip().isprintable()


def test_texts_of_the_configuration_are_cleaned_and_empty_ones_refused(tmp_path: Path) -> None:
    file = tmp_path / "blipp.toml"
    shop = (
        '[shop]\nname = {name}\norg_no = "556677-8899"\naddress = ["x"]\nregister_id = "K1"\n'
        '[control_unit]\ndriver = "cleancash-serial"\ndevice = "ttyUSB0"\n'
    )
    file.write_text(shop.format(name='"Cafe\\u0301  \\u0338[b]"'), "utf-8")
    assert load_config(file).shop.name == "Caf\u00e9 [b]"
    file.write_text(shop.format(name='"\\u3164"'), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert caught.value.facts["reason"] == "empty"
