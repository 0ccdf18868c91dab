"""Parameters that lists of supplies share: where, and what."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from supplies import catalogue, places
from verification.kinds import Filter


def _stands_at(*levels: places.Level) -> Callable[[str], bool]:
    def known(code: str) -> bool:
        return places.exists(code) and places.get(code).level in levels

    return known


def _is_item(code: str) -> bool:
    return any(item.code == code for item in catalogue.items())


# `place` takes any code; the other three are what a page with one box a level sends. A county-level
# city directly under its province is chosen in the second box.
PLACES = {
    "place": Filter("place", places.exists, _("place")),
    "province": Filter("place", _stands_at("province"), _("province")),
    "city": Filter("place", _stands_at("prefecture", "county"), _("prefecture")),
    "county": Filter("place", _stands_at("county"), _("county")),
}
ITEM = {"item": Filter("item", _is_item, _("item"))}
