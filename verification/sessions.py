"""Where sessions are kept: as Django keeps them, with whose they are beside them, so that one query reads both.

Nothing of a person is remembered from one request to the next: who was deactivated, or changed the password, is
signed out on the very next one. So is whoever has a second factor that this session never used: a session that
is older than the factor, or that came in by the password alone, is nobody's.
"""

from collections.abc import Mapping
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from verification import statements
from verification.models import Session, User

# Beside what allauth notes of the methods used, whose they were.
_WHOSE_METHODS = "account_authentication_methods_user"
_FIELDS = list(User._meta.concrete_fields)
_NAMES = [field.attname for field in _FIELDS]
_READ = f"""
SELECT session.session_data, EXISTS (
           SELECT FROM mfa_authenticator WHERE user_id = person.id AND type IN ('totp', 'webauthn')
       ), {", ".join(f"person.{field.column}" for field in _FIELDS)}
  FROM verification_session session
  LEFT JOIN verification_user person ON person.id = session.user_id AND person.is_active
 WHERE session.session_key = %(key)s AND session.expire_date > %(now)s
"""  # noqa: S608 (names of columns)


class SessionStore(db.SessionStore):
    """Django's store of sessions; `person` is who it belongs to, as the database has them now."""

    person: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row, with whose it is."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row

    def load(self) -> dict[str, Any]:
        """What is kept, and the person; nothing where the session is not there, or over."""
        found = statements.rows(_READ, {"key": self.session_key, "now": timezone.now()})
        if not found:
            self._session_key = None
            return {}
        kept, armed, *person = found[0]
        data: dict[str, Any] = self.decode(kept)
        if armed and not used_a_factor(data, person[0]):
            self._session_key = None
            return {}
        self.person = User.from_db(DEFAULT_DB_ALIAS, _NAMES, person) if person[0] is not None else None
        return data


def used_a_factor(data: Mapping[str, Any], person: int) -> bool:
    """Whether this person used a second factor in the session that keeps this: allauth notes what was used."""
    records = data.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    mine = data.get(_WHOSE_METHODS) == str(person)
    return mine and any(record.get("method") == "mfa" for record in records)


def end_all(user: User, *, but: str | None = None) -> None:
    """Sign a person out everywhere, or everywhere but in the session of that key."""
    Session.objects.filter(user=user).exclude(session_key=but or "").delete()


def person_of(request: HttpRequest) -> User | AnonymousUser:
    """Who is signed in. Whatever is unusual is left to Django, which may end the session."""
    session: Any = request.session
    try:
        key, backend, digest = (session[n] for n in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY))
    except KeyError:
        return get_user(request)
    person: User | None = session.person
    if (
        person is not None
        and str(person.pk) == key
        and backend in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(digest, person.get_session_auth_hash())
    ):
        return person
    return get_user(request)
