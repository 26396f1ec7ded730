"""A trigger, index or table that was dropped, changed or added is named at start and by verify."""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from core.errors import StoreDamaged, StoreError
from db.schema_check import SCHEMA_DIGEST, digest_of, made_schema
from db.store import SqliteStore
from tests.real_shop import RealShop, a_worked_shop, changed

CHANGES = (
    ("DROP TRIGGER journal_keeps_update", "trigger journal_keeps_update", "missing"),
    ("DROP INDEX sale_unfinished", "index sale_unfinished", "missing"),
    (
        "CREATE TRIGGER half AFTER INSERT ON receipt BEGIN UPDATE total SET count = 0; END",
        "trigger half",
        "added",
    ),
    ("CREATE TABLE second_book (at TEXT)", "table second_book", "added"),
    ("CREATE VIEW seen AS SELECT 1", "view seen", "added"),
    ("ALTER TABLE slip ADD COLUMN pan TEXT", "table slip", "changed"),
    ("DROP TABLE card_late", "table card_late", "missing"),
)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def test_the_digest_in_the_program_is_that_of_what_the_migrations_make() -> None:
    assert digest_of(made_schema()) == SCHEMA_DIGEST


def test_a_sound_shop_has_the_schema_of_its_migrations(worked: RealShop) -> None:
    assert worked.verify().is_sound


@pytest.mark.parametrize(("statement", "part", "what"), CHANGES)
def test_a_changed_schema_is_named_by_verify_and_refused_at_start(
    worked: RealShop, tmp_path: Path, statement: str, part: str, what: str
) -> None:
    shop = changed(worked, tmp_path / "shop")
    connection = dbapi2.connect(str(shop.folder / "till.db"), isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(statement)
    connection.close()
    problem = shop.verify().problem
    assert problem is not None
    assert f"{problem.table} {problem.key}" == part
    with pytest.raises(StoreDamaged) as refused:
        SqliteStore(shop.folder / "till.db", shop.world.clock.now())
    facts = refused.value.facts
    assert (f"{facts['kind']} {facts['name']}", facts["what"]) == (part, what)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("sql = replace(sql, 'BEGIN', 'WHEN 0 BEGIN')", "trigger journal_keeps_delete"),
        # One flipped bit of the file did it, and SQLite's own check says ok.
        ("tbl_name = 'rmceipt'", "index sqlite_autoindex_receipt_2"),
    ],
)
def test_a_part_that_was_changed_in_place_is_named(
    worked: RealShop, tmp_path: Path, change: str, part: str
) -> None:
    shop = changed(worked, tmp_path / "shop")
    connection = dbapi2.connect(str(shop.folder / "till.db"), isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(f"UPDATE sqlite_schema SET {change} WHERE name = ?", (part.split()[1],))
    connection.close()
    problem = shop.verify().problem
    assert problem is not None
    assert f"{problem.table} {problem.key}" == part


def test_a_name_in_the_schema_that_is_no_text_any_more_is_damage_and_no_bug(
    worked: RealShop, tmp_path: Path
) -> None:
    shop = changed(worked, tmp_path / "shop")
    path = shop.folder / "till.db"
    sound = path.read_bytes()
    tried = 0
    for word in (b"sale_unfinished", b"journal_keeps_delete", b"INSERT INTO", b"receipt"):
        at = sound.find(word)
        while 0 <= at < 32_768:
            data = bytearray(sound)
            data[at + 2] |= 0x80
            path.write_bytes(data)
            tried += 1
            shop.verify()
            with suppress(StoreError):
                SqliteStore(path, shop.world.clock.now()).close()
            for name in ("till.db-wal", "till.db-shm"):
                (shop.folder / name).unlink(missing_ok=True)
            at = sound.find(word, at + 1)
    assert tried > 5
