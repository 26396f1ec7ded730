"""A paste is text from its beginning to its end, whatever it holds and however it is read."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from tui.paste_reader import GAP_S, REST_S, PasteReader

START, END = "\x1b[200~", "\x1b[201~"
HOSTILE = "x[b]\x1b]52;c;aGVq\x07 j\r\x1b[24~\x1bOP\x1b[200~\x1b\x1b[20"
pieces = st.text(st.sampled_from("\x1b[]0129~;jJ\r\n\x07qåO"), max_size=40)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def words(messages: Iterable[Message]) -> list[tuple[str, str]]:
    """Give keys and pastes; neighbouring pastes as one."""
    found: list[tuple[str, str]] = []
    for one in messages:
        if isinstance(one, events.Key):
            found.append(("key", one.key))
        elif isinstance(one, events.Paste):
            if found and found[-1][0] == "paste":
                found[-1] = ("paste", found[-1][1] + one.text)
            else:
                found.append(("paste", one.text))
    return found


def read(reader: XTermParser, *reads: str) -> list[tuple[str, str]]:
    """Give what comes of these reads, with no time between them."""
    return words([one for each in reads for one in (*reader.feed(each), *reader.tick())])


@given(pieces, st.lists(st.integers(0, 60), max_size=6))
def test_whatever_is_pasted_and_however_it_is_read_no_key_comes_of_it(
    text: str, cuts: list[int]
) -> None:
    pasted = text.replace(END, "")
    sent = f"{START}{pasted}{END}"
    at = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    given_words = read(PasteReader(Clock()), *(sent[a:b] for a, b in pairwise(at)))
    assert given_words == ([("paste", pasted)] if pasted else [])


@given(st.text(st.sampled_from("qj2\r+å,"), max_size=8), st.integers(1, 8))
def test_keys_are_read_as_textual_reads_them(text: str, size: int) -> None:
    sent = f"{text}\x1b[A{text}\x1bOP\x1b[15~{text}"
    reads = [sent[at : at + size] for at in range(0, len(sent), size)]
    assert read(PasteReader(Clock()), *reads) == read(XTermParser(), *reads)


def test_keys_before_and_after_a_paste_are_keys() -> None:
    clock = Clock()
    reader = PasteReader(clock)
    assert read(reader, f"q{START}{HOSTILE}{END}") == [("key", "q"), ("paste", HOSTILE)]
    clock.now_s += 2 * REST_S
    assert read(reader, "j\r") == [("key", "j"), ("key", "enter")]


def test_a_text_with_an_end_of_its_own_presses_no_key() -> None:
    clock = Clock()
    reader = PasteReader(clock)
    assert read(reader, f"{START}a{END}j\r{END}") == [("paste", "aj\r")]
    assert read(reader, f"j\r{END}") == [("paste", "j\r")]
    clock.now_s += 2 * REST_S
    assert read(reader, "j") == [("key", "j")]


def test_enter_and_a_mouse_button_may_follow_a_paste_at_once() -> None:
    reader = PasteReader(Clock())
    assert read(reader, f"{START}1001{END}\x1b[<1;10;10m", "\r") == [
        ("paste", "1001"),
        ("key", "enter"),
    ]


def test_a_paste_whose_end_is_lost_is_text_and_costs_a_second() -> None:
    clock = Clock()
    reader = PasteReader(clock)
    assert read(reader, f"{START}10", "01\r") == []
    clock.now_s += GAP_S
    assert words(reader.tick()) == [("paste", "1001\r")]
    assert read(reader, "q") == [("key", "q")]
    assert read(reader, "w") == [("key", "w")]


def test_a_paste_that_stood_still_is_text_to_its_end() -> None:
    clock = Clock()
    reader = PasteReader(clock)
    assert read(reader, f"{START}ab") == []
    clock.now_s += GAP_S
    assert words(reader.tick()) == [("paste", "ab")]
    assert read(reader, "j\r" * 30) == []
    clock.now_s += GAP_S
    assert read(reader, f"j\r{END}") == [("paste", "j\r" * 31)]


def test_escape_alone_is_a_key_after_its_moment() -> None:
    clock = Clock()
    reader = PasteReader(clock)
    assert read(reader, "\x1b") == []
    clock.now_s += 1
    assert words(reader.tick()) == [("key", "escape")]
