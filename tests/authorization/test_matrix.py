"""The authorization matrix: every role, at every route of the live resolver, by every method, with what is whose.

What the allow-list (`allowed`) names is answered as it says, and changes the database where something is sent.
Whatever it does not name is refused, tells nothing that is private, and leaves the database as it was. Bodies are
plausible in every part, so a refusal is by rule. Each cell is undone before the next. What of it the short form of the
suite asks is said in `table`; `./test --long` asks the whole.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from tests.authorization import allowed, table
from tests.authorization.asking import Asking, Cell, Outcome
from tests.authorization.roles import BY_SESSION, ROLES, Visitor, arrive, visitor_of
from tests.authorization.things import Things
from tests.routes import routes

# Cells of all roles together: in whole, and in the short form, as README says them.
WHOLE, SHORT = 75_000, 40_000
README = Path(__file__).parents[2] / "README.md"


def wrong(row: table.Row, role: str, cell: Cell, outcome: Outcome) -> str:
    """What is wrong with an outcome, in words; nothing where it is as the list says."""
    if outcome.told and not row.tells(role, cell, outcome.told):
        return f"told {', '.join(outcome.told)} (answered {outcome.status})"
    let = row.let(role, cell)
    if let is None:
        if not outcome.refused:
            return f"is not on the list, and was answered {outcome.status} {outcome.location}"
        return f"was refused, and yet changed {', '.join(outcome.changed)}" if outcome.changed else ""
    if outcome.status != let.answer:
        return f"should be answered {let.answer}, was answered {outcome.status} {outcome.location}"
    if let.answer == 302 and outcome.refused and not let.says_who:
        return f"should lead on, leads to {outcome.location}"
    if let.either:
        return ""
    if let.changes and not outcome.changed:
        return "is on the list, and changed nothing"
    if outcome.changed and not let.changes:
        return f"should only be read, and changed {', '.join(outcome.changed)}"
    return ""


def come(name: str, site: Things) -> Visitor:
    return arrive(ROLES[name], site.cast, site.waiting(), site.links["others"])


@pytest.mark.parametrize("name", ROLES)
def test_a_role_may_what_the_list_says_and_nothing_else(name, site, pytestconfig):
    visitor = come(name, site)
    asking, found = Asking(visitor, site), []
    for row in allowed.ROWS:
        for cell in table.cells(row, visitor, site, whole=pytestconfig.option.long):
            outcome = asking.ask(cell, row.act(cell.act))
            if said := wrong(row, name, cell, outcome):
                found.append(f"{name}: {cell} {said}")
    asking.assert_as_before()
    assert not found, "\n".join(found)


def test_every_route_has_a_row_and_every_row_a_route():
    """Whoever adds a route says here who may what at it; whoever takes one away takes its row away."""
    # Which apps the admin knows stands in the route itself.
    live = {re.sub(r"\^\(\?P<app_label>[^)]*\)/\$", "<app_label>/", route) for route in routes()}
    rows = [row.route for row in allowed.ROWS]
    new = sorted(live - set(rows))
    assert not new, (
        f"{new}: add a row for each to tests/authorization/allowed*.py, saying who may what there "
        "(a row without a `Let` refuses everybody), and a plausible body for whatever can be sent to it"
    )
    gone = sorted(set(rows) - live)
    assert not gone, f"{gone}: no such routes any more; take their rows out of tests/authorization/"
    assert len(rows) == len(set(rows)), "a route has two rows; put them together"


def test_every_word_of_the_list_is_asked_and_there_are_as_many_cells_as_readme_says(site, capsys):
    """No `Let` speaks of nothing, each is tried in the short form; and the matrix is not smaller than is told."""
    whole, asked = Counter[str](), Counter[str]()
    tried: set[int] = set()
    for name, role in ROLES.items():
        visitor = visitor_of(role, site.cast)
        for row in allowed.ROWS:
            for cell in table.cells(row, visitor, site, whole=True):
                whole[name] += 1
                if not table.is_asked(row, name, cell):
                    continue
                asked[name] += 1
                if let := row.let(name, cell):
                    tried.add(id(let))
    # The admin's rows are written once for all its tables, of which some hold nothing here.
    ours = [row for row in allowed.ROWS if not row.names.startswith("row of ")]
    dead = [f"{row.route}: {let}" for row in ours for let in row.lets if id(let) not in tried]
    with capsys.disabled():
        print(
            f"\nauthorization matrix: {whole.total()} cells, {asked.total()} of them in the short form; "
            f"{len(allowed.ROWS)} routes, {len(ROLES)} roles"
        )
    assert not dead, "\n".join(dead)
    assert whole.total() >= WHOLE
    assert asked.total() >= SHORT
    told = README.read_text()
    assert f"{WHOLE:,} cells" in told
    assert f"{SHORT:,} of them" in told


def _without_a_token(name: str, visitor: Visitor, site: Things) -> Iterator[tuple[table.Row, Cell]]:
    """Whatever this role may change and others before it may not; all that could change anything, for one of them."""
    for row in allowed.ROWS:
        for cell in table.cells(row, visitor, site, whole=True):
            if cell.method not in ("POST", "PUT", "PATCH", "DELETE"):
                continue
            let = row.let(name, cell)
            senders = let and [role for role in ROLES if role in let.who and not ROLES[role].token]
            if name == "superuser" or (senders and senders[0] == name):
                yield row, cell


SENDERS = [name for name, role in ROLES.items() if not role.token and name in BY_SESSION | {"anybody"}]


def test_nothing_is_changed_for_a_form_of_another_site(site):
    """The same sessions, the same bodies, without the token our own forms carry: refused at every route."""
    tried, found = Counter[str](), []
    for name in SENDERS:
        with transaction.atomic():
            visitor = come(name, site)
            asking = Asking(visitor, site)
            for row, cell in _without_a_token(name, visitor, site):
                outcome = asking.ask(cell, row.act(cell.act), strictly=True)
                let = row.let(name, cell)
                must = let is not None and let.changes
                tried[name] += must
                if outcome.changed or (must and outcome.status != 403):
                    found.append(f"{name}: {cell} was answered {outcome.status} {outcome.changed}")
            transaction.set_rollback(True)
    assert not found, "\n".join(found)
    assert tried.total() > 100, tried
