"""How people are refused what they ask about people: memberships, names, grants, invitations."""

from django.utils.translation import gettext_lazy as _

from verification.refusals import NotAllowed, NotFound, Refused


class NotYourHouse(NotAllowed):
    code = "not_your_house"
    message = _("Only an admin of this organisation may do this.")


class NotMember(NotAllowed):
    code = "not_member"
    message = _("Join the organisation you want to review for first.")


class NoVoice(NotAllowed):
    code = "no_voice"
    message = _("Only a coordinator, or a reviewer whose check is in force, may do this.")


class NotCoordinator(NotAllowed):
    code = "not_coordinator"
    message = _("Only a coordinator may do this.")


class OnOneself(NotAllowed):
    code = "on_oneself"
    message = _("Nobody decides about themselves: another person has to.")


class AnotherPersonNeeded(NotAllowed):
    code = "another_person_needed"
    message = _("You took one step already: another person has to take the next one.")


class OtherHouseNeeded(NotAllowed):
    code = "other_house_needed"
    message = _(
        "The two steps are taken by reviewers of different organisations, and the other one is of yours."
    )


class NameTaken(NotAllowed):
    code = "name_taken"
    message = _(
        "Another reviewer has this name open. After a day without a decision it can be opened by the next."
    )


class NameUnread(Refused):
    code = "name_unread"
    message = _("Open the name first; that you did is written down.")


class Suspended(NotAllowed):
    code = "suspended"
    message = _("This reviewer is suspended; two people have to let them work again first.")


class AlreadyAsked(Refused):
    code = "already_asked"
    message = _("This is waiting for another person already.")


class AlreadySo(Refused):
    code = "already_so"
    message = _("It is so already; there is nothing to decide.")


class LastAdmin(Refused):
    code = "last_admin"
    message = _("This is the organisation's last admin: name another one first, or ask a coordinator.")


class InvitationOver(NotFound):
    code = "invitation_over"
    message = _("This invitation was used, taken back or has run out; ask for another one.")


class WrongAddress(NotAllowed):
    code = "wrong_address"
    message = _(
        "The invitation went to another mail address: sign in with the account that has it, and confirm it first."
    )


class OwnSignInUnproven(NotAllowed):
    code = "own_sign_in_unproven"
    message = _(
        "Your organisation's sign-in has to confirm a mail address at a domain proven to be its own, and did not. "
        "Tell whoever runs it, or create an account with your mail address."
    )


class OwnSignInFailed(NotAllowed):
    code = "own_sign_in_failed"
    message = _(
        "Signing in at your organisation was broken off, or it does not answer. Try again, or sign in with your "
        "mail address."
    )


class NoPerson(Refused):
    code = "no_person"
    status = 422
    message = _("Nobody with a confirmed account has this mail address.")


class NotADomain(Refused):
    code = "not_a_domain"
    status = 422
    message = _("Write the domain alone, such as example-hospital.org.cn.")


class PublicDomain(Refused):
    code = "public_domain"
    status = 422
    message = _("Anybody can have an address there, so it proves nothing. Invite people one by one.")
