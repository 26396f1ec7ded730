"""The command line: arguments in, one command, an exit code out (contract.md 2).

Whatever goes wrong becomes one line on standard error and the code that says what kind it was:
2 usage or configuration, 3 a device or file that forbids selling, 4 another till holds the data.
"""

import sys
from collections.abc import Sequence
from typing import Final

from core.errors import ConfigError, DeviceError, StoreError, StoreInUse, TillError

CLOSED_NORMALLY: Final = 0
USAGE: Final = 2
MAY_NOT_SELL: Final = 3
DATA_IN_USE: Final = 4
INTERRUPTED: Final = 130
_NO_CHECKS: Final = "Blipp får inte köras med python -O: kontrollerna försvinner."  # i18n: too soon


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    if not __debug__:
        _tell(_NO_CHECKS)
        return USAGE
    from tui.cli.language import language_of
    from tui.cli.options import UsageError, parse
    from tui.i18n import set_language

    given = sys.argv[1:] if argv is None else argv
    set_language(language_of(given))
    try:
        chosen = parse(given)
        return chosen.act(chosen.options)
    except UsageError as wrong:
        _tell(str(wrong))
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return CLOSED_NORMALLY
    except TillError as error:
        from tui.cli.words import words_of

        _tell(words_of(error))
        return _code_of(error)
    except OSError as error:
        from tui.cli.words import system_words

        _tell(system_words(error))
        return MAY_NOT_SELL
    except Exception as bug:
        import logging

        logging.getLogger("blipp").exception("a bug stopped the command")
        _tell(f"Ett fel i programmet: {type(bug).__name__}: {bug}")  # i18n: before any language
        return MAY_NOT_SELL


def _code_of(error: TillError) -> int:
    if isinstance(error, StoreInUse):
        return DATA_IN_USE
    if isinstance(error, StoreError | DeviceError):
        return MAY_NOT_SELL
    return USAGE if isinstance(error, ConfigError) else 1


def _tell(words: str) -> None:
    from tui.cli.say import say

    say(f"blipp: {' '.join(words.split())}", is_error=True)


if __name__ == "__main__":
    sys.exit(main())
