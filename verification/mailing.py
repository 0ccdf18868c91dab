"""What our own mails say, and to whom: the one place that words them. They stand in the outbox until they are sent.

A mail holds what its reader knows or may know, and no private field: what is asked of somebody stands on their own
page. (The mails about accounts are worded by the templates in templates/account/email.)
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification import kinds, outbox
from verification.models import Event, MailChoice, Membership, Outbox, Submission, User
from verification.sop import Action
from verification.writing import Script

# A mail about many entries names so many of them.
NAMED: Final = 20


class Reader(NamedTuple):
    """To whom, in which language, and whether they want to be told when something of theirs is public."""

    user: int
    address: str
    language: str
    when_published: bool = True


class Shown(NamedTuple):
    """Something that has just become public, and who sent it in."""

    reader: Reader
    submission: int
    kind: str
    uid: str
    title: str


def readers(users: Collection[int]) -> dict[int, Reader]:
    """Of these people those who can be written to. One query."""
    found = User.objects.filter(pk__in=users, is_robot=False, is_active=True).values_list(
        "pk", "email", "mail_choice__language", "mail_choice__when_published"
    )
    return {pk: reader(pk, address, language, wanted) for pk, address, language, wanted in found}


def reader(user: int, address: str, language: str | None, when_published: bool | None) -> Reader:
    """As they chose, or as those have it who chose nothing."""
    chosen = when_published is None or when_published
    return Reader(user, address, language or settings.LANGUAGE_CODE, chosen)


def choice_of(user: User) -> MailChoice:
    """What this person chose; not yet written where they chose nothing."""
    return MailChoice.objects.filter(pk=user.pk).first() or MailChoice(user=user)


def choose(*, by: User, language: str, when_published: bool | None = None) -> MailChoice:
    """Keep what somebody chose for their own mail; about publications only where that is said."""
    said = {"language": language} | ({} if when_published is None else {"when_published": when_published})
    choice, _new = MailChoice.objects.update_or_create(user=by, defaults=said)
    return choice


def returned(rows: Sequence[Submission], events: Sequence[Event]) -> None:
    """Tell the submitters that their entries came back. What is asked of them stands on the entry's own page."""
    people = readers({row.submitted_by_id for row in rows})
    outbox.put(
        [
            _returned(row, event, people[row.submitted_by_id])
            for row, event in zip(rows, events, strict=True)
            if row.submitted_by_id in people
        ]
    )


def invited(*, to: str, organisation: str, link: str, to_review: bool = False) -> None:
    """An invitation, which opens by the link in it: that stands nowhere else, and here only until it was sent.

    In the language of the account with that address, where there is one.
    """
    known = User.objects.filter(email__iexact=to, is_robot=False).values_list(
        "mail_choice__language", flat=True
    )
    language = known.first() or settings.LANGUAGE_CODE
    with translation.override(language):
        subject = _("An invitation to %(organisation)s")
        text = _(
            "You are invited to speak for %(organisation)s.\n\n"
            "Open this within seven days, signed in with this mail address. If you have no account, create one with "
            "it, confirm it, and then open this once more:\n%(link)s\n\n"
            "Nothing happens if you do not."
        )
        if to_review:
            text += "\n\n" + _(
                "It asks you to review as well. You give your legal name for that, and two reviewers of different "
                "organisations vouch for you."
            )
    said = {"organisation": organisation, "link": link}
    outbox.put([outbox.mail(to=to, subject=subject % said, text=text % said, language=language)])


def cooling(rows: Sequence[Submission]) -> None:
    """Tell whoever speaks for a proven organisation what is about to be said of it, while it can still be stopped.

    Two statements for all that cool off, none where nothing does.
    """
    about = {row.organisation_id for row in rows if row.organisation_id}
    if not about:
        return
    speaks = Membership.objects.filter(organisation__in=about, organisation__proven=True, ended_at=None)
    of_house: dict[int, list[int]] = {}
    for house, user in speaks.values_list("organisation", "user").order_by("pk"):
        of_house.setdefault(house, []).append(user)
    people = readers({user for users in of_house.values() for user in users})
    outbox.put(
        [
            _cooling(row, people[user])
            for row in rows
            for user in of_house.get(row.organisation_id or 0, ())
            if user in people and user != row.submitted_by_id
        ]
    )


def _cooling(row: Submission, to: Reader) -> Outbox:
    title = kinds.get(row.kind).facets(row.payload).title
    with translation.override(to.language):
        subject = _("About to change: %(title)s")
        text = _(
            "Somebody sent in a change of what is said about your organisation, and two reviewers approved it. It "
            "becomes public at %(due)s: %(title)s\n\n"
            "See it here, and if it is wrong, tell a reviewer at once:\n%(page)s"
        )
        due = date_format(timezone.localtime(row.due_at), "Y-m-d H:i T")
        said = {"title": title, "page": _page("mine"), "due": due}
    return _mail(to, subject, text, said, submission=row.pk)


def decided(act: Action, *, of: int) -> None:
    """Tell somebody what others decided about their account; who and when stands on their page."""
    for to in readers([of]).values():
        with translation.override(to.language):
            said = {"act": act.label, "page": _page("me")}
            subject = _("About your account: %(act)s")
            text = _("What was decided: %(act)s\n\nSee when and by whom:\n%(page)s")
        outbox.put([_mail(to, subject, text, said)])


def factor_reset(*, of: User) -> None:
    """Tell somebody that two people reset their second factor: whoever lost none hears of it."""
    for to in readers([of.pk]).values():
        with translation.override(to.language):
            subject = _("Your second factor was reset")
            text = _(
                "Two people reset the second factor of your account, as one does for somebody who lost it. You were "
                "signed out everywhere. Sign in and set up a new one before you review again:\n%(page)s\n\n"
                "If you lost nothing, tell a coordinator at once."
            )
            said = {"page": _page("mfa_index")}
        outbox.put([_mail(to, subject, text, said)])


def _returned(row: Submission, event: Event, to: Reader) -> Outbox:
    title = kinds.get(row.kind).facets(row.payload).title
    with translation.override(to.language):
        subject = _("A reviewer asks you about: %(title)s")
        text = _(
            "What you sent came back to you: %(title)s\n\n"
            "See what is asked, and answer it in a minute:\n%(page)s\n\n"
            "It is not public until you answer and reviewers have checked it."
        )
        said = {"title": title, "page": _page("submission", uid=row.uid)}
    return _mail(to, subject, text, said, submission=row.pk, event=event.pk)


def published(script: Script, shown: Iterable[Shown]) -> None:
    """Tell whoever sent them that these are public: one mail each for the whole batch, one statement for all.

    Nobody is rung for: the publisher has others waiting, and a mail that comes seconds later is in time.
    """
    by_reader: dict[Reader, list[Shown]] = {}
    for one in shown:
        if one.reader.when_published:
            by_reader.setdefault(one.reader, []).append(one)
    kinds_shown = {one.kind for those in by_reader.values() for one in those}
    mails: list[Outbox] = []
    for language, those in groupby(sorted(by_reader, key=_language_of), key=_language_of):
        with translation.override(language):
            lists = {kind: _page("list", kind=kind) for kind in kinds_shown}
            mails += [_published(reader, by_reader[reader], lists) for reader in those]
    script.insert(Outbox, [vars(mail) for mail in mails])


def _language_of(to: Reader) -> str:
    return to.language


def _published(to: Reader, shown: Sequence[Shown], lists: Mapping[str, str]) -> Outbox:
    first, number = shown[0], len(shown)
    entries = [f"{one.title}\n{lists[one.kind]}{one.uid}/" for one in shown[:NAMED]]
    if number > NAMED:
        entries.append(
            _("And %(n)d more: %(page)s") % {"n": number - NAMED, "page": _page("mine")},
        )
    one, several = _("Public now: %(title)s"), _("Public now: %(title)s and others, %(n)d in all")
    text = _(
        "What you sent was checked by reviewers and is public now:\n\n%(entries)s\n\n"
        "If something in it changes, send a correction from its page.\n\n"
        "You get this mail because you sent it in. Where you can switch such mails off:\n%(me)s"
    )
    said = {"title": first.title, "n": number, "entries": "\n\n".join(entries), "me": _page("me")}
    subject = one if number == 1 else several
    return _mail(to, subject, text, said, submission=first.submission if number == 1 else None)


def parked(number: int) -> None:
    """Tell the coordinators that so many publications failed for good and wait for them. Two statements."""
    coordinators = User.objects.filter(is_staff=True, is_robot=False).values_list("pk", flat=True)
    outbox.put([_parked(number, to) for to in readers(list(coordinators)).values()])


def _parked(number: int, to: Reader) -> Outbox:
    with translation.override(to.language):
        subject = ngettext(
            "%(n)d publication failed and waits for you", "%(n)d publications failed and wait for you", number
        )
        text = _(
            "Approved entries could not be published, %(n)d of them, after several tries. Their senders see that "
            "they are being looked at.\n\nSee the error, and try again once its cause is mended:\n%(page)s"
        )
        said = {"n": number, "page": _page("admin:verification_attempt_changelist")}
    return _mail(to, subject, text, said)


def _mail(to: Reader, subject: str, text: str, said: Mapping[str, object], **about: int | None) -> Outbox:
    """A mail in its reader's words; `about` names the submission and the event it is about."""
    return outbox.mail(to=to.address, subject=subject % said, text=text % said, language=to.language, **about)


def _page(name: str, **parts: object) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{reverse(name, kwargs=parts)}"
