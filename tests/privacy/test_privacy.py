"""Nothing private is given away: every address there is, by everybody who should not see it."""

import html
from dataclasses import replace
from itertools import product
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.privacy import routes, secrets
from verification import kinds
from verification.listing_sql import ORDERS
from verification.models import Event, Submission

BACKEND = "django.contrib.auth.backends.ModelBackend"
# Views of the list, one for each filter and each order.
VIEWS = [
    {"province": "420000"},
    {"city": "420100"},
    {"county": "420106"},
    {"item": "n95-mask"},
    {"urgency": "high"},
    {"freshness": "fresh"},
    {"stale": "1"},
    {"q": "江城"},
    *({"sort": order} for order in ORDERS),
]


@pytest.fixture
def kept(volunteer, clerk, reviewer, other_reviewer) -> secrets.Secrets:
    return secrets.make(volunteer, clerk, reviewer, other_reviewer)


def addresses(kept: secrets.Secrets) -> list[str]:
    """Every address, with and without questions, of things that are there and things that are not."""
    uids = [*kept.records, *kept.submissions, uuid4()]
    plain = routes.every(
        {
            "kind": ["needs", "nothing"],
            "uid": uids,
            "after": [kept.submissions[0], uuid4()],
            "pk": [*kept.take_downs, 10**9],
            "number": [1],
            "action": ["verify", "claim"],
            "path": ["v1/nothing"],
            "key": ["nothing"],
            "uidb36": ["1"],
            "uidb64": ["MQ"],
            "token": ["nothing"],
        }
    )
    lists = ["/needs/", "/en/needs/", "/needs.csv", "/en/needs.csv", "/api/v1/needs/"]
    asked = [f"{address}?{urlencode(view)}" for address in lists for view in VIEWS]
    wrong = [
        f"{address}?{query}"
        for address in lists
        for query in ("cursor=x", "contact_phone=1", "sort=contact_phone")
    ]
    wrong += [f"/submit/needs/?record={uid}" for uid in uids]
    changes = [f"/api/v1/changes/?{query}" for query in ("after=0", "after=0&kind=needs", "after=x")]
    return [*plain, "/nothing/", "/en/nothing", *asked, *wrong, *changes]


def bytes_of(response) -> str:
    """Everything a reader receives: status line, headers, body."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    cookies = response.cookies.output()
    return html.unescape(f"{headers}\n{cookies}\n{body.decode()}")


def given_away(response, kept: secrets.Secrets) -> list[str]:
    """Where the marks are kept that this answer holds."""
    text = bytes_of(response)
    return [where for where, mark in kept.marks.items() if mark in text or quote(mark) in text]


def test_no_address_gives_anything_private_away(kept, client, stranger):
    signed_in = Client()
    signed_in.force_login(stranger, backend=BACKEND)
    leaks = []
    for address in addresses(kept):
        # In English somebody signed in sees the same views.
        readers = (
            [("anonymous", client)]
            if address.startswith("/en/")
            else [("anonymous", client), ("stranger", signed_in)]
        )
        for who, reader in readers:
            response = reader.get(address)
            leaks += [
                f"{response.status_code} {address} to {who}: {where}" for where in given_away(response, kept)
            ]
    assert not leaks, "\n".join(leaks)


def test_no_other_method_gives_anything_private_away(kept, client, stranger):
    signed_in = Client()
    signed_in.force_login(stranger, backend=BACKEND)
    few = replace(kept, records=kept.records[:1] + kept.records[-1:], submissions=kept.submissions[:2])
    leaks = []
    for address in addresses(few):
        if address.startswith("/en/") or "/accounts/" in address:
            continue  # the same views; and who signs out is a stranger no more
        for method, reader in product(("post", "put", "delete", "options"), (client, signed_in)):
            response = getattr(reader, method)(address)
            assert response.status_code < 500, address
            leaks += [f"{method} {address}: {where}" for where in given_away(response, kept)]
    assert not leaks, "\n".join(leaks)


def test_searching_for_something_private_finds_nothing(kept, client):
    """The answer repeats what was asked, so it is the records that must not be in it."""
    assert str(kept.records[0]) in bytes_of(client.get("/api/v1/needs/", {"q": "江城第九"}))
    for number, (where, mark) in enumerate(kept.marks.items()):
        asked = {"q": mark[:60]} | ({"sort": list(ORDERS)[number % len(ORDERS)]} if number % 2 else {})
        for address in ("/api/v1/needs/", ("/needs/", "/needs.csv")[number % 2]):
            answer = bytes_of(client.get(address, asked))
            assert not any(str(uid) in answer for uid in kept.records), (where, address)


def test_every_public_address_reads_no_cookie_and_is_the_same_for_everybody(kept, client, stranger, reviewer):
    readers = {"anonymous": client, "stranger": Client(), "reviewer": Client()}
    readers["stranger"].force_login(stranger, backend=BACKEND)
    readers["reviewer"].force_login(reviewer, backend=BACKEND)
    sessions = Session.objects.count()
    public = [address for address in addresses(kept) if routes.is_public(address)]
    assert len(public) > 100
    for address in public:
        seen = {}
        for who, reader in readers.items():
            with CaptureQueriesContext(connection) as asked:
                response = reader.get(address)
            assert not [q for q in asked.captured_queries if "django_session" in q["sql"]], (address, who)
            assert "Set-Cookie" not in bytes_of(response).split("\n\n")[0], address
            assert "cookie" not in response.headers.get("Vary", "").lower(), address
            text = bytes_of(response)
            assert "csrfmiddlewaretoken" not in text, address
            seen[who] = text.replace(response.headers["X-Request-Id"], "")
        assert len(set(seen.values())) == 1, address
    assert Session.objects.count() == sessions


def test_every_public_page_that_stands_is_answered_304_when_it_is_known(kept, client):
    for address in addresses(kept):
        if not routes.is_public(address):
            continue
        response = client.get(address)
        if response.status_code not in (200, 410):
            continue
        tag = response.headers.get("ETag")
        assert tag, address
        assert "public" in response.headers["Cache-Control"], address
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), address


def test_somebody_elses_submission_is_not_there(kept, stranger, volunteer):
    signed_in = Client()
    signed_in.force_login(stranger, backend=BACKEND)
    for uid in kept.submissions:
        for address in (
            f"/mine/{uid}/",
            f"/mine/{uid}/edit/",
            f"/mine/{uid}/received/",
            f"/api/v1/submissions/{uid}/",
        ):
            assert signed_in.get(address).status_code == 404, address
        assert signed_in.get(f"/review/{uid}/").status_code == 403
        assert signed_in.post(f"/mine/{uid}/", {"action": "withdraw", "reason": "mistake"}).status_code == 404


def test_whoever_corrects_a_record_reads_nothing_private_of_it(kept, volunteer):
    """Their own submissions hold only what they sent themselves."""
    signed_in = Client()
    signed_in.force_login(volunteer, backend=BACKEND)
    theirs = Submission.objects.filter(submitted_by=volunteer)
    foreign = [
        m for where, m in kept.marks.items() if where.startswith(("first version", "second version", "note "))
    ]
    foreign = [m for m in foreign if m != kept.marks["note of a request to withdraw"]]
    pages = ["/mine/", f"/submit/needs/?record={kept.records[0]}", f"/mine/withdraw/{kept.records[0]}/"]
    pages += ["/api/v1/submissions/"]
    for submission in theirs:
        pages += [
            f"/mine/{submission.uid}/",
            f"/mine/{submission.uid}/edit/",
            f"/api/v1/submissions/{submission.uid}/",
        ]
    for address in pages:
        text = bytes_of(signed_in.get(address))
        assert not [mark for mark in foreign if mark in text], address


def test_every_private_field_of_every_list_carries_a_mark(kept):
    """The test above tests something: each private field is filled, and each text of the journal."""
    spec = kinds.get("needs")
    private = [name for name, declared in spec.fields.items() if not declared.public]
    marks = set(kept.marks.values())
    assert private
    for name in private:
        stored = Submission.objects.values_list(f"payload__{name}", flat=True)
        assert marks & {value for value in stored if value}, name
    assert all(
        any(mark in text for mark in marks)
        for text in Event.objects.values_list("private_text", flat=True)
        if text
    )
