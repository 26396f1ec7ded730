"""docs/checkout.svg is what the tables of core/checkout.py say."""

from xml.etree.ElementTree import fromstring

from core.checkout import PAPER_TRANSITIONS, TRANSITIONS, PaperState, SaleState
from tests.house.tree import ROOT
from tools.checkout_picture import FILE, PLACES, picture


def test_the_picture_of_checkout_is_fresh() -> None:
    assert FILE.read_text("utf-8") == picture(), "run: make picture"


def test_the_picture_names_every_state_and_event() -> None:
    root = fromstring(FILE.read_text("utf-8"))
    words = " ".join(text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text"))
    for name in (*SaleState, *PaperState, *(event.__name__ for _state, event in TRANSITIONS)):
        assert name in words
    arrows = {(str(a), str(b)) for (a, _event), afters in TRANSITIONS.items() for b in afters}
    arrows |= {(str(a), str(b)) for (a, _event), b in PAPER_TRANSITIONS.items()}
    assert len(root.findall("{http://www.w3.org/2000/svg}path")) == len(arrows)
    assert set(PLACES) == {*SaleState, *PaperState}


def test_the_newcomers_page_shows_the_picture() -> None:
    assert "docs/checkout.svg" in (ROOT / "HOUSE.md").read_text("utf-8")
