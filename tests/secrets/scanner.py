"""Looks for card data in bytes of any kind: files, papers, streams, memory of a screen.

Two ways. The planted secrets are looked for in every form they may have been kept in, also in
parts: eleven digits of a number, eight of a track's tail, ten of a PIN block, with anything but
letters and digits between them (so also as UTF-16), in base64 at each of its three phases, in
hexadecimal. And any other card number, standing free, that passes the check digit.
"""

import re
from base64 import b64encode
from pathlib import Path

from devices.simulators.terminal_leaks import CardSecrets

_SEPARATORS = bytes(code for code in range(256) if not chr(code).isalnum() or code > 127)
_FREE_NUMBER = re.compile(rb"(?<![0-9A-Za-z])[3-6][0-9]{3}(?:[ -]?[0-9]){11,12}(?![0-9A-Za-z])")
_TRACK_TAIL = re.compile(rb"(?<![0-9A-Za-z])[0-9*]{12,19}[=Dd^][0-9]{7,}(?![0-9A-Za-z])")
"""Standing free: the hashes of a journal hold such digits by chance."""
_PAN_PART, _TAIL_PART, _BLOCK_PART, _ENCODED_PART = 11, 8, 10, 14


class Scanner:
    """Knows one card's secrets. `hits` names what it found, never the secret itself."""

    def __init__(self, secrets: CardSecrets) -> None:
        named = rb"CV[VCN]2?\W{0,3}(?:code|kod)?\W{0,3}" + secrets.security_code.encode()
        self._code = re.compile(named, re.IGNORECASE)
        pin = rb"PIN\W{0,3}(?:code|kod)?\W{0,3}" + secrets.pin.encode()
        self._pin = re.compile(pin, re.IGNORECASE)
        self._parts = {
            "number": _parts(secrets.pan, _PAN_PART),
            "track tail": _parts(secrets.discretionary, _TAIL_PART),
            "PIN block": _parts(secrets.pin_block.upper(), _BLOCK_PART),
        }
        encoded: list[str] = []
        for secret in (secrets.pan, secrets.track_2, secrets.pin_block):
            for phase in range(3):
                token = b64encode(b"x" * phase + secret.encode()).decode()
                encoded += _parts(token[4 if phase else 0 : -4], _ENCODED_PART)
            encoded += _parts(secret.encode().hex(), 2 * _PAN_PART)
        self._encoded = [part.encode() for part in encoded]

    def hits(self, where: str, kept: bytes) -> list[str]:
        """Give what was found in these bytes."""
        joined = kept.translate(None, _SEPARATORS).upper()
        found = [
            name
            for name, parts in self._parts.items()
            if any(part.encode() in joined for part in parts)
        ]
        found += ["encoded"] if any(part in kept for part in self._encoded) else []
        found += ["security code"] if self._code.search(kept) else []
        found += ["PIN"] if self._pin.search(kept) else []
        found += ["track"] if _TRACK_TAIL.search(kept) else []
        if any(_passes(number.group()) for number in _FREE_NUMBER.finditer(kept)):
            found.append("some number")
        return [f"{where}: {name}" for name in found]

    def hits_in(self, folder: Path) -> list[str]:
        """Give what was found in any file of a folder, names included."""
        found: list[str] = []
        for path in sorted(folder.rglob("*")):
            found += self.hits(f"name of {path.name}", path.name.encode())
            if path.is_file():
                found += self.hits(path.name, path.read_bytes())
        return found


def _parts(secret: str, length: int) -> list[str]:
    return [secret[at : at + length] for at in range(max(1, len(secret) - length + 1))]


def _passes(number: bytes) -> bool:
    digits = [code - 48 for code in number if 48 <= code <= 57]
    total = sum(
        digit if at % 2 == 0 else (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[digit]
        for at, digit in enumerate(reversed(digits))
    )
    return total % 10 == 0
