"""A view of a public list: filters in, pages of rows out. Pages, API and exports all read lists here.

Pages are keyset pages over three indexes, each (kind, freshness, sort key): a page takes a few rows of
each freshness it shows and merges them, so that no filter on freshness makes it walk what it leaves out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from verification import asking, kinds, listing_sql, names
from verification.asking import Errors
from verification.cursors import Key
from verification.kinds import EVERY_LIST, Kind
from verification.listing_sql import ORDERS
from verification.paging import Joined, Page, Row, answer_of, joined, paged, rows_of
from verification.refusals import BadQuery

PAGE = 50


@dataclass(frozen=True)
class Listing:
    """What of a list is shown, in which order. Out-of-date rows are left out unless asked for.

    `codes` are the parameters the list itself declares (place, item, ...). `problems` are the sentences
    for parameters that could not be read and were left out. `sort` is the list's usual order where none is named.
    """

    kind: str
    q: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    urgency: str = ""
    freshness: str = ""
    stale: bool = False
    sort: str = ""
    problems: Errors = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not self.sort:
            object.__setattr__(self, "sort", kinds.get(self.kind).default_sort)

    @classmethod
    def parse(
        cls, kind: str, params: Mapping[str, str], *, strict: bool = False, besides: Sequence[str] = ()
    ) -> Self:
        """The view an address asks for. NotFound for a list that does not exist.

        Values that cannot be read are left out and named in `problems`; with `strict` they are refused
        (BadQuery), and so is a parameter no list has, or one given twice, except those in `besides`.
        """
        spec = kinds.get(kind)
        values = {
            name: params[name].strip()
            for name in (*_parameters(spec), *spec.filters)
            if params.get(name, "").strip()
        }
        problems = _problems(spec, values)
        if strict:
            problems |= asking.strangers({*_parameters(spec), *spec.filters, *besides}, params)
            if problems:
                raise BadQuery(problems)
        good = {name: value for name, value in values.items() if name not in problems}
        return cls(
            kind=kind,
            q=asking.searched(good.get("q", "")),
            codes={name: good[name] for name in spec.filters if name in good},
            urgency=good.get("urgency", ""),
            freshness=good.get("freshness", ""),
            stale=good.get("stale") == "1",
            sort=good.get("sort", ""),
            problems=problems,
        )

    @property
    def filters(self) -> dict[str, Any]:
        """Every parameter of the list with its value, for the filter bar; "" where not given."""
        declared = {name: self.codes.get(name, "") for name in kinds.get(self.kind).filters}
        shown = {name: getattr(self, name) for name in EVERY_LIST}
        return declared | shown

    @property
    def active(self) -> dict[str, str]:
        """The parameters in force, in a fixed order; what goes without saying is left out."""
        given = {"q": self.q, **{n: self.codes[n] for n in kinds.get(self.kind).filters if n in self.codes}}
        given |= {"urgency": self.urgency, "freshness": self.freshness, "stale": "1" if self.stale else ""}
        given["sort"] = self.sort if self.sort != kinds.get(self.kind).default_sort else ""
        return {name: value for name, value in given.items() if value}

    def query_string(self, **more: str | int) -> str:
        """The view as a query string, without the question mark; `more` adds a cursor and the like."""
        return urlencode(self.active | {name: value for name, value in more.items() if value})

    def without(self, name: str) -> Self:
        """The same view without one filter."""
        if name in self.codes:
            return replace(self, codes={n: code for n, code in self.codes.items() if n != name})
        defaults: dict[str, Any] = {"stale": False}
        return replace(self, **{name: defaults.get(name, "")})

    def sorted_by(self, sort: str) -> Self:
        """The same view in another order."""
        return replace(self, sort=sort)

    @property
    def tokens(self) -> list[str]:
        """What a row's tokens must hold, all of it: bigrams of the words, and exact codes."""
        spec = kinds.get(self.kind)
        exact = {f"{spec.filters[name].token}:{code}" for name, code in self.codes.items()}
        return sorted(exact | set(names.query_bigrams(self.q)))

    def page(self, cursor: str = "", *, limit: int = PAGE) -> Page:
        """A page of the view; a query, or two. BadCursor for a cursor of another view."""
        return paged(self._view(), cursor, limit, self._rows)

    def joined(self, cursor: str = "", *, limit: int = PAGE) -> Joined:
        """The same page as bytes, with the list's version at that moment."""
        return joined(
            self._view(),
            cursor,
            lambda key, back: answer_of(self._ask(key, limit + 1, back), self._values(key)),
            limit,
        )

    def statement(self, key: Key | None, *, limit: int) -> tuple[str, dict[str, Any]]:
        """What is asked for the next rows behind a sort key, however far they are, and its values.

        For whoever takes all of them: one walk in all, whatever the view asks for. uid, body, freshness, sort key.
        """
        return listing_sql.page(self._ask(key, limit)), self._values(key)

    def _view(self) -> str:
        return f"{self.kind}?{self.query_string()}"

    def _rows(self, key: Key | None, back: bool, limit: int) -> list[Row]:
        return rows_of(self._ask(key, limit, back), self._values(key))

    def _ask(self, key: Key | None, limit: int, back: bool = False) -> listing_sql.Ask:
        return listing_sql.Ask(
            order=ORDERS[self.sort],
            limit=limit,
            shown=len(self._shown()),
            tokens=bool(self.tokens),
            urgency=bool(self.urgency),
            beyond=key is not None,
            back=back,
        )

    def _shown(self) -> list[str]:
        return [self.freshness] if self.freshness else asking.shown(stale=self.stale)

    def _values(self, key: Key | None) -> dict[str, Any]:
        urgencies = kinds.get(self.kind).urgencies
        return {
            **listing_sql.values([self.kind], self._shown(), self.tokens),
            "urgency": urgencies.get(self.urgency, 0),
            **{f"key{n}": part for n, part in enumerate(key or ())},
        }


def _parameters(spec: Kind) -> tuple[str, ...]:
    """What every list can be asked; how soon only where the list says so."""
    return tuple(name for name in EVERY_LIST if name != "urgency" or spec.urgencies)


def _problems(spec: Kind, values: Mapping[str, str]) -> Errors:
    """The sentence for each value that cannot be read."""
    found: Errors = {}
    if "q" in values and (sentence := asking.search_problem(values["q"])):
        found["q"] = [sentence]
    for name, filter_ in spec.filters.items():
        if name in values and not filter_.known(values[name]):
            found[name] = [_("There is no such code here: %(code)s.") % {"code": values[name][:40]}]
    choices = {
        "urgency": spec.urgencies,
        "freshness": asking.FRESHNESSES,
        "stale": ("0", "1"),
        "sort": spec.sorts,
    }
    for name, known in choices.items():
        if name in values and values[name] not in known:
            found[name] = [_("One of these was expected: %(choices)s.") % {"choices": ", ".join(known)}]
    return found
