"""What a control unit answers, made wrong: XML bodies and cable frames, and who believes them.

The judges of this file are written from sweden 3.3, 3.4 and 4.2 with other parsers than the
drivers'. Two bytes exchanged in a cable frame keep its checksum: such a frame is a valid one by
the protocol, and nobody at the wire can tell.
"""

import re
from datetime import UTC, datetime
from random import Random
from time import thread_time
from xml.dom.minidom import Element, parseString
from xml.parsers.expat import ExpatError

from core.control_record import ControlRecord, RecordVat, Signature
from core.errors import DeviceError
from devices.control_units.cleancash import codec as cable
from devices.control_units.cleancash import frames
from devices.control_units.signing import RegisterAnswer, Signing
from devices.control_units.xccsp import codec as cloud
from tests.frames.figures import Figures
from tests.frames.mutator import change

UNIT_ID = "CCTEST00000000017"
OTHER_CODE = "A" * 32 + ";" + "B" * 26
"""A code that another receipt got before."""
_CODE = re.compile(r"[A-Z2-7]{32};[A-Z2-7]{26}")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CLOUD = """<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>
<response xmlns="http://www.retailinnovation.se/xccsp"><type>RegisterReceiptResponse</type><data>\
<RegisterResult><Code>{code}</Code><UnitId>{unit}</UnitId><UnitMainStatus>OK</UnitMainStatus>\
<UnitStorageStatus>OK</UnitStorageStatus>{more}</RegisterResult></data></response>"""
_WORDS = (
    *("OK", "WARNING", "FATAL_ERROR", "ERROR", "BUSY", "MEMORY", "Fault", "", " ", "0"),
    *(OTHER_CODE, "A" * 59, "A" * 58, "CCTEST00000000018", "RegisterReceipt", "\u00a0", "1043"),
)
_NAMES = ("Code", "UnitId", "UnitMainStatus", "ReceiptId", "SerialNo", "RegisterResult", "data")
RECORD = ControlRecord(
    serial=7,
    at=datetime(2026, 11, 23, 14, 5, tzinfo=UTC),
    receipt_no=42,
    register_id="KASSA1",
    org_no="5566778899",
    total_ore=12500,
    negative_total_ore=0,
    vat=(RecordVat(2500, 2500),),
)


def drawn_code(dice: Random) -> str:
    """Draw a control code of the right shape."""
    drawn = "".join(dice.choice(_LETTERS) for _ in range(58))
    return f"{drawn[:32]};{drawn[32:]}"


def _believed(answer: RegisterAnswer) -> Signature:
    """Judge as a driver that knows one earlier receipt's code."""
    signing = Signing()
    earlier = RegisterAnswer(OTHER_CODE, UNIT_ID, "OK", 0)
    former = ControlRecord(
        serial=6,
        at=RECORD.at,
        receipt_no=41,
        register_id="KASSA1",
        org_no="5566778899",
        total_ore=100,
        negative_total_ore=0,
        vat=(),
    )
    signing.sign(former, lambda: earlier, lambda: None, UNIT_ID)
    return signing.sign(RECORD, lambda: answer, lambda: None, UNIT_ID)


def run_cloud(count: int, seed: int) -> Figures:
    """Show the cloud driver `count` mutated answers."""
    told = Figures("cloud_unit")
    dice = Random(seed)
    for number in range(count):
        code = drawn_code(dice)
        more = dice.choice(("", "", "<ReceiptId>42</ReceiptId>", "<SerialNo>7</SerialNo>", "<x/>"))
        body = _changed_body(good_body(code, more), dice)
        began_s = thread_time()
        try:
            signature = _believed(cloud.read_registration(body, RECORD))
        except DeviceError:
            told.take(thread_time() - began_s)
            continue
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            told.crash(f"{type(exc).__name__} {exc} at {number}: {body!r}")
            continue
        told.take(thread_time() - began_s)
        told.accepted += 1
        if signature.control_code != _code_in(body) or signature.unit_id != UNIT_ID:
            told.false_approval(f"at {number}: {body!r}")
    return told.end()


def good_body(code: str, more: str = "") -> bytes:
    """Give an answer that registers."""
    return _CLOUD.format(code=code, unit=UNIT_ID, more=more).encode("iso-8859-1")


def _changed_body(good: bytes, dice: Random) -> bytes:
    if dice.random() < 0.5:
        return change(good, dice)
    text = good.decode("iso-8859-1")
    name = dice.choice(_NAMES)
    kind = dice.randint(0, 4)
    if kind == 0:
        text = re.sub(f"(<{name}>)[^<]*(</{name}>)", rf"\g<1>{dice.choice(_WORDS)}\g<2>", text)
    elif kind == 1:
        text = text.replace(f"<{name}>", f"<{name}>{dice.choice(_WORDS)}</{name}><{name}>", 1)
    elif kind == 2:
        text = text.replace(f"<{name}>", f"<{dice.choice(_NAMES)}>")
    elif kind == 3:
        text = re.sub(f"<{name}>.*?</{name}>", "", text)
    else:
        text = text.replace(
            "</RegisterResult>", f"<{name}>{dice.choice(_WORDS)}</{name}></RegisterResult>"
        )
    return text.encode("iso-8859-1")


def _code_in(body: bytes) -> str:
    """Give the code that an answer to our record truly holds; empty when it is none."""
    try:
        document = parseString(body)
    except (ExpatError, ValueError, LookupError):
        return ""
    told = {
        name: [_words(one) for one in document.getElementsByTagNameNS(cloud.NAMESPACE, name)]
        for name in ("type", "Code", "UnitId", "UnitMainStatus", "UnitStorageStatus")
    }
    named = [
        (_words(one), number)
        for name, number in (("ReceiptId", "42"), ("SerialNo", "7"))
        for one in document.getElementsByTagNameNS(cloud.NAMESPACE, name)
    ]
    is_ours = (
        told["type"] == ["RegisterReceiptResponse"]
        and told["UnitId"] == [UNIT_ID]
        and told["UnitMainStatus"]
        in (["OK"], ["WARNING"], ["PROTOCOL_ERROR"], ["NON_FATAL_ERROR"], ["BUSY"])
        and told["UnitStorageStatus"] in (["OK"], ["WARNING"])
        and all(one == number for one, number in named)
    )
    codes = told["Code"]
    is_code = len(codes) == 1 and _CODE.fullmatch(codes[0]) and codes[0] != OTHER_CODE
    return codes[0] if is_ours and is_code else ""


def _words(element: Element) -> str:
    return "".join(
        node.data for node in element.childNodes if node.nodeType in (node.TEXT_NODE, 4)
    ).strip(" \t\r\n")


def run_cable(count: int, seed: int) -> Figures:
    """Show the cable's codec `count` mutated frames, each within noise."""
    told = Figures("cable_unit")
    dice = Random(seed)
    for number in range(count):
        code = drawn_code(dice)
        good = frames.encode(frames.Frame("RRR", (code, UNIT_ID, "0", "0")))
        stream = changed_frame(good, dice)
        began_s = thread_time()
        try:
            signatures = _read_all(stream)
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            told.crash(f"{type(exc).__name__} {exc} at {number}: {stream!r}")
            continue
        told.take(thread_time() - began_s)
        told.accepted += bool(signatures)
        for signature in signatures:
            if not is_in(stream, signature.control_code):
                told.false_approval(f"at {number}: {stream!r}")
    return told.end()


def _read_all(stream: bytes) -> list[Signature]:
    """Read as the driver does: frame after frame, what is no answer dropped."""
    found: list[Signature] = []
    while stream:
        used, frame = frames.decode(stream)
        if used == 0:
            break
        stream = stream[used:]
        if frame is None or frame.type != "RRR":
            continue
        try:
            found.append(_believed(cable.read_registration(frame)))
        except DeviceError:
            continue
    return found


def changed_frame(good: bytes, dice: Random) -> bytes:
    """Give a frame with up to eight things changed, within noise."""
    frame = bytearray(good)
    for _time in range(dice.choice((0, 1, 1, 2, 3, 8))):
        at = dice.randrange(len(frame))
        kind = dice.randint(0, 4)
        if kind == 0:
            frame[at] = dice.randrange(256)
        elif kind == 1:
            del frame[at : at + dice.randint(1, 5)]
        elif kind == 2:
            frame[at:at] = dice.randbytes(dice.randint(1, 5))
        elif kind == 3:
            other = dice.randrange(len(frame))
            frame[at], frame[other] = frame[other], frame[at]
        else:
            frame[at:at] = dice.choice((b"#!#", b"\r", b"#", b"#!#00D#", b"\0"))
        if not frame:
            frame = bytearray(b"#")
    before = dice.choice((b"", b"", dice.randbytes(dice.randint(1, 40)), good[:-1], b"#!#1FF#"))
    after = dice.choice((b"", b"", dice.randbytes(20), good[: dice.randrange(len(good))]))
    return before + bytes(frame) + after


def is_in(stream: bytes, code: str) -> bool:
    """Say whether the stream holds a whole valid answer with this code, by the protocol's words."""
    if _CODE.fullmatch(code) is None or code == OTHER_CODE:
        return False
    start = stream.find(b"#!#")
    while start >= 0:
        digits = stream[start + 3 : start + 6]
        if re.fullmatch(rb"[0-9A-F]{3}", digits):
            whole = stream[start : start + int(digits, 16)]
            check = 0
            for byte in whole[:-3]:
                check ^= byte
            parts = whole.decode("latin-1").split("#")
            if (
                len(whole) == int(digits, 16)
                and whole[-3:] == f"{check:02X}\r".encode()
                and parts[4:5] == [code]
                and (parts[3] != "RRR" or parts[5:6] == [UNIT_ID])
            ):
                return True
        start = stream.find(b"#!#", start + 1)
    return False
