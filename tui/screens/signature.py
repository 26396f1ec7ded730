"""The slip to be signed, as it prints, beside the question about its signature. Demo only."""

from core.document import Document
from tui.i18n import _
from tui.widgets.block import Block, framed, tall
from tui.widgets.palette import Palette
from tui.widgets.paper import draw_paper, payment_row, top_max

QUESTION_WIDTH = 36
"""Cells that the question keeps beside the slip."""


def slip_width(slip: Document, width: int) -> int:
    """Give the cells of the framed slip."""
    return min(slip.width + 2, width - QUESTION_WIDTH)


def slip_top(slip: Document, height: int, top: int | None) -> int:
    """Give the slip's first row to be seen; None = not scrolled yet: the signature's line is last.

    That is where the sum still stands above it.
    """
    window = height - 2
    wanted = payment_row(slip) + 1 - window if top is None else top
    return max(0, min(top_max(slip, window), wanted))


def draw_slip(slip: Document, width: int, height: int, top: int, styles: Palette) -> Block:
    """Draw the slip from this row on, in a frame of this size."""
    paper = draw_paper(slip, width - 2, height - 2, top, styles)
    title = _("Att skriva under")
    return tall(framed([paper], title, styles.frame, styles.accent), height, styles.base)
