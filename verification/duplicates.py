"""What may be the same: exact identity decides, likeness only proposes.

`identity_of` is what `workflow` locks and compares when two new entries arrive at once. `likeness_of` is
what an index keeps of an entry, so that `verification.likeness` finds what shares a name, an organisation, a
telephone or an address with it: digests under the site's key, which tell nobody what they were made of.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from verification import names
from verification.kinds import Facets, Kind, Payload
from verification.models import Event, Organisation, Public, Submission
from verification.sop import Action, Intent, Status

# Begins every digest. No search and no filter can ask for it: bigrams are of letters and digits, codes have a
# name and a colon before them.
MARK = "~"
# More of one trait than this is a directory, not a contact.
_MOST_TRAITS = 10


def identity_of(kind: Kind, payload: Payload) -> str:
    """A digest two payloads share where they are about the same thing; "" where nothing identifies."""
    words = kind.identity(payload)
    return hashlib.sha256(f"{kind.slug}|{words}".encode()).hexdigest() if words else ""


def likeness_of(
    kind: Kind, payload: Payload, organisation: Organisation | None, facets: Facets | None = None
) -> list[str]:
    """The digests an entry is found by, when another is compared with it; `facets` where they are known already.

    A trait that stands in a public field has another digest than the same one in a private field: whoever
    may only know what is public is compared with the former alone.
    """
    facets = facets or kind.facets(payload)
    keys = [name_key(kind, block) for block in names.blocks(name_of(kind, payload, facets))]
    if organisation is not None:
        keys.append(organisation_key(kind, organisation.uid))
    if traits := list(traits_of(facets)):
        public = set(traits_of(kind.facets(kind.as_it_is(payload))))
        keys += [trait_key(kind, trait, public=trait in public) for trait in traits]
    return sorted(set(keys))


def name_of(kind: Kind, payload: Payload, facets: Facets) -> str:
    """The name an entry is compared by. What has none may be called after its place, which is no name."""
    return str(payload.get("organisation_name") or "") if "organisation_name" in kind.fields else facets.title


def traits_of(facets: Facets) -> Iterator[tuple[str, str]]:
    """Each trait by name and value, as many as are compared."""
    for name, values in facets.traits().items():
        for value in values[:_MOST_TRAITS]:
            yield name, value


def name_key(kind: Kind, block: str) -> str:
    """The digest of a word that two like names share."""
    return _digest(kind, "name", block)


def organisation_key(kind: Kind, uid: UUID | str) -> str:
    """The digest of an organisation of the register."""
    return _digest(kind, "organisation", str(uid))


def trait_key(kind: Kind, trait: tuple[str, str], *, public: bool) -> str:
    """The digest of a trait where it stands in a public field, or of one in a private field."""
    return _digest(kind, "public" if public else "private", *trait)


def _digest(kind: Kind, *words: str) -> str:
    """Short, and of this list alone: two lists never mix."""
    mac = hmac.digest(_key(settings.SECRET_KEY), "\0".join((kind.slug, *words)).encode(), "sha256")
    return MARK + base64.urlsafe_b64encode(mac[:9]).decode()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(f"verification.duplicates|{secret}".encode()).digest()


def hold(words: Collection[str]) -> None:
    """Until the transaction ends whoever holds one of the same words waits."""
    digests = sorted({hashlib.sha256(word.encode()).digest()[:8] for word in words})
    keys = [int.from_bytes(digest, signed=True) for digest in digests]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def rivals(submissions: Sequence[Submission]) -> dict[UUID, set[UUID]]:
    """For each new entry that has any: records of its identity, live or about to be, not yet said to be distinct.

    Called when entries are about to be entered: two that do so at once wait for each other here. A record
    about to be is what stands at entered, or is asked about in the same batch.
    """
    new = [s for s in submissions if s.intent == Intent.NEW and s.identity]
    if not new:
        return {}
    hold({s.identity for s in new})
    same = {"kind__in": {s.kind for s in new}, "identity__in": {s.identity for s in new}}
    coming = Submission.objects.filter(Q(status=Status.ENTERED) | Q(pk__in=[s.pk for s in new]), **same)
    # In this order: what is published between the two queries is seen by both, never by neither.
    known = set(coming.filter(intent=Intent.NEW).values_list("kind", "identity", "record"))
    known |= set(Public.objects.live().filter(**same).values_list("kind", "identity", "uid"))
    distinct = said_distinct({record for _kind, _identity, record in known})
    found: dict[UUID, set[UUID]] = {}
    for s in new:
        alike = {record for kind, identity, record in known if (kind, identity) == (s.kind, s.identity)}
        if others := {uid for uid in alike - {s.record} if frozenset({uid, s.record}) not in distinct}:
            found[s.uid] = others
    return found


def said_distinct(records: Collection[UUID]) -> set[frozenset[UUID]]:
    """Pairs that a reviewer compared and found to be two things: remembered for ever, whoever was first."""
    events = Event.objects.filter(record__in=records, action=Action.DISTINCT)
    pairs = events.values_list("record", "related")
    return {frozenset((one, other)) for one, other in pairs if one and other}


def twin_of(submission: Submission) -> UUID | None:
    """The record this repeats, or the earlier submission of the same identity; None where there is neither."""
    same = {"kind": submission.kind, "identity": submission.identity}
    record = Public.objects.live().filter(**same).exclude(pk=submission.record)
    earlier = Submission.objects.filter(**same, pk__lt=submission.pk)
    if not submission.identity:
        return None
    return record.values_list("uid", flat=True).first() or earlier.values_list("uid", flat=True).first()
