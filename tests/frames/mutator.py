"""Approvals made wrong: by their tree, by their text, by their bytes.

One random number generator decides all, so that seed and number name one input for ever. Some of
what comes out says the same as before; `judge` says which.
"""

from collections.abc import Callable
from copy import deepcopy
from random import Random
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from tests.frames.approvals import Approval

AMOUNTS = (
    *("0", "0.00", "-280.00", "+280.00", "2.8e2", "1e9", "NaN", "Infinity", "280,00", "280.001"),
    *("999999999999", "0x118", "٢٨٠", "２８０", " 280.00", "280.00\u200b", "1.00", "1 000.00", ""),
    *("280.", ".50", "--1", "1_000", "0280.00", "9007199254740993.00", "true"),
)
WORDS = (
    *("", " ", "0", "1", "42", "999999", "-1", "Success", "success", "Failure", "Partial", "SEK"),
    *("EUR", "sek", "Payment", "Login", "Loyalty", "Reversal", "Response", "Request", "Service"),
    *("Device", "Normal", "Refund", "80000099", "kassa2", "Refusal", "Cancel", "\u200b", "\u202e"),
    *("x" * 300, "&#0;", "000000000000", "None", "4111111111111111"),
)
NAMES = (
    *("Response", "PaymentResponse", "MessageHeader", "POIData", "POITransactionID", "AmountsResp"),
    *("PaymentResult", "SaleToPOIRequest", "LoginResponse", "Loyalty", "Extra", "response"),
)
TEXTS: tuple[tuple[str, str], ...] = (
    ("?>", "?><!DOCTYPE a>"),
    ("?>", '?><!DOCTYPE a [<!ENTITY x "280.00">]>'),
    ("?>", "?><?php x?>"),
    ("UTF-8", "UTF-7"),
    ("UTF-8", "ISO-8859-1"),
    ("<POIData>", "<![CDATA[<POIData>]]>"),
    ("<POIData>", "<!-- <POIData> -->"),
    ("<POIData>", '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="x"/><POIData>'),
    ("<PaymentResponse>", '<PaymentResponse xmlns="urn:other">'),
    (' Result="Success"', ""),
    ('Result="Success"', 'Result="Failure"'),
    ('Result="Success"', 'Result="Success" ErrorCondition="Refusal"'),
    ('Result="Success"', 'Result="Failure" Result="Success"'),
    ('AuthorizedAmount="', 'AuthorizedAmount="-'),
    ('AuthorizedAmount="', 'AuthorizedAmount="1'),
    ('AuthorizedAmount="', 'TipAmount="9.00" AuthorizedAmount="'),
    ('AuthorizedAmount="', 'Currency="EUR" AuthorizedAmount="'),
    ('ServiceID="', 'ServiceID="1'),
    ('ServiceID="', 'ServiceID="0'),
    ('ServiceID="', 'ServiceID="&#32;'),
    ('POIID="8', 'POIID="9'),
    ("0", "&#48;"),
    ("S", "&#x53;"),
    ("</SaleToPOIResponse>", "</SaleToPOIResponse><a/>"),
    ("</SaleToPOIResponse>", ""),
    ("<Response", "<a><Response"),
)
Change = Callable[[Random, Element], None]


def mutated(approval: Approval, dice: Random) -> bytes:
    """Give the approval's answer with one to three things changed."""
    return change(approval.payload, dice)


def change(payload: bytes, dice: Random) -> bytes:
    """Give an XML payload with one to three things changed."""
    for _time in range(dice.choice((1, 1, 1, 2, 3))):
        kind = dice.random()
        if kind < 0.6:
            payload = _by_tree(payload, dice)
        elif kind < 0.85:
            payload = _by_text(payload, dice)
        else:
            payload = _by_bytes(payload, dice)
    return payload


def _by_tree(payload: bytes, dice: Random) -> bytes:
    try:
        root = fromstring(payload)
    except (SyntaxError, ValueError, LookupError):
        return _by_bytes(payload, dice)
    dice.choice(_CHANGES)(dice, root)
    written = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}'.encode("utf-8", "replace")


def _by_text(payload: bytes, dice: Random) -> bytes:
    text = payload.decode("utf-8", "surrogateescape")
    old, new = dice.choice(TEXTS)
    places = text.count(old)
    if places:
        head = text.split(old)
        at = dice.randint(1, places)
        text = old.join(head[:at]) + new + old.join(head[at:])
    return text.encode("utf-8", "surrogateescape")


def _by_bytes(payload: bytes, dice: Random) -> bytes:
    at = dice.randint(0, len(payload))
    junk = dice.randbytes(dice.randint(1, 4))
    size = dice.randint(1, 12)
    kind = dice.randint(0, 5)
    if kind == 0:
        return payload[:at] + junk + payload[at + len(junk) :]
    if kind == 1:
        return payload[:at] + junk + payload[at:]
    if kind == 2:
        return payload[:at] + payload[at + size :]
    if kind == 3:
        return payload[:at] + payload[at : at + size] * 2 + payload[at + size :]
    if kind == 4:
        return payload[:at] if dice.random() < 0.5 else b"\xef\xbb\xbf" + payload
    swapped = bytearray(payload)
    if len(swapped) > 1:
        one, other = dice.randrange(len(swapped)), dice.randrange(len(swapped))
        swapped[one], swapped[other] = swapped[other], swapped[one]
    return bytes(swapped)


def _some(dice: Random, root: Element) -> Element:
    return dice.choice(list(root.iter()))


def _family(dice: Random, root: Element) -> tuple[Element, Element] | None:
    pairs = [(parent, child) for parent in root.iter() for child in parent]
    return dice.choice(pairs) if pairs else None


def _drop(dice: Random, root: Element) -> None:
    if (pair := _family(dice, root)) is not None:
        pair[0].remove(pair[1])


def _double(dice: Random, root: Element) -> None:
    if (pair := _family(dice, root)) is not None:
        twin = deepcopy(pair[1])
        if dice.random() < 0.5:
            _set_word(dice, twin)
        pair[0].insert(dice.randint(0, len(pair[0])), twin)


def _move(dice: Random, root: Element) -> None:
    if (pair := _family(dice, root)) is None:
        return
    parent, child = pair
    below = set(child.iter())
    goals = [one for one in root.iter() if one not in below]
    parent.remove(child)
    dice.choice(goals).append(child)


def _rename(dice: Random, root: Element) -> None:
    _some(dice, root).tag = dice.choice(NAMES)


def _wrap(dice: Random, root: Element) -> None:
    if (pair := _family(dice, root)) is not None:
        parent, child = pair
        parent.remove(child)
        SubElement(parent, dice.choice(NAMES)).append(child)


def _shuffle(dice: Random, root: Element) -> None:
    chosen = _some(dice, root)
    children = list(chosen)
    dice.shuffle(children)
    chosen[:] = children


def _add(dice: Random, root: Element) -> None:
    added = SubElement(_some(dice, root), dice.choice(NAMES))
    _set_word(dice, added)


def _set_word(dice: Random, chosen: Element) -> None:
    names = [*chosen.attrib, "Result", "AuthorizedAmount", "TipAmount", "TransactionID"]
    values = AMOUNTS if dice.random() < 0.4 else WORDS
    value = dice.choice(values).replace("&#0;", "0")
    chosen.set(dice.choice(names), value)


def _alter(dice: Random, root: Element) -> None:
    dressed = [one for one in root.iter() if one.attrib]
    chosen = dice.choice(dressed or [root])
    if not chosen.attrib:
        return
    name = dice.choice(list(chosen.attrib))
    value = chosen.attrib[name]
    is_amount = name.endswith("Amount")
    pool = AMOUNTS if is_amount or dice.random() < 0.2 else WORDS
    near = [value + "0", "0" + value, value[:-1], value[::-1], value.swapcase(), f" {value}"]
    if is_amount:
        crowns, _, cents = value.partition(".")
        if crowns.isascii() and crowns.isdigit():
            near += [f"{int(crowns) + 1}.{cents}", f"{int(crowns) - 1}.{cents}", f"{crowns}.01"]
    chosen.set(name, dice.choice(near) if dice.random() < 0.5 else dice.choice(pool))


def _lose(dice: Random, root: Element) -> None:
    dressed = [one for one in root.iter() if one.attrib]
    if dressed:
        chosen = dice.choice(dressed)
        del chosen.attrib[dice.choice(list(chosen.attrib))]


def _exchange(dice: Random, root: Element) -> None:
    dressed = [one for one in root.iter() if one.attrib]
    if dressed:
        one, other = dice.choice(dressed), dice.choice(dressed)
        here, there = dice.choice(list(one.attrib)), dice.choice(list(other.attrib))
        one.attrib[here], other.attrib[there] = other.attrib[there], one.attrib[here]


_CHANGES: tuple[Change, ...] = (
    *(_drop, _double, _move, _rename, _wrap, _shuffle, _add),
    *(_alter, _alter, _alter, _lose, _exchange),
)
