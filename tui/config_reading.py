"""One table of the configuration file, read key by key; every fault names file and key.

Prevents silent surprises: an unknown key, a wrong type or a value outside its range is a
ConfigError with the facts `file`, `key` (as `terminal.port`), `reason`, `value` and, where one is
near, `nearest`. The words are made in tui/cli/words.py.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from core.text import clean, visible

TEXT_MAX = 200
_VALUE_MAX = 80
_DEVICE = re.compile(r"[A-Za-z0-9._/:+@-]{1,200}")
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")

_KEYS: Final = "+-*,?. "
"""What a person types at the register besides letters and digits."""


class Section:
    """One table, e.g. `[terminal]`, of one file."""

    def __init__(self, file: Path, name: str, document: Mapping[str, object]) -> None:
        """Take the table out of the document; a missing one is empty. Raises ConfigError."""
        self._file = file
        self._name = name
        table = document.get(name, {})
        if not isinstance(table, dict):
            raise config_fault(file, name, "not-a-table", table)
        self._table: Mapping[str, object] = table

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def text(self, key: str, default: str | None = None, *, may_be_empty: bool = False) -> str:
        """Read one line of text; without a default the key must be there."""
        value = self._value(key, default)
        if not isinstance(value, str):
            raise self.fault(key, "not-a-text", value)
        if len(value) > TEXT_MAX:
            raise self.fault(key, "too-long", value)
        if not value.isprintable():
            raise self.fault(key, "not-printable", value)
        if not value.strip() and not may_be_empty:
            raise self.fault(key, "empty", value)
        return value.strip()

    def words(self, key: str, default: str | None = None) -> str:
        """Read a text for people, cleaned."""
        value = clean(self.text(key, default), TEXT_MAX)
        if not value:
            raise self.fault(key, "empty")
        return value

    def mark(self, key: str) -> str:
        """Read one character that no key of the till is; empty = none."""
        value = self.text(key, "", may_be_empty=True)
        if len(value) > 1:
            raise self.fault(key, "one-character", value)
        if value.isalnum() or (value and value in _KEYS):
            raise self.fault(key, "a-key", value)
        return value

    def name(self, key: str, default: str) -> str:
        """Read a person's name; a card number in it is masked, as in one that is typed."""
        value = self.words(key, default)
        if not any(character.isdigit() for character in value):
            return value
        from core.card_secrets import redact_words  # not before the first paint

        return redact_words(value)

    def texts(self, key: str, count_max: int, default: tuple[str, ...] | None) -> tuple[str, ...]:
        """Read a list of at most `count_max` lines for people, cleaned."""
        value = self._value(key, default)
        if not isinstance(value, list | tuple):
            raise self.fault(key, "not-a-list", value)
        if len(value) > count_max:
            raise self.fault(key, "too-many-lines", f"{len(value)} > {count_max}")
        for line in value:
            if not isinstance(line, str) or len(line) > TEXT_MAX or not line.isprintable():
                raise self.fault(key, "not-a-text", line)
        return tuple(clean(line, TEXT_MAX) for line in value)

    def number(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Read a whole number from `low` to `high`."""
        value = self._value(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(key, "not-a-number", value)
        if not low <= value <= high:
            raise self.fault(key, "out-of-range", f"{value}: {low}-{high}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Read true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self.fault(key, "not-a-flag", value)
        return value

    def word(
        self,
        key: str,
        known: Sequence[str],
        default: str | None = None,
        later: Sequence[str] = (),
    ) -> str:
        """Read one of the known words; those of `later` are right, but not built yet."""
        value = self.text(key, default)
        if value in later:
            raise self.fault(key, "not-yet", value)
        if value not in known:
            fault = self.fault(key, "unknown-word", value, (*known, *later))
            fault.facts["known"] = ", ".join(known)
            raise fault
        return value

    def host(self, key: str, default: str | None = None) -> str:
        """Read a host name or address; empty is allowed only as the default."""
        value = self.text(key, default, may_be_empty=default == "")
        if value and not _HOST.fullmatch(value):
            raise self.fault(key, "not-a-host", value)
        return value

    def endpoint(self, key: str) -> str:
        """Read an optional `host:port`."""
        value = self.text(key, "", may_be_empty=True)
        host, _, port = value.rpartition(":")
        is_port = port.isascii() and port.isdigit() and len(port) <= 5
        if value and not (_HOST.fullmatch(host) and is_port and 0 < int(port) < 65_536):
            raise self.fault(key, "not-an-endpoint", value)
        return value

    def device(self, key: str, default: str | None = None) -> str:
        """Read a device: a path, or a bare name such as ttyUSB0."""
        value = self.text(key, default, may_be_empty=default == "")
        if value and not _DEVICE.fullmatch(value):
            raise self.fault(key, "not-a-device", value)
        return value

    def path(self, key: str, *, must_exist: bool = False) -> Path | None:
        """Read a path; a relative one counts from the folder of the file."""
        value = self.text(key, "", may_be_empty=True)
        if not value:
            return None
        path = self._file.parent / Path(value).expanduser()
        if must_exist and not path.is_file():
            raise self.fault(key, "no-such-file", value)
        return path

    def fault(
        self, key: str, reason: str, value: object = "", known: Iterable[str] = ()
    ) -> ConfigError:
        """Make the error for one key of this table."""
        return config_fault(self._file, f"{self._name}.{key}", reason, value, known)

    def _value(self, key: str, default: object) -> object:
        value = self._table.get(key, default)
        if value is None:
            raise self.fault(key, "missing")
        return value


def config_fault(
    file: Path, key: str, reason: str, value: object = "", known: Iterable[str] = ()
) -> ConfigError:
    """Make a ConfigError; `nearest` is the known word that resembles what stands there."""
    shown = value if isinstance(value, str) else repr(value)
    return ConfigError(
        file=str(file),
        key=key,
        reason=reason,
        value=visible(shown[:_VALUE_MAX]),
        nearest=nearest(shown, known),
    )


def check_keys(
    file: Path, document: Mapping[str, object], known: Mapping[str, Sequence[str]]
) -> None:
    """Refuse sections and keys that nobody reads. Raises ConfigError with the nearest known one."""
    full = [f"{section}.{key}" for section, keys in known.items() for key in keys]
    for name, table in document.items():
        if name not in known:
            near = nearest(name, known) or nearest(name, [key.split(".")[1] for key in full])
            place = next((key for key in full if key.endswith(f".{near}")), near)
            raise ConfigError(file=str(file), key=name, reason="unknown-key", nearest=place)
        if not isinstance(table, dict):
            continue
        for key in table:
            if key not in known[name]:
                near = nearest(key, known[name])
                place = f"{name}.{near}" if near else _elsewhere(key, name, full)
                raise ConfigError(
                    file=str(file), key=f"{name}.{key}", reason="unknown-key", nearest=place
                )


def _elsewhere(key: str, name: str, full: Sequence[str]) -> str:
    """Find a key that another section knows, or one that resembles it with its section."""
    return next((one for one in full if one.endswith(f".{key}")), nearest(f"{name}.{key}", full))


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known word that resembles `word` most, empty when none does."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), 1)), "")
