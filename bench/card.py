"""Row 6: from the terminal's answer to the first byte at the printer, less the unit's own time.

A terminal that answers at once and a control unit stand in processes of their own, behind proxies
in the bench; the printer is the bench itself, answering status questions and noting when a paper's
first byte comes. The span begins when the bytes of the approving PaymentResponse pass the proxy
towards the till; the unit's own time, from its last request byte to its first answer byte within
the span, is taken off. The floor is the same way without any till: one message there and back over
loopback through a Python proxy. The fsyncs are counted by strace, in a run of their own.
"""

import shutil
import socket
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter

from bench.figures import show, show_ratio, show_reach, show_times
from bench.keys import Sale
from bench.screen import Screen
from bench.till import BUN, CLOSED, COFFEE, DEVICES_SETTLE_S, F12, Place, settle, stand
from bench.wires import Proxy, TinyPrinter, UnitClock

COUNT = 20
TRACED_COUNT = 3
PAUSE_S = 0.25
SCRIPT = "tap\n"
ANSWER = b"PaymentResponse"


class Wires:
    """All devices of a card sale, with a clock on each wire."""

    def __init__(self, inside: ExitStack) -> None:
        self.answered_at = 0.0
        self.unit = UnitClock()
        self.printer = TinyPrinter()
        terminal = Proxy(inside.enter_context(stand("terminal", SCRIPT)), _ignore, self._answer)
        unit = Proxy(inside.enter_context(stand("unit")), self.unit.asked, self.unit.answered)
        for wire in (terminal, unit, self.printer):
            inside.callback(wire.close)
        self.ports = (unit.port, terminal.port, self.printer.port)

    def _answer(self, came: bytes, at: float) -> None:
        if ANSWER in came:
            self.answered_at = at

    def sale(self, till: Screen) -> tuple[float, float]:
        """Sell two articles by card; give the span from answer to paper, and the unit's part."""
        count, done = len(self.printer.began), self.printer.done_count
        sale = Sale(till)
        sale.press(COFFEE)
        sale.press(BUN)
        till.press(F12, CLOSED)
        until = perf_counter() + 5
        while self.printer.done_count == done and perf_counter() < until:
            till.rest(0.005)
        began = self.printer.began[count]
        return began - self.answered_at, self.unit.between(self.answered_at, began)


def run(place: Place) -> None:
    """Print row 6."""
    with ExitStack() as inside:
        wires = Wires(inside)
        place.write_config(*wires.ports)
        spans: list[float] = []
        units: list[float] = []
        with place.start() as till:
            _settle(till)
            for _ in range(COUNT):
                span_s, unit_s = wires.sale(till)
                spans.append(span_s - unit_s)
                units.append(unit_s)
                till.rest(PAUSE_S)
        floor_ms = show_times("card_answer_to_print_floor", _round_trips())
        show_times("card_unit_own", units)
        span_ms = show_times("card_answer_to_print", spans)
        show_reach("card_answer_to_print_median", float(median(spans)) * 1000, 20)
        show_ratio("card_answer_to_print", span_ms, floor_ms)
        _count_fsyncs(place, wires)


def _settle(till: Screen) -> None:
    settle(till)
    till.rest(3 * DEVICES_SETTLE_S)


def _count_fsyncs(place: Place, wires: Wires) -> None:
    """Count the fsyncs of whole card sales, two lines each, in a traced run."""
    strace = shutil.which("strace")
    if strace is None:
        show("card_fsyncs", "not-measured")
        return
    log = place.folder / "strace.txt"
    traced = [strace, "-f", "-e", "trace=fsync,fdatasync", "-o", str(log)]
    with place.start(*traced) as till:
        _settle(till)
        before = _synced(log)
        for _ in range(TRACED_COUNT):
            wires.sale(till)
            till.rest(PAUSE_S)
        show("card_fsyncs", (_synced(log) - before) / TRACED_COUNT, "per-sale-of-2-lines")


def _synced(log: Path) -> int:
    text = log.read_text("utf-8", "replace")
    return sum("sync(" in row for row in text.splitlines())


def _round_trips() -> list[float]:
    """Time one message through a proxy and back, as the least that a wire costs here."""
    echo = socket.create_server(("127.0.0.1", 0))
    Thread(target=_echo, args=(echo,), daemon=True).start()
    proxy = Proxy(echo.getsockname()[1], _ignore, _ignore)
    times: list[float] = []
    with socket.create_connection(("127.0.0.1", proxy.port)) as ours:
        for _ in range(100):
            at = perf_counter()
            ours.sendall(b"x" * 1000)
            left = 1000
            while left:
                left -= len(ours.recv(left))
            times.append(perf_counter() - at)
    proxy.close()
    echo.close()
    return times


def _echo(listener: socket.socket) -> None:
    taken, _ = listener.accept()
    with taken:
        while came := taken.recv(4096):
            taken.sendall(came)


def _ignore(_came: bytes, _at: float) -> None:
    """Watch nothing."""
