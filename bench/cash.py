"""Row 5: a whole sale of three articles for exact cash, by quick keys through the pty.

Three quick keys and F11, each pressed as soon as the picture answered the one before; the time
runs from the first key until the closed sale is on the screen. That includes four durable line and
payment commits, the control unit's code over HTTP from its own process, and the receipt's commit;
the paper goes to a file beside it. The floor is four keys of the bare app, apart from one another,
because it would wait for a frame of 16 ms between them.
"""

from statistics import median

from bench.figures import show_ratio, show_reach, show_times
from bench.keys import Sale
from bench.till import BUN, COFFEE, ESPRESSO, Place, settle, stand, start_floor

COUNT = 40
PAUSE_S = 0.15
GAP_S = 0.03


def run(place: Place) -> None:
    """Print row 5."""
    sales: list[float] = []
    payments: list[float] = []
    floors: list[float] = []
    with stand("unit") as unit_port:
        place.write_config(unit_port)
        with place.start() as till, start_floor(place, 5) as floor:
            settle(till)
            floor.wait("rad-00005")
            sale = Sale(till)
            for number in range(COUNT):
                took_s = sum(sale.press(good) for good in (COFFEE, BUN, ESPRESSO))
                paid_s = sale.pay()
                sales.append(took_s + paid_s)
                payments.append(paid_s)
                till.rest(PAUSE_S)
                keys = (f"rad-{6 + 4 * number + each:05d}" for each in range(4))
                took_s = 0.0
                for text in keys:
                    took_s += floor.press(b"q", text)
                    floor.rest(GAP_S)
                floors.append(took_s)
    floor_ms = show_times("cash_sale_floor", floors)
    show_times("cash_payment_to_closed", payments)
    sale_ms = show_times("cash_sale", sales)
    show_reach("cash_sale_median", float(median(sales)) * 1000, 40)
    show_ratio("cash_sale", sale_ms, floor_ms)
