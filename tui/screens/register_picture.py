"""How the register looks: the receipt at the left, the panel at the right or below."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.style import Style

from core.catalog import KeyKind
from core.receipt import Receipt
from core.sale import Line, Sale
from tui.attention_texts import (
    attention_title,
    card_result_words,
    slip_told_words,
)
from tui.before_stop_texts import before_stop_words
from tui.bindings import shown_key
from tui.i18n import _
from tui.screens.first import draw_total, receipt_width
from tui.screens.page import unit_trouble
from tui.texts import amount, error_words, paid_rows, quantity, spaced
from tui.views import SIGNING, ShopView, TillView
from tui.widgets.block import (
    Block,
    Row,
    above,
    beside,
    block,
    filled,
    framed,
    inset,
    line,
    spread,
    tall,
    wrapped,
)
from tui.widgets.dialog import pairs
from tui.widgets.key_panel import (
    KEYBOARD_HEIGHT,
    KEYBOARD_WIDTH_MIN,
    ROW_KEYS,
    Panel,
    draw_columns,
    draw_keyboard,
    joined_label,
    panel_of,
)
from tui.widgets.palette import Palette
from tui.widgets.paper import draw_paper
from tui.widgets.sale_lines import draw_sale_lines

if TYPE_CHECKING:
    from tui.screens.register import RegisterPage

_KEYBOARD_SCREEN = (KEYBOARD_WIDTH_MIN + 2, 30)


def draw(page: "RegisterPage", width: int, height: int) -> Block:
    """Draw the register: with true keyboard rows below where there is room for them."""
    if width >= _KEYBOARD_SCREEN[0] and height >= _KEYBOARD_SCREEN[1]:
        return _with_keyboard(page, width, height)
    paper = page.paper
    left_width = receipt_width(width, False, paper.width if paper else 0)
    left = _receipt(page, left_width, height)
    right_width = width - left_width
    styles = page.desk.styles
    panel_height = ROW_KEYS
    panel = _kept_panel(page, right_width, lambda: _columns(page, right_width))
    rest = height - panel_height - 2
    guide = tall(_guide(page, right_width - 2), max(0, rest), styles.base)
    right = above(panel, inset(guide, 1, styles.base))
    return tall(beside(styles.base, left, right), height, styles.base)


def _with_keyboard(page: "RegisterPage", width: int, height: int) -> Block:
    styles = page.desk.styles
    panel = _kept_panel(page, width, lambda: _keyboard(page, width))
    top_height = height - KEYBOARD_HEIGHT - 1
    left_width = receipt_width(width, True)
    left = _receipt(page, left_width, top_height)
    inner = width - left_width - 4
    title = block(inner, (line("", inner, styles.base), line(_("Nu"), inner, styles.accent)))
    guide = above(title, tall(_guide(page, inner), top_height - 2, styles.base))
    right = inset(guide, 2, styles.base)
    return above(tall(beside(styles.base, left, right), top_height, styles.base), panel)


def _columns(page: "RegisterPage", width: int) -> Block:
    """Draw the panel as columns, with its title and a gap beneath."""
    styles = page.desk.styles
    keys = draw_columns(_panel(page), width, ROW_KEYS, styles)
    return above(_panel_title(page, width, styles), keys, filled(width, 1, styles.base))


def _keyboard(page: "RegisterPage", width: int) -> Block:
    """Draw the panel as the rows of a keyboard, with its title."""
    styles = page.desk.styles
    title = _panel_title(page, width - 2, styles)
    return inset(above(title, draw_keyboard(_panel(page), width - 2, styles)), 1, styles.base)


def _kept_panel(page: "RegisterPage", width: int, draw_panel: Callable[[], Block]) -> Block:
    """Give the panel as it was drawn last, if it is still the same."""
    made_of = (page.desk.shop, page.panel_page, width, page.desk.styles)
    if page.panel_kept is None or page.panel_kept[0] != made_of:
        page.panel_kept = (made_of, draw_panel())
    return page.panel_kept[1]


def _panel(page: "RegisterPage") -> Panel:
    shop = page.desk.shop
    return panel_of(shop.quick_keys, page.panel_page) if shop else {}


def _panel_title(page: "RegisterPage", width: int, styles: Palette) -> Block:
    shop = page.desk.shop
    pages = sorted({key.page for key in shop.quick_keys}) if shop else []
    title = _("Snabbknappar")
    more = ""
    if len(pages) > 1:
        key = page.desk.keymap.shown("page")
        more = _("sida {page} av {count} · {key}").format(
            page=page.panel_page, count=len(pages), key=key
        )
    return block(width, (spread(f" {title}", f"{more} ", width, styles.accent, styles.muted),))


def _receipt(page: "RegisterPage", width: int, height: int) -> Block:
    """Draw the receipt so far, the total and the entry line in one frame."""
    styles, view = page.desk.styles, page.desk.view
    inner = width - 2
    sale = view.sale if view else None
    total = _total(page, sale, inner, styles)
    paper, finished = page.paper, page.finished
    if paper is not None and finished is not None:
        total = above(block(inner, total.rows[:-1]), _paid(finished, inner, styles))
    entry = block(inner, (_entry_row(page, sale, inner, styles),))
    error = page.own_error
    if error is not None:
        words = wrapped(error.text, inner - 2, styles.error_line)
        entry = above(inset(words, 1, styles.error_line), entry)
    window = height - len(total.rows) - len(entry.rows) - 4
    if paper is not None and finished is not None:
        page.paper_window = window
        body = draw_paper(paper, inner, window, page.paper_shown_top(paper), styles)
        title = _("Kvitto {number}").format(number=finished.receipt_no)
    elif finished is not None and sale is None:
        body, title = _summary(page, inner, window), _("Köpet är klart")
    elif sale is None or not sale.lines:
        body, title = _empty(page, inner, window), _("Nytt köp")
    else:
        body, title = draw_sale_lines(sale, inner, window, styles), _("Köp")
    return framed([body, total, entry], title, styles.frame, styles.accent)


def _empty(page: "RegisterPage", width: int, height: int) -> Block:
    styles = page.desk.styles
    text = _("Inga varor än") if page.desk.view else _("Kassan startar …")
    rows = (line(text, width, styles.muted, "centre"),)
    top = filled(width, height // 2, styles.base)
    return tall(above(top, block(width, rows)), height, styles.base)


def _summary(page: "RegisterPage", width: int, height: int) -> Block:
    """Tell how the last sale was paid; the change stands out."""
    styles = page.desk.styles
    assert page.finished is not None
    number = _("Kvitto {number}").format(number=page.finished.receipt_no)
    head = block(width - 4, (line(number, width - 4, styles.accent),))
    rows = pairs(paid_rows(page.finished), width - 4, styles)
    body = above(filled(width - 4, 1, styles.base), head, rows)
    return tall(inset(body, 2, styles.base), height, styles.base)


def _total(page: "RegisterPage", sale: Sale | None, width: int, styles: Palette) -> Block:
    """Draw the total: large, spaced, in rows of its own."""
    name, total_ore = _("TOTALT"), sale.total_ore if sale else 0
    if sale is None and page.finished is not None:
        name, total_ore = _("BETALT"), page.finished.to_pay_ore
    elif sale is not None and sale.state in SIGNING:
        name = _("BETALT")
    elif sale is not None and sale.settled:
        name, total_ore = _("ÅTERSTÅR"), sale.remaining_ore
    figures = spaced(total_ore)
    if len(figures) > width - len(name) - 4:
        figures = amount(total_ore)
    return draw_total(name, figures, width, styles)


def _paid(receipt: Receipt, width: int, styles: Palette) -> Block:
    """Tell beneath the total how it was paid, the change large; cash with change comes last."""
    rows = paid_rows(receipt)[1:]
    change_ore = receipt.tenders[-1].change_ore if receipt.tenders else 0
    figures = rows[:-1] if change_ore else rows
    drawn = [
        spread(f" {name}", f"{text} ", width, styles.base, styles.strong) for name, text in figures
    ]
    if change_ore:
        name, large = f" {rows[-1][0].upper()}", f"{spaced(change_ore)} "
        drawn.append(spread(name, large, width, styles.total, styles.total))
    return block(width, drawn)


def _entry_row(page: "RegisterPage", sale: Sale | None, width: int, styles: Palette) -> Row:
    """Draw what is typed, and at the right the last line that was entered."""
    entry = page.entry
    style = styles.error if entry.is_kept else styles.entry
    typed = f" > {entry.text}" + ("" if entry.is_kept else "_")
    last = sale.lines[-1] if sale and sale.lines else None
    if last is None or page.paper is not None:
        return line(typed, width, style)
    return spread(typed, _last_words(last) + " ", width, style, styles.muted)


def _last_words(last: Line) -> str:
    """Tell the last line in few words, cut so that the entry keeps its room."""
    many = quantity(last.quantity_milli, last.unit)
    return f"{many} × {amount(last.unit_price_ore)}"


def _guide(page: "RegisterPage", width: int) -> Block:
    """Say what to press next, so that nobody has to have read anything."""
    styles, desk = page.desk.styles, page.desk
    parts: list[Block] = []
    for text, style in _guide_texts(page, desk.shop, desk.view):
        parts.append(wrapped(text, width, style))
    return above(*parts) if parts else filled(width, 1, styles.base)


def _guide_texts(
    page: "RegisterPage", shop: ShopView | None, view: TillView | None
) -> list[tuple[str, Style]]:
    styles = page.desk.styles
    if shop is None or view is None:
        return []
    texts: list[tuple[str, Style]] = []
    aside = page.desk.unanswered()
    if aside is not None:
        key = page.desk.keymap.shown("menu")
        question = _("Obesvarat: {title} {key} 0").format(title=attention_title(aside), key=key)
        texts.append((question, styles.warning))
        if aside.code == "paper-unknown" and view.papers_waiting > 1:
            words = _("{count} papper väntar på svaret: inget skrivs ut, och lådan öppnas inte.")
            texts.append((words.format(count=view.papers_waiting - 1), styles.warning))
    trouble = unit_trouble(view)
    if trouble is not None:
        texts.append((error_words(trouble.code, trouble.facts), styles.error))
    if view.before_stop is not None:
        texts.append((before_stop_words(view.before_stop), styles.notice_line))
    if view.is_paper_stuck:
        texts.append((_paper_words(view), styles.warning))
    if view.card_news is not None:
        texts.append((card_result_words(view.card_news), styles.warning))
    if view.slip_told is not None:
        texts.append((slip_told_words(view.slip_told), styles.warning))
    if trouble is None or not page.entry.is_empty:
        texts += [(text, styles.base) for text in _next_steps(page, shop, view.sale)]
    elif view.sale is not None and view.sale.lines:
        words = _("Köpet är sparat. Ta betalt när kontrollenheten svarar igen.")
        texts.append((words, styles.base))
    return texts


def has_goods(sale: Sale) -> bool:
    """Say whether anything stands on the sale; a sum other than 0 tells so at once."""
    return sale.total_ore != 0 or bool(sale.standing)


def _paper_words(view: TillView) -> str:
    """Say that a paper waits for the printer, and the drawer with it."""
    words = _("Skrivaren kan inte skriva ut: papperet väntar och kommer när den är i ordning.")
    if view.is_drawer_waiting:
        words += " " + _("Lådan öppnas först då: öppna den med nyckeln.")
    return words


def _next_steps(page: "RegisterPage", shop: ShopView, sale: Sale | None) -> list[str]:
    shown = page.desk.keymap.shown
    if sale is not None and sale.state in SIGNING:
        return [_("Köpet är betalt och sparat. Kvittot kommer när kontrollenheten har svarat.")]
    if not page.entry.is_empty:
        return [
            _("Enter lägger in varan med denna kod."),
            _("Före * är det antalet, före en varugrupp priset, före + beloppet."),
        ]
    if sale is None or not has_goods(sale):
        on_panel = (key for key in shop.quick_keys if key.page == page.panel_page)
        first = next((key for key in on_panel if key.kind is KeyKind.ARTICLE), None)
        words = _("Skanna en vara")
        if first is not None:
            words = _("Skanna en vara, eller tryck {letter} för {label}").format(
                letter=shown_key(first.letter).upper(), label=joined_label(first.label)
            )
        steps = [words + ".", _("{key}: sök vara på namn.").format(key=shown("search"))]
        if page.paper is not None:
            steps = [_("PgUp, PgDn: bläddra i kvittot."), *steps]
        return steps
    steps = []
    if shop.has_terminal and sale.total_ore > 0:
        steps.append(_("{key} tar hela beloppet på kort.").format(key=shown("card")))
    steps.append(_("{key} tar jämna kontanter.").format(key=shown("exact-cash")))
    steps.append(_("{key} betala på annat sätt eller i delar.").format(key=shown("pay")))
    return steps
