"""Where sessions are kept: as Django keeps them, with whose they are beside them, so that one query reads both.

Nothing of a person is remembered from one request to the next: who was deactivated, or changed the password, is
signed out on the very next one.
"""

from typing import Any

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

_FIELDS = list(User._meta.concrete_fields)
_NAMES = [field.attname for field in _FIELDS]
_READ = f"""
SELECT session.session_data, {", ".join(f"person.{field.column}" for field in _FIELDS)}
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
        kept, *person = found[0]
        self.person = User.from_db(DEFAULT_DB_ALIAS, _NAMES, person) if person[0] is not None else None
        data: dict[str, Any] = self.decode(kept)
        return data


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
