"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from glacier import demonstration

# Where a password or a code is asked for.
_DOORS = frozenset({"account_login", "mfa_authenticate", "mfa_reauthenticate"})


def site(request: HttpRequest) -> dict[str, object]:
    """The demonstration flag, its accounts where one signs in, and this address in the other language;
    where one signs in, the organisations' own sign-ins."""
    path = request.get_full_path()
    other = path.removeprefix("/en") or "/" if path.startswith("/en/") else f"/en{path}"
    found: dict[str, object] = {"demo": settings.DEMO, "other_language_url": other}
    at_the_door = request.resolver_match and request.resolver_match.url_name in _DOORS
    if at_the_door and settings.OWN_SIGN_INS:
        found["own_sign_ins"] = settings.OWN_SIGN_INS
    return found | ({"demo_accounts": demonstration.accounts()} if settings.DEMO and at_the_door else {})
