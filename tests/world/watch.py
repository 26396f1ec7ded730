"""Who looks on: checks I1-I17 against the world's own ledgers, never through the till.

Devices call at the moment something reaches them, so that "durable before visible" is looked up in
the file itself, by a connection of its own. `step` reads the journal's new rows after every step;
`end` holds the whole day against the ledgers. What is wrong is collected as texts.
"""

import json
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from core import facts as f
from core.card import CardResult, CardSlip, CardVerdict, QueryResult
from core.payload import to_plain
from core.receipt import Shop
from core.reports import DayReport
from devices.simulators.control_unit import Registration
from devices.simulators.printer_mechanism import Paper
from tests.world.counter import Counting
from tests.world.fold import Fold, vat_in
from tests.world.process import Process
from tests.world.read_paper import read_report
from tests.world.report_paper import check_report

_ORIGINAL = re.compile(r"^Kvitto nr (\d+)", re.MULTILINE)
_COPY = re.compile(r"Avser kvitto nr (\d+)")
_DIGITS = re.compile(r"(?<![0-9A-Za-z*])[0-9]{13,19}(?![0-9A-Za-z])")
_BY = {"manager-kept": "by", "reversal-requested": "by", "late-reversal-requested": "by",
       "late-by-hand": "by"}  # fmt: skip


class Watch:
    """The day's witness."""

    def __init__(self, folder: Path, shop: Shop) -> None:
        self.wrong: list[str] = []
        self.counter = Counting(shop)
        self.fold = Fold()
        self.originals: Counter[int] = Counter()
        self.copies: Counter[int] = Counter()
        self.kicks = 0
        """How often the drawer opened, with a paper or without."""
        self.paper_kicks = 0
        self._kicked_rows = 0
        self._kicks_lost = 0
        """Ordered by a process that ended before they were done."""
        self._jumps: list[int] = []
        """Clocks that were set, as the journal tells of them in this life."""
        self._last_kind = ""
        self.sent: set[int] = set()
        """Service ids of the payments that reached the terminal."""
        self.registrations: list[Registration] = []
        self.rows = 0
        self.first_row = 0
        """The journal row before the day's first."""
        self.first_receipt_no = 1
        self.misread: set[int] = set()
        """Card payments of which a manager said something false, by service id."""
        self.called_undone: set[int] = set()
        """Those of them that he called reversed; all others he denied."""
        self.saying: dict[int, int] = {}
        """Totals that a manager means to decide on, by service id: the till may die before."""
        self.told_again: set[int] = set()
        """Those of them that the terminal told the till of afterwards: nothing excuses them."""
        self.drawn_for: dict[int, list[int]] = {}
        """Service ids that asked for a card for a sale."""
        self._file = dbapi2.connect(f"file:{folder / 'till.db'}?mode=ro", uri=True)
        self._file.execute("PRAGMA cache_size = -500")
        self._file.execute("PRAGMA query_only=ON")
        self._hash = "0" * 64
        self._is_receipt_new = False

    def heard(self, fact: f.Fact) -> None:
        """The till has taken what a device said: perhaps an approval that was denied before."""
        match fact:
            case (
                f.CardAnswered(result=result)
                | f.CardQueried(query=QueryResult(result=CardResult() as result))
            ):
                is_approval = result.verdict is CardVerdict.APPROVED
            case f.SlipArrived(slip=CardSlip(kind="purchase", status="approved") as result):
                is_approval = True
            case _:
                return
        # An answer may be from before a reversal; a question tells how the card stands now.
        may_be_old = result.service_id in self.called_undone and not isinstance(fact, f.CardQueried)
        if is_approval and result.service_id in self.misread and not may_be_old:
            self.told_again.add(result.service_id)

    def payment_came(self, service_id: int, sale: str, amount_ore: int) -> None:
        """A payment request reached the terminal: written down before, and only once (I8, I9)."""
        if service_id in self.sent:
            self.wrong.append(f"I9 payment {service_id} was sent twice")
        self.sent.add(service_id)
        row = self._one("SELECT state, sale_id FROM tender WHERE service_id=?", service_id)
        if row is None or row[0] != "requested":
            self.wrong.append(f"I8 payment {service_id} was asked for before it was written down")
            return
        sale_id = row[1]
        flaw = self.counter.ask_card(service_id, amount_ore)
        if flaw:
            self.wrong.append(flaw)
        open_count = self._one(
            "SELECT count(*) FROM tender WHERE sale_id=?"
            " AND state IN ('requested', 'held', 'reversing')",
            sale_id,
        )
        if open_count != (1,):
            self.wrong.append(f"I9 payment {service_id} while another of its sale is open")
        self._check_former(service_id, sale_id)
        self.drawn_for.setdefault(sale_id, []).append(service_id)

    def _check_former(self, service_id: int, sale_id: int) -> None:
        """A sale whose card is drawn, unknown to the till, is never charged again (I9)."""
        for former in self.drawn_for.get(sale_id, []):
            if self.counter.shows(former) is None or former in self.misread:
                continue
            held = self._one(
                "SELECT 1 FROM tender WHERE service_id=?1 AND state='settled'"
                " UNION ALL SELECT 1 FROM card_late WHERE service_id=?1",
                former,
            )
            if held is None:
                self.wrong.append(f"I9 payment {service_id} although {former} is drawn already")

    def reversal_came(self, transaction: str) -> None:
        """A reversal reached the terminal: written down before (I8, I12)."""
        asked = self._one(
            "SELECT (SELECT count(*) FROM tender WHERE state='reversing'"
            " AND json_extract(body, '$.poi_transaction')=?1) + (SELECT count(*) FROM card_late"
            " WHERE state='reversing' AND json_extract(body, '$.poi_transaction')=?1)",
            transaction,
        )
        if asked == (0,):
            self.wrong.append(f"I8 reversal of {transaction} was asked for before written down")

    def record_came(self, registration: Registration) -> None:
        """The unit registered: numbered on disk before, in order, and what lies on the counter."""
        sent = registration.sent
        number, serial = int(sent.receipt_no), int(sent.serial or 0)
        former = [one for one in self.registrations if one.sent.receipt_no == sent.receipt_no]
        self.registrations.append(registration)
        if sent.type == "kopia":
            if self._one("SELECT 1 FROM receipt_copy WHERE serial=? AND state='numbered'", serial):
                return
            self.wrong.append(f"I8 copy of {number} was registered before it was written down")
            return
        sale = self._one("SELECT sale_id FROM sale WHERE receipt_no=? AND state='signing'", number)
        if sale is None:
            self.wrong.append(f"I8 receipt {number} was registered before it was written down")
        same = [one for one in former if one.sent.type == sent.type]
        if same:
            if any(one.sent != sent for one in same):
                self.wrong.append(f"I4 receipt number {number} was given to two sales")
            return
        newest = max((int(one.sent.receipt_no) for one in self.registrations[:-1]), default=0)
        if number != newest + 1:
            self.wrong.append(f"I4 receipt {number} was registered after {newest}")
        self._check_record(number, sale[0] if sale else 0, registration)

    def _check_record(self, number: int, sale_id: int, registration: Registration) -> None:
        """Hold total and VAT against what lies on the counter (I2, I7, I11).

        Only cash is rounded: half a krona up, and only when cash is what paid the rest.
        """
        sent = registration.sent
        paid = self.read(
            "SELECT service_id FROM tender WHERE sale_id=? AND kind='card' AND state='settled'"
            " ORDER BY no",
            sale_id,
        )
        sold = self.counter.sell(number, [service_id for (service_id,) in paid])
        total_ore = int(sent.total.replace(",", ""))
        if total_ore != sold.due_ore:
            self.wrong.append(f"I11 receipt {number}: {total_ore} told, {sold} sold")
        vats = {
            int(rate.replace(",", "")): int(amount.replace(",", "")) for rate, amount in sent.vats
        }
        if vats != {rate: vat_in(ore, rate) for rate, ore in sold.gross.items()}:
            self.wrong.append(f"I7 receipt {number}: the unit was told VAT {vats}")

    def paper_came(self, paper: Paper) -> None:
        """A paper fell out: an original once and with its code, a copy once and marked."""
        text = paper.text
        self.paper_kicks += paper.drawer_pulses
        copy = _COPY.search(text)
        original = _ORIGINAL.search(text)
        if copy is not None:
            number = int(copy[1])
            self.copies[number] += 1
            if self.copies[number] > 1:
                self.wrong.append(f"I10 receipt {number} was copied twice")
            if "K O P I A" not in text and "KOPIA" not in text:
                self.wrong.append(f"I10 the copy of {number} is not marked")
            self._check_figures(number, text, "kopia")
        elif original is not None:
            self._check_original(int(original[1]), text)
            wanted = int("Betalt: Kontant" in text)
            if paper.drawer_pulses != wanted:
                self.wrong.append(
                    f"I15 receipt {original[1]} opened the drawer {paper.drawer_pulses} times"
                )
        elif "KORTKÖPET ÄR ÅTERFÖRT" in text:
            self.wrong += self.counter.check_reversal(text, self.called_undone)
        elif "-DAGRAPPORT" in text:
            self._check_report(text)
        if any(_is_card_number(found) for found in _DIGITS.findall(text)):
            self.wrong.append("I13 a card number on paper")

    def _check_original(self, number: int, text: str) -> None:
        self.originals[number] += 1
        if self.originals[number] > 1:
            self.wrong.append(f"I10 receipt {number} came out twice as an original")
        self._check_figures(number, text, "normal")

    def _check_figures(self, number: int, text: str, kind: str) -> None:
        """Hold everything on the paper against the counter's books, its code against the unit."""
        table, state = (
            ("receipt", "") if kind == "normal" else ("receipt_copy", "state='signed' AND")
        )
        row = self._one(f"SELECT control_code FROM {table} WHERE {state} receipt_no=?", number)
        if row is None or not row[0]:
            self.wrong.append(f"I3 {kind} {number} was printed before its code")
            return
        codes = {
            one.control_code
            for one in self.registrations
            if (one.sent.type, int(one.sent.receipt_no)) == (kind, number)
        }
        if row[0] not in codes:
            self.wrong.append(f"I3 {kind} {number} carries a code that the unit did not give it")
        self.wrong += self.counter.check_paper(number, text, row[0])

    def _check_report(self, text: str) -> None:
        """Hold a report's figures against those of its Z, or of one of the day's X (I5)."""
        self.step()
        paper = read_report(text)
        if paper.number is not None:
            figures = self.fold.z_figures.get(paper.number)
            if figures is None:
                self.wrong.append(f"I5 a Z {paper.number} on paper that nobody took")
            else:
                self.wrong += check_report(paper, figures)
        elif not any(not list(check_report(paper, one)) for one in self.fold.x_figures):
            self.wrong.append(f"I5 no X of the day is as this paper: {paper.rows}")

    def x_taken(self, report: DayReport) -> None:
        """An X was taken: hold all of it against the journal's rows (I5)."""
        self.step()
        self.wrong += self.fold.x_taken(to_plain(report))

    def life_ended(self, process: Process) -> None:
        """A process ended: every set clock is journalled, every ordered opening was done (I14)."""
        self.step()
        wanted = [process.jumps]
        if process.is_jump_unsure:
            wanted.append(process.jumps[:-1])
        if self._jumps not in wanted:
            self.wrong.append(f"I17 the journal tells of set clocks {self._jumps}, not {wanted[0]}")
        self._jumps.clear()
        printer = process.devices.printer
        lost = self._kicked_rows - self._kicks_lost - printer.kicks - printer.kicks_refused
        # Between the commit that orders it and the order itself the process may end.
        waiting = process.kicks_waiting
        if lost not in (waiting, waiting + (self._last_kind == "drawer-kicked")):
            self.wrong.append(f"I14 {lost} openings of the drawer are journalled and never came")
        self._kicks_lost += lost
        if self.kicks != self.paper_kicks + printer.kicks:
            self.wrong.append(f"I15 the drawer opened {self.kicks} times, of {self.paper_kicks}")

    def drawer_opened(self) -> None:
        """The drawer opened."""
        self.kicks += 1

    def step(self) -> None:
        """Check the journal's new rows: chain, order, names, card numbers, sums."""
        is_receipt_new = False
        for seq, at, kind, operator, payload, found in self._file.execute(
            "SELECT seq, at, kind, operator, payload, hash FROM journal WHERE seq>? ORDER BY seq",
            (self.rows,),
        ).fetchall():
            self.rows += 1
            if seq != self.rows:
                self.wrong.append(f"I17 journal row {seq} after {self.rows - 1}")
                self.rows = seq
            joined = "\n".join((self._hash, str(seq), at, kind, operator, payload))
            if sha256(joined.encode()).hexdigest() != found:
                self.wrong.append(f"I6 the hash of journal row {seq} does not cover it")
            self._hash = found
            self._last_kind = kind
            if kind not in _TAKEN and not _DIGITS.search(payload):
                continue
            note = json.loads(payload)
            self.wrong += self.fold.take(kind, note)
            if kind == "clock-jumped":
                self._jumps.append(note["seconds"])
            elif kind == "drawer-kicked":
                self._kicked_rows += 1
            self._check_row(seq, kind, operator, note, payload)
            is_receipt_new = is_receipt_new or kind in ("receipt-numbered", "receipt-signed")
        if is_receipt_new:
            self._check_totals()

    def _check_row(
        self, seq: int, kind: str, operator: str, note: dict[str, Any], payload: str
    ) -> None:
        if not operator or (kind in _BY and not note[_BY[kind]]):
            self.wrong.append(f"I14 journal row {seq} names nobody")
        if kind == "card-authorized" and note["resolved_by"] and note["service_id"] in self.saying:
            self.counter.said[note["service_id"]] = self.saying[note["service_id"]]
        digits = _DIGITS.findall(payload)
        if any(_is_card_number(found) for found in digits):
            self.wrong.append(f"I13 a card number in journal row {seq}")

    def _check_totals(self) -> None:
        """Hold the running total of sales against the signed receipts (I5)."""
        row = self._one(
            "SELECT coalesce(sum(sum_ore), 0), coalesce(sum(count), 0) FROM total WHERE"
            " section='sales' AND period_no=(SELECT max(period_no) FROM period)"
        )
        found = (self.fold.sums["sales"], self.fold.sums["#sales"])
        if row != found:
            self.wrong.append(f"I5 the running total of sales is {row}, signed is {found}")

    def forget(self) -> None:
        """Forget the papers and receipts of the days before, so that only the till remembers."""
        self.first_row, self.first_receipt_no = self.rows, self.fold.receipt_no + 1
        # The newest sale, by which the next number is judged; a copy may have come after it.
        newest = [one for one in self.registrations if one.sent.type != "kopia"][-1:]
        self.registrations.clear()
        self.registrations += newest
        self.originals.clear()
        self.copies.clear()
        self.fold.forget()
        self.drawn_for.clear()
        self.counter.sold.clear()
        self.counter.asked.clear()
        self.sent.clear()

    def saw(self, kind: str, reference: int) -> bool:
        """Say whether somebody at the printer finds this paper."""
        if kind == "receipt":
            return self.originals[reference] > 0
        return self.copies[reference] > 0 if kind == "copy" else False

    def knows_code(self, code: str) -> bool:
        """Say whether the till's file holds a control code."""
        return bool(self.read(_KNOWN_CODE, code, code))

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the file."""
        return list(self._file.execute(statement, values).fetchall())

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _one(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._file.execute(statement, values).fetchone()
        return row


_KNOWN_CODE = """SELECT 1 FROM receipt WHERE control_code=? UNION ALL
  SELECT 1 FROM receipt_copy WHERE state='signed' AND control_code=?"""
_TAKEN = {
    "period-opened", "receipt-numbered", "receipt-signed", "card-reversed", "copy-signed",
    "clock-jumped", "drawer-kicked", "x-report", "z-report", "lines-corrected", "sale-voided",
    "card-requested", "card-authorized", "card-never-charged", "card-late-approval",
    "late-reversed", *_BY,
}  # fmt: skip


def _is_card_number(digits: str) -> bool:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + doubled) % 10 == 0
