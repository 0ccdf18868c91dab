"""How the allow-list is written: a row for each route, in it who may what; and the cells that follow from it.

A row without a `let` is a route at which everybody is refused everything.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps

from supplies.imported import Verdict
from tests.authorization.asking import METHODS, SAFE, Cell
from tests.authorization.bodies import Act, plain
from tests.authorization.roles import COORDINATORS, EVERYBODY, ROLES, Visitor
from tests.authorization.things import MISSING, SENT_BY_OTHERS, Things

Parts = Mapping[str, Any]
_NOTHING = plain()
_NOT_POST = tuple(method for method in METHODS if method != "POST")


@dataclass(frozen=True)
class Let:
    """These roles are answered so. `of`: whose it may be; nothing means whatever it is.

    `writes`: whether the database is changed by it; what is sent changes something, what is read does not,
    unless said.
    """

    method: str
    answer: int
    who: frozenset[str]
    of: frozenset[str] = frozenset()
    act: str = ""
    writes: bool | None = None
    # Led to where one says who one is, on the way to what one asked for.
    says_who: bool = False
    # Whether something is written depends on more than the matrix knows.
    either: bool = False

    def covers(self, role: str, cell: Cell) -> bool:
        """Whether it speaks of this cell. Whoever may read may ask for the head alone."""
        methods = {"GET": ("GET", "HEAD"), "ANY": METHODS, "SHOWN": _NOT_POST}.get(
            self.method, (self.method,)
        )
        return (
            role in self.who
            and cell.method in methods
            and (not self.of or cell.whose in self.of)
            and (not self.act or cell.act == self.act)
        )

    @cached_property
    def first(self) -> str:
        """The role that asks for it in any case."""
        return next(name for name in ROLES if name in self.who)

    @property
    def changes(self) -> bool:
        """Whether the database is another one afterwards."""
        return self.method not in SAFE if self.writes is None else self.writes


@dataclass(frozen=True)
class Told:
    """These roles may read private words there, of whose it is; nothing means of whatever it is.

    `mine`: only what they sent themselves.
    """

    who: frozenset[str]
    of: frozenset[str] = frozenset()
    mine: bool = False


@dataclass(frozen=True)
class Row:
    """A route, what its address names, what can be sent to it, who may what, and who reads what is private."""

    route: str
    lets: tuple[Let, ...] = ()
    told: tuple[Told, ...] = ()
    names: str = ""
    acts: Mapping[str, Act] = field(default_factory=dict)

    def let(self, role: str, cell: Cell) -> Let | None:
        """What the list says of this cell; None where it is refused."""
        return next((one for one in self.lets if one.covers(role, cell)), None)

    def tells(self, role: str, cell: Cell, words: Collection[str]) -> bool:
        """Whether this role may read these private words in this cell."""
        return any(
            role in one.who
            and (not one.of or cell.whose in one.of)
            and not (one.mine and SENT_BY_OTHERS in words)
            for one in self.told
        )

    def act(self, name: str) -> Act:
        """What is sent under this name."""
        return self.acts.get(name, _NOTHING)


def only(*names: str) -> frozenset[str]:
    """These roles, or what is theirs."""
    return frozenset(names)


def row(route: str, *said: Let | Told, names: str = "", **acts: Act) -> Row:
    """A row; `acts` by the names the lets use."""
    lets = tuple(one for one in said if isinstance(one, Let))
    told = tuple(one for one in said if isinstance(one, Told))
    return Row(route, lets, told, names, acts)


def _lists(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    yield "a list", {"kind": "needs"}
    yield "missing", {"kind": "nothing"}


def _records(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    for whose, uid in things.records.items():
        yield whose, {"kind": "needs", "uid": uid}


def _submissions(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    for whose in ("own", "others", "hospital"):
        if found := things.submission(whose, stands, visitor.user):
            yield whose, {"uid": found.uid, "after": found.uid}
    yield "missing", {"uid": MISSING, "after": MISSING}


def _imports(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    whose = {"own": "sender"} if visitor.role.person == "sender" else {}
    for name, person in {**whose, "others": "finder"}.items():
        batch = things.imports[person]
        held = batch.lines.filter(verdict=Verdict.HELD).last()
        assert held
        yield name, {"uid": batch.uid, "number": held.number}
    yield "missing", {"uid": MISSING, "number": 1}


def _take_downs(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    if visitor.role.person in things.take_downs:
        yield "own", {"pk": things.take_downs[visitor.role.person]}
    yield "others", {"pk": things.take_downs["others"]}
    yield "missing", {"pk": 10**9}


def _links(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    for whose, token in things.links.items():
        yield whose, {"token": token}
    yield "missing", {"token": "nothing"}


def _rows_of(label: str, things: Things) -> Sequence[tuple[str, Parts]]:
    """What the admin shows of a table; looked up once."""
    if label not in things.rows:
        things.rows[label] = list(_look_up(label))
    return things.rows[label]


def _look_up(label: str) -> Iterator[tuple[str, Parts]]:
    """The newest row of a table, as the admin names it, with its oldest state; what was shipped has none."""
    model = apps.get_model(label)
    if (first := model._default_manager.order_by("-pk").first()) is not None:
        kept = getattr(first, "history", None)
        oldest = kept.last() if kept is not None else None
        shipped = kept is not None and oldest is None
        version = oldest.pk if oldest else 1
        yield "a shipped row" if shipped else "a row", {"object_id": first.pk, "version": version}
    yield "missing", {"object_id": 10**9, "version": 10**9}


def _checks(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    for whose, uid in things.checks.items():
        if whose != "own" or visitor.role.person == "candidate":
            yield whose, {"uid": uid}
    yield "missing", {"uid": MISSING}


def _grants(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    oneself = ("about oneself", "own") if visitor.user else ()
    for whose in (*things.grants, *oneself, "missing"):
        yield whose, {}


def _people(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    for whose, name in (
        ("a person", "finder"),
        ("a reviewer", "desk"),
        ("a coordinator", "chief"),
        ("a suspended one", "was_suspended"),
        ("a closed one", "was_closed"),
    ):
        yield whose, {"person": things.cast[name].pk}
    if visitor.user:
        yield "oneself", {"person": visitor.user.pk}
    yield "missing", {"person": 10**9}


def _organisations(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    for whose in ("hospital", "house"):
        yield whose, {"uid": things.houses[whose].uid}
    yield "missing", {"uid": MISSING}


def _invitations(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    if visitor.role.person in things.invitations:
        yield "own", {"token": things.invitations[visitor.role.person]}
    yield "others", {"token": things.invitations["clerk"]}
    yield "over", {"token": things.invitations["over"]}
    yield "missing", {"token": "nothing"}


def _own_sign_ins(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    yield "ours", {"provider_id": "ninth"}
    yield "missing", {"provider_id": "nothing"}


def _entries(things: Things, visitor: Visitor, stands: str) -> Iterator[tuple[str, Parts]]:
    """Submissions that what is sent names, not the address."""
    return ((whose, {}) for whose, _parts in _submissions(things, visitor, stands))


# What an address names -> everything there is of it, by whose it is.
NAMED: dict[str, Callable[[Things, Visitor, str], Iterator[tuple[str, Parts]]]] = {
    "": lambda *_about: iter([("", {"app_label": "verification"})]),
    "list": _lists,
    "record": _records,
    "submission": _submissions,
    "import": _imports,
    "take-down": _take_downs,
    "owner link": _links,
    "check": _checks,
    "grant": _grants,
    "invitation": _invitations,
    "entry": _entries,
    "own sign-in": _own_sign_ins,
    "person": _people,
    "organisation": _organisations,
}


def named(one: Row, visitor: Visitor, things: Things, stands: str) -> Iterable[tuple[str, Parts]]:
    """Everything there is of what a row's address names."""
    if one.names.startswith("row of "):
        return _rows_of(one.names.removeprefix("row of "), things)
    return NAMED[one.names](things, visitor, stands)


_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|\(\[\^/\]\+\)")


def address(route: str, parts: Parts, language: str = "", query: str = "") -> str:
    """The address of a route with its parts filled in."""
    unnamed = iter([parts.get("object_id", "1"), parts.get("version", "1")])

    def filled(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return str(parts.get(name, "nothing") if name else next(unnamed))

    plain_address = _PART.sub(filled, route).replace("^", "").replace("$", "").replace("\\Z", "")
    return f"/{language}{plain_address}{query}"


def in_english(route: str) -> bool:
    """Whether the page stands in English beside it."""
    return not route.startswith("api/") or route == "api/docs/"


# These ask whatever they may; of what others may, the first role of a `Let` asks.
THOROUGH = frozenset({"sender", "reviewer"})
_CHANGING = ("GET", "POST", "PUT", "PATCH", "DELETE")


def cells(one: Row, visitor: Visitor, things: Things, *, whole: bool = False) -> Iterator[Cell]:
    """What a role asks at a route: all there is of it where `whole`, else what `is_asked` names."""
    role = visitor.role.name
    return (cell for cell in _product(one, visitor, things) if whole or is_asked(one, role, cell))


def is_asked(one: Row, role: str, cell: Cell) -> bool:
    """Whether the short form of the suite asks it.

    Of what is refused, whatever is asked by a method that could change something, and GET; in the admin, which looks
    at the method only behind its door, by GET, POST and DELETE. Of what is let through, what each `Let` says by the
    first role it names, and by `THOROUGH` all they may. In English and by HEAD and OPTIONS a page is the same page:
    what is refused is asked so by `THOROUGH` alone.
    """
    admin, let = one.route.startswith("admin/"), one.let(role, cell)
    whatever = let is None or let.method in ("ANY", "SHOWN")
    if admin and whatever and cell.method not in ("GET", "POST", "DELETE"):
        return False
    if let is None:
        return role in THOROUGH or (cell.method in _CHANGING and not cell.language)
    if cell.language and admin:
        return False
    return role == let.first or (role in THOROUGH and not (let.who == EVERYBODY and let.method in SAFE))


def _product(one: Row, visitor: Visitor, things: Things) -> Iterator[Cell]:
    """Whatever can be sent, and what is read, about everything there is; all else about the first of it.

    In English the first is read once more. Whoever the admin does not admit meets one door at all of its addresses:
    it is tried once by each method.
    """
    outside = one.route.startswith("admin/") and visitor.role.name not in COORDINATORS
    for method in METHODS:
        asks = method in ("GET", "POST") and not outside
        seen: set[str] = set()
        for act in one.acts or ("",) if method == "POST" else ("",):
            about = one.act(act)
            query = about.query.format(**things.records)
            found = list(named(one, visitor, things, about.stands))
            if method == "POST" and about.of:
                found = [(whose, parts) for whose, parts in found if whose in about.of]
            for number, (whose, parts) in enumerate(found if asks else found[:1]):
                english = method == "GET" and asks and not number and in_english(one.route)
                for language in ("", "en/") if english else ("",):
                    asked = address(one.route, {**parts, "action": act or "claim"}, language, query)
                    if method == "POST" or asked not in seen:
                        yield Cell(one.route, method, whose, act, language, asked)
                    seen.add(asked)
