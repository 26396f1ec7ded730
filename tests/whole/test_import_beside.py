"""Goods that are imported while the till runs are sold by that till, without a new start."""

from tests.whole.harness import MUG, Shop
from tui import commands as c
from tui.__main__ import main

HEADER = "number,name,price,department,vat\n"


def load(shop: Shop, rows: str) -> None:
    """Import as another process does."""
    file = shop.folder / "goods.csv"
    file.write_text(HEADER + rows, "utf-8")
    assert main(["import", "articles", str(file), "--data", str(shop.data_dir)]) == 0


def test_an_article_of_a_new_department_is_sold_at_once_and_found(shop: Shop) -> None:
    till = shop.open().ready()
    opened = till.opened
    assert opened is not None
    assert opened.search("Ny vara", 5) == ()
    load(shop, "9901,Ny vara,20,Helt ny grupp,standard\n")
    till.do(c.AddCode("9901"))
    till.do(c.AddDepartment("Helt ny grupp", 50_00, None))
    assert [each.number for each in opened.search("Ny vara", 5)] == ["9901"]
    sale = till.view.sale
    assert sale is not None
    assert sale.lines[0].department == "Helt ny grupp"
    till.do(c.PayCash())
    assert till.receipt(1).total_ore == 70_00


def test_a_new_price_counts_for_the_next_line_and_not_for_the_last(shop: Shop) -> None:
    till = shop.open().ready()
    load(shop, "9901,Ny vara,20,Helt ny grupp,standard\n")
    till.do(c.AddCode("9901"))
    load(shop, "9901,Ny vara,30,Helt ny grupp,standard\n")
    till.do(c.AddCode("9901"))
    sale = till.view.sale
    assert sale is not None
    assert [line.unit_price_ore for line in sale.lines] == [20_00, 30_00]


def test_the_screen_is_told_of_the_key_of_a_new_department_once(shop: Shop) -> None:
    till = shop.open().ready()
    load(shop, "9901,Ny vara,20,Helt ny grupp,standard\n")
    for _ in range(3):
        till.do(c.AddCode(MUG))
    assert len(till.panels) == 1
    assert "Helt ny grupp" in {key.target for key in till.panels[0].quick_keys}
