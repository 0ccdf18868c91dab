"""Parameters of the API's addresses: how they are read, and how the schema describes them."""

from typing import Any

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from verification import kinds
from verification.kinds import Kind
from verification.listing import PAGE
from verification.listing_sql import ORDERS
from verification.refusals import BadQuery, NotFound
from verification.sop import Freshness

MOST = 200
# The largest number the journal can give out.
LAST = 2**63 - 1


def limit_of(query: QueryDict) -> int:
    """How many rows a page holds: 1 to 200, 50 where nothing is said. BadQuery for anything else."""
    return _number(query, "limit", default=PAGE, least=1, most=MOST)


def feed_of(query: QueryDict) -> tuple[int, str]:
    """The number to go on from, and the list or "" for all. BadQuery names what cannot be read."""
    problems = {name: [_("There is no such parameter.")] for name in query if name not in ("after", "kind")}
    kind = query.get("kind", "")
    try:
        if kind:
            kinds.get(kind)
    except NotFound:
        problems["kind"] = [_("There is no such list.")]
    try:
        after = _number(query, "after", default=0, least=0, most=LAST)
    except BadQuery as refused:
        problems |= refused.errors
    if problems:
        raise BadQuery(problems)
    return after, kind


def _number(query: QueryDict, name: str, *, default: int, least: int, most: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if text.isascii() and text.isdecimal() and len(text) <= 19 and least <= int(text) <= most:
        return int(text)
    expected = _("A whole number from %(least)d to %(most)d was expected.") % {"least": least, "most": most}
    raise BadQuery({name: [expected]})


def _slugs() -> list[str]:
    return [spec.slug for spec in kinds.every()]


def _query(name: str, description: Any, *, type_: Any = str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, type_, OpenApiParameter.QUERY, description=description, **more)


KIND = OpenApiParameter(
    "kind",
    str,
    OpenApiParameter.PATH,
    enum=_slugs(),
    description=gettext_lazy("The list."),
)
UID = OpenApiParameter(
    "uid",
    OpenApiTypes.UUID,
    OpenApiParameter.PATH,
    description=gettext_lazy("The record's permanent number."),
)
CURSOR = _query("cursor", gettext_lazy("From `next` or `previous` of another page of the same view."))
LIMIT = _query(
    "limit",
    gettext_lazy("Records a page."),
    type_={"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
)
AFTER = _query(
    "after",
    gettext_lazy("The number to go on from; 0 for everything."),
    type_={"type": "integer", "format": "int64", "minimum": 0, "maximum": LAST, "default": 0},
)
KIND_FILTER = _query("kind", gettext_lazy("One list only."), enum=_slugs())


def filters() -> list[OpenApiParameter]:
    """What lists can be asked; a filter that only some of them have says which."""
    return [
        _query(
            "q",
            gettext_lazy(
                "Words of the institution's or the place's name; two characters or more, in Chinese too."
            ),
            type_={"type": "string", "maxLength": 60},
        ),
        *(_own_filter(name, having) for name, having in _by_name().items()),
        _query(
            "urgency",
            gettext_lazy("How soon it is needed."),
            enum=sorted({urgency for spec in kinds.every() for urgency in spec.urgencies}),
        ),
        _query("freshness", gettext_lazy("How long ago somebody last looked."), enum=Freshness.values),
        _query("stale", gettext_lazy("1 shows out-of-date records too."), enum=["0", "1"]),
        _query("sort", gettext_lazy("The order; not every list has every one."), enum=list(ORDERS)),
    ]


def _by_name() -> dict[str, list[Kind]]:
    """The lists that have each filter."""
    found: dict[str, list[Kind]] = {}
    for spec in kinds.every():
        for name in spec.filters:
            found.setdefault(name, []).append(spec)
    return found


def _own_filter(name: str, having: list[Kind]) -> OpenApiParameter:
    labels = list({str(spec.filters[name].label): spec.filters[name].label for spec in having}.values())
    slugs = ", ".join(spec.slug for spec in having)
    pattern = "; ".join(["{}"] * len(labels))
    if len(having) == len(kinds.every()):
        return _query(name, format_lazy(pattern, *labels))
    return _query(name, format_lazy(pattern + " ({})", *labels, slugs))


FILTERS = filters()
