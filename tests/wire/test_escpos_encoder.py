"""ESC/POS bytes: golden bytes, hostile texts, and an import that leaves nothing behind."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document import Cut, Document, TextLine
from core.receipt_layout import lay_out_receipt
from devices.printers.encoder import CODE_PAGES, EscposEncoder
from devices.simulators.escpos_decoder import EscposDecoder, Happening, Pulsed, Refused, Row, WasCut
from tests.builders_receipt import a_line, a_receipt, same

INIT_AND_PAGE = b"\x1b@\x1bt\x13"
CUT = b"\x1bd\x06\x1dV\x00"
PULSE = b"\x1bp\x00\x32\x32"

HOSTILE = (
    "\x1bp\x00\x32\x32 drawer",
    "\x1dV\x00 cut",
    "\x1b@ init",
    "\x10\x14\x01\x00\x01 immediate pulse",
    "\x10\x04\x01 status",
    "\x1c. kanji off",
    "\x1bt\x00 page",
    "\x7f\x80\x9b\x1d!\x77 huge",
    "emoji \U0001f600\U0001f9fe ZWJ \U0001f468\u200d\U0001f469",
    "\u202etxet desrever\u202c \u2067\u05e9\u05dc\u05d5\u05dd\u2069",
    "\ud800 lone surrogate",
    "日本語 한국어 Ａ",
    "a\nb\rc\td\x0b\x0c\x00",
    "[@click=app.quit]x[/] [/b] \\[",
)


@pytest.fixture(scope="module")
def encoder() -> EscposEncoder:
    return EscposEncoder()


def paper(*rows: TextLine, opens_drawer: bool = False) -> Document:
    return Document((*rows, Cut()), 42, opens_drawer)


def decode(encoded: bytes) -> list[Happening]:
    return EscposDecoder().feed(encoded)


def count(happened: list[Happening], kind: type) -> int:
    return sum(isinstance(happening, kind) for happening in happened)


def test_a_paper_is_initialised_paged_and_cut(encoder: EscposEncoder) -> None:
    encoded = encoder.encode(paper(TextLine("Räkmacka à 5 €")))

    assert encoded == INIT_AND_PAGE + b"R\x84kmacka \x85 5 \xd5\n" + CUT


def test_the_page_is_sent_again_for_every_paper(encoder: EscposEncoder) -> None:
    first = encoder.encode(paper(TextLine("å")))

    assert encoder.encode(paper(TextLine("å"))) == first
    assert first.startswith(INIT_AND_PAGE)


def test_double_bold_and_centred(encoder: EscposEncoder) -> None:
    row = TextLine("KOPIA", is_bold=True, is_double=True, is_centred=True)

    encoded = encoder.encode(paper(row, TextLine("mitt", is_centred=True)))

    double = b" " * 16 + b"\x1d!\x11\x1bE\x01KOPIA\x1bE\x00\x1d!\x00\n"
    assert encoded == INIT_AND_PAGE + double + b" " * 19 + b"mitt\n" + CUT


def test_the_drawer_opens_after_the_text_and_before_the_cut(encoder: EscposEncoder) -> None:
    encoded = encoder.encode(paper(TextLine("Växel"), opens_drawer=True))

    assert encoded == INIT_AND_PAGE + b"V\x84xel\n" + PULSE + CUT


def test_what_the_page_lacks_becomes_plain_ascii(encoder: EscposEncoder) -> None:
    written = "\u2013\u2014\u2019\u201d\u2026\u00a0ą\u1e9e\U0001f600日\u202e\u0301|"

    assert encoder.printable(written) == "--'\". a?????|"


@pytest.mark.parametrize("code_page", CODE_PAGES)
def test_every_code_page_knows_swedish_and_is_chosen_on_the_wire(code_page: str) -> None:
    encoded = EscposEncoder(code_page).encode(paper(TextLine("Åäö ÅÄÖ é")))

    assert [row.text for row in decode(encoded) if isinstance(row, Row)] == ["Åäö ÅÄÖ é"]


def test_an_unknown_code_page_is_refused() -> None:
    with pytest.raises(ValueError, match="cp999"):
        EscposEncoder("cp999")


def test_the_decoded_receipt_is_the_laid_out_one(encoder: EscposEncoder) -> None:
    for width in (32, 42, 48):
        document = lay_out_receipt(a_receipt(is_demo=True), width, same, opens_drawer=True)

        happened = decode(encoder.encode(document))

        rows = [happening.text for happening in happened if isinstance(happening, Row)]
        assert "\n".join(rows) + "\n" == document.as_text().replace("\u2013", "-")
        assert count(happened, WasCut) == 1
        assert count(happened, Pulsed) == 1
        assert count(happened, Refused) == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_row_makes_no_command(encoder: EscposEncoder, name: str) -> None:
    happened = decode(encoder.encode(paper(TextLine(name), TextLine(name, is_double=True))))

    assert count(happened, WasCut) == 1
    assert count(happened, Pulsed) == 0
    assert count(happened, Refused) == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_article_name_makes_no_command(encoder: EscposEncoder, name: str) -> None:
    document = lay_out_receipt(a_receipt((a_line(name, 10_00),), None), 42, same)

    happened = decode(encoder.encode(document))

    assert count(happened, WasCut) == 1
    assert count(happened, Pulsed) == 0
    assert count(happened, Refused) == 0


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_no_text_makes_a_byte_below_a_space(text: str) -> None:
    page_bytes = EscposEncoder().printable(text).encode("cp858")

    assert all(page_byte >= 0x20 and page_byte != 0x7F for page_byte in page_bytes)


def test_the_import_leaves_no_folder_no_handler_and_no_variable(tmp_path: Path) -> None:
    program = (
        "import logging, os\n"
        "from core.document import Cut, Document\n"
        "from devices.printers.encoder import EscposEncoder\n"
        "EscposEncoder().encode(Document((Cut(),), 32))\n"
        "assert not [n for n in os.environ if n.startswith('ESCPOS')]\n"
        "assert [type(h).__name__ for h in logging.getLogger().handlers] == ['NullHandler']\n"
    )
    ran = run(program, tmp_path)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_paper_that_found_no_disk_room_is_made_once_there_is_some(tmp_path: Path) -> None:
    program = (
        "import resource, signal\n"
        "from core.document import Cut, Document\n"
        "from devices.printers.encoder import EscposEncoder\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "encoder, paper = EscposEncoder(), Document((Cut(),), 32)\n"
        "for room in (0, 10, 2_000):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        encoder.encode(paper)\n"
        "    except OSError as error:\n"
        "        print(error.errno)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
        "assert encoder.encode(paper)\n"
    )
    ran = run(program, tmp_path)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split()[:2] == [str(errno.ENOENT), str(errno.EFBIG)], "room was there"
    assert list(tmp_path.iterdir()) == []


def run(program: str, temporary: Path) -> "subprocess.CompletedProcess[str]":
    """Run Python in a process of its own, whose temporary files go to a folder."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        env={"TMPDIR": str(temporary), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
