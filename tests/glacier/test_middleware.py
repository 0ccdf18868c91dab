"""What public pages do without, and what keeps a connection to the database alive."""

import psycopg
import pytest
from django.db import close_old_connections, connection
from django.test import Client

from glacier import middleware
from glacier.runner.processes import wait_until
from tests import builders
from tests.routes import public_addresses
from tests.signing_in import sign_in


def test_public_addresses_have_no_session_and_nobody_signed_in(client, volunteer, reviewer, stranger):
    record = builders.published_need(volunteer, reviewer)
    sign_in(client, stranger)
    for path in public_addresses(kind="needs", uid=record.uid):
        request = client.get(path).wsgi_request
        assert not hasattr(request, "session"), path
        assert not hasattr(request, "user"), path
        assert not hasattr(request, "_messages"), path
    for path in ("/mine/", "/me/", "/accounts/email/", "/api/v1/submissions/", "/en/review/"):
        assert client.get(path).wsgi_request.user == stranger, path


@pytest.mark.parametrize("path", ["/needs/", "/", "/search/", "/mine/", "/submit/needs/"])
def test_what_is_sent_is_checked_wherever_it_is_sent(path, db):
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


def test_a_connection_that_the_database_ended_is_replaced_before_anybody_notices(committed_db, client):
    assert client.get("/api/v1/needs/").status_code == 200
    assert middleware._quiet()
    backend = connection.connection.info.backend_pid
    with psycopg.connect(committed_db.url, autocommit=True) as stranger:
        stranger.execute("SELECT pg_terminate_backend(%s)", [backend])
    assert wait_until(lambda: not middleware._quiet(), 60)
    close_old_connections()
    assert client.get("/api/v1/needs/").status_code == 200
    assert connection.connection.info.backend_pid != backend


def test_a_connection_used_a_moment_ago_is_not_asked_whether_it_lives(committed_db, client, monkeypatch):
    asked = []
    monkeypatch.setattr(connection, "is_usable", lambda: asked.append(1) or True)
    monkeypatch.setattr(middleware, "TRUSTED", 60.0)
    client.get("/api/v1/needs/")
    asked.clear()
    close_old_connections()
    assert client.get("/api/v1/needs/").status_code == 200
    assert not asked
    monkeypatch.setattr(middleware, "TRUSTED", 0.0)
    close_old_connections()
    assert client.get("/api/v1/needs/").status_code == 200
    assert asked
