"""Telephone numbers as people write them, and private particulars that slipped into public text.

Numbers are those of mainland China. A normalised number is written one way only: 13800001234,
027-85000000, 400-800-0000; an extension follows as 027-85000000转8012.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from supplies.characters import half_width

PhoneKind = Literal["mobile", "office", "service"]
PrivateKind = Literal["mobile", "mail", "identity", "account", "messenger"]

_GAP = r"[\s\-—–]?"
_PHONE: Final = re.compile(
    rf"""
    (?<![0-9*])
    (?P<country> (?:\+|00)\s{{0,3}}86[\s\-]{{0,3}} | 86[\s\-]{{1,3}} | 86(?=1[3-9][0-9]{{9}}(?![0-9])) )?
    (?:
        (?P<mobile>   1[3-9] (?:{_GAP}[0-9]){{9}} )
      | (?P<service>  [48]00 (?:{_GAP}[0-9]){{7}} | (?:95[0-9]|12[0-9]) [0-9]{{2}} )
      | \(?(?P<area> (?(country)0?|0) (?:10|2[0-9]|[3-9][0-9]{{2}}) )\)?
        [\s\-—–]{{0,4}} (?P<line> [0-9]{{7,8}} )
      | (?P<local>    [2-9][0-9]{{6,7}} )
    )
    (?![0-9*])
    (?: \s{{0,3}}(?:转|分机号?|ext\.?|\#|[\-—–])\s{{0,3}} (?P<extension>[0-9]{{1,5}}) (?![0-9*\-]) )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"[\s/、,;|或]*")
_DATE: Final = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")

_MAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}", re.IGNORECASE | re.ASCII
)
_MESSENGER: Final = re.compile(
    r"(?:微信|weixin|wechat|vx|qq)\s?(?:号码?)?\s?[:是为]?\s?(?P<account>[a-z][a-z0-9_-]{5,19}|[0-9]{5,11})(?![a-z0-9])",
    re.IGNORECASE,
)
# Nothing is found where there is neither an @ nor a letter of a name nor five digits.
_TELLING: Final = re.compile(r"@|[a-z]|[0-9](?:[^0-9]*[0-9]){4}", re.IGNORECASE)
_LONG_NUMBER: Final = re.compile(r"(?<![0-9])[0-9](?:[ \-]?[0-9]){14,21}[Xx]?(?![0-9])")
_LINK: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Phone:
    """One number found in a text, and where it stood."""

    kind: PhoneKind
    number: str  # normalised, without the extension
    extension: str
    start: int
    end: int

    @property
    def mobile(self) -> bool:
        """Whether it is a person's mobile number, which public fields refuse."""
        return self.kind == "mobile"

    @property
    def text(self) -> str:
        return f"{self.number}转{self.extension}" if self.extension else self.number


@dataclass(frozen=True, slots=True)
class Private:
    """Something private found in free text."""

    kind: PrivateKind
    start: int
    end: int
    text: str


def read_phones(text: str) -> list[Phone]:
    """The telephone numbers in `text`, in order: 13800001234、027-85000000转8012/85000001.

    A number with digits masked or missing is no number. A second line of the same office takes the
    area code of the first.
    """
    return list(_phones(text))


# One text is asked about several times in a row: what is private in it, what is left without its numbers, its traits.
@lru_cache(maxsize=32)
def _phones(text: str) -> tuple[Phone, ...]:
    phones: list[Phone] = []
    for match in _PHONE.finditer(half_width(text)):
        if phone := _phone(match, phones[-1] if phones else None, text):
            phones.append(phone)
    return tuple(phones)


def without_phones(text: str) -> str:
    """What `text` says besides its numbers: names, hours, numbers that could not be read."""
    parts, reached = [], 0
    for phone in read_phones(text):
        parts.append(text[reached : phone.start])
        reached = phone.end
    return " ".join(" ".join([*parts, text[reached:]]).split())


def is_mobile(text: str) -> bool:
    """Whether `text` is one mobile number and nothing else."""
    phones = read_phones(text)
    return len(phones) == 1 and phones[0].mobile and not without_phones(text)


def mask(number: str) -> str:
    """`number` with its middle hidden: 138****1234, 027-****0000. A service number stays as it is."""
    phones = read_phones(number)
    if not phones:
        return "*" * len(number)
    phone = phones[0]
    if phone.kind == "service":
        return phone.text
    area, hyphen, line = phone.number.rpartition("-")
    return f"{phone.number[:3]}****{phone.number[-4:]}" if phone.mobile else f"{area}{hyphen}****{line[-4:]}"


def find_private(text: str) -> list[Private]:
    """Mobile numbers, mail addresses, messenger accounts, identity and bank numbers in free text.

    Used to warn that a public field gives away a person. Reading order; what overlaps is told once.
    """
    return list(_found_private(text))


# A cell of a sheet is asked about twice: when it is read, and when the list's form takes it.
@lru_cache(maxsize=64)
def _found_private(text: str) -> tuple[Private, ...]:
    if not _TELLING.search(half_width(text)):
        return ()
    found: list[Private] = []
    for private in sorted(_private(text), key=lambda private: (private.start, -private.end)):
        if not found or private.start >= found[-1].end:
            found.append(private)
    return tuple(found)


def _private(text: str) -> Iterator[Private]:
    folded = half_width(text)
    links = [match.span() for match in _LINK.finditer(folded)]

    def private(kind: PrivateKind, start: int, end: int) -> Private:
        return Private(kind, start, end, text[start:end])

    yield from (private("mobile", phone.start, phone.end) for phone in read_phones(text) if phone.mobile)
    yield from (private("mail", *match.span()) for match in _MAIL.finditer(folded))
    yield from (private("messenger", *match.span("account")) for match in _MESSENGER.finditer(folded))
    for match in _LONG_NUMBER.finditer(folded):
        # The long numbers in links are the addresses of pages.
        if not any(start <= match.start() < end for start, end in links):
            yield private("identity" if _is_identity(match[0]) else "account", *match.span())


def _phone(match: re.Match[str], before: Phone | None, text: str) -> Phone | None:
    kind: PhoneKind = "mobile" if match["mobile"] else "service" if match["service"] else "office"
    if kind == "office":
        number = _office_number(match, before, text)
    else:
        number = _digits(match[kind])
        if kind == "service" and len(number) == 10:
            number = f"{number[:3]}-{number[3:6]}-{number[6:]}"
    if not number:
        return None
    return Phone(kind, number, match["extension"] or "", match.start(), match.end())


def _office_number(match: re.Match[str], before: Phone | None, text: str) -> str:
    if match["area"]:
        return f"0{match['area'].removeprefix('0')}-{match['line']}"
    local: str = match["local"]
    if before and before.kind == "office" and _BETWEEN.fullmatch(half_width(text), before.end, match.start()):
        area, hyphen, _ = before.number.rpartition("-")
        return f"{area}{hyphen}{local}"
    return "" if _DATE.fullmatch(local) else local


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _is_identity(text: str) -> bool:
    """Whether this is an identity number of a person: 18 characters with a right check digit."""
    number = text.replace(" ", "").replace("-", "").upper()
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[-1]
