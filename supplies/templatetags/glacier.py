"""Presentation only: exact times, amounts, places, items, the words for codes. Nothing here decides."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.db.models import TextChoices
from django.template.defaultfilters import linebreaksbr
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from supplies import catalogue, places, quantities
from supplies.filters import place_words
from verification import kinds, pages, reasons, sop
from verification.kinds import Format

register = template.Library()

# Where each prefecture of a province stands in its tile map: column and row. A map without borders.
TILES = {
    "420300": (0, 0), "420600": (1, 0), "421300": (2, 0), "420900": (3, 0),
    "429021": (0, 1), "420800": (1, 1), "429006": (2, 1), "420100": (3, 1), "421100": (4, 1),
    "420500": (0, 2), "421000": (1, 2), "429005": (2, 2), "429004": (3, 2), "420700": (4, 2),
    "422800": (0, 3), "421200": (3, 3), "420200": (4, 3),
}  # fmt: skip

URGENCY = {
    "critical": pgettext_lazy("urgency", "critical"),
    "high": pgettext_lazy("urgency", "high"),
    "normal": pgettext_lazy("urgency", "normal"),
}
FRESHNESS = {
    "fresh": gettext_lazy("Recently verified"),
    "due": gettext_lazy("Due for another look"),
    "overdue": gettext_lazy("Overdue for another look"),
    "stale": gettext_lazy("Out of date"),
}
CHOICES: dict[str, type[TextChoices]] = {
    "ground": sop.Ground,
    "role": sop.Role,
    "origin": sop.Origin,
    "status": sop.Status,
    "intent": sop.Intent,
    "action": sop.Action,
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the sprite; always beside a word, so it is hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("glacier/icons.svg"),
        name,
    )


@register.filter
def label(code: str, what: str) -> str:
    """The word for a code: `{{ ground|label:"ground" }}`. An unknown code is shown as it is."""
    if what == "urgency":
        return str(URGENCY.get(code, code))
    if what == "risk":
        return str(sop.Risk[code.upper()].label)
    if what == "freshness":
        return str(FRESHNESS.get(code, code))
    if what == "reason":
        return reasons.words(code)
    choices = CHOICES[what]
    return str(choices(code).label) if code in choices.values else code


@register.filter
def labels(codes: list[str], what: str) -> str:
    """The words for several codes, joined as the language joins them."""
    return _(", ").join(label(code, what) for code in codes)


@register.filter
def number(value: int | float | None) -> str:
    """A number with separators; nothing for None."""
    return "" if value is None else f"{value:,}"


def _as_moment(value: str | date | None) -> date | None:
    if isinstance(value, str):
        return parse_datetime(value) if "T" in value else parse_date(value)
    return value


def _zone(moment: datetime) -> str:
    offset = timezone.localtime(moment).strftime("%z")
    if offset == "+0800":
        return _("Beijing time")
    return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:]}"


def exact_text(value: str | date | None) -> str:
    """A date, or a time with its zone, as the language writes it."""
    moment = _as_moment(value)
    if moment is None:
        return ""
    if not isinstance(moment, datetime):
        return formats.date_format(moment, _("j M Y"))
    when = formats.date_format(timezone.localtime(moment), _("j M Y, H:i"))
    return _("%(time)s (%(zone)s)") % {"time": when, "zone": _zone(moment)}


def _iso(moment: date) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(timezone.get_current_timezone()).isoformat(timespec="seconds")
    return moment.isoformat()


def _time(value: str | date | None, attribute: str) -> SafeString:
    moment = _as_moment(value)
    if moment is None:
        return SafeString("")
    # A day has no hour: it is never turned into "3 hours ago".
    flag = SafeString(f" {attribute}" if attribute and isinstance(moment, datetime) else "")
    return format_html('<time datetime="{}"{}>{}</time>', _iso(moment), flag, exact_text(moment))


@register.simple_tag
def clock(value: str | date | None) -> SafeString:
    """The exact time, with its zone; it stays so."""
    return _time(value, "")


@register.simple_tag
def ago(value: str | date | None) -> SafeString:
    """The exact time; a script turns it into "2 hours ago" and keeps the exact text in the title."""
    return _time(value, "data-relative")


@register.simple_tag
def time_left(value: str | date | None) -> SafeString:
    """The exact end; a script turns it into the minutes and seconds left."""
    return _time(value, "data-left")


@register.simple_tag
def amount(value: Mapping[str, Any] | None, unit: str = "", pack_size: int | None = None) -> SafeString:
    """An amount with its unit: `5,000 pieces`, `≥ 500`, `amount unknown`; the pack in small type."""
    if not value:
        return SafeString("")
    open_ended = value.get("kind") in {"unknown", "as_many"}
    words = quantities.show_pack(unit, pack_size)
    pack = format_html(" <small>{}</small>", words) if words else ""
    return format_html(
        '<span class="amount{}">{}{}</span>',
        " open" if open_ended else "",
        quantities.show(value, unit),
        pack,
    )


@register.simple_tag
def place_links(code: str, kind: str) -> SafeString | str:
    """Province / prefecture / county, each a link to the list filtered there; words where it has no such filter."""
    if not places.exists(code) or "province" not in kinds.get(kind).filters:
        return place_words(code)
    from_list = reverse("list", kwargs={"kind": kind})
    links, query = [], ""
    for name, part in zip(("province", "city", "county"), places.path(code), strict=False):
        query += f"{'&' if query else '?'}{name}={part.code}"
        words = places.label(part.code, get_language() or "")
        links.append(format_html('<a class="plain" href="{}{}">{}</a>', from_list, query, words))
    return SafeString(" / ".join(links))


@register.filter
def place(code: str) -> str:
    """The place in words, from the province down."""
    language = get_language() or ""
    between = ", " if language.startswith("en") else ""
    return between.join(places.label(part.code, language) for part in places.path(code)) if code else ""


@register.filter
def item(code: str) -> str:
    """The item's name in the page's language."""
    return catalogue.label(code)


@register.filter
def heading(body: Mapping[str, Any]) -> str:
    """What a record is called."""
    return pages.heading(body)


@register.simple_tag
def brief(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of a list shows of a record."""
    return pages.brief(kinds.get(body["kind"]), body)


@register.simple_tag
def fact(shown: Mapping[str, Any], kind: str) -> SafeString | str:
    """A field's value by its format: links, numbers to call, days; see `pages.fact`."""
    value, words = shown["value"], shown["words"]
    match shown["format"]:
        case Format.LINK:
            short = Truncator(words).chars(60)
            return format_html('<a class="source" href="{}" rel="noopener nofollow">{}</a>', value, short)
        case Format.MAIL:
            return format_html('<a class="hit" href="mailto:{}">{}</a>', value, words)
        case Format.PHONES:
            called = ((_dialled(number), icon("phone"), number) for number in words.split("、"))
            return format_html_join(" ", '<a class="hit" href="tel:{}">{}{}</a>', called)
        case Format.PLACE:
            return place_links(value, kind)
        case Format.DAY:
            return _time(value, "")
        case _other:
            return linebreaksbr(words)


def _dialled(number: str) -> str:
    """The number as a telephone takes it: up to the first word beside it."""
    return "".join(c for c in number.split("转")[0] if c.isdecimal() or c in "+-")


@register.filter
def tile_x(code: str) -> int | None:
    """Left edge of a prefecture's square in the tile map, or None where the map has no square for it."""
    return TILES[code][0] * 60 if code in TILES else None


@register.filter
def tile_y(code: str) -> int | None:
    """Upper edge of a prefecture's square in the tile map."""
    return TILES[code][1] * 60 if code in TILES else None


@register.filter
def of_total(value: int, total: int) -> int:
    """A share as a whole number of hundredths, for the width of a bar."""
    return round(100 * value / total) if total else 0


@register.simple_tag
def html_language() -> str:
    """The page's language as HTML writes it."""
    return "zh-Hans" if (get_language() or "").startswith("zh") else "en"
