"""Which version of the policy is in force, read with what is asked anyway; its content is read once a process."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Final

from verification import people, rules, statements
from verification.models import Policy, User
from verification.people import Standing
from verification.rules import Rules

# For use within other statements: the newest that was adopted.
IN_FORCE: Final = """
SELECT version, fingerprint FROM verification_policy
 WHERE adopted_at IS NOT NULL AND version > 0 ORDER BY version DESC LIMIT 1
"""

_STANDING: Final = f"""
SELECT bonds.bonds, policy.version, policy.fingerprint
  FROM (SELECT json_agg(json_build_array(member, kind, proven, id)) AS bonds
          FROM ({people.BONDS}) AS bond (member, kind, proven, id)) AS bonds
 CROSS JOIN ({IN_FORCE}) AS policy
"""  # noqa: S608 (statements of ours)


@cache
def _seen() -> dict[str, Rules]:
    """By fingerprint, which is of the content: whatever database it stands in."""
    return {found.fingerprint: found for found in rules.shipped().values() if found.version}


def known(version: int, fingerprint: str) -> Rules:
    """The rules of that version: from memory, where this process has read them before."""
    found = _seen().get(fingerprint)
    if found is None:
        found = rules.read_leniently(version, Policy.objects.get(pk=version).content)
        _seen()[fingerprint] = found
    return found if found.version == version else Rules(version, fingerprint, found.classes, found.lists)


def current() -> Rules:
    """The rules in force. One query, and one more where this process has not seen them."""
    ((version, fingerprint),) = statements.rows(IN_FORCE, {})
    return known(version, fingerprint)


def standing(user: User, *, now: datetime) -> tuple[Standing, Rules]:
    """What a person is, and the rules that bind her, as they are in the database now. One query."""
    ((bonds, version, fingerprint),) = statements.rows(_STANDING, people.asked_for(user, now=now))
    return people.standing_from(user, bonds or ()), known(version, fingerprint)


def of_versions(versions: Collection[int]) -> dict[int, Rules]:
    """The rules of these versions, whether in force or not. At most two queries."""
    found = {n: rules.shipped()[n] for n in versions if n == rules.REPLAY}
    asked = set(versions) - set(found)
    rows = Policy.objects.filter(pk__in=asked).values_list("version", "fingerprint") if asked else ()
    return found | {version: known(version, fingerprint) for version, fingerprint in rows}


_replaying: ContextVar[bool] = ContextVar("replaying", default=False)


@contextmanager
def replaying() -> Iterator[None]:
    """While a replay plays, what it sends in is under the rules `replay`, and so are the steps on those rows.

    Nobody else is ever within: anywhere else the same rows are judged by the rules in force.
    """
    token = _replaying.set(True)
    try:
        yield
    finally:
        _replaying.reset(token)


def for_new(in_force: Rules) -> Rules:
    """The rules under which something is taken in here."""
    return rules.shipped()[rules.REPLAY] if _replaying.get() else in_force


def for_row(policy: int, in_force: Rules) -> Rules:
    """The rules under which a step is taken here on what was taken in under that version."""
    return for_new(in_force) if policy == rules.REPLAY else in_force
