"""A search across lists: words and a place in, pages of records of every list out, newest verified first.

It reads what lists read, the stored public rows, by the same statements: what cannot be found in a list
cannot be found here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from verification import asking, kinds, listing_sql, names
from verification.asking import Errors
from verification.cursors import Key
from verification.kinds import Filter
from verification.paging import Joined, Page, Row, answer_of, joined, paged, rows_of
from verification.refusals import BadQuery

PAGE = 20
PARAMETERS = ("q", "kind", "stale")
# By place is the one way of filtering that all lists share.
SHARED_TOKEN = "place"  # noqa: S105
_ORDER = listing_sql.ORDERS["newest"]


@dataclass(frozen=True)
class Search:
    """What is searched for. Out-of-date records are left out unless asked for.

    `codes` are parameters that lists declare for places. `problems` are the sentences for parameters that
    could not be read and were left out.
    """

    q: str = ""
    kind: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    stale: bool = False
    problems: Errors = field(default_factory=dict, compare=False)

    @classmethod
    def parse(cls, params: Mapping[str, str], *, strict: bool = False, besides: Sequence[str] = ()) -> Self:
        """The search an address asks for.

        What cannot be read is left out and named in `problems`; with `strict` it raises BadQuery instead,
        and so does a parameter nobody knows, or one given twice, except those in `besides`.
        """
        places = shared_filters()
        values = {n: params[n].strip() for n in (*PARAMETERS, *places) if params.get(n, "").strip()}
        problems = _problems(values, places)
        if strict:
            problems |= asking.strangers({*PARAMETERS, *places, *besides}, params)
            if problems:
                raise BadQuery(problems)
        good = {name: value for name, value in values.items() if name not in problems}
        return cls(
            q=asking.searched(good.get("q", "")),
            kind=good.get("kind", ""),
            codes={name: good[name] for name in places if name in good},
            stale=good.get("stale") == "1",
            problems=problems,
        )

    @property
    def asks(self) -> bool:
        """Whether anything is searched for: words, or a place."""
        return bool(self.tokens)

    @property
    def active(self) -> dict[str, str]:
        """The parameters in force, in a fixed order."""
        given = {"q": self.q, "kind": self.kind, **self.codes, "stale": "1" if self.stale else ""}
        return {name: value for name, value in given.items() if value}

    def query_string(self, **more: str | int) -> str:
        """The search as a query string, without the question mark; `more` adds a cursor and the like."""
        return urlencode(self.active | {name: value for name, value in more.items() if value})

    def without(self, name: str) -> Self:
        """The same search without one of its parameters."""
        if name in self.codes:
            return replace(self, codes={n: code for n, code in self.codes.items() if n != name})
        return replace(self, **{name: False if name == "stale" else ""})  # type: ignore[arg-type]

    @property
    def tokens(self) -> list[str]:
        """What a row's tokens must hold, all of it: bigrams of the words, and exact codes of places."""
        exact = {f"{SHARED_TOKEN}:{code}" for code in self.codes.values()}
        return sorted(exact | set(names.query_bigrams(self.q)))

    def page(self, cursor: str = "", *, limit: int = PAGE) -> Page:
        """A page of what was found; a query, or two. BadCursor for a cursor of another search."""
        return paged(f"search?{self.query_string()}", cursor, limit, self._rows)

    def joined(self, cursor: str = "", *, limit: int = PAGE) -> Joined:
        """The same page as bytes."""
        return joined(
            f"search?{self.query_string()}",
            cursor,
            lambda key, back: answer_of(self._ask(key, limit + 1, back), self._values(key)),
            limit,
        )

    def _rows(self, key: Key | None, back: bool, limit: int) -> list[Row]:
        return rows_of(self._ask(key, limit, back), self._values(key))

    def _ask(self, key: Key | None, limit: int, back: bool) -> listing_sql.Ask:
        return listing_sql.Ask(
            order=_ORDER,
            limit=limit,
            shown=len(asking.shown(stale=self.stale)),
            tokens=bool(self.tokens),
            urgency=False,
            beyond=key is not None,
            back=back,
            across=not self.kind,
        )

    def _kinds(self) -> list[str]:
        return [self.kind] if self.kind else [spec.slug for spec in kinds.every()]

    def _values(self, key: Key | None) -> dict[str, Any]:
        return {
            **listing_sql.values(self._kinds(), asking.shown(stale=self.stale), self.tokens),
            **{f"key{n}": part for n, part in enumerate(key or ())},
        }


def shared_filters() -> dict[str, Filter]:
    """The parameters for a place, by name, as the lists declare them."""
    return {
        name: declared
        for spec in kinds.every()
        for name, declared in spec.filters.items()
        if declared.token == SHARED_TOKEN
    }


def _problems(values: Mapping[str, str], places: Mapping[str, Filter]) -> Errors:
    """The sentence for each value that cannot be read."""
    found: Errors = {}
    if "q" in values and (sentence := asking.search_problem(values["q"])):
        found["q"] = [sentence]
    for name, declared in places.items():
        if name in values and not declared.known(values[name]):
            found[name] = [_("There is no such code here: %(code)s.") % {"code": values[name][:40]}]
    choices = {"kind": [spec.slug for spec in kinds.every()], "stale": ["0", "1"]}
    for name, known in choices.items():
        if name in values and values[name] not in known:
            found[name] = [_("One of these was expected: %(choices)s.") % {"choices": ", ".join(known)}]
    return found
