"""After a restore no second original and no second copy: what may be out is asked about."""

from pathlib import Path

import pytest

from core.checkout import SaleState
from core.errors import SaleNotOpen
from core.services import doubt, payment, registration, taken_up
from db.backup import back_up
from db.witness import read_witness
from tests.fake_store import Seam, no_seam
from tests.real_shop import RULES, RealShop, a_worked_shop, changed
from tests.store.test_restore import live, put_back
from tests.till_life import Life, Scenario

SCRIPT = Scenario("restored papers", (), rules=RULES)


class Died(Exception):
    """The program ends here."""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


@pytest.fixture
def shop(worked: RealShop, tmp_path: Path) -> RealShop:
    shop = changed(worked, tmp_path / "shop")
    shop.world = worked.world.copy()
    live(shop, 1)
    return shop


def dies_at(label: str, times: int = 1) -> Seam:
    """End the program when it comes to a seam for the n-th time."""
    left = times

    def seam(at: str) -> None:
        nonlocal left
        left -= at == label
        if not left:
            raise Died

    return seam


def sell(shop: RealShop, seam: Seam = no_seam) -> None:
    """Sell one article for cash."""

    def work(life: Life) -> None:
        life.begin()
        registration.add_code(life.till, "2", None, None)
        payment.pay_cash(life.till, None)
        life.settle()

    if seam is no_seam:
        shop.live(SCRIPT, work)
        return
    with pytest.raises(Died):
        shop.live(SCRIPT, work, seam)


def go_on(shop: RealShop) -> None:
    """Start again, and let a person who looks answer about each paper."""

    def work(life: Life) -> None:
        life.begin()
        life.settle()
        life.pump()

    shop.live(SCRIPT, work)


def newest(shop: RealShop) -> int:
    return int(shop.read("SELECT value FROM counter WHERE name='receipt_no'")[0][0])


def originals(shop: RealShop, number: int) -> int:
    papers = [text for _id, text in shop.world.printer.papers if "K O P I A" not in text]
    return sum(f"Kvitto nr {number}\n" in text or f"Kvitto nr {number} " in text for text in papers)


def copies(shop: RealShop) -> int:
    return sum("K O P I A" in text for _id, text in shop.world.printer.papers)


def kept(shop: RealShop, tmp_path: Path) -> Path:
    back_up(shop.folder / "till.db", shop.witness, tmp_path / "backup")
    return tmp_path / "backup"


def asked(shop: RealShop) -> list[str]:
    return [one[0] for one in shop.read("SELECT kind FROM journal WHERE kind LIKE 'paper-%'")]


@pytest.mark.parametrize("state", ["signing", "queued", "printing"])
@pytest.mark.parametrize("has_witness", [True, False])
def test_an_original_that_came_out_in_the_lost_time_never_prints_again(
    shop: RealShop, tmp_path: Path, state: str, has_witness: bool
) -> None:
    seams = {
        "signing": dies_at("before RegisterReceipt"),
        "queued": dies_at("after witness", 2),
        "printing": dies_at("after PrintPaper"),
    }
    sell(shop, seams[state])
    number, file = newest(shop), kept(shop, tmp_path)
    live(shop, 2)
    copied = copies(shop)
    if not has_witness:
        shop.witness.write_text("")
    put_back(shop, file, number + 2, 0)
    go_on(shop)
    assert originals(shop, number) == 1, state
    assert copies(shop) == copied
    assert asked(shop)[-2:] == ["paper-unknown", "paper-seen"]
    assert live(shop, 1) == [number + 4]
    assert shop.verify().is_sound


def test_without_a_witness_nobodys_word_prints_an_original(shop: RealShop, tmp_path: Path) -> None:
    sell(shop, dies_at("before RegisterReceipt"))
    number, file = newest(shop), kept(shop, tmp_path)
    go_on(shop)
    shop.witness.write_text("")
    put_back(shop, file, number - 1, 0)
    go_on(shop)
    assert originals(shop, number) == 1


def test_what_an_earlier_restore_was_told_prints_no_original_at_the_next(
    shop: RealShop, tmp_path: Path
) -> None:
    sell(shop, dies_at("before RegisterReceipt"))
    number, file = newest(shop), kept(shop, tmp_path)
    go_on(shop)
    shop.witness.write_text("")
    put_back(shop, file, number + 2, 0)
    put_back(shop, file, 0, 0)
    go_on(shop)
    assert originals(shop, number) == 1
    assert shop.verify().is_sound


def test_where_no_paper_came_the_customer_gets_the_one_copy(shop: RealShop, tmp_path: Path) -> None:
    sell(shop, dies_at("before RegisterReceipt"))
    number, file, copied = newest(shop), kept(shop, tmp_path), copies(shop)
    put_back(shop, file, number, 0)
    go_on(shop)
    assert (originals(shop, number), copies(shop)) == (0, copied + 1)
    assert shop.verify().is_sound


def test_where_witness_and_paper_stop_before_a_receipt_its_original_prints(
    shop: RealShop, tmp_path: Path
) -> None:
    sell(shop, dies_at("before RegisterReceipt"))
    number, file, copied = newest(shop), kept(shop, tmp_path), copies(shop)
    put_back(shop, file, number - 1, 0)
    go_on(shop)
    assert (originals(shop, number), copies(shop)) == (1, copied)
    assert shop.verify().is_sound


@pytest.mark.parametrize("at", ["before RegisterReceipt", "after PrintPaper"])
def test_a_copy_that_came_out_in_the_lost_time_never_prints_again(
    shop: RealShop, tmp_path: Path, at: str
) -> None:
    """The paper is lost in the printer; the till dies with its copy on the way."""
    shop.world.printer.answers = ("lost-before", "given")
    shop.world.printer.asked = 0
    before = copies(shop)
    sell(shop, dies_at(at, 2))
    number, file = newest(shop), kept(shop, tmp_path)
    go_on(shop)
    assert copies(shop) == before + 1
    put_back(shop, file, number, 0)
    go_on(shop)
    assert (originals(shop, number), copies(shop)) == (0, before + 1)
    assert shop.verify().is_sound


def test_a_copy_is_witnessed_before_it_prints(shop: RealShop) -> None:
    """A tail that was cut behind a copy is found by its line."""
    shop.world.printer.answers = ("lost-before", "given")
    shop.world.printer.asked = 0
    before = copies(shop)
    sell(shop, dies_at("before PrintPaper", 2))
    assert copies(shop) == before
    line = read_witness(shop.witness)[-1]
    ((copy_no,),) = shop.read("SELECT max(copy_no) FROM receipt_copy")
    assert (line.kind, line.number) == ("copy", copy_no)
    ((seq, kind),) = shop.read(f"SELECT seq, kind FROM journal WHERE seq = {line.seq}")
    assert kind == "paper-queued"
    shop.sql(f"DELETE FROM journal WHERE seq >= {seq}")
    problem = shop.verify().problem
    assert problem is not None
    assert problem.what.startswith("row is missing: the witness file names it (copy")


def begin_sale(life: Life) -> None:
    """Start, and key one article."""
    life.begin()
    registration.add_code(life.till, "2", None, None)


def pay_by_card(life: Life) -> None:
    begin_sale(life)
    payment.pay_card(life.till, None, None)
    life.settle()


def test_a_card_that_ran_while_the_backup_was_made_is_held_and_never_sold_again_unasked(
    shop: RealShop, tmp_path: Path
) -> None:
    shop.world.terminal.memory = "last"
    with pytest.raises(Died):
        shop.live(SCRIPT, pay_by_card, dies_at("after AuthorizeCard"))
    file = kept(shop, tmp_path)
    go_on(shop)
    number, charged = newest(shop), len(shop.world.terminal.ledger)
    put_back(shop, file, number, 0)

    def work(life: Life) -> None:
        life.begin()
        life.pump()
        till = life.till
        assert till.state is SaleState.HELD
        assert till.attention is not None
        assert dict(till.attention.facts)["reason"] == "restored"
        assert till.before_stop is not None
        assert till.before_stop.code == "before-stop-restored-card"
        assert newest(shop) == number + 1, "nothing of it is numbered"
        doubt.keep_held(till, "Maja")
        life.settle()
        assert till.last_receipt is not None
        assert till.last_receipt.receipt_no == number + 2

    shop.live(SCRIPT, work)
    assert len(shop.world.terminal.ledger) == charged, "drawn once"
    assert shop.verify().is_sound
    assert live(shop, 1) == [number + 3]


def test_an_open_sale_out_of_a_backup_is_told_as_perhaps_paid_until_it_ends(
    shop: RealShop, tmp_path: Path
) -> None:
    shop.live(SCRIPT, begin_sale)
    file = kept(shop, tmp_path)
    live(shop, 0)
    number = newest(shop)
    put_back(shop, file, number, 0)

    def work(life: Life) -> None:
        life.begin()
        assert life.till.before_stop is not None
        assert life.till.before_stop.code == "before-stop-restored"
        registration.void_sale(life.till)
        taken_up.follow(life.till)
        pay_new(life)

    def pay_new(life: Life) -> None:
        assert life.till.before_stop is None
        registration.add_code(life.till, "2", None, None)
        payment.pay_card(life.till, None, None)
        life.settle()
        assert life.till.last_receipt is not None, "a card of the new time is no question"

    shop.live(SCRIPT, work)
    assert shop.verify().is_sound


def test_a_part_paid_sale_out_of_a_backup_is_not_told_to_be_voided(
    shop: RealShop, tmp_path: Path
) -> None:
    def begins(life: Life) -> None:
        begin_sale(life)
        payment.pay_cash(life.till, 50_00)

    shop.live(SCRIPT, begins)
    file = kept(shop, tmp_path)
    put_back(shop, file, newest(shop), 0)

    def work(life: Life) -> None:
        life.begin()
        assert life.till.before_stop is not None
        assert life.till.before_stop.code == "before-stop-restored-part"
        with pytest.raises(SaleNotOpen):
            registration.void_sale(life.till)

    shop.live(SCRIPT, work)


@pytest.mark.parametrize("lost", [0, 2])
def test_the_shops_own_file_is_told_as_older_only_where_the_papers_know_of_more(
    shop: RealShop, lost: int
) -> None:
    shop.live(SCRIPT, begin_sale)
    shop.witness.write_text("")
    put_back(shop, shop.folder / "till.db", newest(shop) + lost, 0)

    def work(life: Life) -> None:
        life.begin()
        assert bool(life.till.before_stop) is bool(lost)

    shop.live(SCRIPT, work)
