"""Parameters that lists share: where, what, and fields of a few choices."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from supplies import catalogue, places
from verification.kinds import Choices, Filter, Option

InForce = Mapping[str, str]


def _stands_at(*levels: places.Level) -> Callable[[str], bool]:
    def known(code: str) -> bool:
        return places.exists(code) and places.get(code).level in levels

    return known


def _is_item(code: str) -> bool:
    return any(item.code == code for item in catalogue.items())


def place_words(code: str) -> str:
    """A place from the province down, in the active language; a code that is none stays as it is."""
    if not places.exists(code):
        return code
    return " / ".join(places.label(place.code, get_language() or "") for place in places.path(code))


def _inside(parent: str) -> list[Option]:
    language = get_language() or ""
    return [{"value": p.code, "label": places.label(p.code, language)} for p in places.children(parent)]


def _provinces(in_force: InForce) -> list[Option]:
    return _inside("")


def _cities(in_force: InForce) -> list[Option]:
    province = _above(in_force, 0, ("province", "city", "county", "place"))
    return _inside(province) if province else []


def _counties(in_force: InForce) -> list[Option]:
    city = _above(in_force, 1, ("city", "county"))
    return _inside(city) if city else []


def _above(in_force: InForce, level: int, names: Sequence[str]) -> str:
    """The code on this level of the first of these filters that is in force."""
    code = next((in_force[name] for name in names if in_force.get(name)), "")
    path = places.path(code) if places.exists(code) else ()
    return path[level].code if len(path) > level else ""


def items_by_group() -> list[Option]:
    """The catalogue as a select offers it."""
    groups: dict[str, list[Option]] = {}
    for item in catalogue.items():
        label = str(catalogue.Group(item.group).label)
        groups.setdefault(label, []).append({"value": item.code, "label": str(item)})
    return [{"label": label, "options": options} for label, options in groups.items()]


# `place` takes any code; the other three are what a page with one box a level sends. A county-level
# city directly under its province is chosen in the second box.
PLACES = {
    "place": Filter("place", places.exists, _("place"), words=place_words),
    "province": Filter(
        "place",
        _stands_at("province"),
        _("province"),
        _provinces,
        place_words,
        clears=("city", "county", "place"),
    ),
    "city": Filter(
        "place",
        _stands_at("prefecture", "county"),
        _("prefecture"),
        _cities,
        place_words,
        clears=("county", "place"),
    ),
    "county": Filter("place", _stands_at("county"), _("county"), _counties, place_words),
}
ITEM = {"item": Filter("item", _is_item, _("item"), lambda in_force: items_by_group(), catalogue.label)}


def choice_filter(name: str, choices: Choices, label: str | Promise) -> dict[str, Filter]:
    """A field of a few choices: `?name=code` asks for the token `name:code`."""
    known: dict[str, Any] = {str(code): words for code, words in choices if str(code)}

    def options(in_force: InForce) -> list[Option]:
        return [{"value": code, "label": str(words)} for code, words in known.items()]

    def words(code: str) -> str:
        return str(known.get(code, code))

    return {name: Filter(name, known.__contains__, label, options, words)}


def yes_no_filter(name: str, label: str | Promise) -> dict[str, Filter]:
    """A field that says yes or no."""
    return choice_filter(name, YES_NO, label)


YES_NO: Choices = (("yes", _("yes")), ("no", _("no")))
