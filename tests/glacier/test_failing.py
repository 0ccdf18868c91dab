"""What is answered where something broke."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from verification.views import public


def answered(page, monkeypatch, error):
    """The answer of a list whose version cannot be read."""

    def fail(*_given):
        raise error

    monkeypatch.setattr(public, "list_etag", fail)
    return Client(raise_request_exception=False).get(page)


@pytest.mark.parametrize(
    "lost", [OperationalError("the server closed the connection"), InterfaceError("closed")]
)
@pytest.mark.parametrize("page", ["/needs/", "/en/needs/"])
def test_page_without_a_database_says_when_to_come_again(db, monkeypatch, lost, page):
    response = answered(page, monkeypatch, lost)
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (
        503,
        "5",
        "no-store",
    )
    assert 'lang="en"' in response.content.decode()


def test_page_that_breaks_is_no_matter_of_waiting(db, monkeypatch):
    response = answered("/needs/", monkeypatch, RuntimeError("broken"))
    assert response.status_code == 500
    assert "Retry-After" not in response
