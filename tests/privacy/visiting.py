"""Where to look: every address with things that are there and things that are not; and what a reader receives."""

import html
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import admin
from django.test import Client

from tests.privacy import routes
from tests.privacy.routes import Combination
from tests.privacy.secrets import Secrets
from tests.signing_in import sign_in
from verification import kinds
from verification.models import Organisation, Reviewer, User

BACKEND = "django.contrib.auth.backends.ModelBackend"
NOBODY = uuid4()
# Parts of addresses that open nothing, whoever asks.
_NOTHING: Combination = {
    "action": "verify",
    "path": "v1/nothing",
    "key": "nothing",
    "provider_id": "nothing",
    "uidb36": "1",
    "uidb64": "MQ",
    "token": "nothing",
    "number": 1,
}
# Pages about a record, though their addresses do not name its list.
_OF_RECORDS = ("withdraw/", "confirm/", "links/", "takedown/", "merge/", "unmerge/")


def signed_in(user: User) -> Client:
    """A browser of somebody who signed in."""
    client = Client()
    sign_in(client, user)
    return client


def bytes_of(response: object) -> str:
    """Everything a reader receives: status line, headers, body."""
    streaming = response.streaming  # type: ignore[attr-defined]
    body = b"".join(response.streaming_content) if streaming else response.content  # type: ignore[attr-defined]
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())  # type: ignore[attr-defined]
    cookies = response.cookies.output()  # type: ignore[attr-defined]
    return html.unescape(f"{headers}\n{cookies}\n{body.decode()}")


def addresses(kept: Secrets, *, slugs: Sequence[str] = (), most: int = 99) -> list[str]:
    """Every address, with records and submissions of these lists (of all), at most so many of each."""
    slugs = slugs or list(kept.records)
    records = {slug: kept.records[slug][:most] for slug in slugs}
    sent = [uid for slug in slugs for uid in kept.submissions[slug][-most:]]
    every_record = [uid for slug in slugs for uid in records[slug]]

    def uids_for(route: str) -> list[UUID]:
        if "people/" in route:
            houses = list(Organisation.objects.values_list("uid", flat=True)[:6])
            return [*houses, *Reviewer.objects.values_list("uid", flat=True)[:6], NOBODY]
        if "imports/" in route:
            return [batch.uid for batch in kept.imports if batch.kind in slugs] + [NOBODY]
        first, second = (every_record, sent) if any(p in route for p in _OF_RECORDS) else (sent, every_record)
        return [*first, second[0], NOBODY]

    def filling(route: str, names: Sequence[str]) -> Iterator[Combination]:
        if set(names) == {"kind", "uid"}:
            yield from ({"kind": slug, "uid": uid} for slug in slugs for uid in records[slug])
            yield from ({"kind": "nothing", "uid": every_record[0]}, {"kind": slugs[-1], "uid": sent[0]})
            yield {"kind": "clinics", "uid": kept.records["needs"][0]}
        elif names == ["kind"]:
            yield from ({"kind": slug} for slug in [*slugs, "nothing"])
        elif "uid" in names:
            yield from ({**_NOTHING, "uid": uid} for uid in uids_for(route))
        elif names == ["after"]:
            yield from ({"after": uid} for uid in (sent[0], NOBODY))
        elif names == ["person"]:
            yield from ({"person": user.pk} for user in vars(kept.cast).values())
            yield {"person": 10**9}
        elif names == ["token"] and "invitation" in route:
            yield from ({"token": token} for token in (kept.invitation, "nothing"))
        elif names == ["pk"]:
            yield from ({"pk": pk} for pk in (*kept.take_downs[:2], 10**9))
        elif names == ["token"]:
            yield from (
                {"token": token}
                for token in [*(secret for slug in slugs for secret in kept.links[slug]), "nothing"]
            )
        else:
            assert set(names) <= _NOTHING.keys(), f"{route}: say what to put for {names}"
            yield _NOTHING

    return [*routes.filled(filling), "/nothing/", "/en/nothing"]


def questions(slugs: Sequence[str]) -> list[str]:
    """Views of each list by every filter and in every order, and questions nobody may ask; the search, the feed."""
    found = []
    for number, slug in enumerate(slugs):
        spec = kinds.get(slug)
        views = [{"sort": order} for order in spec.sorts] + [{"stale": "1"}, {"q": "江城"}]
        views += [{"freshness": "fresh"}] + [{name: value} for name, value in _filters(slug)]
        private = [name for name, declared in spec.fields.items() if not declared.public]
        wrong = [{"cursor": "x"}, *({name: "1"} for name in private), *({"sort": name} for name in private)]
        forms = [f"/{slug}/", f"/en/{slug}/", f"/{slug}.csv", f"/{slug}.json", f"/api/v1/{slug}/"]
        # Each question of every list is asked of two of its forms: all forms are made of the same rows.
        for place, asked in enumerate([*views, *wrong]):
            for step in (0, 2):
                found.append(f"{forms[(number + place + step) % len(forms)]}?{urlencode(asked)}")
    return found


def _filters(slug: str) -> Iterator[tuple[str, str]]:
    known = {
        "province": "420000",
        "city": "420100",
        "county": "420106",
        "place": "420106",
        "item": "n95-mask",
    }
    for name, declared in kinds.get(slug).filters.items():
        options = declared.options({})
        yield name, known.get(name) or next((str(o["value"]) for o in options if o.get("value")), "x")
    if kinds.get(slug).urgencies:
        yield "urgency", "high"


def across() -> list[str]:
    """Questions to all lists at once."""
    searches = [
        {"q": "江城"},
        {"q": "江城", "kind": "clinics"},
        {"province": "420000"},
        {"stale": "1"},
        {"cursor": "x"},
    ]
    found = [
        f"{page}?{urlencode(q)}" for q in searches for page in ("/search/", "/en/search/", "/api/v1/search/")
    ]
    feeds = ("after=0", "after=0&kind=needs", "after=40", "after=x", "after=0&kind=nothing")
    schemas = ("format=json", "lang=en", "format=openapi-json", "lang=zh-hans")
    return [
        *found,
        *(f"/api/v1/changes/?{query}" for query in feeds),
        *(f"/api/schema/?{query}" for query in schemas),
    ]


def of_admin(kept: Secrets) -> list[str]:
    """Tables of the admin, and what stands in their rows."""
    found = ["/admin/", "/en/admin/", "/admin/login/"]
    for model in admin.site._registry:
        table = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        row = model._default_manager.first()
        found += [
            table,
            f"{table}?q=139",
            *([f"{table}{row.pk}/change/", f"{table}{row.pk}/history/"] if row else []),
        ]
    return found
