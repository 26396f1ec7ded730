"""Extract the marked texts, bring en.po up to date, and compile en.mo beside it (`make i18n`).

Swedish is the source language: a msgid is the Swedish text. Lists what lacks an English text and
then fails, so that a new text cannot be forgotten. Order and headers of the .po file do not depend
on the day or the machine, so that two people's changes merge.
"""

import ast
import io
import re
import string
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("tui", "core", "devices")
PO = ROOT / "tui" / "locale" / "en" / "LC_MESSAGES" / "blipp.po"
MO = PO.with_suffix(".mo")

MARKS = {"_": 1, "N_": 1, "ngettext_": 2}
"""The functions that mark a text -> how many texts they take."""
_FIXED_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_HEADER = "# Blipp in English. The msgids are the Swedish source texts."
# Headers that say nothing, or would change without a text changing.
_IDLE_HEADERS = (
    '"Generated-By:',
    '"Project-Id-Version:',
    '"Report-Msgid-Bugs-To:',
    '"Last-Translator:',
    '"Language-Team:',
)
_PERCENT_FIELD = re.compile(r"%(?:\(\w+\))?[sdif]")


def extract() -> Catalog:
    """Answer every marked text of the sources, without translations."""
    template = _empty()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text("utf-8"), name)):
                if isinstance(node, ast.Call) and (text := _marked_text(node)):
                    template.add(text, locations=[(name, 0)])
    return template


def _marked_text(call: ast.Call) -> str | tuple[str, ...] | None:
    """Answer the literal a mark is put on, or both of a counted one; None for anything else."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    texts = tuple(
        argument.value
        for argument in call.args[: MARKS.get(name, 0)]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
    if not texts or len(texts) < MARKS[name]:
        return None
    return texts[0] if len(texts) == 1 else texts


def _empty() -> Catalog:
    return Catalog(
        locale="en",
        domain="blipp",
        project="blipp",
        header_comment=_HEADER,
        creation_date=_FIXED_DATE,
        revision_date=_FIXED_DATE,
        fuzzy=False,
    )


def read() -> Catalog:
    """Answer the English catalogue as it stands on disk; empty when there is none."""
    if not PO.exists():
        return _empty()
    with PO.open("rb") as stream:
        return read_po(stream, locale="en", domain="blipp")


def messages(catalog: Catalog) -> dict[str, Message]:
    """Answer the messages by their first Swedish text, without the header."""
    held: dict[str, Message] = {}
    for message in catalog:
        if message.id:
            held[message.id if isinstance(message.id, str) else message.id[0]] = message
    return held


def sources_of(message: Message) -> list[str]:
    """Answer the Swedish text, or both forms of a counted one."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def english_of(message: Message) -> list[str]:
    """Answer the English text, or all forms of a counted one."""
    texts = message.string
    if isinstance(texts, str):
        return [texts]
    return [text or "" for text in texts] if texts else [""]


def fields(text: str) -> list[str]:
    """Answer the places of a text that are filled in, with their formats."""
    try:
        parsed = [
            f"{{{name}!{conversion or ''}:{form or ''}}}"
            for _literal, name, form, conversion in string.Formatter().parse(text)
            if name is not None
        ]
    except ValueError:
        parsed = []
    return sorted([*parsed, *_PERCENT_FIELD.findall(text)])


def merge() -> Catalog:
    """Answer the catalogue of today's texts with the English of those that have it."""
    known = messages(read())
    merged = extract()
    for key, message in messages(merged).items():
        if key in known and known[key].pluralizable == message.pluralizable:
            message.string = known[key].string
    return merged


def compiled(catalog: Catalog) -> bytes:
    """Answer the bytes of the .mo file for a catalogue."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def save(catalog: Catalog) -> None:
    """Write .po and .mo."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalog, width=98, sort_output=True, include_lineno=False)
    lines = out.getvalue().decode("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(_IDLE_HEADERS)]
    PO.write_text("\n".join(kept) + "\n", "utf-8")
    MO.write_bytes(compiled(read()))


def main() -> int:
    """Update both files; 1 when a text lacks its English."""
    catalog = merge()
    save(catalog)
    missing = [key for key, message in messages(catalog).items() if not all(english_of(message))]
    for key in missing:
        print(f"no English text for: {key!r}", file=sys.stderr)
    print(f"{len(messages(catalog))} texts, {len(missing)} without English", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
