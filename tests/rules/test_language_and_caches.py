"""Language and caches: one copy for everybody, in the language of its address, without a word about now."""

import gzip
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import builders
from tests.routes import public_addresses
from tests.signing_in import sign_in
from verification import journal


@pytest.fixture
def record(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    journal.sequence()
    return record


@pytest.fixture
def addresses(record):
    return public_addresses(kind="needs", uid=record.uid)


def test_language_and_caches_a_page_speaks_the_language_of_its_address(client, record):
    for path in ("/", "/needs/", f"/needs/{record.uid}/", "/status/", "/about/"):
        for asked in ("zh-CN", "en", "fr"):
            chinese = client.get(path, headers={"Accept-Language": asked})
            english = client.get(f"/en{path}", headers={"Accept-Language": asked})
            assert (chinese["Content-Language"], english["Content-Language"]) == ("zh-hans", "en")
            assert '<html lang="zh' in chinese.content.decode()
            assert '<html lang="en' in english.content.decode()


def test_language_and_caches_public_addresses_know_no_cookie(client, addresses, stranger):
    """The same bytes for a stranger and for somebody signed in; no session is read, none is made."""
    plain = {path: (response := client.get(path), response.getvalue()) for path in addresses}
    sign_in(client, stranger)
    for path, (before, content) in plain.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(
                path, headers={"Accept-Language": "en"} if not path.startswith("/api") else {}
            )
        again = answer.getvalue()
        assert again == content, path
        assert b"csrfmiddlewaretoken" not in again, path
        for response in (before, answer):
            assert not response.cookies, path
            assert "cookie" not in response.get("Vary", "").lower(), path
        assert not [q for q in queries.captured_queries if "_session" in q["sql"]], path


def test_language_and_caches_public_addresses_may_be_kept_by_proxies(client, addresses):
    for path in addresses:
        answer = client.get(path)
        if answer.status_code == 200:
            control = answer.get("Cache-Control", "")
            assert "private" not in control, path
            assert "no-store" not in control, path


def test_language_and_caches_bytes_hold_no_time_relative_to_now(client, addresses):
    """Three hours later the same bytes: a script turns exact times into words."""
    before = {path: client.get(path).getvalue() for path in addresses if not path.endswith("/status/")}
    later = timezone.now() + timedelta(hours=3)
    with mock.patch.object(timezone, "now", return_value=later):
        for path, content in before.items():
            assert client.get(path).getvalue() == content, path


def test_language_and_caches_tags_differ_by_language_version_and_build(
    client, record, volunteer, reviewer, settings
):
    path = f"/needs/{record.uid}/"
    tags = [client.get(path)["ETag"], client.get(f"/en{path}")["ETag"]]
    assert client.get(path, headers={"If-None-Match": tags[0]}).status_code == 304
    assert client.get(path, headers={"If-None-Match": tags[1]}).status_code == 200
    builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    tags.append(client.get(path)["ETag"])
    assert client.get(path, headers={"If-None-Match": tags[0]}).status_code == 200
    settings.BUILD = "another"
    tags.append(client.get(path)["ETag"])
    assert len(set(tags)) == 4


@pytest.mark.parametrize(
    "path", ["/me/", "/mine/", "/review/", "/submit/needs/", "/accounts/login/", "/demo/mail/"]
)
def test_language_and_caches_working_pages_are_kept_by_nobody(client, reviewer, path):
    for signed_in in (False, True):
        if signed_in:
            sign_in(client, reviewer)
        control = client.get(path)["Cache-Control"]
        assert "private" in control
        assert "no-store" in control


def test_language_and_caches_public_pages_travel_compressed_and_working_pages_never(client, record, reviewer):
    path, asked = f"/needs/{record.uid}/", {"Accept-Encoding": "br;q=1.0, gzip;q=0.8"}
    plain, packed = client.get(path), client.get(path, headers=asked)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    assert len(packed.content) < len(plain.content) / 2
    assert packed["ETag"] == plain["ETag"]
    assert packed["ETag"].startswith("W/")
    again = client.get(path, headers=asked | {"If-None-Match": packed["ETag"]})
    assert again.status_code == 304
    for answer in (plain, packed, again):
        assert answer["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in plain
    sign_in(client, reviewer)
    for working in ("/review/", "/mine/", "/accounts/login/", "/submit/needs/"):
        assert "Content-Encoding" not in client.get(working, headers=asked), working
