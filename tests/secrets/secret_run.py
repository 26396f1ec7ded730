"""Card sales on a terminal that lets all card data slip, and the search for what stayed of it.

Each sale has secrets of its own, drawn by one random number generator. A batch is one shop with a
few sales; when it has closed, every file, paper, picture and report is searched for each of them.
"""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random

from core.facts import TerminalState
from devices.simulators.terminal_leaks import CardSecrets
from devices.simulators.terminal_script import load_script
from tests.secrets.scanner import Scanner
from tests.whole.harness import CHOCOLATE, Shop, WholeTill
from tui import commands as c
from tui.__main__ import main

PLAYS = ("tap", "chip 1234", "decline", "tap\ncable after-approval", "tap\ntip 5.00", "stop")
"""How the sales of a batch go, in turn."""
_BATCH = len(PLAYS)
_NETWORKS = (("4", 16), ("51", 16), ("2301", 16), ("37", 15), ("6011", 16), ("3530", 16))


def drawn(dice: Random) -> CardSecrets:
    """Draw one card's secrets."""
    front, length = dice.choice(_NETWORKS)
    while len(front) < length - 1:
        front += str(dice.randint(0, 9))
    return CardSecrets(
        pan=front + _check_digit(front),
        expiry=f"{dice.randint(27, 33)}{dice.randint(1, 12):02d}",
        service_code=dice.choice(("201", "121", "601")),
        discretionary="".join(str(dice.randint(0, 9)) for _ in range(13)),
        security_code=f"{dice.randint(100, 999)}",
        pin=f"{dice.randint(1000, 9999)}",
        pin_block=_block(dice),
    )


def run_batch(shop: Shop, dice: Random, sale_count: int = _BATCH) -> list[str]:
    """Sell, close, and give every hit."""
    cards: list[CardSecrets] = []
    till: WholeTill | None = None
    for number in range(sale_count):
        cards.append(drawn(dice))
        shop.terminal.set_leak(cards[-1])
        shop.terminal.set_script(load_script(PLAYS[number % len(PLAYS)]))
        till = till or shop.open().ready()
        till.wait(lambda view: view.terminal.state is TerminalState.READY)
        _pay(till)
    assert till is not None
    pictures = "\n".join(map(repr, till.seen)).encode()
    shop.close()
    told = told_by_commands(shop.data_dir, shop.folder)
    papers = "\n".join(shop.papers()).encode()
    hits: list[str] = []
    for card in cards:
        scanner = Scanner(card)
        hits += scanner.hits("screen", pictures)
        hits += scanner.hits("paper", papers)
        hits += scanner.hits("command", told)
        hits += scanner.hits_in(shop.folder)
    return hits


def _pay(till: WholeTill) -> None:
    """Sell one thing by card; what the card does not pay is paid in cash."""
    till.do(c.AddCode(CHOCOLATE))
    till.do(c.PayCard())
    till.wait(lambda view: view.sale is None or str(view.sale.state) == "tendering")
    if till.state == "tendering":
        till.do(c.PayCash())
    till.wait_state("")
    till.papers_done()


def told_by_commands(data_dir: Path, folder: Path) -> bytes:
    """Run every command that writes data out; its files lie in the folder, its words are given."""
    told = io.StringIO()
    commands = (
        ["backup", str(folder / "copy.db")],
        ["export", "json", str(folder / "out")],
        ["report", "x"],
        ["verify"],
    )
    with redirect_stdout(told), redirect_stderr(told):
        for command in commands:
            main([*command, "--data", str(data_dir)])
    return told.getvalue().encode()


def run(
    count: int,
    seed: int,
    open_shop: Callable[[], Shop],
    tell: Callable[[int, int], None] = lambda done, hits: None,
) -> tuple[int, list[str]]:
    """Make `count` sales in batches, tell after each; give how many were made, and the hits."""
    dice = Random(seed)
    hits: list[str] = []
    done = 0
    while done < count:
        hits += run_batch(open_shop(), dice)
        done += _BATCH
        tell(done, len(hits))
    return done, hits


def _check_digit(front: str) -> str:
    table = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    total = sum(
        table[int(digit)] if at % 2 == 0 else int(digit) for at, digit in enumerate(reversed(front))
    )
    return str(-total % 10)


def _block(dice: Random) -> str:
    """Draw 16 hexadecimal digits that no decimal number looks like."""
    while True:
        block = "".join(dice.choice("0123456789ABCDEF") for _ in range(16))
        if block[0] not in "AD" and not block.isdecimal() and not block.isalpha():
            return block
