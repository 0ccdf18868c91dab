"""What a reviewer is told after a step: what happened, and where it can be looked at."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from verification import kinds
from verification.models import Submission
from verification.sop import Action, Risk

# Button -> what happened, with the entry's title in it.
_SAID: Mapping[str, Callable[[], str]] = {
    Action.VERIFY: lambda: _("%(title)s is verified. Next: enter it."),
    Action.ENTER: lambda: _("%(title)s is entered, and public in a moment."),
    Action.RETURN: lambda: _("%(title)s is returned. Its sender reads what to put right."),
    "propose": lambda: _(
        "%(title)s is returned with your wording. Its sender accepts it or writes it differently."
    ),
    Action.EDIT: lambda: _(
        "Your wording of %(title)s is applied. You are one of its authors: others take the steps."
    ),
    Action.REJECT: lambda: _("%(title)s is rejected. Its sender reads why."),
    Action.MARK_DUPLICATE: lambda: _("%(title)s is closed: it stands in the list already."),
    Action.DISTINCT: lambda: _("%(title)s is another one; nobody is asked again."),
    Action.DOUBT: lambda: _("%(title)s is left in doubt for somebody else."),
    Action.REBASE: lambda: _("%(title)s is brought up to date; its steps begin anew."),
    Action.CONFIRM: lambda: _("%(title)s is confirmed as still true."),
    Action.TAKE_DOWN: lambda: _("%(title)s is taken down. A second person looks at that."),
}


def said(button: str, found: Submission, *, other: UUID | None = None) -> SafeString:
    """The sentence for the button that was pressed, with a link where there is something to see elsewhere.

    `found` is the submission as it was before the step.
    """
    title = kinds.get(found.kind).facets(found.payload).title
    if button == Action.VERIFY and found.risk > Risk.ROUTINE:
        sentence = _("%(title)s is verified. A second person has to enter it.")
    elif button in _SAID:
        sentence = _SAID[button]()
    else:
        sentence = f"%(title)s: {Action(button).label}"
    address, words = _elsewhere(button, found, other)
    told = sentence % {"title": title}
    if not address:
        return format_html("{}", told)
    return format_html('{} <a class="hit" href="{}">{}</a>', told, address, words)


def _elsewhere(button: str, found: Submission, other: UUID | None) -> tuple[str, str]:
    """Where to look, and what the link says; nothing where the page itself shows it."""
    if button in (Action.ENTER, Action.TAKE_DOWN, Action.CONFIRM):
        return _record(found.kind, found.record), _("See the entry")
    if button == Action.MARK_DUPLICATE and other:
        return _record(found.kind, other), _("See the entry that stays")
    if button in (Action.DISTINCT, Action.REBASE):
        return "", ""
    return reverse("review", kwargs={"uid": found.uid}), _("Look at it again")


def _record(kind: str, uid: UUID) -> str:
    return reverse("record", kwargs={"kind": kind, "uid": uid})
