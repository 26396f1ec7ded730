"""The pay screen: each tip beside its card, and no key offered for what would be refused."""

from tests.screen.desk_of import burst, opened, settle, text_of


async def test_each_tip_stands_beneath_the_card_it_was_given_on() -> None:
    async with opened() as (pilot, till, app):
        await burst(pilot, ["q", "w", "plus", *"40", "plus"])
        till.approve(tip_ore=1000)
        await settle(pilot)
        await burst(pilot, [*"20", "enter"])
        rows = [row.strip("│ ").split("  ")[0] for row in text_of(app).splitlines()]
        assert rows.index("dricks, utöver köpet") == rows.index("Kort") + 1
        assert rows.index("Kontant") == rows.index("Kort") + 2


async def test_only_what_may_be_paid_is_offered() -> None:
    async with opened() as (pilot, _till, app):
        await burst(pilot, ["q", "plus"])
        assert "kontant 34,00 kr" in text_of(app)
        assert "kort 34,00 kr" in text_of(app)
        await burst(pilot, [*"50"])
        text = text_of(app)
        assert "kontant 50,00 kr, växel 16,00 kr" in text
        assert "kort 50" not in text
        await burst(pilot, ["escape", *"12,50"])
        text = text_of(app)
        assert "kort 12,50 kr" in text
        assert "kontant" not in text
