"""The till behind the screens, watched: what was asked for, by which key, on which picture."""

import json
from collections import Counter
from collections.abc import Callable
from math import inf
from time import monotonic

from textual.message import Message

from core.errors import PaymentInProgress
from tui import commands as c
from tui.app import TillApp
from tui.messages import CommandDone, TillChanged, TillFailed, TillReady
from tui.screens.page import Key, Page
from tui.screens.recovery import RecoveryPage
from tui.status import StatusStream
from tui.till_thread import TillThread
from tui.views import Outcome, TillView

CONFIRMED = (
    c.Quit, c.TakeZ, c.VoidSale, c.GiveBack, c.DecideDoubt, c.KeepHeld, c.ReverseHeld,
    c.DecideReversal, c.ReverseLate, c.SettleLateByHand,
)  # fmt: skip
"""Only ever by the yes of a question that was on the screen."""
_YES = {"confirm": frozenset("jy")}
PRIVILEGED: dict[type[object], dict[str, frozenset[str]]] = {
    **dict.fromkeys(CONFIRMED, _YES),
    c.DecidePaper: {"recovery": frozenset("jyn")},
}
"""Command: the pages that may cause it, and by which keys of each."""
ADDING = (c.AddCode, c.AddNumbers, c.AddDepartment, c.RepeatLast)


class Recorder:
    """The till behind the screens, and what it was asked from which screen by which key."""

    def __init__(self, till: TillThread) -> None:
        self._till = till
        self._post: Callable[[Message], bool] = lambda message: False
        self.screen = ""
        self.view: TillView | None = None
        self.wrong: list[str] = []
        self.added = 0
        self.refused: Counter[str] = Counter()
        """How often lines were refused, by reason; empty = taken."""
        self.unknown: list[c.Command] = []
        """What asked for goods that there are not."""
        self.submitted = 0
        self.done = 0
        self.questions = 0
        """How often another page than before was told."""
        self.failed: TillFailed | None = None
        self.seen: Counter[str] = Counter()
        """How often each screen was told of, and each command given."""
        self.page: Page | None = None
        """The page whose picture was told last."""
        self.shown_s: dict[tuple[Page, str, object], float] = {}
        """When each question was first told: it is painted before."""
        self._key: Key | None = None
        """The key that is being read."""
        self._read_on: Page | None = None
        self._app: TillApp | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._till, name)

    def start(self, post: Callable[[Message], bool]) -> None:
        self._post = post
        self._till.start(self._hear)

    def stop(self) -> None:
        self._till.stop()

    def watch(self, app: TillApp) -> None:
        """See each key as it is read, and the page it is read on."""
        self._app = app
        read = app.desk._read_key

        def watched(key: Key) -> None:
            self.reading(key, app.desk.top)
            try:
                read(key)
            finally:
                self.reading(None, None)

        app.desk._read_key = watched  # type: ignore[method-assign]  # seen on its way

    def reading(self, key: Key | None, page: Page | None) -> None:
        """Note which key is being read, and on which page."""
        self._key, self._read_on = key, page

    def told(self, screen: str) -> None:
        """Take a status line."""
        page = self._app.desk.top if self._app is not None else None
        if page is not None:
            self.shown_s.setdefault(question_of(page), monotonic())
        if page is not self.page:
            self.page, self.questions = page, self.questions + 1
        self.screen = screen
        self.seen[screen] += 1

    def submit(self, command: c.Command) -> None:
        self.submitted += 1
        self.seen[type(command).__name__] += 1
        self.check_cause(command)
        if isinstance(command, c.Quit):
            assert self.view is not None
            outcome = Outcome(error=PaymentInProgress(state="fuzzed"))
            self._hear(CommandDone(command, outcome, self.view))
            return
        self._till.submit(command)

    def check_cause(self, command: c.Command) -> None:
        """A privileged act is caused by a typed key of its page, after that was on the screen."""
        pages = PRIVILEGED.get(type(command))
        if pages is None:
            return
        key, page = self._key, self._read_on
        if key is None or key.pasted is not None or page is None:
            self.wrong.append(f"{command} by no typed key")
        elif key.name not in pages.get(page.name, ()):
            self.wrong.append(f"{command} by {key.name} on {page.name}")
        elif key.at_s <= self.shown_s.get(question_of(page), inf):
            self.wrong.append(f"{command} by a key from before its question was shown")

    def _hear(self, message: Message) -> bool:
        if isinstance(message, TillFailed):
            self.failed = message
        if isinstance(message, TillReady | TillChanged | CommandDone):
            self.view = message.view
        if isinstance(message, CommandDone):
            self.done += 1
            error = message.outcome.error
            if isinstance(message.command, ADDING):
                self.added += error is None
                self.refused[error.code if error else ""] += 1
                if error is not None and error.code == "unknown-article":
                    self.unknown.append(message.command)
        return self._post(message)


def question_of(page: Page) -> tuple[Page, str, object]:
    """Tell one question from the next on the same page."""
    attention = page.attention if isinstance(page, RecoveryPage) else None
    return page, page.error_code, attention and dict(attention.facts).get("paper_id")


class Watched(StatusStream):
    """Tells the recorder which screen was told last."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def write(self, **fields: object) -> None:
        json.dumps(fields)
        self._recorder.told(str(fields["screen"]))
