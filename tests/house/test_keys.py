"""The table of keys: ids are unique, no key means two things on one screen, the page is fresh."""

from collections import Counter

from tests.house.tree import report
from tools import keys
from tui.bindings import ALL, BINDINGS


def test_every_function_has_its_own_id() -> None:
    counted = Counter(binding.id for binding in BINDINGS)
    assert [name for name, count in counted.items() if count > 1] == []


def test_a_key_means_one_thing_on_one_screen() -> None:
    screens = {screen for binding in BINDINGS for screen in binding.screens} - set(ALL)
    offences = []
    for screen in sorted(screens):
        held = [each for each in BINDINGS if each.screens == ALL or screen in each.screens]
        counted = Counter(key for binding in held for key in binding.keys)
        offences += [f"{screen}: {key}" for key, count in counted.items() if count > 1]
    assert not offences, report(offences, "one key for two functions")


def test_the_page_of_keys_is_fresh() -> None:
    assert keys.PAGE.read_text("utf-8") == keys.page(), "make keys"
