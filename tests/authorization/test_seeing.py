"""The matrix is worth what it sees: a write, or a private word, where none should be, is found."""

import pytest
from django.db import connection

from tests.authorization import allowed, table
from tests.authorization.asking import Asking, Cell
from tests.authorization.roles import ROLES, arrive
from tests.authorization.test_matrix import wrong
from verification.journal import acting
from verification.models import Lease
from verification.refusals import NotAllowed
from verification.views import auditing

AUDIT = next(row for row in allowed.ROWS if row.route == "audit/")
WRITES = {
    "one row less": "DELETE FROM verification_lease WHERE fence = (SELECT min(fence) FROM verification_lease)",
    "another value": "UPDATE verification_lease SET fence = fence + 1",
    "one row more": "INSERT INTO auth_group (name) VALUES ('those who were let in')",
}


@pytest.fixture
def asking(site):
    return Asking(arrive(ROLES["person"], site.cast, site.waiting(), site.links["others"]), site)


def ask(asking, site):
    cell = next(table.cells(AUDIT, asking.visitor, site))
    return cell, asking.ask(cell)


@pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES)
def test_a_write_before_a_refusal_is_noticed_and_undone(statement, asking, site, monkeypatch):
    def writing(request):
        with connection.cursor() as cursor:
            cursor.execute(statement)
        raise NotAllowed()

    monkeypatch.setattr(auditing, "_coordinator", writing)
    cell, outcome = ask(asking, site)
    assert outcome.refused
    assert wrong(AUDIT, "person", cell, outcome).startswith("was refused, and yet changed ")
    asking.assert_as_before()


def test_a_write_that_the_site_itself_undoes_is_none(asking, site, monkeypatch):
    def writing(request):
        with acting(by=request.user, reason="tried"):
            assert Lease.objects.all().delete()[0]
            raise NotAllowed()

    monkeypatch.setattr(auditing, "_coordinator", writing)
    cell, outcome = ask(asking, site)
    assert outcome.refused
    assert wrong(AUDIT, "person", cell, outcome) == ""


def test_a_private_word_in_a_refusal_is_noticed(asking, site, monkeypatch):
    def telling(request):
        raise NotAllowed("甄不存, 13800000000")

    monkeypatch.setattr(auditing, "_coordinator", telling)
    cell, outcome = ask(asking, site)
    assert outcome.refused
    assert wrong(AUDIT, "person", cell, outcome).startswith("told 13800000000, 甄不存")


def test_a_door_left_open_is_noticed(asking, site, monkeypatch):
    monkeypatch.setattr(auditing, "_coordinator", lambda request: request.user)
    monkeypatch.setattr(auditing.factors, "used", lambda request: True)
    cell, outcome = ask(asking, site)
    assert wrong(AUDIT, "person", cell, outcome) == "is not on the list, and was answered 200 "


def test_what_broke_is_noticed(asking, site, monkeypatch):
    def breaking(request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(auditing, "_coordinator", breaking)
    cell, outcome = ask(asking, site)
    assert wrong(AUDIT, "person", cell, outcome).startswith("is not on the list, and was answered 500")
    asking.assert_as_before()


def test_each_cell_begins_where_the_first_one_did(asking, site):
    """What is let through is undone with all it wrote."""
    row = next(row for row in allowed.ROWS if row.route == "submit/<slug:kind>/")
    cell = Cell(row.route, "POST", "a list", "send", "", "/submit/needs/")
    first, second = (asking.ask(cell, row.act("send")) for _time in range(2))
    assert first.changed == second.changed
    assert "verification_submission" in first.changed
    asking.assert_as_before()
