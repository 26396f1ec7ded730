"""The pages people read: links lead somewhere, and the newcomer's page stays short."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house.tree import ROOT, kept_files, name_of, report, text_of

HOUSE_LINES_MAX = 200

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_DECISION = re.compile(r"^(\d{3})-[a-z0-9-]+\.md$")


def _pages() -> list[Path]:
    return [path for path in kept_files() if path.suffix == ".md"]


def _prose(path: Path) -> str:
    """Answer the page without its code, where a bracket is no link."""
    return _CODE.sub("", _FENCE.sub("", text_of(path)))


def _anchors(path: Path) -> set[str]:
    """Answer the names under which a page's headings can be reached."""
    names = set()
    for heading in _HEADING.findall(_FENCE.sub("", text_of(path))):
        plain = _LINK.sub(lambda found: found[0].split("]")[0].lstrip("!["), heading)
        names.add(re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-"))
    return names


def _broken(page: Path, link: str) -> bool:
    """Answer whether a link within the repository leads nowhere."""
    place, _, anchor = unquote(link).partition("#")
    target = (page.parent / place).resolve() if place else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor.lower() not in _anchors(target)


def test_every_link_within_the_repository_leads_somewhere() -> None:
    offences = [
        f"{name_of(page)}: {link}"
        for page in _pages()
        for link in _LINK.findall(_prose(page))
        if not _ELSEWHERE.match(link) and _broken(page, link)
    ]
    assert not offences, report(offences, "links that lead nowhere")


@pytest.mark.parametrize("name", ["README.md", "HOUSE.md"])
def test_the_files_that_the_first_pages_name_exist(name: str) -> None:
    page = ROOT / name
    named = re.findall(
        r"`((?:tui|core|devices|db|tests|docs|tools|bench)/[\w/.-]*\w\.(?:py|md|svg|toml|csv))`",
        _FENCE.sub("", text_of(page)),
    )
    offences = sorted({path for path in named if not (ROOT / path).exists()})
    assert not offences, report(offences, f"{name} names files that are not there")


def test_the_newcomers_page_stays_short() -> None:
    page = ROOT / "HOUSE.md"
    assert len(text_of(page).splitlines()) <= HOUSE_LINES_MAX


def test_decisions_are_numbered_without_holes() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    matches = [_DECISION.match(name) for name in names]
    assert all(matches), names
    numbers = [int(match[1]) for match in matches if match]
    assert numbers == list(range(1, len(numbers) + 1))
