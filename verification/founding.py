"""How an installation begins: two people of two organisations confirm each other. Once, and for everybody to see."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verification import journal, organisations, people
from verification.journal import acting
from verification.models import Organisation, Reviewer, User
from verification.people import Voucher
from verification.refusals import NotAllowed
from verification.refused_people import AlreadySo
from verification.sop import Action, Role


@dataclass(frozen=True)
class Founder:
    """One of the two: an account, the organisation they review for, and their legal name."""

    user: User
    organisation: Organisation
    legal_name: str
    pseudonym: str = ""


def found(one: Founder, other: Founder) -> None:
    """Make both reviewers for half a year and coordinators, each on the word of the other: two public events.

    Refused: AlreadySo once there is a reviewer or a coordinator, of whatever state; NotAllowed unless they are two
    people of two organisations.
    """
    if one.user == other.user or organisations.root_of(one.organisation) == organisations.root_of(
        other.organisation
    ):
        raise NotAllowed(_("Two people of two organisations found the review."))
    with transaction.atomic():
        if begun():
            raise AlreadySo()
        # One transaction, in which first the one acts and then the other.
        for number, (founder, by) in enumerate(((one, other), (other, one)), 1):
            with acting(by=by.user, reason=Action.FOUND):
                _enrol(founder, by, number)


def begun() -> bool:
    """Whether there is, or was, anybody who decides: then nobody can found any more."""
    return Reviewer.objects.exists() or User.objects.filter(is_staff=True).exists()


def _enrol(founder: Founder, by: Founder, number: int) -> None:
    if founder.pseudonym:
        User.objects.filter(pk=founder.user.pk).update(pseudonym=founder.pseudonym)
    on_the_word_of = Voucher(by.user, by.organisation)
    check = people.add_reviewer(
        user=founder.user,
        organisation=founder.organisation,
        legal_name=founder.legal_name,
        checked=on_the_word_of,
        confirmed=on_the_word_of,
        by=by.user,
        at=timezone.now(),
        founder=number,
    )
    people.add_member(user=founder.user, organisation=founder.organisation, by=by.user, is_admin=True)
    people.make_coordinator(user=founder.user, by=by.user)
    event = journal.new_event(
        Action.FOUND,
        by=by.user,
        role=Role.REVIEWER,
        person=founder.user.pk,
        organisation=founder.organisation.pk,
        related=check.uid,
    )
    journal.append([event])


def founders() -> list[dict[str, Any]]:
    """Who founded, for which organisation, on whose word and when: public. None where nobody did yet."""
    checks = Reviewer.objects.filter(founder__isnull=False).select_related(
        "user", "organisation", "confirmed_by"
    )
    return [
        {
            "who": check.user.pseudonym,
            "house": check.organisation.name,
            "by": check.confirmed_by.pseudonym if check.confirmed_by else "",
            "at": check.confirmed_at,
        }
        for check in checks.order_by("founder")
    ]
