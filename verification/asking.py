"""What readers ask of lists: words to search for, parameters nobody knows, which freshnesses to show."""

from collections.abc import Collection, Mapping

from django.http import QueryDict
from django.utils.translation import gettext as _

from verification import names
from verification.sop import Freshness

LONGEST_SEARCH = 60

FRESHNESSES = list(Freshness.values)
_NOT_STALE = [value for value in FRESHNESSES if value != Freshness.STALE]

Errors = dict[str, list[str]]


def searched(q: str) -> str:
    """The words searched for, without what cannot be seen, spaces evened out."""
    return "".join(c for c in " ".join(q.split()) if c.isprintable())


def search_problem(q: str) -> str:
    """The sentence for words that cannot be searched for; "" where they can."""
    words = searched(q)
    if len(words) > LONGEST_SEARCH:
        return _("Search for at most %(most)d characters.") % {"most": LONGEST_SEARCH}
    if not any(len(gram) > 1 for gram in names.query_bigrams(words)):
        return _("Search for at least two characters in a row.")
    return ""


def strangers(known: Collection[str], params: Mapping[str, str]) -> Errors:
    """The sentence for each parameter that is unknown here, or was given twice."""
    found = {name: [_("There is no such parameter.")] for name in params if name not in known}
    if isinstance(params, QueryDict):
        twice = [name for name, values in params.lists() if len(values) > 1]
        found |= {name: [_("This parameter was given more than once.")] for name in twice}
    return found


def shown(*, stale: bool) -> list[str]:
    """The freshnesses that are shown: what is out of date only where it was asked for."""
    return FRESHNESSES if stale else _NOT_STALE
