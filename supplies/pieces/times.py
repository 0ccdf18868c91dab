"""Exact times and days, in `<time>`: cached pages hold no time relative to now."""

from datetime import date, datetime, timedelta
from datetime import timezone as fixed
from functools import cache, lru_cache
from typing import Final

from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from supplies.pieces.frames import filled

Moment = str | date | None


def clock(value: Moment) -> SafeString:
    """The exact time, with its zone; it stays so."""
    return _time(value, "", get_language() or "")


def ago(value: Moment) -> SafeString:
    """The exact time; a script turns it into "2 hours ago" and keeps the exact text in the title."""
    return _time(value, " data-relative", get_language() or "")


def time_left(value: Moment) -> SafeString:
    """The exact end; a script turns it into the minutes and seconds left."""
    return _time(value, " data-left", get_language() or "")


# A page shows one time in several places, and pages show the same records again: some 2 MB at most.
@lru_cache(maxsize=4096)
def _time(value: Moment, attribute: str, language: str) -> SafeString:
    moment = _as_moment(value)
    if moment is None:
        return SafeString("")
    if not isinstance(moment, datetime):
        # A day has no hour: it is never turned into "3 hours ago".
        return filled(_TIME, moment.isoformat(), "", _day(moment, language))
    local = timezone.localtime(moment)
    exact = _exact(language) % {
        "day": _day(local.date(), language),
        "time": f"{local.hour:02}:{local.minute:02}",
        "zone": _zone(local.utcoffset() or timedelta(), language),
    }
    return filled(_TIME, local.isoformat(timespec="seconds"), SafeString(attribute), exact)


_TIME: Final = '<time datetime="{}"{}>{}</time>'


def _as_moment(value: Moment) -> date | None:
    if isinstance(value, str):
        return parse_datetime(value) if "T" in value else parse_date(value)
    return value


@cache
def _exact(language: str) -> str:
    """A time with its zone, as the language writes it."""
    return _("%(day)s, %(time)s (%(zone)s)")


# Django's date formats are slow, and fifty records were verified on few days.
@lru_cache(maxsize=512)
def _day(day: date, language: str) -> str:
    return formats.date_format(day, _("j M Y"))


@lru_cache(maxsize=64)
def _zone(offset: timedelta, language: str) -> str:
    return _("Beijing time") if offset == timedelta(hours=8) else str(fixed(offset))
