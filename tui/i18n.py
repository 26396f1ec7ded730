"""The language of screens and papers: gettext, with Swedish as the source.

A text is marked with `_` where it is used, or with `N_` where it only stands in a table. The
catalogues lie in tui/locale; where none fits, the Swedish source is shown.
"""

from collections.abc import Callable
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("sv", "en")
_FOLDER: Final = Path(__file__).with_name("locale")


class _Chosen:
    """The screens' language; chosen once at start, before anything is drawn."""

    catalogue: NullTranslations = NullTranslations()


def _read(language: str) -> NullTranslations:
    file = _FOLDER / language / "LC_MESSAGES" / "blipp.mo"
    if language == "sv" or language not in LANGUAGES or not file.is_file():
        return NullTranslations()
    with file.open("rb") as stream:
        return GNUTranslations(stream)


def set_language(language: str) -> None:
    """Choose the screens' language: sv or en."""
    _Chosen.catalogue = _read(language)


def translator(language: str) -> Callable[[str], str]:
    """Give the gettext of a language, for papers; the screens' choice does not matter."""
    gettext = _read(language).gettext
    # gettext keeps a catalogue's own header under the empty text.
    return lambda text: gettext(text) if text else ""


def _(text: str) -> str:
    """Give the text in the screens' language."""
    return _Chosen.catalogue.gettext(text) if text else ""


def ngettext_(one: str, many: str, count: int) -> str:
    """Give the text for this count in the screens' language."""
    return _Chosen.catalogue.ngettext(one, many, count)


def N_(text: str) -> str:
    """Mark a text for translation where it stands in a table; `_` it where it is shown."""
    return text
