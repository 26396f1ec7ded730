"""The quick-key panel as text: what is read, and that every fault names its place."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Department, KeyKind, QuickKey
from core.errors import ConfigError
from core.layout_file import (
    LABEL_LINE_LENGTH_MAX,
    LABEL_LINES_MAX,
    default_layout,
    fitting_label,
    keys_without_target,
    label_lines,
    parse_layout,
    usable_keys,
    with_departments,
)

GOOD = """
[page.2]
a = { label = "Till 1", page = 1 }
[page.1]
"å" = { label = "Kaffe bulle", article = "1001 1101" }
m = { label = "KORT", tender = "card", colour = "green" }
q = { label = "Övrigt", department = "Övrigt 25" }
w = { label = "Sök", function = "search" }
"""


def test_a_panel_is_read_in_the_order_of_the_keyboard() -> None:
    assert parse_layout(GOOD) == (
        QuickKey(1, "q", "Övrigt", KeyKind.DEPARTMENT, "Övrigt 25"),
        QuickKey(1, "w", "Sök", KeyKind.FUNCTION, "search"),
        QuickKey(1, "å", "Kaffe bulle", KeyKind.ARTICLE, "1001 1101"),
        QuickKey(1, "m", "KORT", KeyKind.TENDER, "card", "green"),
        QuickKey(2, "a", "Till 1", KeyKind.PAGE, "1"),
    )


@pytest.mark.parametrize(
    ("text", "reason", "key"),
    [
        ("x", "not-toml", ""),
        ("x = " + "[" * 5000, "not-toml", ""),
        ("x = " + "9" * 5000, "not-toml", ""),
        ("# " + "x" * 200_000, "too-long", ""),
        ("pages = 1", "unknown-key", "pages"),
        ("page = 1", "not-a-table", "page"),
        ("[page.0]", "bad-page", "page.0"),
        ("[page.01]", "bad-page", "page.01"),
        ("[page.x]", "bad-page", "page.x"),
        ("[page.10]", "bad-page", "page.10"),
        ("[page.1]\nq = 1", "not-a-table", "page.1.q"),
        ("[page.1]\nQ = {}", "unknown-letter", "page.1.Q"),
        ("[page.1]\nqw = {}", "unknown-letter", "page.1.qw"),
        ("[page.1]\nq = { label = 'x' }", "one-target", "page.1.q"),
        ("[page.1]\nq = { label = 'x', article = '1', page = 1 }", "one-target", "page.1.q"),
        ("[page.1]\nq = { article = '1' }", "empty", "page.1.q.label"),
        ("[page.1]\nq = { label = 7, article = '1' }", "not-a-text", "page.1.q.label"),
        ("[page.1]\nq = { label = 'x', article = 1 }", "not-a-text", "page.1.q.article"),
        ("[page.1]\nq = { label = 'x', page = true }", "not-a-text", "page.1.q.page"),
        ("[page.1]\nq = { label = 'x', page = 2 }", "unknown-page", "page.1.q.page"),
        ("[page.1]\nq = { label = 'tio tecken', page = 1 }", "", ""),
        ("[page.1]\nq = { label = 'tiotecken!', page = 1 }", "label-too-long", "page.1.q.label"),
        ("[page.1]\nq = { label = 'aaaaaa bbbbbb c', page = 1 }", "", ""),
        (
            "[page.1]\nq = { label = 'aaaaaa bbbbbb cccccc', page = 1 }",
            "label-too-long",
            "page.1.q.label",
        ),
        ("[page.1]\nq = { label = 'x', tender = 'kort' }", "unknown-tender", "page.1.q.tender"),
    ],
)
def test_a_fault_names_its_place(text: str, reason: str, key: str) -> None:
    if not reason:
        assert len(parse_layout(text)) == 1
        return
    with pytest.raises(ConfigError) as caught:
        parse_layout(text, "panel.toml")
    facts = caught.value.facts
    assert (facts["file"], facts["reason"], facts["key"]) == ("panel.toml", reason, key)


def test_the_nearest_known_word_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_layout("[page.1]\nq = { labl = 'x', article = '1' }")
    assert caught.value.facts["nearest"] == "label"
    with pytest.raises(ConfigError) as caught:
        parse_layout("[page.1]\nq = { label = 'x', article = '1', colour = 'gren' }")
    assert (caught.value.facts["reason"], caught.value.facts["nearest"]) == (
        "unknown-colour",
        "green",
    )


def test_keys_whose_target_is_missing_are_found() -> None:
    keys = parse_layout(GOOD)
    assert keys_without_target(keys, {"1001", "1101"}, {"Övrigt 25"}) == ()
    assert [key.letter for key in keys_without_target(keys, {"1001"}, set())] == ["q", "å"]


def test_a_new_shop_has_cash_and_card_and_its_departments() -> None:
    assert [(key.letter, key.target) for key in default_layout([])] == [
        ("n", "cash"),
        ("m", "card"),
    ]
    keys = default_layout([Department("Frukt och grönsaker", "food"), Department("Bok", "culture")])
    assert [(key.letter, key.label, key.target) for key in keys[:2]] == [
        ("q", "Frukt och grönsaker", "Frukt och grönsaker"),
        ("w", "Bok", "Bok"),
    ]


def test_departments_that_come_later_take_free_letters_and_none_twice() -> None:
    first = default_layout([Department("A", "food")])
    departments = [Department(f"D{at}", "food") for at in range(40)] + [Department("A", "food")]
    keys = with_departments(first, departments)
    assert len({(key.page, key.letter) for key in keys}) == len(keys) == 43
    assert with_departments(keys, departments) == keys
    assert {key.page for key in keys} == {1, 2}
    many = [Department(str(at), "food") for at in range(1000)]
    assert len(with_departments((), many)) == 9 * 29


@given(st.text(max_size=60))
def test_a_fitted_label_always_fits(name: str) -> None:
    lines = label_lines(fitting_label(name))
    assert len(lines) <= LABEL_LINES_MAX
    assert all(len(line) <= LABEL_LINE_LENGTH_MAX for line in lines)


@given(st.text(max_size=200))
def test_any_text_is_a_panel_or_a_config_error(text: str) -> None:
    for each in (text, "[page.1]\n" + text):
        with suppress(ConfigError):
            assert isinstance(parse_layout(each), tuple)


def test_a_shop_without_a_terminal_is_shown_no_card_key() -> None:
    panel = default_layout([])
    assert usable_keys(panel, has_terminal=True) == panel
    assert [key.target for key in usable_keys(panel, has_terminal=False)] == ["cash"]
