"""One simulated card terminal and one Westpay driver, for the contract tests of the port."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from time import monotonic
from typing import TypeVar

from core.card import (
    CardRequest,
    CardResult,
)
from core.errors import (
    DeviceUnavailable,
    OutcomeUnknown,
)
from core.facts import (
    Fact,
    TerminalState,
    TerminalStateChanged,
)
from devices.simulators.terminal import SimulatedTerminal, Step
from devices.simulators.terminal_script import load_script
from devices.terminals.westpay_epas.settings import EpasSettings
from devices.terminals.westpay_epas.terminal import WestpayEpasTerminal

F = TypeVar("F")
PATIENCE_S = 10.0
STARTED_AT = datetime(2026, 11, 23, 18, 4, 55, tzinfo=UTC)
AMOUNT_ORE = 249_00


class TillClock:
    """A till clock that a test may push forward."""

    def __init__(self) -> None:
        self.pushed_s = 0.0

    def now(self) -> datetime:
        return STARTED_AT

    def monotonic_s(self) -> float:
        return monotonic() + self.pushed_s


class Facts:
    """What the driver reported, in order; can be waited for."""

    def __init__(self) -> None:
        self._came = threading.Condition()
        self._facts: list[Fact] = []

    def __call__(self, fact: Fact, /) -> None:
        with self._came:
            self._facts.append(fact)
            self._came.notify_all()

    def wait(self, is_it: Callable[[Fact], bool]) -> Fact:
        def found() -> Fact | None:
            return next((fact for fact in self._facts if is_it(fact)), None)

        with self._came:
            assert self._came.wait_for(lambda: found() is not None, PATIENCE_S), self._facts
            fact = found()
            assert fact is not None
            return fact

    def of(self, kind: type[F]) -> list[F]:
        with self._came:
            return [fact for fact in self._facts if isinstance(fact, kind)]


class Bench:
    """One simulated terminal and one driver."""

    def __init__(self, script: str | None, **settings: object) -> None:
        self.clock = TillClock()
        self.facts = Facts()
        played = None if script is None else load_script(script)
        self.simulator = SimulatedTerminal(script=played)
        self.simulator.start()
        given: dict[str, object] = {"is_simulator_allowed": True, "collect_s": 0.3, **settings}
        self.driver = WestpayEpasTerminal(
            EpasSettings(
                host="127.0.0.1",
                port=self.simulator.port,
                poi_id=str(given.pop("poi_id", "80000082")),
                workstation_id="kassa1",
                **given,  # type: ignore[arg-type]  # only keys of EpasSettings are given here
            ),
            self.clock,
            self.facts,
            count(900_000),
        )

    def close(self) -> None:
        self.driver.close()
        self.simulator.stop()

    def pay(self, **changes: object) -> CardResult:
        return self.driver.authorize(self.request(**changes))

    def request(self, **changes: object) -> CardRequest:
        values: dict[str, object] = {
            "service_id": 42,
            "sale_transaction_id": "2026112300042",
            "amount_ore": AMOUNT_ORE,
            "is_tip_allowed": True,
            "operator_id": "17",
            "started_at": STARTED_AT,
            "baseline_transaction": self.driver.last_transaction_id(),
            **changes,
        }
        return CardRequest(**values)  # type: ignore[arg-type]  # only its own fields

    def tend_until(self, state: TerminalState) -> None:
        until_s = monotonic() + PATIENCE_S
        while not any(fact.state is state for fact in self.facts.of(TerminalStateChanged)[-1:]):
            assert monotonic() < until_s, self.facts.of(TerminalStateChanged)
            self.clock.pushed_s += 1  # Lets the reconnection delay pass.
            self.driver.tend()

    def is_in(self, state: TerminalState) -> bool:
        return self.facts.of(TerminalStateChanged)[-1].state is state

    def wait_step(self, step: Step) -> None:
        wait_until(lambda: self.simulator.view().step is step)


def wait_until(is_it: Callable[[], bool]) -> None:
    until_s = monotonic() + PATIENCE_S
    pause = threading.Event()
    while not is_it():
        assert monotonic() < until_s
        pause.wait(0.005)


Opener = Callable[..., Bench]


class Waiting:
    """A call in a thread of its own, as the worker's."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self.result: object = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._call()
        except (DeviceUnavailable, OutcomeUnknown) as exc:
            self.error = exc

    def join(self) -> "Waiting":
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self

    def card_result(self) -> CardResult:
        self.join()
        assert isinstance(self.result, CardResult), self.error
        return self.result
