"""What a device's trouble is called in plain words.

A worker writes an error as one machine line, `<class> name=value …`, for journal and log
(devices/worker.py). A cashier reads a sentence: the code in it decides which, and what the device
itself said is quoted only when we know no better.
"""

from re import compile as compile_pattern
from typing import Final

from tui.i18n import N_, _

_CLASSES: Final = (
    "device",
    "device-unavailable",
    "device-refused",
    "simulator-refused",
    "unit-changed",
    "outcome-unknown",
    "remote-protocol",
    "paper-out",
)
_CODE: Final = compile_pattern(r"(?:^| )(?:code|condition|fault)=([a-zA-Z0-9-]+)")
_STATE: Final = compile_pattern(r"(?:^| )state=([a-z-]+)")
_WORDS: Final = compile_pattern(r"(?:^| )words=(.*)$")

_PASSWORD = N_("Fel användare eller lösenord.")
_DAMAGED = N_("Svaret är skadat eller ofullständigt.")
_FULL = N_("Enhetens minne är fullt: ring leverantören.")
_NO_ANSWER = N_("Den svarar inte.")
_NO_LINK = N_("Ingen förbindelse: se efter kabel och ström.")
_BROKEN = N_("Enheten har ett fel: ring leverantören.")
_CONFIGURED = N_("Enheten hör till en annan kassa eller ett annat företag.")

SENTENCES: Final[dict[str, str]] = {
    "no-answer": _NO_ANSWER,
    "silent": _NO_ANSWER,
    "not-connected": _NO_LINK,
    "refused": _NO_LINK,
    "unreachable": _NO_LINK,
    "broken": _NO_LINK,
    "http-401": _PASSWORD,
    "http-403": _PASSWORD,
    "password-unreadable": N_("Lösenordsfilen går inte att läsa."),
    "certificate-refused": N_("Certifikatet godtas inte."),
    "certificate-unreadable": N_("Certifikatfilen går inte att läsa."),
    "code-repeated": N_("Kontrollkoden står redan på ett annat kvitto."),
    "code-shape": N_("Kontrollkoden har fel form."),
    "unit-changed": N_("Det är en annan kontrollenhet än förut."),
    "http-broken": _DAMAGED,
    "closed": N_("Förbindelsen bröts."),
    "other-receipt": N_("Svaret gäller ett annat kvitto."),
    "storage-full": _FULL,
    "nak-010": _FULL,
    "fault-10": _FULL,
    "main-status": _BROKEN,
    "nak-006": _BROKEN,
    "fault-6": _BROKEN,
    "nak-007": _CONFIGURED,
    "fault-7": _CONFIGURED,
    "nak-001": _DAMAGED,
    "simulator-refused": N_("Den är en simulator och får bara användas i övningsläge."),
    "device-refused": N_("Den nekade."),
}
"""By the finest code that the line names."""

STATES: Final[dict[str, str]] = {
    "off": _NO_LINK,
    "connecting": _NO_LINK,
    "unreachable": _NO_LINK,
    "logging-in": N_("Den loggar in just nu."),
    "maintenance": N_("Den uppdateras just nu."),
}
"""By the link's state, where that is all the line names."""


def is_silence(line: str) -> bool:
    """Say whether a worker's machine line tells of a device that gave no answer at all."""
    return device_words(line) in (_(_NO_ANSWER), _(_NO_LINK))


def device_words(line: str) -> str:
    """Say a worker's machine line in plain words; other text is given back as it is."""
    kind, _blank, rest = line.partition(" ")
    if kind not in _CLASSES:
        return line
    codes = [code.lower() for code in _CODE.findall(rest)]
    for code in (*codes, kind):
        if code in SENTENCES:
            return _(SENTENCES[code])
    state = _STATE.search(rest)
    if state is not None and state.group(1) in STATES:
        return _(STATES[state.group(1)])
    if any(code.startswith("answer-") for code in codes) or kind == "remote-protocol":
        return _(_DAMAGED)
    said = _WORDS.search(rest)
    # Of a device that was not reached the words are ours, for the log.
    if said is not None and said.group(1) and kind != "device-unavailable":
        return f"»{said.group(1)}«"
    return _(_NO_ANSWER)
