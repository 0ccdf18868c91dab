"""One cell of the matrix: one role asks one thing, and what became of it is judged.

Whether anything was changed is seen twice: PostgreSQL counts the rows each transaction writes, table by table; of the
tables where it counted some, all rows are digested before the question is undone and after. A savepoint that was
undone by the site itself counts rows and leaves the same digest.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.test.client import BOUNDARY, encode_multipart
from django.test.client import MULTIPART_CONTENT as MULTIPART

from tests.authorization.bodies import Asked, encoded
from tests.authorization.roles import Visitor
from tests.authorization.things import PRIVATE, Things
from tests.fingerprints import LEFT_OUT, fingerprint

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Where whoever may not is sent to say who they are.
_SAY_WHO = re.compile(
    r"^(/en)?/(accounts/(login|reauthenticate|2fa/(re)?authenticate|2fa)|admin/login)/(\?|$)"
)
# A try is counted whether it is let through or not: that is what the counter is for.
EXCEPTED = frozenset({*LEFT_OUT, "verification_throttle"})
_COUNTED = """
SELECT array_agg(
    pg_stat_get_xact_tuples_inserted(t) + pg_stat_get_xact_tuples_updated(t) + pg_stat_get_xact_tuples_deleted(t)
    ORDER BY number)
  FROM unnest('{%s}'::oid[]) WITH ORDINALITY AS known (t, number)
"""


@dataclass(frozen=True)
class Cell:
    """What is asked."""

    route: str
    method: str
    whose: str
    act: str
    language: str
    address: str

    def __str__(self) -> str:
        act, whose = (f" {part}" if part else "" for part in (self.act, self.whose))
        return f"{self.method} {self.language}{self.route}{act}{whose}"


@dataclass(frozen=True)
class Outcome:
    """What became of it: the answer, the tables whose rows were others, and what was told that is private."""

    status: int
    location: str
    changed: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether this is one of the ways to say no."""
        if self.status == 302:
            return bool(_SAY_WHO.match(self.location))
        return self.status in (401, 403, 404, 405, 409)


class Asking:
    """A visitor asks; after each question everything is as before it."""

    def __init__(self, visitor: Visitor, things: Things) -> None:
        self.visitor = visitor
        self.things = things
        # The site's own way from a request to its answer, without the test client's looking on.
        self._site = BaseHandler()
        self._site.load_middleware()
        self._requests = RequestFactory(headers=visitor.headers)
        self._cookies = {name: morsel.value for name, morsel in visitor.client.cookies.items()}
        self._base = fingerprint()
        self._watch = Watch()

    def ask(self, cell: Cell, act: Any = None, *, strictly: bool = False) -> Outcome:
        """Ask, look what was changed, undo it. `strictly`: as a form of another site would."""
        asked = Asked(self.visitor, self.things, cell.whose)
        with self._watch.after(act.before if act else None, asked):
            self._requests.cookies = SimpleCookie(self._cookies)
            request = self._requests.generic(cell.method, cell.address, **_sent(cell, act, asked))
            request._dont_enforce_csrf_checks = not strictly  # type: ignore[attr-defined]
            response = self._site.get_response(request)
            content = _told(response)
            changed = self._watch.changed(broken=response.status_code >= 500)
        told = tuple(sorted({found.decode() for found in PRIVATE.findall(content)}))
        return Outcome(response.status_code, response.headers.get("Location", ""), changed, told)

    def assert_as_before(self) -> None:
        """Nothing of all that was asked is left."""
        assert fingerprint() == self._base


def _told(response: HttpResponseBase) -> bytes:
    if isinstance(response, StreamingHttpResponse):
        return b"".join(response)
    assert isinstance(response, HttpResponse)
    return response.content


def _sent(cell: Cell, act: Any, asked: Asked) -> dict[str, Any]:
    if cell.method in SAFE:
        return {}
    body = act.body(asked) if act else {}
    if cell.route.startswith("api/"):
        return {"data": encoded(body), "content_type": "application/json"}
    return {"data": encode_multipart(BOUNDARY, body), "content_type": MULTIPART}


class Watch:
    """Sees which tables' rows are others, and puts everything back."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT relid, relname FROM pg_stat_user_tables ORDER BY relname")
            found = cursor.fetchall()
        self._tables = [name for _oid, name in found]
        self._asks = _COUNTED % ",".join(str(oid) for oid, _name in found)
        self._back = transaction.savepoint()
        self._here, self._counts = self._back, self._counted()
        self._spoken = True

    def _counted(self) -> list[int]:
        """Of each table how many rows this transaction wrote so far, those of undone savepoints included."""
        with connection.cursor() as cursor:
            cursor.execute(self._asks)
            (found,) = cursor.fetchone()
        return list(found)

    @contextmanager
    def after(self, before: Callable[[Asked], None] | None, asked: Asked) -> Iterator[None]:
        """What is done here is put back, with what had to be so before it. Where nothing was written, nothing is."""
        if before:
            before(asked)
            self._here, self._counts = transaction.savepoint(), self._counted()
        self._spoken = False
        with connection.execute_wrapper(self._speaks):
            yield
        if before:
            self._put_back(self._back)
            self._here = self._back

    def changed(self, *, broken: bool = False) -> tuple[str, ...]:
        """The tables whose rows are others; they are put back."""
        if not self._spoken:  # nothing was asked of the database at all
            return ()
        if broken:
            self._put_back(self._here)
            return ("?",)
        counts = self._counted()
        pairs = zip(self._tables, self._counts, counts, strict=True)
        written = [table for table, was, now in pairs if was != now]
        self._counts = counts
        if not written:
            return ()
        touched = [table for table in written if table not in EXCEPTED]
        there = fingerprint(touched)
        self._put_back(self._here)
        back = fingerprint(touched)
        return tuple(table for table in touched if there[table] != back[table])

    def _speaks(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self._spoken = True
        return execute(*statement)

    @staticmethod
    def _put_back(savepoint: str | None) -> None:
        assert savepoint
        transaction.savepoint_rollback(savepoint)
