"""A paper on the screen: the same elements that the printer gets, on a light strip."""

from core.document import Cut, Document, TextLine
from core.text import centred
from tui.widgets.block import Block, Row, block, line, tall
from tui.widgets.palette import Palette


def paper_rows(paper: Document, width: int, styles: Palette) -> list[Row]:
    """Draw the rows of a paper, centred on the width."""
    margin = max(0, (width - paper.width) // 2)
    rows = []
    for element in paper.elements:
        if isinstance(element, Cut):
            continue
        text = " ".join(element.text) if element.is_double else element.text
        body = centred(text, paper.width) if element.is_centred else text
        style = styles.paper_bold if element.is_bold or element.is_double else styles.paper
        rows.append(line(" " * margin + body, width, style))
    return rows


def draw_paper(paper: Document, width: int, height: int, top: int, styles: Palette) -> Block:
    """Draw the window of a paper that begins at row `top`."""
    rows = paper_rows(paper, width, styles)[top : top + height]
    return tall(block(width, rows), height, styles.paper)


def top_max(paper: Document, height: int) -> int:
    """Give the last row at which a window may begin."""
    rows = sum(not isinstance(element, Cut) for element in paper.elements)
    return max(0, rows - height)


def payment_row(paper: Document) -> int:
    """Give the row of a receipt where the goods end and the payment begins: after its second rule.

    0 for a paper without two rules.
    """
    rows = [element for element in paper.elements if isinstance(element, TextLine)]
    rules = [number for number, row in enumerate(rows) if row.text == "-" * paper.width]
    return rules[1] + 1 if len(rules) > 1 else 0
