"""`python -m tests.tamper [COUNT] [CLEAN] [SEED]`: shops changed by hand COUNT times, each found.

Twelve kinds of tampering in turn (tests/tamper/victim.py), on another worked shop after every few
hundred tries. Half of them are done by somebody who knows SQLite and drops the triggers; each is
undone before the next. Then CLEAN sound databases, each of another seed, none of which may be
called bad. Prints its figures as `name value unit`; the exit code is 1 when one was missed.

A try that changes no row and no part of the schema, because the byte holds nothing, is counted
apart as `unused`; an earlier file beside a witness that tells no more than it is one that only the
papers can tell, counted as `untold`. Each try has dice of its own:

    python -m tests.tamper replay SEED TRY [FILE]

does one try again, says what it did and what verification says of it, and may keep its file.
"""

import random
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.figures import show
from core.services import payment, registration
from db.verify import VerifyReport, verify_file
from tests.fakes import a_world
from tests.real_shop import RealShop
from tests.tamper.shops import SCRIPT
from tests.tamper.victim import KINDS, Victim, tamper
from tests.till_life import Life

PROGRESS: Final = 1_000
DEFAULTS: Final = ("10000", "1000", "1")
SHOP_TRIES: Final = 400
"""Tries on one shop; then another one is worked."""


class Tries:
    """The numbered tries of one seed; each can be done again alone."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Keep the shops in this folder."""
        folder.mkdir(exist_ok=True)
        self._folder, self._seed = folder, seed
        self._at = -1

    def do(self, number: int) -> str:
        """Tamper as this try does; gives what was done, empty when it changed nothing."""
        if self._at != number // SHOP_TRIES:
            self._at = number // SHOP_TRIES
            self.victim = Victim(self._folder / f"shop{self._at}", self._seed, self._at)
        self.victim.begin(random.Random(f"{self._seed} {number}"))
        told = tamper(self.victim, kind_of(number))
        content = self.victim.read_content()
        if not told or content == self.victim.content:
            return ""
        self.content = f"{content} {len(self.victim.lines)}"
        return told

    def verify(self) -> VerifyReport:
        """Say what verification says of the file as it is now."""
        return verify_file(self.victim.path, self.victim.lines)


def kind_of(number: int) -> str:
    """Give the kind of a try."""
    return KINDS[number % len(KINDS)]


def run(folder: Path, count: int, seed: int = 1) -> Counter[str]:
    """Tamper until `count` tries were found or missed; counts these, untold and unused by kind."""
    tries, told, contents = Tries(folder, seed), Counter[str](), set[str]()
    number = 0
    while told["found"] + told["missed"] < count:
        kind, number = kind_of(number), number + 1
        if not tries.do(number - 1):
            told[f"{kind} unused"] += 1
            continue
        contents.add(tries.content)
        outcome = "missed"
        if not tries.verify().is_sound:
            outcome = "found"
        elif not tries.victim.is_promised:
            outcome = "untold"
        told[outcome] += 1
        told[f"{kind} {outcome}"] += 1
        if outcome == "missed":
            print(f"missed {kind}: python -m tests.tamper replay {seed} {number - 1}", flush=True)
        if outcome == "found" and told["found"] % PROGRESS == 0:
            print(f"found {told['found']} of {count}, missed {told['missed']}", flush=True)
    told["distinct"] = len(contents)
    return told


def clean(folder: Path, count: int) -> int:
    """Make sound shops, each with sales of its own, and give how many were called bad."""
    alarms = 0
    for seed in range(count):
        dice = random.Random(seed)

        def work(life: Life, dice: random.Random = dice) -> None:
            life.begin()
            for _ in range(dice.randrange(1, 5)):
                for _ in range(dice.randrange(1, 4)):
                    registration.add_code(life.till, dice.choice("123"), None, None)
                if dice.random() < 0.2:
                    registration.void_sale(life.till)
                    continue
                payment.pay_cash(life.till, None)
                life.settle()

        shop = RealShop(folder / f"clean{seed}", a_world()).set_up()
        shop.live(SCRIPT, work)
        alarms += not shop.verify().is_sound
        for path in shop.folder.iterdir():
            path.unlink()
        shop.folder.rmdir()
        if (seed + 1) % 200 == 0:
            print(f"clean {seed + 1} of {count}, alarms {alarms}", flush=True)
    return alarms


def replay(folder: Path, seed: int, number: int, kept: Path | None) -> int:
    """Do one try again and tell everything about it; 1 when it is missed."""
    tries = Tries(folder, seed)
    what = tries.do(number)
    report = tries.verify()
    print(f"{kind_of(number)}: {what or 'changed nothing'}")
    print(f"promised: {tries.victim.is_promised}; sound: {report.is_sound}; {report.problem or ''}")
    if kept is not None:
        kept.write_bytes(tries.victim.path.read_bytes())
    return 1 if what and report.is_sound and tries.victim.is_promised else 0


def main(arguments: list[str]) -> int:
    """Run both and print the figures."""
    with TemporaryDirectory(prefix="blipp-tamper-") as place:
        if arguments[:1] == ["replay"]:
            kept = Path(arguments[3]) if len(arguments) > 3 else None
            return replay(Path(place) / "shops", int(arguments[1]), int(arguments[2]), kept)
        count, clean_count, seed = map(int, [*arguments, *DEFAULTS[len(arguments) :]])
        told = run(Path(place) / "shops", count, seed)
        alarms = clean(Path(place), clean_count)
    show("tamper_distinct", told.pop("distinct"), "contents")
    for name in sorted(told):
        show(f"tamper-{name.replace(' ', '-')}", told[name], "cases")
    show("tamper-clean", clean_count, "databases")
    show("tamper-false-alarms", alarms, "databases")
    return 1 if told["missed"] or alarms else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
