"""Nothing private is given away: every address there is, by everybody who should not see it.

One site holds all nine lists and every mark (`secrets`); it is made once. Each address is visited once by
everybody for whom it may answer differently.
"""

from urllib.parse import quote_plus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.privacy import routes, visiting
from tests.privacy.visiting import bytes_of, signed_in
from verification import kinds, likeness
from verification import people as core_people
from verification.models import Event, ProposedWording, Public, Session, Submission

LISTS = [
    "needs",
    "donations",
    "giving-channels",
    "corporate-gifts",
    "suppliers",
    "couriers",
    "staff-lodging",
    "traveller-lodging",
    "clinics",
]
# What answers 200 or 410 without a tag: it is made anew for each request.
_NO_TAG = ("/api/schema/", "/api/")


def given_away(kept, response, address, user):
    """Every mark in the answer, but for the owner link that was asked with: its page sends it back."""
    text = bytes_of(response)
    if "/owner/" in address:
        text = text.replace(address.split("/owner/")[1].strip("/"), "")
    return kept.marks.found_in(text, user)


def leaks(kept, reader, asked, who, *, user=None):
    """Every mark that `reader` receives at these addresses and was not told."""
    found = []
    for address in asked:
        response = reader.get(address)
        assert response.status_code < 500, address
        told = given_away(kept, response, address, user)
        found += [f"{response.status_code} {address} to {who}: {where}" for where in told]
    return found


@pytest.mark.parametrize("slug", [*LISTS, ""])
def test_no_public_address_gives_anything_private_away_or_meets_anybody(kept, slug):
    """The same bytes for a reviewer and for nobody: no cookie is read or set, and a known tag is answered 304."""
    asked = [
        *visiting.addresses(kept, slugs=[slug] if slug else ["needs"]),
        *visiting.questions([slug] if slug else []),
    ]
    named = f"/{slug}/", f"/{slug}."
    asked = [a for a in asked if routes.is_public(a) and any(n in a for n in named) == bool(slug)]
    asked += [] if slug else visiting.across()
    anybody, reviewer = Client(), signed_in(kept.cast.reviewer)
    sessions = Session.objects.count()
    for number, address in enumerate(asked):
        first = anybody.get(address)
        assert first.status_code < 500, address
        text = bytes_of(first)
        assert not kept.marks.found_in(text), (address, kept.marks.found_in(text))
        assert "Set-Cookie" not in text.split("\n\n")[0], address
        assert "cookie" not in first.headers.get("Vary", "").lower(), address
        assert "csrfmiddlewaretoken" not in text, address
        if slug in LISTS[1:] and number % 3:
            continue  # every list has the same views: of the others one address in three is asked again
        with CaptureQueriesContext(connection) as queries:
            second = reviewer.get(address)
        assert not [q for q in queries.captured_queries if "_session" in q["sql"]], address
        assert _without_id(bytes_of(second), second) == _without_id(text, first), address
        if first.status_code in (200, 410) and address.partition("?")[0] not in _NO_TAG:
            tag = first.headers["ETag"]
            assert "public" in first.headers["Cache-Control"], address
            again = anybody.get(address, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b""), address
    assert len(asked) > 30
    assert Session.objects.count() == sessions


def _without_id(text, response):
    return text.replace(response.headers["X-Request-Id"], "")


def working(kept, **more):
    return [a for a in visiting.addresses(kept, **more) if not routes.is_public(a)]


@pytest.mark.parametrize("slug", LISTS)
def test_a_stranger_sees_nothing_private_of_a_list(kept, slug):
    """At every working address, of its records, its entries at every status, its file."""
    stranger = kept.cast.stranger
    every = [
        a
        for a in working(kept, slugs=[slug], most=8 if slug in LISTS[:2] else 4)
        if not a.startswith("/en/") and "/accounts/" not in a
    ]
    assert len(every) > 60
    found = leaks(kept, signed_in(stranger), every, "a stranger", user=stranger)
    assert not found, "\n".join(found)


def test_whoever_sent_nothing_and_reviews_nothing_sees_nothing_private(kept):
    """In English, and as anybody, a coordinator, a member of the records' own organisation, of one list."""
    few = [a for a in working(kept, slugs=["donations"], most=2) if "/accounts/logout" not in a]
    stranger = kept.cast.stranger
    english = [a for a in few if a.startswith("/en/")]
    found = leaks(kept, signed_in(stranger), english, "a stranger", user=stranger)
    found += leaks(kept, Client(), few, "anybody")
    for user in (kept.cast.coordinator, kept.cast.warden):
        pages = [a for a in few if not a.startswith(("/en/", "/admin"))]
        pages += [f"/review/takedown/{_live(kept, slug)}/" for slug in LISTS]
        found += leaks(kept, signed_in(user), pages, user.pseudonym, user=user)
    assert not found, "\n".join(found)


def test_a_token_reads_its_owners_own_submissions(kept):
    """And nobody else's, whoever its owner may be."""
    token = core_people.make_token(user=kept.cast.reviewer, name="a reviewer's")
    for secret, user in ((token, kept.cast.reviewer), (kept.token, kept.cast.volunteer)):
        reader = Client(headers={"Authorization": f"Bearer {secret}"})
        own = set(Submission.objects.filter(submitted_by=user).values_list("uid", flat=True))
        for uid in [sent for one in kept.submissions.values() for sent in one][::3]:
            response = reader.get(f"/api/v1/submissions/{uid}/")
            assert response.status_code == (200 if uid in own else 404)
            assert not kept.marks.found_in(bytes_of(response), user)


@pytest.mark.parametrize("lists", [LISTS[::2], LISTS[1::2]], ids=["odd", "even"])
@pytest.mark.parametrize("part", ["volunteer", "clerk"])
def test_whoever_sends_reads_only_what_they_sent_or_were_told(kept, part, lists):
    """Their own pages, and the forms and requests of records that others have written in."""
    user = getattr(kept.cast, part)
    reader = signed_in(user)
    own = Submission.objects.filter(submitted_by=user, kind__in=lists)
    pages = ["/mine/", "/en/mine/", "/mine/imports/", "/me/", "/me/tokens/", "/api/v1/submissions/"]
    for submission in own:
        page = f"/mine/{submission.uid}/"
        pages += [page, f"{page}edit/", f"/api/v1/submissions/{submission.uid}/"]
        pages += [f"{page}edit/?wording", f"{page}received/"] if submission.status == "returned" else []
    for slug in lists:
        pages += [f"/submit/{slug}/?record={uid}" for uid in kept.records[slug]]
        pages += [
            f"/mine/{act}/{uid}/" for act in ("withdraw", "confirm", "links") for uid in kept.records[slug]
        ]
    for batch in (one for one in kept.imports if one.kind in lists):
        page = f"/mine/imports/{batch.uid}/"
        pages += [page, f"{page}progress/", f"{page}refused.csv", f"{page}?verdict=held"]
    found = leaks(kept, reader, pages, part, user=user)
    assert not found, "\n".join(found)
    # What they may read, they do read: the marks are found where they are meant to be.
    shown = "".join(bytes_of(reader.get(f"/mine/{s.uid}/")) for s in own)
    assert len(kept.marks.found_in(shown)) > 30


def test_reviewers_read_no_file_that_was_not_sent(kept):
    """What stands in a sheet is its sender's own until it is submitted."""
    reader = signed_in(kept.cast.reviewer)
    for batch in kept.imports:
        for page in ("", "progress/", "refused.csv", "rows/1/"):
            assert reader.get(f"/mine/imports/{batch.uid}/{page}").status_code in (404, 405)


def test_the_admin_is_closed_to_everybody_but_coordinators(kept):
    pages = visiting.of_admin(kept)
    assert len(pages) > 30
    for user in (None, kept.cast.stranger, kept.cast.volunteer, kept.cast.reviewer):
        reader = signed_in(user) if user else Client()
        assert not leaks(kept, reader, pages, str(user), user=user)
        assert {reader.get(page).status_code for page in pages[3:]} <= {302}


def test_no_other_method_gives_anything_private_away(kept):
    stranger = kept.cast.stranger
    found = []
    asked = [
        a
        for a in visiting.addresses(kept, slugs=["donations", "couriers"], most=1)
        if not a.startswith("/en/") and "/accounts/" not in a
    ]
    for user in (None, stranger):
        reader = signed_in(user) if user else Client()
        for method in ("post", "put", "delete", "options"):
            for address in asked:
                response = getattr(reader, method)(address)
                assert response.status_code < 500, (method, address)
                told = given_away(kept, response, address, user)
                found += [f"{method} {address} to {user}: {where}" for where in told]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("half", [0, 1])
def test_searching_for_something_private_finds_nothing(kept, half):
    """The answer repeats what was asked, so it is the records that must not be in it."""
    anybody = Client()
    for slug in LISTS[half::2]:
        forms = (
            f"/api/v1/{slug}/",
            f"/{slug}/",
            f"/{slug}.csv",
            f"/{slug}.json",
            "/search/",
            "/api/v1/search/",
        )
        sorts = list(kinds.get(slug).sorts)
        records = [str(uid) for uid in kept.records[slug]]
        assert str(_live(kept, slug)) in bytes_of(anybody.get(forms[0], {"q": "江城第九"}))
        marks = [
            m for m, where in kept.marks.where.items() if where.startswith(f"{slug}, ") and "record" in where
        ]
        marks += [m for m, w in kept.marks.where.items() if w.startswith(f"{slug}, second version")]
        digests = [d for row in Public.objects.filter(kind=slug) for d in row.tokens if d.startswith("~")]
        for number, mark in enumerate([*marks, "隐秘", *digests[:6]]):
            address = forms[number % len(forms)]
            asked = {"q": mark} | ({} if "search" in address else {"sort": sorts[number % len(sorts)]})
            answer = bytes_of(anybody.get(address, asked))
            assert not any(uid in answer for uid in records), (mark, address)


def test_no_filter_and_no_order_asks_for_anything_private(kept):
    """As unknown as a word that means nothing; whatever the value, the same answer."""
    anybody = Client()
    for slug in LISTS:
        page, api = f"/{slug}/", f"/api/v1/{slug}/"
        unknown = anybody.get(api, {"nonsense": "1"}).json()["error"]["code"]
        spec = kinds.get(slug)
        for name in [n for n, declared in spec.fields.items() if not declared.public]:
            value = str(spec.model.objects.values_list(name, flat=True)[0])
            for asked in ({name: value}, {name: "x"}, {"sort": name}):
                answer = anybody.get(api, asked)
                assert answer.status_code == 400, (slug, asked)
                assert name not in asked or answer.json()["error"]["code"] == unknown
            right, wrong = (_but_for(v, anybody.get(page, {name: v})) for v in (value, "x"))
            assert right == wrong, (slug, name)


def _but_for(value, response):
    """The page without what was asked, which it may repeat in its own address."""
    return response.content.decode().replace(f"={quote_plus(value)}", "=")


def test_hints_while_typing_know_public_words_only(kept):
    """Whoever guesses a private number, or repeats a hidden row, is told of no record."""
    for slug in LISTS:
        spec = kinds.get(slug)
        stored = spec.model.objects.get(uid=_live(kept, slug))
        private = {n: v for n, v in spec.payload_of(stored).items() if not spec.fields[n].public and v}
        typed = spec.clean(
            {**spec.example, "organisation_name": "江城某某处", "lines": _other_lines(spec), **private}
        )
        for name in ("office_line", "address", "delivery_address"):
            if name in typed:
                typed[name] = str(private.get("contact_phone", ""))
        told = [c.uid for c in likeness.hints(spec, typed)]
        assert stored.uid not in told, (slug, told)


def _other_lines(spec):
    lines = [dict(line) for line in spec.example.get("lines", ())]
    return [
        line | ({"account_number": "1111 2222 3333"} if "account_number" in line else {}) for line in lines
    ]


def _live(kept, slug):
    return Public.objects.live().filter(kind=slug, pk__in=kept.records[slug]).get().pk


def test_what_the_public_reads_is_made_of_nothing_private(kept):
    """The rows that every list, search, count, feed and download reads from."""
    tables = ("verification_public", "verification_counter", "verification_listversion")
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            (text,) = cursor.fetchone()
        assert not [w for w in kept.marks.found_in(text) if w != "digest of a trait"], table
    for event in Event.objects.all():
        shown = kept.marks.found_in(event.public_text)
        assert not shown


def test_every_private_field_of_every_list_carries_a_mark_at_every_place(kept):
    """The tests above test something: in records of each state, entries of each status, rows, notes, wordings."""
    for slug in LISTS:
        spec = kinds.get(slug)
        private = [name for name, declared in spec.fields.items() if not declared.public]
        assert {"private_note", "as_written"} <= set(private)
        for name in private:
            for record in spec.model.objects.values("state", name):
                assert kept.marks.found_in(str(record[name])), (slug, name, record["state"])
        states = set(Public.objects.filter(kind=slug).values_list("state", flat=True))
        assert states == {"live", "withdrawn", "merged"}
        statuses = set(Submission.objects.filter(kind=slug, intent="new").values_list("status", flat=True))
        assert {"collected", "returned", "rejected", "published"} < statuses, slug
        sent = Submission.objects.filter(kind=slug, intent__in=["new", "correction"])
        assert all(kept.marks.found_in(str(payload)) for payload in sent.values_list("payload", flat=True))
    assert set(Submission.objects.values_list("status", flat=True)) >= {"verified", "entered"}
    assert all(kept.marks.found_in(str(w)) for w in ProposedWording.objects.values_list("payload", flat=True))
    notes = [text for text in Event.objects.values_list("private_text", flat=True) if text]
    assert all(kept.marks.found_in(text) for text in notes)
    for batch in kept.imports:
        assert {row.verdict for row in batch.lines.all()} & {"held", "refused"}
        assert all(kept.marks.found_in(str(row.cells)) for row in batch.lines.all())
        assert kept.marks.found_in(batch.file_name)


def test_the_marks_are_found_however_they_are_written(kept):
    """Percent-encoded, as JSON, in capitals, in a page."""
    mark = kept.marks.text("a trial")
    assert kept.marks.found_in(f"x{mark.upper()}y") == ["a trial"]
    assert kept.marks.found_in("%E9%9A%90" + mark.removeprefix("隐秘")) == ["a trial"]
    assert builders.PRIVATE
