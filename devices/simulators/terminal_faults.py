"""Good frames made bad on purpose: what a broken or hostile terminal could send.

Bytes only; nothing here decides when. Source: reliability F13-F16, F23-F26.
"""

import struct

from devices.simulators.terminal_script import Fault
from devices.simulators.terminal_writing import frame

HOSTILE_LINES = (
    "\x1b[2J\x1b]0;owned\x07Kort",
    "[@click=app.quit]Klicka[/]",
    "\u202ekrab 4111 1111 1111 1111",
    "x" * 400,
)
"""Control bytes (as far as XML lets them through), markup, right-to-left, a card number, length."""
FULL_PAN = "4111111111111111"


def xml_safe(line: str) -> str:
    """Drop what XML cannot carry at all; everything else stays hostile."""
    return "".join(c for c in line if c >= " " or c in "\t\n")


def spoil(good: bytes, faults: frozenset[Fault]) -> list[bytes]:
    """Give the frames to send instead of the good PaymentResponse `good`."""
    text = good[4:].decode("utf-8")
    if Fault.NO_RESPONSE in faults:
        return []
    for fault, old, new in _REPLACED:
        if fault in faults:
            text = text.replace(old, new)
    if Fault.NEGATIVE_AMOUNT in faults:
        text = text.replace('AuthorizedAmount="', 'AuthorizedAmount="-')
    for fault, words in ((Fault.NO_AMOUNT, ""), (Fault.BAD_AMOUNT, 'AuthorizedAmount="2e2"')):
        if fault in faults:
            text = _with_amount(text, words)
    if Fault.DOUBLE_AMOUNT in faults:
        text = text.replace("<AmountsResp", '<AmountsResp AuthorizedAmount="1.00" /><AmountsResp')
    if Fault.OTHER_ID in faults:
        text = _with_attribute(text, "ServiceID", "999999")
    if Fault.OTHER_POI in faults:
        text = _with_attribute(text, "POIID", "80000099")
    if Fault.DOCTYPE in faults:
        entity = '<!DOCTYPE r [<!ENTITY x "y">]>'
        text = text.replace("?>", f"?>{entity}", 1)
    payload = text.encode("utf-8")
    if Fault.BAD_UTF8 in faults:
        payload = payload.replace(b"<PaymentResponse>", b"<PaymentResponse>\xff")
    if Fault.TOO_LONG in faults:
        return [struct.pack(">I", 0x7FFFFFFF) + payload]
    if Fault.CUT in faults:
        return [frame(payload)[:-40]]
    return [frame(payload)] * (2 if Fault.DUPLICATE in faults else 1)


_REPLACED = (
    (Fault.NO_RESULT, ' Result="Success"', ""),
    (Fault.DOUBLE_RESULT, "<POIData>", '<Response Result="Failure" /><POIData>'),
    (Fault.OTHER_CATEGORY, '"Payment" MessageType', '"Loyalty" MessageType'),
    (Fault.OTHER_CATEGORY, "PaymentResponse>", "LoyaltyResponse>"),
    (Fault.UNKNOWN_CONDITION, 'Result="Success"', 'Result="Failure" ErrorCondition="Moon"'),
)


def _with_amount(text: str, words: str) -> str:
    start = text.index("AuthorizedAmount=")
    end = text.index('"', start + len('AuthorizedAmount="')) + 1
    return text[:start] + words + text[end:]


def _with_attribute(text: str, name: str, value: str) -> str:
    start = text.index(f' {name}="') + len(f' {name}="')
    return text[:start] + value + text[text.index('"', start) :]
