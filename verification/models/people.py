"""People and organisations. People are deactivated, never deleted; organisations are merged, never deleted."""

import secrets
import uuid
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from verification.models.tracking import tracked

# Public names are drawn from these, with a number: "雪松-17" says nothing of who it is.
PSEUDONYMS = [
    "雪松",
    "白桦",
    "红柳",
    "青竹",
    "银杏",
    "水杉",
    "梧桐",
    "香樟",
    "冷杉",
    "白杨",
    "海棠",
    "丁香",
    "木棉",
    "胡杨",
    "云杉",
    "紫荆",
    "蜡梅",
    "山茶",
    "石榴",
    "桂花",
]


class Robot(models.IntegerChoices):
    """One system account per robot, so that every act names an actor. The ids are fixed by migration."""

    PUBLISHER = 1, "publisher"
    REGISTRAR = 2, "registrar"
    KEEPER = 3, "keeper"
    OWNER = 4, "owner link"


class UserManager(BaseUserManager["User"]):
    """Creates people by mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with `email`; the pseudonym is drawn when none is given."""
        fields.setdefault("pseudonym", draw_pseudonym())
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Refused, and with it Django's command of this name: power is given by two people, or by founding."""
        raise PermissionError("Nobody here may do everything. An installation begins with `manage.py found`.")

    def robot(self, robot: Robot) -> "User":
        """The robot's account, without a query: its row is fixed."""
        return self.model(
            pk=robot.value,
            email=f"{robot.label.replace(' ', '-')}@robots.invalid",
            pseudonym=robot.label,
            is_robot=True,
        )


def draw_pseudonym() -> str:
    """A public name nobody can connect with a person; unique with high probability, by constraint for sure."""
    return f"{secrets.choice(PSEUDONYMS)}-{secrets.randbelow(90_000) + 10_000}"


class User(AbstractUser):
    """A person, or a robot. Signs in with a mail address; the public sees the pseudonym only."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    # Signing in writes no tracked row.
    last_login = None
    email = models.EmailField(_("mail address"), unique=True)
    pseudonym = models.CharField(_("pseudonym"), max_length=40, unique=True, default=draw_pseudonym)
    is_robot = models.BooleanField(default=False, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]
    history = tracked("email", "pseudonym")

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_case"),
            models.CheckConstraint(
                condition=Q(is_robot=False) | Q(is_staff=False, is_superuser=False),
                name="user_robot_no_power",
                violation_error_message=_("A robot has no rights of a person."),
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym


class OrganisationKind(models.TextChoices):
    """What an organisation is."""

    HOSPITAL = "hospital", _("hospital")
    CHARITY = "charity", _("charity")
    COMPANY = "company", _("company")
    TEAM = "team", _("volunteer team")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Reading organisations."""

    def roots(self) -> Self:
        """Those that were not merged into another."""
        return self.filter(merged_into=None)


class Organisation(models.Model):
    """A hospital, charity, company or team. A merge writes `merged_into`, always the root."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    place = models.CharField(_("place"), max_length=6, blank=True, help_text=_("GB/T 2260 code"))
    proven = models.BooleanField(
        _("proven"), default=False, help_text=_("Somebody checked that its members speak for it.")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )

    objects = OrganisationQuerySet.as_manager()
    history = tracked("uid", "merged_into")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="organisation_not_merged_into_itself",
                violation_error_message=_("An organisation cannot be merged into itself."),
            ),
        ]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class OrganisationAlias(models.Model):
    """Another name an organisation goes by; its own name is one of them. `normalised` is what is compared."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=200)
    normalised = models.CharField(max_length=200, db_index=True, editable=False)

    history = tracked("organisation", "normalised")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "normalised"], name="alias_once")]

    def __str__(self) -> str:
        return self.name


class Way(models.TextChoices):
    """How somebody came to belong to an organisation."""

    APPOINTED = "appointed", _("appointed by two people")
    INVITATION = "invitation", _("invited by its admin")
    DOMAIN = "domain", _("by an address at its domain")
    PROVIDER = "provider", _("by its own sign-in")


class Membership(models.Model):
    """Who speaks for which organisation. It ends; it is not deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    is_admin = models.BooleanField(_("may invite others"), default=False)
    since = models.DateTimeField(db_default=Now())
    # How it came about: written once, when the person joined.
    way = models.CharField(max_length=12, choices=Way, default=Way.APPOINTED)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Whom somebody else removed comes back by invitation alone.
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    history = tracked("user", "organisation", "ended_by")

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=Q(ended_at=None), name="membership_once"
            ),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="membership_way_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="membership_ended_stamp",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}"


class ApiToken(models.Model):
    """A personal token for the API: it may submit and read its owner's submissions, never decide.

    Only a SHA-256 digest is kept; the token is shown once, when it is made.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
