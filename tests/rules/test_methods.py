"""Every route answers the methods named here and no other, and only those named here answer whoever is nobody.

A route that is not named is read-only: whoever adds one that writes says so here.
"""

import re
from uuid import UUID

import pytest
from django.test import Client

from tests.routes import WORKING, routes
from tests.signing_in import sign_in

NOBODY = UUID(int=1)
PARTS = {
    "kind": "needs",
    "uid": NOBODY,
    "pk": 1,
    "number": 1,
    "action": "verify",
    "person": 1,
}
# Read and written to.
FORMS = {
    "api/v1/submissions/",
    "submit/<slug:kind>/",
    "submit/<slug:kind>/sheet/",
    "mine/<uuid:uid>/",
    "mine/<uuid:uid>/edit/",
    "mine/imports/<uuid:uid>/",
    "mine/withdraw/<uuid:uid>/",
    "mine/confirm/<uuid:uid>/",
    "mine/links/<uuid:uid>/",
    "me/",
    "me/tokens/",
    "me/organisations/",
    "people/",
    "people/check/<uuid:uid>/",
    "people/person/<int:person>/",
    "people/organisation/<uuid:uid>/",
    "people/invitation/<str:token>/",
    "owner/<str:token>/",
    "review/<uuid:uid>/",
    "review/<uuid:uid>/together/",
    "review/rules/",
    "review/next/",
    "review/direct/",
    "review/takedown/<uuid:uid>/",
    "review/merge/<uuid:uid>/",
    "review/unmerge/<uuid:uid>/",
}
# Written to only.
ACTS = {
    "audit/export/",
    "api/v1/submissions/<uuid:uid>/<slug:action>/",
    "api/v1/submissions/next/",
    "api/v1/submissions/batch/<slug:action>/",
    "submit/<slug:kind>/lines/",
    "mine/imports/<uuid:uid>/rows/<int:number>/",
    "review/look/<int:pk>/",
    "review/<uuid:uid>/renew/",
}
# Working pages that anybody may open: what can be reported, one's name, the demonstration's mail, secret addresses.
OPEN = {"submit/", "me/", "demo/mail/", "owner/<str:token>/", "people/invitation/<str:token>/"}
# Leads on to the API's page, whatever is asked; and says that there is nothing.
ELSEWHERE = {"api/", "api/^(?P<path>.*)$"}


def ours() -> list[str]:
    """The routes that are not Django's admin or allauth's."""
    found = [route for route in routes() if not route.startswith(("admin/", "accounts/"))]
    return [route for route in found if route not in ELSEWHERE]


def address(route: str) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(PARTS.get(part[1], "nothing")), route)


@pytest.fixture
def statuses(reviewer):
    """What a reviewer is answered, by route and method."""
    reader = Client()
    sign_in(reader, reviewer)
    methods = ("get", "post", "put", "patch", "delete", "trace")
    return {
        route: {method: getattr(reader, method)(address(route)).status_code for method in methods}
        for route in ours()
    }


def test_every_route_answers_the_methods_named_here_and_no_other(statuses):
    assert set(statuses) >= FORMS | ACTS
    for route, found in statuses.items():
        allowed = {"get", "post"} if route in FORMS else {"post"} if route in ACTS else {"get"}
        assert {method for method, status in found.items() if status != 405} == allowed, route


def test_every_working_route_asks_who_it_is(db):
    working = [route for route in ours() if WORKING.match(route)]
    assert set(working) >= OPEN
    for route in working:
        asked = Client().post if route in ACTS else Client().get
        status = asked(address(route)).status_code
        assert (status in (200, 404)) if route in OPEN else (status in (302, 401)), (route, status)
