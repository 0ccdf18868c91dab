"""The trust line: under every record wherever it appears, who says so, since when and on what ground."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from supplies.pieces.codes import icon, label, labels
from supplies.pieces.facts import source_link
from supplies.pieces.frames import filled, said
from supplies.pieces.times import ago, clock

Body = Mapping[str, Any]

# The clocks of a record, never one shown for another.
_CLOCKS: Final = ("source_dated", "verified", "confirmed", "changed", "published")
_NOTHING: Final = SafeString("")
_OPEN: Final = SafeString(" open")


def person(by: Body) -> SafeString:
    """Who acted, in public: role, pseudonym, organisation."""
    return _person(by.get("role", ""), by.get("by"), by.get("organisation"), get_language() or "")


# Reviewers are few: half a megabyte at most.
@lru_cache(maxsize=1024)
def _person(role: str, name: str | None, organisation: str | None, language: str) -> SafeString:
    named = filled(" <b>{}</b>", name) if name and role != "robot" else _NOTHING
    of = _(" (%(organisation)s)") % {"organisation": organisation} if organisation else ""
    return filled("{}{}{}", label(role, "role"), named, of)


def trust_line(record: Body, *, unfolded: bool = False) -> SafeString:
    """The trust line of a public body with its `freshness`; folded out it shows the clocks and the source."""
    frames, freshness, trust = _frames(get_language() or ""), record["freshness"], record["verified"]
    clocks = record["clocks"]
    return filled(
        frames["line"],
        freshness=freshness,
        open=_OPEN if unfolded else _NOTHING,
        icon=icon(freshness),
        state=_NOTHING if freshness == "fresh" else filled(_STATE, label(freshness, "freshness")),
        when=ago(trust["at"]),
        grounds=labels(trust["grounds"], "ground"),
        verifier=person(trust),
        enterer=person(record["entered"]),
        own=frames["own"] if record["origin"] == "organisation" else _NOTHING,
        source=_source(record.get("source_link")) or frames["no source"],
        **{name: clock(clocks.get(name)) or frames[name] for name in _CLOCKS},
    )


def _source(link: str | None) -> SafeString:
    return source_link(link, link) if link else _NOTHING


@cache
def _frames(language: str) -> dict[str, SafeString]:
    """The line, and what stands in it where something is not known, in this language."""
    unknown = filled(_QUIET, _("not given"))
    return {
        "line": SafeString(_LINE.format(clocks=_clocks(), **_words())),
        "own": filled('<span class="tag blue">{}{}</span>', icon("house"), _("its own statement")),
        "no source": filled(_QUIET, _("no public page")),
        **dict.fromkeys(_CLOCKS, unknown),
        "confirmed": filled(_QUIET, _("not confirmed since")),
    }


def _words() -> dict[str, str]:
    return {
        "verified": said(_("verified %(when)s"), when="when"),
        "grounds": said(_("grounds: %(grounds)s"), grounds="grounds"),
        "by_verifier": said(_("Verified by")),
        "by_enterer": said(_("Entered by")),
        "source": said(_("Source")),
    }


def _clocks() -> str:
    names = {
        "source_dated": _("Source dated"),
        "verified": pgettext("clock", "Verified"),
        "confirmed": _("Confirmed"),
        "changed": _("Content changed"),
        "published": pgettext("clock", "Published"),
    }
    return "".join(f"<div><dt>{said(words)}</dt><dd>{{{name}}}</dd></div>" for name, words in names.items())


_QUIET: Final = '<span class="quiet">{}</span>'
_STATE: Final = '<span class="state">{}</span> · '
# In double braces what differs from record to record, in single ones the words of the language.
_LINE: Final = (
    '<details class="trust" data-freshness="{{freshness}}"{{open}}><summary>{{icon}}<span class="said">{{state}}'
    "{verified} · {grounds} · {{verifier}}</span>{{own}}</summary>"
    '<div class="trust-more stack-tight"><dl class="facts">{clocks}</dl><dl class="facts">'
    "<div><dt>{by_verifier}</dt><dd>{{verifier}}</dd></div>"
    "<div><dt>{by_enterer}</dt><dd>{{enterer}}</dd></div>"
    '<div class="wide"><dt>{source}</dt><dd>{{source}}</dd></div></dl></div></details>'
)
