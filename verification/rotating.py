"""What is secret, encrypted anew under the newest key, so that an older one can be thrown away."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator

from verification import journal, sealing
from verification.journal import acting
from verification.models import LegalName, Robot, User
from verification.sop import Action, Role

BATCH = 200
# What of an authenticator's data is encrypted.
_SEALED = ("secret", "seed", "migrated_codes")


def rotate() -> dict[str, int]:
    """Encrypt anew what stands under an older key, some hundred rows a transaction; returns how many of each.

    May be stopped and begun again: what stands under the newest key is left alone. One event, when all is done.
    """
    by = User.objects.robot(Robot.KEEPER)
    changed = {
        "legal_names": _each(LegalName, "sealed", sealing.renewed, by=by),
        "factors": _each(Authenticator, "data", _renewed_factor, by=by),
    }
    with acting(by=by, reason=Action.ROTATE_KEYS):
        journal.append([journal.new_event(Action.ROTATE_KEYS, by=by, role=Role.ROBOT, answers=changed)])
    return changed


def _each(model: Any, column: str, renewed: Callable[[Any], Any], *, by: User) -> int:
    changed, after = 0, 0
    while True:
        with acting(by=by, reason=Action.ROTATE_KEYS):
            rows = list(model.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:BATCH])
            stale = []
            for row in rows:
                value = renewed(getattr(row, column))
                if value is not None:
                    setattr(row, column, value)
                    stale.append(row)
            model.objects.bulk_update(stale, [column])
        if not rows:
            return changed
        changed, after = changed + len(stale), rows[-1].pk


def _renewed_factor(data: dict[str, Any]) -> dict[str, Any] | None:
    """An authenticator's data with its secrets under the newest key; None where they are already, or it has none."""
    anew = {name: _renewed(data[name]) for name in _SEALED if data.get(name)}
    found = {name: value for name, value in anew.items() if value is not None}
    return {**data, **found} if found else None


def _renewed(value: str | list[str]) -> str | list[str] | None:
    if isinstance(value, str):
        return sealing.renewed(value)
    each = [sealing.renewed(one) for one in value]
    return [new or old for new, old in zip(each, value, strict=True)] if any(each) else None
