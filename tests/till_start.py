"""A till that has just started over a store in memory, for tests of one service at a time."""

from core import facts as f
from core.services import recovery
from core.services.facts_desk import take_fact
from core.services.till import Till
from core.store_ports import Store
from tests.builders import ARTICLES, DEPARTMENTS, some_rules
from tests.fake_store import FakeStore
from tests.fakes import a_world
from tests.till_life import Scenario


def a_store() -> FakeStore:
    """Give the store of a register that was set up and never sold."""
    return FakeStore(Scenario(name="start", pays=()).disk(), ARTICLES, DEPARTMENTS)


def started(store: Store) -> Till:
    """Give a till that has recovered and heard of its devices; what it asks of them is in hand."""
    world = a_world()
    period = store.period()
    assert period is not None
    till = Till(store, world.clock, some_rules(), period, lambda entry, kind, number: None)
    recovery.start(till)
    for fact in (world.unit.poll(), f.PrinterConditionChanged(f.PrinterCondition.READY)):
        take_fact(till, fact)
    return till


def begin(store: Store) -> Till:
    """Give a till on this store, ready to sell."""
    till = started(store)
    till.take_effects()
    return till
