"""`blipp init` and `blipp import articles`: an empty shop, and goods into it, all or nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.catalog import KeyKind
from db.store import SqliteStore
from tui.__main__ import main
from tui.config import load_config

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEADER = "number;name;price;department;vat;ean\n"
GOOD = HEADER + "1;Kaffe;30,00;Dryck;restaurant;\n2;Te;;Dryck;restaurant;\n"


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    file = tmp_path / "new" / "shop.toml"
    assert main(["init", str(file)]) == 0
    capsys.readouterr()
    return file


def load(shop: Path, text: str) -> int:
    file = shop.parent / "goods.csv"
    file.write_text(text, "utf-8")
    return main(["import", "articles", str(file), "--config", str(shop)])


def journal(shop: Path) -> list[tuple[str, str]]:
    """Give kind and payload of every journal row."""
    store = SqliteStore(shop.parent / "data" / "till.db", AT)
    try:
        with store.unit_of_work() as uow:
            rows = uow.connection.exec_driver_sql("SELECT kind, payload FROM journal ORDER BY seq")
            return [(str(kind), str(payload)) for kind, payload in rows]
    finally:
        store.close()


def test_a_new_shop_is_private_and_has_rates_and_a_panel(shop: Path) -> None:
    data = shop.parent / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    store = SqliteStore(data / "till.db", AT)
    try:
        tenders = [key.target for key in store.quick_keys() if key.kind is KeyKind.TENDER]
        assert sorted(tenders) == ["card", "cash"]
        assert store.vat_rate("standard", AT.date()) == 2500
        assert store.articles() == ()
        assert store.setting("demo") == "0"
    finally:
        store.close()
    assert main(["verify", "--config", str(shop)]) == 0


def test_nothing_is_written_over(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = shop.read_bytes()
    assert main(["init", str(shop)]) == 2
    assert shop.name in capsys.readouterr().err
    assert shop.read_bytes() == before


def test_a_shop_that_was_there_is_told_and_kept(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(shop, GOOD) == 0
    before = journal(shop)
    shop.unlink()
    assert main(["init", str(shop)]) == 0
    assert "låg redan en butik" in capsys.readouterr().out
    assert journal(shop) == before


def test_what_cannot_be_prepared_leaves_no_file_behind(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    (tmp_path / "data").write_text("in the way")
    assert main(["init", str(file)]) == 3
    assert not file.exists()
    (tmp_path / "data").unlink()
    assert main(["init", str(file)]) == 0


def test_the_file_is_right_once_its_blanks_are_filled_in(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "x", "--config", str(shop)]) == 2
    assert "shop." in capsys.readouterr().err
    text = shop.read_text("utf-8")
    text = text.replace('name = ""', 'name = "Bagarn AB"').replace('["", ""]', '["Storgatan 1"]')
    shop.write_text(text.replace('org_no = ""', 'org_no = "556677-8899"'), "utf-8")
    config = load_config(shop)
    assert config.data.dir == shop.parent / "data"
    assert config.terminal.driver == "none"
    assert main(["report", "x", "--config", str(shop)]) == 0
    assert "Bagarn AB" in capsys.readouterr().out
    assert main(["report", "z", "--config", str(shop)]) == 1
    assert "finns inte" in capsys.readouterr().err


def test_goods_come_in_with_their_prices_in_the_journal(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(shop, GOOD) == 0
    assert "2 nya" in capsys.readouterr().out
    assert load(shop, GOOD.replace("30,00", "32,00")) == 0
    assert "pris 30,00 blir 32,00" in capsys.readouterr().out
    changed = [payload for kind, payload in journal(shop) if kind == "article-changed"]
    assert len(changed) == 3
    assert changed[-1] == '{"new":{"price_ore":3200},"number":"1","old":{"price_ore":3000}}'
    store = SqliteStore(shop.parent / "data" / "till.db", AT)
    try:
        assert [key.target for key in store.quick_keys() if key.kind is KeyKind.DEPARTMENT] == [
            "Dryck"
        ]
    finally:
        store.close()
    assert main(["verify", "--config", str(shop)]) == 0


def test_the_journal_names_who_imported(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "anna\n")
    assert load(shop, GOOD) == 0
    store = SqliteStore(shop.parent / "data" / "till.db", AT)
    with store.unit_of_work() as uow:
        statement = "SELECT DISTINCT operator FROM journal WHERE kind = 'article-changed'"
        names = uow.connection.exec_driver_sql(statement).scalars().all()
    store.close()
    assert names == ["blipp import (anna)"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "3;Vatten;abc;Dryck;restaurant;\n", "rad 4 price"),
        (GOOD + "3;Vatten;1;Dryck;food;\n", "rad 4 vat"),
        (GOOD + "3;Vatten;1;Dryck;restaurant;7310865004704\n", "kontrollsiffra"),
        (GOOD.replace("price", "prcie"), "prcie"),
        ("", "fel"),
    ],
)
def test_one_bad_row_and_nothing_is_changed(
    shop: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = journal(shop)
    assert load(shop, text) == 1
    assert told in capsys.readouterr().out
    assert journal(shop) == before


def test_a_hostile_name_stays_text(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert load(shop, HEADER + "1;=cmd\x1b[2J[red]x;1;Dryck;restaurant;\nx\x1b[2J;;y;z;w;\n") == 1
    assert "\x1b" not in capsys.readouterr().out


def test_a_shop_that_the_till_made_itself_gets_its_panel_with_its_first_goods(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    file = tmp_path / "goods.csv"
    file.write_text(GOOD, "utf-8")
    assert main(["import", "articles", str(file), "--data", str(data)]) == 0
    store = SqliteStore(data / "till.db", AT)
    try:
        assert {key.target for key in store.quick_keys()} == {"cash", "card", "Dryck"}
        assert store.vat_rate("restaurant", AT.date()) == 1200
    finally:
        store.close()
    assert "2 nya" in capsys.readouterr().out


def test_a_name_that_the_paper_cannot_show_is_imported_and_told(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        load(shop, HEADER + "1;Kaffe ☕ שלום 茶;1;Dryck;restaurant;\n2;Té?;1;Dryck;restaurant;\n")
        == 0
    )
    told = capsys.readouterr().out.splitlines()
    assert "kan inte visa ☕שלום茶 i namnet: där står Kaffe ?? ???? ??" in told[1]
    assert told[2].split() == ["3", "2", "ny,", "1,00"]
