"""Masking of card data in text from outside: no protocol here sends any, this is the belt.

Masked, each character by one `*`, so that a text never grows or shrinks: card numbers (their last
four digits stay), magnetic tracks whole, security codes and PIN blocks behind their name, and
base64 or hexadecimal writing of a number or track. Not recognised, because nothing tells it from
other text: digits in words or reversed, a number in several messages, a security code or PIN
without its name, any encryption (PCI DSS 3.3 and 3.4.1, reliability I13 and S1).
"""

from binascii import Error as EncodingError
from binascii import a2b_base64
from collections.abc import Iterator, Sequence
from re import IGNORECASE, Match
from re import compile as compile_pattern

_SHOWN_DIGITS = 4
_LENGTHS = range(13, 20)
_BETWEEN = r"[^\w]|_"
_DIGIT_RUN = compile_pattern(rf"\d(?:(?:{_BETWEEN}){{0,3}}\d){{12,}}")
_PLAIN_RUN = compile_pattern(r"\d(?:[ -]?\d){12,18}")
_GROUP = compile_pattern(r"\d+")
_NETWORK = (
    (compile_pattern("4"), frozenset({13, 16, 19})),
    (compile_pattern("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),
    (compile_pattern("3[47]"), frozenset({15})),
    (compile_pattern("30[0-5]|3[689]"), frozenset(range(14, 20))),
    (compile_pattern("352[89]|35[3-8]|5[0678]|6|81"), frozenset(range(16, 20))),
)
"""Beginnings and lengths of the networks' numbers (ISO 7812), to tell one within other digits."""
_NUMBER = r"[\d*](?:[ .-]?[\d*]){11,18}"
_TRACKS = (
    compile_pattern(rf"[%;]?[Bb]?{_NUMBER} ?\^[^^]{{0,40}}\^[\d* ]{{3,}}[^ ]*"),
    compile_pattern(rf";?{_NUMBER} ?[=Dd] ?\d(?:[ .-]?\d){{6,}}[?]?"),
)
_ENCODED = compile_pattern(r"[A-Za-z0-9+/_-]{17,}={0,2}")
_HEXADECIMAL = compile_pattern(r"(?:[0-9A-Fa-f]{2}){13,}")
_NAMED = (
    compile_pattern(
        r"(?:CVV2?|CVC2?|CVN2?|CAV2?|CID|CSC)\W{0,3}(?:(?:code|kod)\W{0,3})?(\d{3,4})(?!\d)",
        IGNORECASE,
    ),
    compile_pattern(
        r"\bPIN[ _-]?(?:block|kod|code)?\W{0,3}((?:[0-9A-F][ -]?){15}[0-9A-F]|\d{4,12})(?!\w)",
        IGNORECASE,
    ),
)
_BLOCK = compile_pattern(
    r"(?<!\w)(?=\d*[A-F])(?=[A-F]*\d)(?![AD]\d{9})[0-9A-F]{16}(?!\w)", IGNORECASE
)
_MAY_HOLD = compile_pattern(r"\d|[A-Za-z+/]{17}")


def redact(text: str) -> str:
    """Mask the card data in one text."""
    if _MAY_HOLD.search(text) is None:
        return text
    # First of all: hexadecimal is digits too, and what is masked in part decodes no more.
    text = _ENCODED.sub(_mask_encoded, text)
    for track in _TRACKS:
        text = track.sub(_stars, text)
    text = _mask_numbers(text, is_aligned=False)
    for named in _NAMED:
        text = named.sub(_mask_last_group, text)
    return text


def redact_words(text: str) -> str:
    """Mask as `redact`, and every word of 16 hexadecimal digits: a PIN block looks like that.

    For words meant for people; a reference may look so too and must stay what it is.
    """
    return _BLOCK.sub(_stars, redact(text))


def redact_together(texts: Sequence[str]) -> tuple[str, ...]:
    """Mask each text, and a number that is spread over several of them."""
    masked = [redact_words(text) for text in texts]
    whole = _mask_numbers("\n".join(masked), is_aligned=True)
    return tuple(whole.split("\n")) if masked else ()


def _mask_numbers(text: str, *, is_aligned: bool) -> str:
    return _DIGIT_RUN.sub(lambda run: _mask_run(run, is_aligned), text)


def _mask_run(run: Match[str], is_aligned: bool) -> str:
    """Mask the numbers in one run of digits, all but the last four digits of the last one."""
    text = run.group()
    places = [place for place, character in enumerate(text) if character.isdecimal()]
    digits = [int(text[place]) for place in places]
    is_plain = len(digits) in _LENGTHS and _PLAIN_RUN.fullmatch(text) is not None
    checks = _check_sums(digits)
    hidden: set[int] = set()
    for start, end in _windows(text, is_aligned):
        sums = checks[end % 2]
        if (sums[end] - sums[start]) % 10:
            continue
        is_whole = is_plain and end - start == len(digits)
        if is_whole or _is_of_a_network(digits[start:end]):
            hidden.update(range(start, end))
    if not hidden:
        return text
    hidden -= set(range(max(hidden) + 1 - _SHOWN_DIGITS, max(hidden) + 1))
    kept = list(text)
    for index in hidden:
        kept[places[index]] = "*"
    return "".join(kept)


def _windows(text: str, is_aligned: bool) -> Iterator[tuple[int, int]]:
    """Give where a number may begin and end, counted in digits.

    Within one group of digits anywhere; over several groups only from and to a group's border, at
    both ends when `is_aligned`: two other numbers beside each other are not one.
    """
    starts: set[int] = set()
    group_of: list[int] = []
    for number, group in enumerate(_GROUP.finditer(text)):
        starts.add(len(group_of))
        group_of += [number] * len(group.group())
    ends = {*starts, len(group_of)}
    for start in range(len(group_of)):
        for length in _LENGTHS:
            end = start + length
            if end > len(group_of):
                break
            is_one_group = group_of[start] == group_of[end - 1]
            borders = (start in starts) + (end in ends)
            if is_one_group or borders == 2 or (borders == 1 and not is_aligned):
                yield start, end


def _is_of_a_network(digits: list[int]) -> bool:
    written = "".join(map(str, digits))
    return any(
        begins.match(written) is not None and len(digits) in lengths for begins, lengths in _NETWORK
    )


def _check_sums(digits: list[int]) -> tuple[list[int], list[int]]:
    """Give the running Luhn sums for numbers that end at an even, and at an odd place.

    So each of the many possible numbers in a long run costs one subtraction.
    """
    even, odd = [0], [0]
    for place, digit in enumerate(digits):
        doubled = 2 * digit - 9 * (digit > 4)
        even.append(even[-1] + (doubled if place % 2 == 0 else digit))
        odd.append(odd[-1] + (digit if place % 2 == 0 else doubled))
    return even, odd


def _mask_encoded(token: Match[str]) -> str:
    return _stars(token) if any(map(_holds_card_data, _decoded(token.group()))) else token.group()


def _decoded(token: str) -> Iterator[str]:
    """Give what a token may stand for, read as hexadecimal or base64 from each of its starts."""
    for found in _HEXADECIMAL.findall(token):
        yield bytes.fromhex(found).decode("latin-1")
    letters = token.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(4):
        part = letters[start:]
        try:
            yield a2b_base64(part[: len(part) - (len(part) % 4 == 1)] + "===").decode("latin-1")
        except EncodingError:
            continue


def _holds_card_data(text: str) -> bool:
    return any(track.search(text) for track in _TRACKS) or (
        _mask_numbers(text, is_aligned=False) != text
    )


def _stars(found: Match[str]) -> str:
    return "*" * len(found.group())


def _mask_last_group(found: Match[str]) -> str:
    whole, secret = found.group(), found.group(1)
    return whole[: len(whole) - len(secret)] + "*" * len(secret)
