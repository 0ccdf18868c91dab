"""Owner links: issued, taken back, looked up. What is done through one is done by `confirming` and `publishing`.

Whoever answers for a record and has no account gets a secret address. It opens this one record, for ninety
days, to say *still true* or to take it down. The secret is in no table, no event and no log.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from verification import journal, people, policies
from verification.journal import acting
from verification.models import OwnerLink, Public, User
from verification.models.journal import ClockTimestamp
from verification.people import Standing
from verification.refusals import AlreadyGone, MergedAway, NotAllowed, NotFound
from verification.sop import Action, State

LIFE = timedelta(days=90)


def issue(
    record: UUID, *, by: User, request_id: str = "", fresh_factor: bool = False
) -> tuple[str, OwnerLink]:
    """A new link for a live record, its secret told once; by a reviewer in force or the record's own organisation.

    Its holder may take the record down, so a reviewer issues it with a factor used a moment ago, as they would
    take it down themselves. Others stay good until they are revoked or run out. Refused: NotFound, AlreadyGone,
    MergedAway, NotAllowed, FreshFactorNeeded.
    """
    with acting(by=by, reason=Action.ISSUE_LINK, request_id=request_id):
        row, who = _managed(record, by)
        policies.refuse_taking_down(who, row.organisation_id, fresh_factor=fresh_factor)
        if row.merged_into:
            raise MergedAway(into=row.merged_into)
        if row.state != State.LIVE:
            raise AlreadyGone()
        secret = secrets.token_urlsafe(32)
        link = OwnerLink.objects.create(
            record=row, digest=people.digest(secret), issued_by=by, expires_at=timezone.now() + LIFE
        )
        _tell(Action.ISSUE_LINK, row, link, who, request_id)
    return secret, link


def revoke(uid: UUID, *, by: User, request_id: str = "") -> OwnerLink:
    """Take a link back, at once and for good; nothing happens where it was taken back already."""
    with acting(by=by, reason=Action.REVOKE_LINK, request_id=request_id):
        link = OwnerLink.objects.select_for_update().filter(uid=uid).first()
        if link is None:
            raise NotFound()
        row, who = _managed(link.record_id, by)
        if link.revoked_at is None:
            link.revoked_at, link.revoked_by = timezone.now(), by
            link.save(update_fields=["revoked_at", "revoked_by"])
            _tell(Action.REVOKE_LINK, row, link, who, request_id)
    return link


def _managed(record: UUID, by: User) -> tuple[Public, Standing]:
    """The record, where this person may issue and revoke its links."""
    row = Public.objects.filter(pk=record).first()
    if row is None:
        raise NotFound()
    who = people.standing(by, now=timezone.now())
    if not policies.may_take_down(who, row.organisation_id):
        raise NotAllowed()
    return row, who


def _tell(action: Action, row: Public, link: OwnerLink, who: Standing, request_id: str) -> None:
    event = journal.new_event(
        action,
        by=who.user,
        role=who.role_towards(row.organisation_id, submitter=False),
        kind=row.kind,
        record=row.uid,
        related=link.uid,
        request_id=request_id,
    )
    journal.append([event])


def found(secret: str) -> OwnerLink:
    """The link of this secret, with its record. NotFound where it is wrong, has run out or was revoked, and where
    who issued it could issue none any more: nobody keeps a say by a link they gave themselves."""
    link = _good().select_related("record", "issued_by").filter(digest=people.digest(secret)).first()
    if link is None or not _backed(link):
        raise NotFound()
    return link


def hold(link: OwnerLink) -> None:
    """Before anything is done through it: it is still good, and stays so until the transaction ends."""
    if not _good().filter(pk=link.pk).select_for_update(no_key=True).exists():
        raise NotFound()
    if not _backed(link):
        raise NotFound()


def _backed(link: OwnerLink) -> bool:
    who = people.standing(link.issued_by, now=timezone.now())
    return policies.may_take_down(who, link.record.organisation_id)


def _good() -> QuerySet[OwnerLink]:
    return OwnerLink.objects.filter(revoked_at=None, expires_at__gt=ClockTimestamp())


def of_record(record: UUID, *, by: User) -> Sequence[OwnerLink]:
    """All links of a record, newest first, for whoever may issue them: never the secrets."""
    _managed(record, by)
    links = OwnerLink.objects.filter(record=record).select_related("issued_by", "revoked_by")
    return list(links.order_by("-pk"))
