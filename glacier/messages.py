"""The catalogue: every text a person reads, found in code and templates, with its Chinese beside it.

English is the language of the source; locale/zh_Hans is the only catalogue, and its compiled form is
committed, so that running Glacier needs neither gettext nor Babel.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import template

APPS = ("glacier", "verification", "supplies")
LOCALE = "zh_Hans"
# One argument; singular and plural; a context first.
SINGLE = ("_", "gettext", "gettext_lazy", "gettext_noop")
PLURAL = ("ngettext", "ngettext_lazy")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(SINGLE),
    **dict.fromkeys(PLURAL, (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDERS = re.compile(r"%\((\w+)\)|\{(\w*)[^{}]*\}|%([sd])")
# Dates in a header would make every run a change.
UNDATED = datetime(2020, 1, 23, tzinfo=UTC)

Key = tuple[str | None, str]


@dataclass(frozen=True)
class Faults:
    """What keeps the catalogue from being complete, each as a list of texts or places."""

    missing: list[str]
    fuzzy: list[str]
    obsolete: list[str]
    placeholders: list[str]
    uncompiled: list[str]

    def lines(self) -> Iterator[str]:
        """One line a fault, its kind first."""
        for kind, found in vars(self).items():
            for text in found:
                yield f"{kind}: {text}"


def catalogue_path(top: Path) -> Path:
    """The catalogue of this checkout."""
    return top / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def extracted(top: Path) -> Catalog:
    """Every text of the code and the templates, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for path, source in _sources(top):
        for _line, message, comments, context in extract("python", io.BytesIO(source), KEYWORDS):
            if not message or not message[0]:
                continue
            place = [(str(path.relative_to(top)), 0)]
            found.add(message, None, place, auto_comments=comments, context=context)
    return found


def _sources(top: Path) -> Iterator[tuple[Path, bytes]]:
    for app in APPS:
        for path in sorted((top / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_bytes()
    for folder in ("templates", *(f"{app}/templates" for app in APPS)):
        for path in sorted((top / folder).rglob("*")):
            if path.suffix in (".html", ".txt"):
                # Django turns a template into calls of gettext; Python's tokenizer wants them unindented.
                lines = template.templatize(path.read_text(), origin=str(path)).splitlines()
                yield path, "\n".join(line.strip() for line in lines).encode()


def read(path: Path) -> Catalog:
    """The catalogue in this file, empty where there is none yet."""
    if not path.exists():
        return Catalog(locale=LOCALE, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update(top: Path, more: Iterable[Path] = ()) -> Catalog:
    """Bring the catalogue to the texts there are, and write both forms.

    Chinese that is missing is taken from the further files; what the catalogue has is left as it is.

    Texts that are gone leave the catalogue. What is still without Chinese stays empty: `faults` names it.
    """
    path = catalogue_path(top)
    catalogue = read(path)
    for other in more:
        for message in read(other):
            present = catalogue.get(message.id, message.context) if message.id else None
            if present and not _translated(present):
                present.string = message.string
            elif message.id and not present:
                catalogue.add(message.id, message.string, context=message.context)
    catalogue.update(extracted(top), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    _settle_header(catalogue)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, include_lineno=False, ignore_obsolete=True, width=110)
    path.with_suffix(".mo").write_bytes(compiled(read(path)))
    return catalogue


def _settle_header(catalogue: Catalog) -> None:
    catalogue.creation_date = catalogue.revision_date = UNDATED
    catalogue.project, catalogue.version, catalogue.fuzzy = "Glacier", "1", False
    catalogue.msgid_bugs_address = ""
    catalogue.last_translator = catalogue.language_team = "Glacier"
    catalogue.header_comment = "# Glacier in Chinese. Written by `manage.py messages`; edit the msgstr lines."


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as Django reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def faults(top: Path) -> Faults:
    """Compare the committed catalogue with the texts there are."""
    path = catalogue_path(top)
    catalogue, wanted = read(path), extracted(top)
    here = {_key(message): message for message in catalogue if message.id}
    there = {_key(message): message for message in wanted if message.id}
    binary = path.with_suffix(".mo")
    current = binary.exists() and binary.read_bytes() == compiled(catalogue)
    return Faults(
        missing=[_shown(m) for key, m in there.items() if key not in here or not _translated(here[key])],
        fuzzy=[_shown(message) for message in here.values() if message.fuzzy],
        obsolete=[_shown(m) for key, m in here.items() if key not in there]
        + [_shown(message) for message in catalogue.obsolete.values()],
        placeholders=[_shown(m) for m in here.values() if _translated(m) and not _same_placeholders(m)],
        uncompiled=[] if current else [str(binary.relative_to(top))],
    )


def _key(message: Message) -> Key:
    return message.context, _texts(message.id)[0]


def _texts(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _translated(message: Message) -> bool:
    return all(_texts(message.string or ""))


def _same_placeholders(message: Message) -> bool:
    """Whether every translated form asks for what one of the source's forms gives."""
    given = [_placeholders(text) for text in _texts(message.id)]
    return all(_placeholders(text) in given for text in _texts(message.string or ""))


def _placeholders(text: str) -> list[str]:
    return sorted(match.group(0) for match in PLACEHOLDERS.finditer(text.replace("%%", "")))


def _shown(message: Message) -> str:
    place = f"  ({message.locations[0][0]})" if message.locations else ""
    context = f"[{message.context}] " if message.context else ""
    return f"{context}{' | '.join(_texts(message.id))}{place}"
