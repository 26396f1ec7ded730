"""Textual messages of the app: past tense, immutable."""

from textual.message import Message

from core.catalog import QuickKey
from tui.commands import Command
from tui.views import Outcome, ShopView, TillView


class TillReady(Message):
    """The store is open and the till thread takes commands; before it, keys wait in the screen."""

    def __init__(self, shop: ShopView, view: TillView) -> None:
        self.shop = shop
        self.view = view
        super().__init__()


class TillFailed(Message):
    """The till cannot run (store, config, bug): code and facts; selling stops."""

    def __init__(self, code: str, facts: dict[str, object], is_bug: bool) -> None:
        self.code = code
        self.facts = facts
        self.is_bug = is_bug
        super().__init__()


class TillChanged(Message):
    """A device fact changed the picture; no command waits for it."""

    def __init__(self, view: TillView) -> None:
        self.view = view
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        """A newer picture may take an older one's place in the queue."""
        return isinstance(message, TillChanged)


class PanelChanged(Message):
    """An import beside the till changed goods or quick keys: the panel as it is after it."""

    def __init__(self, quick_keys: tuple[QuickKey, ...]) -> None:
        self.quick_keys = quick_keys
        super().__init__()


class StoreWaited(Message):
    """The till waits for another program that holds the database; a CommandDone may be late."""


class CommandDone(Message):
    """The command that the screen waits for is done: its outcome and the picture after it."""

    def __init__(self, command: Command, outcome: Outcome, view: TillView) -> None:
        self.command = command
        self.outcome = outcome
        self.view = view
        super().__init__()
