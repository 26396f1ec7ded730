"""What is drawn when the window is smaller than the till needs: nothing is half shown."""

from rich.style import Style

from tui.i18n import _
from tui.widgets.block import Block, above, tall, wrapped


def draw_too_small(
    width: int, height: int, least: tuple[int, int], style: Style, *, is_demo: bool
) -> Block:
    """Say what size is needed; the till goes on behind it, but for questions."""
    words = _("Fönstret är för litet: kassan behöver {columns}×{rows} tecken.")
    told = wrapped(words.format(columns=least[0], rows=least[1]), max(1, width), style)
    if is_demo:
        told = above(told, wrapped(_("ÖVNING – EJ KVITTO"), max(1, width), style))
    return tall(told, height, style)
